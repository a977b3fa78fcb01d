"""What a guest reads of a payment on the page of their booking (H13): to be paid, not paid in time, given back."""

from services.gateway.pages import times
from services.gateway.pages.guest_view import Reading
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView
from shared.contracts.api.payments import PaymentStatus, PaymentView, RefundState
from shared.money import money_words
from shared.problem import Language


def payment_words(appointment: GuestAppointmentView, reading: Reading) -> dict[str, object]:
    """Over the words of ``settled``, where the payment says more."""
    payment, state, language = appointment.payment, _state(appointment), reading.language
    if payment is None:
        return {"pay_url": None, "paid_note": "", "unpaid": False, "back_note": ""}
    words: dict[str, object] = {
        "pay_url": appointment.checkout_url if state == "pending" else None,
        "paid_note": _note(appointment, language),
        "paid_kind": "ok" if payment.refund is RefundState.DONE else "wait",
        "unpaid": state == "pending",
        "price": money_words(payment.amount, payment.currency, language),
        "back_note": _back(payment, language),
    }
    if not state:
        return words
    until = times.moment(payment.expires_at, reading.zone, language)
    return words | {
        "heading": text(language, f"payments.{state}_heading"),
        "explanation": text(language, f"payments.{state}_text", until=until),
    }


def _state(appointment: GuestAppointmentView) -> str:
    payment = appointment.payment
    if payment is None:
        return ""
    if appointment.status is AppointmentStatus.REQUESTED and payment.status is PaymentStatus.PENDING:
        return "pending"
    gone = appointment.status is AppointmentStatus.CANCELED
    return "expired" if gone and payment.status in (PaymentStatus.EXPIRED, PaymentStatus.FAILED) else ""


def _back(payment: PaymentView, language: Language) -> str:
    """What cancelling means for what was paid, said before it."""
    if payment.status is not PaymentStatus.PAID:
        return ""
    amount = money_words(payment.amount, payment.currency, language)
    return text(language, "payments.gives_back" if payment.gives_back else "payments.keeps", amount=amount)


def _note(appointment: GuestAppointmentView, language: Language) -> str:
    refund = appointment.payment.refund if appointment.payment else None
    return text(language, f"payments.refund_{refund}") if isinstance(refund, RefundState) else ""
