"""The dashboards: how long a confirmation takes, what waits and what failed, the outside, the machines (X7).

Counters of replicas are added up; what each replica reads in the database is taken once (``max by``), as
``deploy/prometheus/README.md`` says of each metric.
"""

from deploy.grafana.panels import Board, Panel, Row, Target, graph, number, numbers, per_second, quantile

_WORK_QUEUES = r'{queue!~"retry\\..+|.+\\.parked"}'
_PARKED = r'{queue=~".+\\.parked"}'
_LADDER = r'{queue=~"retry\\..+"}'


def _parked_messages() -> Panel:
    return number(
        "Parked messages",
        f"sum(max by (queue) (rabbitmq_detailed_queue_messages{_PARKED}))",
        bad_from=1,
        says="Given up.",
    )


def _oldest_event() -> Panel:
    return number("Oldest unpublished event", "max(chosei_outbox_age_seconds)", unit="s", bad_from=30)


CONFIRMATION = Board(
    "chosei-confirmation",
    "Chosei: the way of a confirmation",
    [
        Row(
            "Now",
            [
                number(
                    "Confirmations per minute",
                    'sum(rate(chosei_stage_seconds_count{stage="confirmed"}[$__rate_interval])) * 60',
                ),
                number(
                    "Mails within 10 s of the click",
                    "chosei:mail_sent_within_10s:ratio_rate5m",
                    unit="percentunit",
                    good_from=0.9,
                ),
                _oldest_event(),
                _parked_messages(),
            ],
        ),
        Row(
            "From the guest's click to each effect",
            [
                graph("Median", Target(quantile(0.5, "chosei_stage_seconds", "stage"), "{{stage}}"), unit="s"),
                graph("99 of 100", Target(quantile(0.99, "chosei_stage_seconds", "stage"), "{{stage}}"), unit="s"),
            ],
        ),
        Row(
            "On the way between services",
            [
                graph(
                    "From the commit to the broker's confirm, 99 of 100",
                    Target(quantile(0.99, "chosei_publish_seconds", "service"), "{{service}}"),
                    unit="s",
                ),
                graph(
                    "From an event to its handler, the ten slowest queues, 99 of 100",
                    Target(f"topk(10, {quantile(0.99, 'chosei_event_lag_seconds', 'queue')})", "{{queue}}"),
                    unit="s",
                ),
            ],
        ),
        Row(
            "How they end",
            [
                graph(
                    "Effects by outcome",
                    Target(per_second("chosei_effects_total", "effect, outcome"), "{{effect}} {{outcome}}"),
                    says="waiting: a try that was put off.",
                ),
                graph(
                    "Reminders and notices: how late they go out, 99 of 100",
                    Target(
                        "histogram_quantile(0.99, sum by (le)"
                        " (rate(chosei_reminder_sent_late_seconds_bucket[$__rate_interval])))",
                        "late",
                    ),
                    Target("max(chosei_reminder_lateness_seconds)", "the longest that waits now"),
                    unit="s",
                    says="G21: within 60 s of 07:00.",
                ),
            ],
        ),
    ],
)

WAITING = Board(
    "chosei-waiting",
    "Chosei: what waits and what failed",
    [
        Row(
            "Now",
            [
                _oldest_event(),
                _parked_messages(),
                number(
                    "Longest overdue row",
                    "max(chosei_due_age_seconds)",
                    unit="s",
                    bad_from=300,
                    says="Due and untaken.",
                ),
                number(
                    "Effects that failed, last hour",
                    'sum(increase(chosei_effects_total{outcome="failed",effect!="room"}[1h]))',
                    bad_from=1,
                ),
            ],
        ),
        Row(
            "Messages",
            [
                graph(
                    "Messages waiting",
                    Target(f"max by (queue) (rabbitmq_detailed_queue_messages{_WORK_QUEUES}) > 0", "{{queue}}"),
                ),
                graph(
                    "Queues that nobody reads",
                    Target(f"max by (queue) (rabbitmq_detailed_queue_consumers{_WORK_QUEUES}) == 0", "{{queue}}"),
                ),
                graph(
                    "Messages on the retry ladder",
                    Target(f"max by (queue) (rabbitmq_detailed_queue_messages{_LADDER})", "{{queue}}"),
                ),
                graph(
                    "Parked messages by queue",
                    Target(f"max by (queue) (rabbitmq_detailed_queue_messages{_PARKED}) > 0", "{{queue}}"),
                ),
                graph(
                    "Handlers that failed",
                    Target(per_second("chosei_messages_failed_total", "queue, outcome"), "{{queue}} {{outcome}}"),
                ),
                graph(
                    "Oldest unpublished event by service",
                    Target("max by (service) (chosei_outbox_age_seconds)", "{{service}}"),
                    unit="s",
                ),
            ],
        ),
        Row(
            "Work",
            [
                graph(
                    "Rows due and not taken",
                    Target("max by (service, worker) (chosei_due_rows)", "{{service}} {{worker}}"),
                    says="Counted up to 1000.",
                ),
                graph(
                    "How long the oldest has been due",
                    Target("max by (service, worker) (chosei_due_age_seconds)", "{{service}} {{worker}}"),
                    unit="s",
                ),
                graph(
                    "Effects put off and failed",
                    Target(
                        per_second("chosei_effects_total", "effect, outcome", where='{outcome=~"waiting|failed"}'),
                        "{{effect}} {{outcome}}",
                    ),
                ),
                graph(
                    "Age of the gauges",
                    Target(
                        "time() - max by (service, watch) (chosei_measured_timestamp_seconds) > 60",
                        "{{service}} {{watch}}",
                    ),
                    unit="s",
                    says="Older than a minute: what such a watch shows is not true any more.",
                ),
            ],
        ),
    ],
)

