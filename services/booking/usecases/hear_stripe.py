"""Stripe's webhooks (H13): each is signed over its bytes; what it says is when to ask Stripe, and no more. So they may
come twice, in any order, late or never.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from services.booking.providers.stripe import APPOINTMENT
from services.booking.store.payments import PaymentStore
from shared import clock
from shared.crypto import same
from shared.webhooks import Heard, object_in

log = structlog.get_logger(__name__)
_WINDOW = timedelta(seconds=300)
"""How old a request may be; Stripe signs each repetition anew."""
_SECONDS = re.compile(r"[0-9]{1,12}")
_PAYS = ("checkout.session.", "charge.", "refund.", "payment_intent.")


class HearStripe:
    """``secret`` signs; where it is empty nothing is believed."""

    def __init__(self, secret: str, store: PaymentStore, wake: Callable[[str], None]) -> None:
        self._secret = secret
        self._store = store
        self._wake = wake

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> Heard:
        named = {name.lower(): value for name, value in headers.items()}
        if not self._is_signed(named.get("stripe-signature", ""), body):
            log.info("notification.ignored")
            return Heard(401)
        appointment_id = _about(object_in(body))
        if appointment_id and await self._store.look_now(appointment_id):
            self._wake(appointment_id)
        return Heard(200)

    def _is_signed(self, header: str, body: bytes) -> bool:
        """While a secret is replaced there are several signatures; one that is right is enough."""
        parts = [part.strip().partition("=") for part in header.split(",")]
        times = [value for name, _, value in parts if name == "t" and _SECONDS.fullmatch(value)]
        if not self._secret or not times:
            return False
        right = hmac.new(self._secret.encode(), f"{times[0]}.".encode() + body, hashlib.sha256).hexdigest()
        fresh = abs(clock.now().timestamp() - int(times[0])) <= _WINDOW.total_seconds()
        return fresh and any(same(value, right) for name, _, value in parts if name == "v1")


def _about(event: Mapping[str, Any]) -> str:
    """The appointment that it is about; empty where it is about none of ours."""
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    metadata = thing.get("metadata") if isinstance(thing, dict) else None
    if not str(event.get("type", "")).startswith(_PAYS) or not isinstance(metadata, dict):
        return ""
    return str(metadata.get(APPOINTMENT) or "")
