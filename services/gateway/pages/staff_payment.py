"""What staff read of the payment of a booking (H13): how much, how far it is, and where it is to be seen at Stripe."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView
from shared.contracts.api.payments import PaymentStatus, PaymentView, RefundState
from shared.money import money_words
from shared.problem import Language

_BADGES: Mapping[str, str] = {
    "pending": "wait",
    "paid": "ok",
    "refunded": "none",
    "failed": "none",
    "expired": "none",
    "refunding": "open",
    "refund_failed": "bad",
}
_SAFE_URL = "https://"


@dataclass(frozen=True)
class StaffPayment:
    """``badge`` is the colour of ``state``; ``unpaid`` while its time is held for it."""

    price: str
    state: str
    badge: str
    hint: str
    url: str
    unpaid: bool


def staff_payment(appointment: AppointmentView, language: Language) -> StaffPayment | None:
    payment = appointment.payment
    if payment is None:
        return None
    state = _state(payment)
    unpaid = is_unpaid(appointment)
    hint = {"pending": "hint_unpaid" if unpaid else "", "refund_failed": "hint_refund_failed"}.get(state, "")
    url = payment.stripe_url or ""
    return StaffPayment(
        price=money_words(payment.amount, payment.currency, language),
        state=text(language, f"payments.state_{state}"),
        badge=_BADGES[state],
        hint=text(language, f"payments.{hint}") if hint else "",
        url=url if url.startswith(_SAFE_URL) else "",
        unpaid=unpaid,
    )


def is_unpaid(appointment: AppointmentView) -> bool:
    """Its time is held until it is paid for."""
    payment = appointment.payment
    waits = payment is not None and payment.status is PaymentStatus.PENDING
    return waits and appointment.status is AppointmentStatus.REQUESTED


def _state(payment: PaymentView) -> str:
    if payment.refund is RefundState.WANTED:
        return "refunding"
    return "refund_failed" if payment.refund is RefundState.FAILED else payment.status.value
