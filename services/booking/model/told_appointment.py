"""An appointment as events carry it: what other services are to follow."""

from datetime import datetime, timedelta

from services.booking.model.appointment import Appointment
from shared.contracts import booking as contract
from shared.contracts.api.pages import GuestRights


def told(appointment: Appointment) -> contract.Appointment:
    terms = appointment.terms if appointment.page else None
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
        reschedule_until=_until(appointment, terms.reschedule) if terms else None,
        cancel_until=_until(appointment, terms.cancel) if terms else None,
    )


def _until(appointment: Appointment, rights: GuestRights) -> datetime | None:
    return appointment.start_at - timedelta(minutes=rights.until) if rights.allowed else None
