"""An appointment as events carry it: what other services are to follow."""

from datetime import datetime, timedelta

from services.booking.model.appointment import Appointment
from services.booking.model.payment import Payment
from shared.contracts import booking as contract
from shared.contracts.api.pages import GuestRights
from shared.contracts.api.payments import PaymentStatus
from shared.contracts.payments import Paid


def told(appointment: Appointment) -> contract.Appointment:
    return contract.Appointment(
        appointment_id=appointment.appointment_id,
        proposal_id=appointment.proposal_id,
        revision=appointment.version,
        kind=appointment.kind,
        title=appointment.shown_title,
        start_at=appointment.start_at,
        end_at=appointment.end_at,
        time_zone=appointment.time_zone,
        organizer_id=appointment.organizer_id,
        creator=appointment.creator,
        attendees=appointment.attendees,
        guest=appointment.guest,
        guest_time_zone=appointment.guest_time_zone,
        guest_locale=appointment.guest_locale,
        visibility=appointment.visibility,
        wants_meeting=appointment.issues,
        zoom_user_id=appointment.zoom_user_id,
        hosted_by_bookable=appointment.hosted_by_bookable,
        address=appointment.address,
        reception_code=appointment.reception_code,
        room_id=appointment.room_id,
        room_name=appointment.room_name,
        confirmed_at=appointment.confirmed_at,
        meeting_type=appointment.meeting_type,
        topic=appointment.topic,
        link_generation=appointment.link_generation,
        link_since=appointment.link_since,
        reveal=appointment.reveals,
        link_start_at=appointment.link_start_at if appointment.series else None,
        all_day=appointment.all_day,
        series=appointment.series,
        mails_guest=appointment.mails_guest,
        page=appointment.page,
        guest_participates=appointment.guest_participates,
        **_self_service(appointment),
        paid=_paid(appointment.payment) if appointment.payment else None,
    )


def _self_service(appointment: Appointment) -> dict[str, datetime | None]:
    """Until when the guest may move or cancel it (H10); a request is taken back as long as it waits (H4)."""
    if appointment.is_requested:
        return {"cancel_until": appointment.requested_until}
    terms = appointment.terms if appointment.page else None
    if terms is None:
        return {}
    return {
        "reschedule_until": _until(appointment, terms.reschedule),
        "cancel_until": _until(appointment, terms.cancel),
    }


def _paid(payment: Payment) -> Paid | None:
    if payment.payment_id is None or payment.status not in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
        return None
    return Paid(amount=payment.amount, currency=payment.currency, given_back=payment.refund is not None)


def _until(appointment: Appointment, rights: GuestRights) -> datetime | None:
    return appointment.start_at - timedelta(minutes=rights.until) if rights.allowed else None
