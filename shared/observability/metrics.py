"""All metrics, behind ``record_…`` functions; names are checked against rules and dashboards by a test."""

from collections.abc import Iterable
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

_STAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

_messages = Counter(
    "chosei_messages_failed_total",
    "Messages whose handler failed, by what became of them.",
    ["queue", "outcome"],
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
_zoom_budgets = Gauge(
    "chosei_zoom_users_by_requests_left",
    "Zoom users of whom something was asked today, by how many requests they have left until 00:00 UTC (C4).",
    ["left"],
    registry=REGISTRY,
)
_webhooks = Counter(
    "chosei_webhook_tries_total", "Tries to deliver a webhook, by how they ended (X1).", ["outcome"], registry=REGISTRY
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


def record_outbox_age(age: timedelta) -> None:
    _outbox_age.set(age.total_seconds())


def record_due_rows(worker: str, count: int) -> None:
    _due_rows.labels(worker).set(count)


def record_due_age(worker: str, age: timedelta) -> None:
    _due_age.labels(worker).set(age.total_seconds())


def record_stage(stage: str, took: timedelta) -> None:
    """``stage`` is one of confirmed, meeting_issued, entry_written, holds_released, mail_sent, reminder_filed."""
    _stage.labels(stage).observe(max(0.0, took.total_seconds()))


def record_effect(effect: str, outcome: str) -> None:
    _effects.labels(effect, outcome).inc()


def record_provider_call(provider: str, operation: str, outcome: str, took: timedelta) -> None:
    _provider.labels(provider, operation, outcome).observe(took.total_seconds())


def record_reminder_lateness(late: timedelta) -> None:
    _reminder_lateness.set(late.total_seconds())


def record_drift(row: str, kind: str) -> None:
    _drift.labels(row, kind).inc()


def record_frozen(connections: int) -> None:
    _frozen.set(connections)


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


def record_request(method: str, route: str, status: int, took: timedelta) -> None:
    _requests.labels(method, route, str(status)).observe(took.total_seconds())
