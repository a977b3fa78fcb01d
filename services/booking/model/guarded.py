"""What guards hold for an appointment: its claims on time (G1, G2), and its places among those of its page (H2)."""

from dataclasses import replace
from datetime import UTC

from services.booking.model.appointment import Appointment
from services.booking.model.claims import Claim, ClaimKind, resources, seat_resource
from services.booking.model.places import Place, places
from services.booking.model.spans import Span
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.booking import Occurrence

_KINDS = {AppointmentStatus.CONFIRMED: ClaimKind.CONFIRMED, AppointmentStatus.REQUESTED: ClaimKind.HELD}


def claims_of(appointment: Appointment) -> set[Claim]:
    """A request holds its time (G2)."""
    kind = _KINDS.get(appointment.status)
    if kind is None:
        return set()
    seat = seat_resource(appointment.bookable_id, appointment.seat) if appointment.bookable_id else None
    wanted = resources(appointment.attendee_ids, appointment.room_id, appointment.zoom_user_id, seat)
    return {
        Claim(resource, kind, appointment.appointment_id, _name_of(appointment, one), Span(one.start_at, one.end_at))
        for one in appointment.occurrences
        for resource in wanted
    }


def guarded(appointment: Appointment) -> set[Claim | Place]:
    """With the buffers and the places of the page that it was booked on."""
    claims, terms, page = claims_of(appointment), appointment.terms, appointment.page
    if terms is None or page is None or not claims:
        return {*claims}
    counted = places(
        page.page_id,
        appointment.appointment_id,
        appointment.start_at,
        terms.time_zone,
        daily_limit=terms.daily_limit,
        weekly_limit=terms.weekly_limit,
    )
    return {*(replace(claim, reach=terms.reach(claim.span)) for claim in claims), *counted}


def _name_of(appointment: Appointment, occurrence: Occurrence) -> str:
    """Tells claims of one series apart that touch the same day."""
    return occurrence.original_start_at.astimezone(UTC).isoformat() if appointment.series else ""
