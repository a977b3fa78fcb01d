"""What came with a booking on a page, for staff and guest alike (H5)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from services.booking.providers.stripe import dashboard_url
from shared.contracts.api.page_guests import AnswerView, PageRefView
from shared.contracts.api.payments import PaymentView


def page_ref_view(appointment: Appointment) -> PageRefView | None:
    page = appointment.page
    return PageRefView(id=page.page_id, title=page.title, slug=page.slug) if page else None


def answers_view(appointment: Appointment) -> list[AnswerView]:
    return [AnswerView(**answer.model_dump()) for answer in appointment.answers]


def payment_view(appointment: Appointment) -> PaymentView | None:
    payment = appointment.payment
    if payment is None:
        return None
    return PaymentView(
        amount=payment.amount,
        currency=payment.currency,
        status=payment.status,
        expires_at=payment.expires_at.astimezone(ZoneInfo(appointment.time_zone)),
        refund=payment.refund,
        gives_back=payment.gives_back,
    )


def payment_of_staff(appointment: Appointment) -> PaymentView | None:
    """With the way to it at Stripe, once there is something to be seen."""
    payment, shown = appointment.payment, payment_view(appointment)
    if payment is None or shown is None or payment.payment_id is None:
        return shown
    return shown.model_copy(update={"stripe_url": dashboard_url(payment.session_id or "", payment.payment_id)})


def checkout_url(appointment: Appointment, now: datetime) -> str | None:
    """Where it can be paid, as long as it can."""
    payment = appointment.payment
    if payment is None or not appointment.is_unpaid or now >= payment.expires_at:
        return None
    return payment.checkout_url