OUTSIDE = Board(
    "chosei-outside",
    "Chosei: providers, calendars and links",
    [
        Row(
            "Now",
            [
                numbers(
                    "Links by state",
                    "max by (provider, state) (chosei_connections)",
                    "{{provider}} {{state}}",
                    says="A broken one waits for its owner, who was mailed.",
                ),
                numbers(
                    "Zoom users by requests left today",
                    "max by (left) (chosei_zoom_users_by_requests_left)",
                    "{{left}}",
                ),
                number("Calendars not read for 15 min", "max(chosei_stale_calendars)", bad_from=1),
                number(
                    "Frozen calendars and accounts", "sum(max by (service) (chosei_frozen_connections))", bad_from=1
                ),
                number(
                    "Differences from what stands outside",
                    'sum(max by (kind, state) (chosei_mirror_objects{state=~"missing|orphaned|different"}))',
                    bad_from=1,
                    says="G13: 0 within five minutes of all providers being well.",
                ),
                number("Webhook endpoints failing", 'max(chosei_webhook_endpoints{state="failing"})'),
            ],
        ),
        Row(
            "Calls",
            [
                graph(
                    "By outcome",
                    Target(
                        per_second("chosei_provider_call_seconds_count", "provider, outcome"),
                        "{{provider}} {{outcome}}",
                    ),
                    says="ProviderThrottled slows down on purpose.",
                ),
                graph(
                    "95 of 100",
                    Target(
                        quantile(0.95, "chosei_provider_call_seconds", "provider, operation"),
                        "{{provider}} {{operation}}",
                    ),
                    unit="s",
                ),
            ],
        ),
        Row(
            "What stands there",
            [
                graph(
                    "Objects by kind and state",
                    Target("max by (kind, state) (chosei_mirror_objects)", "{{kind}} {{state}}"),
                ),
                graph(
                    "Changed or deleted by hand",
                    Target(per_second("chosei_calendar_drift_total", "row, kind"), "{{row}} {{kind}}"),
                ),
            ],
        ),
        Row(
            "Webhooks",
            [
                graph(
                    "Tries by outcome",
                    Target(per_second("chosei_webhook_tries_total", "outcome"), "{{outcome}}"),
                    stacked=True,
                ),
                graph("Endpoints", Target("max by (state) (chosei_webhook_endpoints)", "{{state}}")),
            ],
        ),
    ],
)

SERVICES = Board(
    "chosei-services",
    "Chosei: services",
    [
        Row(
            "Now",
            [
                number("Services that do not answer", 'count(up{job="chosei"} == 0) or vector(0)', bad_from=1),
                number(
                    "Needs that do not answer",
                    "count(min by (service, check) (chosei_check_passes) == 0) or vector(0)",
                    bad_from=1,
                ),
                number(
                    "Versions of the time zone rules",
                    "count(count by (version) (chosei_tzdata_info))",
                    bad_from=2,
                    says="G6: one.",
                ),
                number(
                    "Answers with errors of ours, last hour",
                    'sum(increase(chosei_http_request_seconds_count{status=~"5.."}[1h])) or vector(0)',
                ),
            ],
        ),
        Row(
            "Requests",
            [
                graph(
                    "By service and status",
                    Target(
                        per_second("chosei_http_request_seconds_count", "service, status"), "{{service}} {{status}}"
                    ),
                ),
                graph(
                    "99 of 100",
                    Target(quantile(0.99, "chosei_http_request_seconds", "service"), "{{service}}"),
                    unit="s",
                ),
                graph(
                    "The ten slowest routes, 95 of 100",
                    Target(
                        f"topk(10, {quantile(0.95, 'chosei_http_request_seconds', 'service, method, route')})",
                        "{{service}} {{method}} {{route}}",
                    ),
                    unit="s",
                    width=24,
                ),
            ],
        ),
        Row(
            "Processes",
            [
                graph(
                    "Processors used",
                    Target(
                        'rate(process_cpu_seconds_total{job="chosei"}[$__rate_interval])', "{{service}} {{instance}}"
                    ),
                ),
                graph(
                    "Memory",
                    Target('process_resident_memory_bytes{job="chosei"}', "{{service}} {{instance}}"),
                    unit="bytes",
                ),
            ],
        ),
    ],
)

BOARDS = (CONFIRMATION, WAITING, OUTSIDE, SERVICES)
