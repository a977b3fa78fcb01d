"""Webhooks in the public API (X1): endpoints of an organization, what was sent to them, and what came back."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictBool, StringConstraints
from pydantic_core import PydanticCustomError

from shared.contracts.api.fields import Instant, MayBeLeftOut, Request, View, one_line

MOST_PATTERNS = 100
MOST_ENDPOINTS = 50
"""Of one organization."""
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_WRONG = "webhook_url"


class WhyDisabled(StrEnum):
    """``gone``: the server answered 410; ``failing``: nothing got through while one delivery was tried to its end."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


class DeliveryStatus(StrEnum):
    """``missed``: it came, or was still to be tried, while the endpoint was disabled."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    MISSED = "missed"


class TryError(StrEnum):
    """Why a try failed. ``status``: another answer than 2xx; ``address``: the name leads nowhere, or to an address that
    is not public.
    """

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    TLS = "tls"
    ADDRESS = "address"
    STATUS = "status"


def _url(text: str) -> str:
    """Where a name leads is checked apart from how the address is written."""
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or not _VISIBLE.fullmatch(text) or parts.scheme not in ("https", "http"):
        raise PydanticCustomError(_WRONG, "Enter an address such as https://example.com/hook.")
    if "@" in parts.netloc or parts.fragment:
        raise PydanticCustomError(_WRONG, "The address must hold no user name, password or fragment.")
    return text


Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(_url)]
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{0,99}[a-z0-9_*]$")]
Patterns = Annotated[list[Pattern], Field(min_length=1, max_length=MOST_PATTERNS)]
Description = Annotated[str, *one_line(200)]


class WebhookCreate(Request):
    """``events`` are names of the catalogue (``booking.appointment_confirmed.v1``), all of a service (``booking.*``) or
    everything (``*``).
    """

    url: Url
    events: Patterns
    description: Description = ""
    enabled: StrictBool = True


class WebhookPatch(Request):
    """What is left out stays."""

    url: MayBeLeftOut[Url] = None
    events: MayBeLeftOut[Patterns] = None
    description: MayBeLeftOut[Description] = None
    enabled: MayBeLeftOut[StrictBool] = None


class RotateSecret(Request):
    """For so many hours the old secret signs beside the new one; 0: from now on it signs no more."""

    old_valid_hours: Annotated[int, Field(ge=0, le=168, strict=True)] = 24


class Replay(Request):
    """Sends again what came in that time and did not get through; ``delivered`` adds what did."""

    since: Instant
    until: Instant | None = None
    delivered: StrictBool = False


class WebhookView(View):
    """``failing_since``: when the first try failed after which none succeeded."""

    id: str
    version: int
    url: str
    events: list[str]
    description: str
    enabled: bool
    disabled_for: WhyDisabled | None
    disabled_at: datetime | None
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    created_by: str


class WebhookWithSecret(WebhookView):
    """The secret (``whsec_…``) is shown here and never again."""

    secret: str


class WebhookList(View):
    """In the order of their making."""

    items: list[WebhookView]
    next_cursor: str | None = None


class TryView(View):
    """One request: the status that came back, or why there was none; the answer's body is shortened."""

    at: datetime
    duration_ms: int
    status_code: int | None
    error: TryError | None
    body: str


class WebhookDeliveryView(View):
    """``tries`` counts since the event came, or since the delivery was begun anew; ``log`` keeps the newest 20 of all,
    the newest last. ``event_id`` is the ``webhook-id`` of every try.
    """

    id: str
    webhook_id: str
    event_id: str
    event: str
    subject: str
    occurred_at: datetime
    created_at: datetime
    status: DeliveryStatus
    tries: int
    next_try_at: datetime | None
    log: list[TryView]


class WebhookDeliveryDetails(WebhookDeliveryView):
    """With what was sent."""

    payload: dict[str, Any]


class WebhookDeliveryList(View):
    """The newest first."""

    items: list[WebhookDeliveryView]
    next_cursor: str | None = None


class Replayed(View):
    """How many deliveries begin anew."""

    count: int
