"""Which step of a payment a write takes (H13): pure, from what was and what is, so that no writer forgets to tell."""

from services.booking.model.appointment import Appointment
from services.booking.model.payment import Payment
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.payments import PaymentStatus, RefundState
from shared.contracts.booking import PaymentRecorded
from shared.contracts.payments import PaymentStep


def recorded(before: Appointment, after: Appointment) -> PaymentRecorded | None:
    """None where the payment took no step that anybody is told of."""
    payment, step = after.payment, _step(before, after)
    if payment is None or step is None:
        return None
    return PaymentRecorded(
        appointment_id=after.appointment_id,
        step=step,
        amount=payment.amount,
        currency=payment.currency,
        held_until=payment.expires_at if step is PaymentStep.HELD else None,
    )


def _step(before: Appointment, after: Appointment) -> PaymentStep | None:
    was, now = before.payment, after.payment
    if was is None or now is None:
        return None
    if was.is_pending and now.status is PaymentStatus.PAID:
        return PaymentStep.PAID
    if now.refund is not was.refund and now.refund is not RefundState.WANTED:
        return PaymentStep.REFUNDED if now.refund is RefundState.DONE else PaymentStep.REFUND_FAILED
    if before.is_unpaid and after.status is AppointmentStatus.CANCELED:
        return PaymentStep.RELEASED
    return PaymentStep.HELD if _opened(was, now) else None


def _opened(was: Payment, now: Payment) -> bool:
    return was.session_id is None and now.session_id is not None
