"""Webhooks (X1): where an organization wants which events, and what became of each. Pure.

An endpoint is the row that workers take, one at a time: however slow its server is, it has one turn among the others.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from shared.contracts.api.webhooks import DeliveryStatus, TryError, WhyDisabled
from shared.contracts.envelope import Value

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=10),
)
"""Pauses between the tries of one delivery, over a day in all; the last one is followed by giving up."""

LONGEST_PAUSE = timedelta(days=1)
"""A server may ask for no more."""

PAUSE = timedelta(seconds=30)
"""How long a server that says it is overloaded is left alone where it does not say how long."""

OVERLOADED = frozenset({429, 502, 503, 504})
GONE = 410
KEPT_TRIES = 20
KEPT_BODY = 1_000


class Endpoint(Value):
    """``secret`` and ``old_secret`` are encrypted; the old one signs too until ``old_until``. ``failing_since`` is
    when the first try failed after which none succeeded. ``version`` grows with what administrators see change.
    """

    endpoint_id: str
    organization_id: str
    version: int = 1
    url: str
    events: tuple[str, ...]
    description: str = ""
    secret: str
    old_secret: str | None = None
    old_until: AwareDatetime | None = None
    enabled: bool = True
    disabled_for: WhyDisabled | None = None
    disabled_at: AwareDatetime | None = None
    last_problem: str = ""
    created_at: AwareDatetime
    created_by: str
    rotated_with: str = ""
    failing_since: AwareDatetime | None = None
    paused_until: AwareDatetime | None = None

    def wants(self, event: str) -> bool:
        return any(matches(pattern, event) for pattern in self.events)

    def secrets_at(self, moment: datetime) -> list[str]:
        """What signs, the newest first."""
        old = self.old_secret if self.old_until and moment < self.old_until else None
        return [self.secret, *([old] if old else [])]

    def rotated(self, secret: str, *, key: str, old_until: datetime | None) -> "Endpoint":
        """The former secret signs beside the new one until then."""
        old = self.secret if old_until else None
        changes = {"secret": secret, "old_secret": old, "old_until": old_until, "rotated_with": key}
        return self.model_copy(update={**changes, "version": self.version + 1})

    def disabled(self, why: WhyDisabled, at: datetime, problem: str = "") -> "Endpoint":
        changes = {"enabled": False, "disabled_for": why, "disabled_at": at, "last_problem": problem}
        return self.model_copy(update={**changes, "version": self.version + 1})

    def enabled_again(self) -> "Endpoint":
        changes = {"enabled": True, "disabled_for": None, "disabled_at": None, "last_problem": ""}
        more = {"failing_since": None, "paused_until": None, "version": self.version + 1}
        return self.model_copy(update={**changes, **more})


class Try(Value):
    """``status`` is the server's; absent where ``error`` says why there is none. ``body`` is shortened."""

    at: AwareDatetime
    took_ms: int
    status: int | None = None
    error: TryError | None = None
    body: str = ""
    retry_after: timedelta | None = None

    @property
    def succeeded(self) -> bool:
        return self.error is None

    @property
    def problem(self) -> str:
        """A word for it: ``500``, ``timeout``."""
        return str(self.status) if self.status else str(self.error or "")


class Delivery(Value):
    """One event for one endpoint. ``tries`` counts since it was (last) begun by hand or by the event; ``log`` keeps
    the newest of all. ``about`` names whom and what the event is about, so that it can be found for erasing.
    """

    delivery_id: str
    endpoint_id: str
    organization_id: str
    event_id: str
    event: str
    subject: str
    occurred_at: AwareDatetime
    created_at: AwareDatetime
    status: DeliveryStatus
    tries: int = 0
    begun_at: AwareDatetime
    due_at: AwareDatetime | None = None
    log: tuple[Try, ...] = ()

    def after(self, tried: Try, *, jitter: float) -> "Delivery":
        """What becomes of it; ``jitter`` (0 to 1) lengthens the pause by up to a tenth."""
        log = (*self.log, tried)[-KEPT_TRIES:]
        tries = self.tries + 1
        if tried.succeeded:
            return self._ended(DeliveryStatus.DELIVERED, tries, log)
        if tries > len(RETRY_AFTER):
            return self._ended(DeliveryStatus.FAILED, tries, log)
        pause = max(RETRY_AFTER[tries - 1], min(tried.retry_after or timedelta(0), LONGEST_PAUSE))
        return self.model_copy(update={"tries": tries, "log": log, "due_at": tried.at + pause * (1 + jitter / 10)})

    def _ended(self, status: DeliveryStatus, tries: int, log: tuple[Try, ...]) -> "Delivery":
        return self.model_copy(update={"status": status, "tries": tries, "log": log, "due_at": None})


def delivery_id(endpoint_id: str, event_id: str) -> str:
    """The same for every repeat of the event, so that it is filed once."""
    return "whd_" + hashlib.sha256(f"{endpoint_id}\x1f{event_id}".encode()).hexdigest()[:32]


def matches(pattern: str, event: str) -> bool:
    """``booking.appointment_confirmed.v1``, ``booking.*`` or ``*``."""
    if pattern.endswith("*"):
        return event.startswith(pattern[:-1])
    return pattern == event


def unknown_patterns(patterns: Collection[str], events: Collection[str]) -> list[int]:
    """Places of those that name neither an event nor a service."""
    services = {f"{event.partition('.')[0]}.*" for event in events}
    return [place for place, name in enumerate(patterns) if name != "*" and name not in services | set(events)]


def ends_the_endpoint(endpoint: Endpoint, delivery: Delivery) -> bool:
    """Whether nothing at all got through from this delivery's first try to its last."""
    if delivery.status is not DeliveryStatus.FAILED or endpoint.failing_since is None:
        return False
    return endpoint.failing_since <= delivery.log[-delivery.tries].at
