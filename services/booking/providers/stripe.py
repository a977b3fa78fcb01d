"""Stripe's Checkout and refunds, by its published API: form-encoded, a key of idempotency on every write.

| status | taken as |
| --- | --- |
| 401, 403 | the key is refused: an operator must act |
| 409 | another call with this key is under way: unavailable |
| 429 | throttled |
| 5xx, no answer | unavailable; unknown for a write, whose repeat bears the same key |
| other 4xx | refused, with Stripe's ``code`` |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.http import AsyncClient, Response, client, json_object, send
from shared.observability.http import provider_call
from shared.providers import CredentialRevoked, ProviderRefused, ProviderThrottled, ProviderUnavailable

_VERSION = "2025-03-31.basil"
_THROTTLED_FOR = timedelta(seconds=2)
_NAMED = 200
"""So many characters of a title fit; the rest is cut."""
APPOINTMENT = "appointment_id"
"""Of the metadata, by which a webhook finds its way back."""


class SessionStatus(StrEnum):
    """Stripe's words."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True)
class CheckoutSession:
    """``payment_id`` once it was begun to be paid; ``url`` while it is open."""

    session_id: str
    status: SessionStatus
    paid: bool
    payment_id: str | None
    url: str | None


@dataclass(frozen=True)
class Refund:
    """``failed`` where the bank did not take it."""

    refund_id: str
    amount: int
    failed: bool


@dataclass(frozen=True)
class CheckoutWish:
    """What is to be paid, by whom, and where the guest comes back to."""

    appointment_id: str
    title: str
    amount: int
    currency: str
    email: str
    locale: str
    back_url: str
    expires_at: datetime


class Stripe:
    """One account of the installation. Without a key every call is refused."""

    def __init__(self, api_url: str, key: str, *, timeout: timedelta = timedelta(seconds=5)) -> None:
        self._key = key
        self._client: AsyncClient = client(
            api_url, timeout=timeout, headers={"authorization": f"Bearer {key}", "stripe-version": _VERSION}
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def create(self, wish: CheckoutWish) -> CheckoutSession:
        """The same for every repeat."""
        return _session(await self._call("POST", "/v1/checkout/sessions", to_form(wish), f"{wish.appointment_id}/pay"))

    async def session(self, session_id: str) -> CheckoutSession:
        return _session(await self._call("GET", f"/v1/checkout/sessions/{session_id}"))

    async def expire(self, session_id: str) -> CheckoutSession:
        """Refused where it is not open any more."""
        return _session(await self._call("POST", f"/v1/checkout/sessions/{session_id}/expire"))

    async def came_to_nothing(self, payment_id: str) -> bool:
        """Whether a payment that was begun will not be made."""
        told = await self._call("GET", f"/v1/payment_intents/{payment_id}")
        return told.get("status") in ("requires_payment_method", "canceled")

    async def refunds(self, payment_id: str) -> list[Refund]:
        told = await self._call("GET", f"/v1/refunds?payment_intent={payment_id}&limit=100")
        return [_refund(one) for one in told.get("data") or []]

    async def refund(self, payment_id: str, appointment_id: str, attempt: int) -> Refund:
        """All that was not given back yet; Stripe itself refuses to give back more than was paid."""
        form = {
            "payment_intent": payment_id,
            "reason": "requested_by_customer",
            f"metadata[{APPOINTMENT}]": appointment_id,
        }
        return _refund(await self._call("POST", "/v1/refunds", form, f"{appointment_id}/refund/{attempt}"))

    async def _call(
        self, method: str, path: str, form: Mapping[str, str] | None = None, key: str = ""
    ) -> dict[str, Any]:
        if not self._key:
            raise CredentialRevoked("no_key")
        headers = {"idempotency-key": key} if key else {}
        with provider_call("stripe", path.split("?")[0].split("/")[2]):
            response = await send(self._client, method, path, data=form, headers=headers)
        if response.is_success:
            return json_object(response)
        raise _refusal(response, writes=method == "POST")


def dashboard_url(session_id: str, payment_id: str) -> str:
    """Stripe's own page of a payment; what was paid with a test key is on another."""
    place = "test/payments" if session_id.startswith("cs_test_") else "payments"
    return f"https://dashboard.stripe.com/{place}/{payment_id}"


def to_form(wish: CheckoutWish) -> dict[str, str]:
    """Cards only: what takes days would hold the guest's time for days."""
    price = "line_items[0][price_data]"
    return {
        "mode": "payment",
        "payment_method_types[0]": "card",
        f"{price}[currency]": wish.currency,
        f"{price}[unit_amount]": str(wish.amount),
        f"{price}[product_data][name]": wish.title[:_NAMED],
        "line_items[0][quantity]": "1",
        "success_url": wish.back_url,
        "cancel_url": wish.back_url,
        "customer_email": wish.email,
        "locale": "ja" if wish.locale.startswith("ja") else "en",
        "expires_at": str(int(wish.expires_at.timestamp())),
        "client_reference_id": wish.appointment_id,
        f"metadata[{APPOINTMENT}]": wish.appointment_id,
        f"payment_intent_data[metadata][{APPOINTMENT}]": wish.appointment_id,
    }


def _session(told: Mapping[str, Any]) -> CheckoutSession:
    return CheckoutSession(
        session_id=str(told["id"]),
        status=SessionStatus(str(told["status"])),
        paid=told.get("payment_status") == "paid",
        payment_id=told.get("payment_intent"),
        url=told.get("url"),
    )


def _refund(told: Mapping[str, Any]) -> Refund:
    return Refund(str(told["id"]), int(told["amount"]), told.get("status") in ("failed", "canceled"))


def _refusal(response: Response, *, writes: bool) -> Exception:
    error = json_object(response).get("error")
    told = error if isinstance(error, dict) else {}
    reason = str(told.get("code") or told.get("type") or response.status_code)
    if response.status_code in (401, 403):
        return CredentialRevoked(reason)
    if response.status_code == 429:
        return ProviderThrottled(reason, retry_after=_THROTTLED_FOR)
    if response.status_code == 409 or response.status_code >= 500:
        return ProviderUnavailable(reason, unknown=writes)
    return ProviderRefused(reason, missing=response.status_code == 404)
