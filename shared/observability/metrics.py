"""All metrics, behind ``record_…`` functions; names and labels are checked against rules and dashboards by tests.

Counters and histograms are of one process: add them up (``sum``). Gauges of what stands in a database are measured by
every replica and all say the same: take one (``max by``), never the sum.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from shared.contracts.stages import Stage

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)

_STAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_ON_THE_WAY = (0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600)
_LATENESS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600)
OUTCOMES = ("done", "gone", "waiting", "failed", "suppressed")
"""How an effect ends (G9); each try that is put off is ``waiting``, what was to be taken away ends as ``gone``."""

_messages = Counter(
    "chosei_messages_failed_total",
    "Messages whose handler failed, by what became of them.",
    ["queue", "outcome"],
    registry=REGISTRY,
)
_published = Histogram(
    "chosei_publish_seconds",
    "From the commit to the broker's confirm of an event.",
    buckets=_ON_THE_WAY,
    registry=REGISTRY,
)
_heard = Histogram(
    "chosei_event_lag_seconds",
    "From an event to the beginning of its handler, first deliveries only.",
    ["queue"],
    buckets=_ON_THE_WAY,
    registry=REGISTRY,
)
_outbox_age = Gauge("chosei_outbox_age_seconds", "Age of the oldest unpublished event.", registry=REGISTRY)
_due_rows = Gauge(
    "chosei_due_rows", "Rows that are due and that nobody works on; counted up to 1000.", ["worker"], registry=REGISTRY
)
_due_age = Gauge("chosei_due_age_seconds", "How long the oldest due row has been due.", ["worker"], registry=REGISTRY)
_stage = Histogram(
    "chosei_stage_seconds",
    "Time from the cause (guest's click) to the end of each stage.",
    ["stage"],
    buckets=_STAGES,
    registry=REGISTRY,
)
_effects = Counter("chosei_effects_total", "Effects by how they ended (G9).", ["effect", "outcome"], registry=REGISTRY)
_provider = Histogram(
    "chosei_provider_call_seconds",
    "Calls to providers.",
    ["provider", "operation", "outcome"],
    buckets=_STAGES,
    registry=REGISTRY,
)
_reminder_lateness = Gauge(
    "chosei_reminder_lateness_seconds", "How long the longest due and unsent reminder waits (G21).", registry=REGISTRY
)
_reminder_sent = Histogram(
    "chosei_reminder_sent_late_seconds",
    "How long after its hour a reminder or notice went out (G21).",
    buckets=_LATENESS,
    registry=REGISTRY,
)
_connections = Gauge(
    "chosei_connections",
    "Links of people and organizations to providers, by how they are (G19).",
    ["provider", "state"],
    registry=REGISTRY,
)
_stale = Gauge(
    "chosei_stale_calendars",
    "Calendars of working links that were not read completely for 15 minutes (G3); counted up to 1000.",
    registry=REGISTRY,
)
_drift = Counter(
    "chosei_calendar_drift_total",
    "Entries and holds that were changed or deleted directly in the calendar (V6).",
    ["row", "kind"],
    registry=REGISTRY,
)
_frozen = Gauge(
    "chosei_frozen_connections",
    "Calendars that lost so much at once that nothing counts as deleted.",
    registry=REGISTRY,
)
_mirror = Gauge(
    "chosei_mirror_objects",
    "What lives and what stands at the providers, not over yet, by how the two compare (G13).",
    ["kind", "state"],
    registry=REGISTRY,
)
_zoom_budgets = Gauge(
    "chosei_zoom_users_by_requests_left",
    "Zoom users of whom something was asked today, by how many requests they have left until 00:00 UTC (C4).",
    ["left"],
    registry=REGISTRY,
)
_webhooks = Counter(
    "chosei_webhook_tries_total", "Tries to deliver a webhook, by how they ended (X1).", ["outcome"], registry=REGISTRY
)
_endpoints = Gauge(
    "chosei_webhook_endpoints", "Webhook endpoints, by how they fare (X1).", ["state"], registry=REGISTRY
)
_checks = Gauge(
    "chosei_check_passes", "Whether what this process needs answers it (1 or 0).", ["check"], registry=REGISTRY
)
_measured = Gauge(
    "chosei_measured_timestamp_seconds",
    "When the gauges of this watch were last measured; older than that they say nothing.",
    ["watch"],
    registry=REGISTRY,
)
_zones = Gauge(
    "chosei_tzdata_info",
    "1, with the version of the time zone rules that this process uses (G6).",
    ["version"],
    registry=REGISTRY,
)
_requests = Histogram(
    "chosei_http_request_seconds",
    "Answered requests.",
    ["method", "route", "status"],
    buckets=_STAGES,
    registry=REGISTRY,
)


def record_message(queue: str, outcome: str) -> None:
    _messages.labels(queue, outcome).inc()


def record_published(took: timedelta) -> None:
    _published.observe(max(0.0, took.total_seconds()))


def record_heard(queue: str, lag: timedelta) -> None:
    _heard.labels(queue).observe(max(0.0, lag.total_seconds()))


def record_outbox_age(age: timedelta) -> None:
    _outbox_age.set(age.total_seconds())


def record_due_rows(worker: str, count: int) -> None:
    _due_rows.labels(worker).set(count)


def record_due_age(worker: str, age: timedelta) -> None:
    _due_age.labels(worker).set(age.total_seconds())


def record_stage(stage: Stage, took: timedelta) -> None:
    _stage.labels(stage).observe(max(0.0, took.total_seconds()))


def expect_effects(*effects: str, stages: Iterable[str] = ()) -> None:
    """Said by who makes them, before the first: what begins at 1 in Prometheus has never grown."""
    for effect in effects:
        for outcome in OUTCOMES:
            _effects.labels(effect, outcome)
    for stage in stages:
        _stage.labels(stage)


def record_effect(effect: str, outcome: str) -> None:
    """``outcome`` is one of ``OUTCOMES``. Said by the service that makes the effect, so that each is counted once."""
    _effects.labels(effect, outcome).inc()


def record_provider_call(provider: str, operation: str, outcome: str, took: timedelta) -> None:
    _provider.labels(provider, operation, outcome).observe(took.total_seconds())


def record_reminder_lateness(late: timedelta) -> None:
    _reminder_lateness.set(late.total_seconds())


def record_reminder_sent(late: timedelta) -> None:
    _reminder_sent.observe(max(0.0, late.total_seconds()))


def record_connections(provider: str, by_state: Mapping[str, int]) -> None:
    """``by_state`` names every state that there is, also with 0."""
    for state, count in by_state.items():
        _connections.labels(provider, state).set(count)


def record_stale_calendars(count: int) -> None:
    _stale.set(count)


def record_drift(row: str, kind: str) -> None:
    _drift.labels(row, kind).inc()


def record_frozen(connections: int) -> None:
    _frozen.set(connections)


def record_mirror(kind: str, state: str, count: int) -> None:
    """``kind`` is entry, hold or meeting; ``state`` a ``shared.mirror.MirrorState``."""
    _mirror.labels(kind, state).set(count)


_LEFT = {"0": 0, "1-9": 9, "10-49": 49, "50+": None}


def record_zoom_budgets(left: Iterable[int]) -> None:
    """What each Zoom user has left today."""
    counts = dict.fromkeys(_LEFT, 0)
    for number in left:
        counts[next(name for name, most in _LEFT.items() if most is None or number <= most)] += 1
    for name, count in counts.items():
        _zoom_budgets.labels(name).set(count)


def record_webhook(outcome: str) -> None:
    """``outcome`` is delivered, or why not: status, timeout, connection, tls, address."""
    _webhooks.labels(outcome).inc()


def expect_webhooks(*outcomes: str) -> None:
    """As ``expect_effects``."""
    for outcome in outcomes:
        _webhooks.labels(outcome)


def record_webhook_endpoints(by_state: Mapping[str, int]) -> None:
    """``by_state`` names every state that there is, also with 0."""
    for state, count in by_state.items():
        _endpoints.labels(state).set(count)


def record_check(check: str, *, passes: bool) -> None:
    _checks.labels(check).set(passes)


def record_measured(watch: str, at: datetime) -> None:
    """``at`` is real time."""
    _measured.labels(watch).set(at.timestamp())


def record_zone_rules(version: str) -> None:
    _zones.labels(version).set(1)


def record_request(method: str, route: str, status: int, took: timedelta) -> None:
    _requests.labels(method, route, str(status)).observe(took.total_seconds())
