"""What a guest may do with their appointment by themselves (H10); nothing where it was booked on no page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.model.appointment import Appointment
from services.booking.model.page import Page
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.pages import GuestRights


@dataclass(frozen=True)
class Rights:
    """Until when it is (or was) allowed; None where it never is."""

    reschedule_until: datetime | None = None
    cancel_until: datetime | None = None
    can_reschedule: bool = False
    can_cancel: bool = False


def rights_of(appointment: Appointment, page: Page | None, now: datetime) -> Rights:
    """``page`` as it is now. A closed page, and one none of whose hosts attends any more, offers no other time. A
    request is taken back as long as it waits, whatever the page allows, and not moved (H4).
    """
    if appointment.is_requested:
        until = appointment.requested_until
        return Rights(cancel_until=until, can_cancel=until is not None and now < until)
    if page is None:
        return Rights()
    offers = appointment.is_live and page.is_open and bool({*page.host_ids} & {*appointment.attendee_ids})
    reschedule = _until(appointment, page.reschedule) if offers else None
    cancel = _until(appointment, page.cancel)
    stands = appointment.status is not AppointmentStatus.CANCELED
    return Rights(
        reschedule,
        cancel,
        reschedule is not None and now < reschedule,
        stands and cancel is not None and now < cancel,
    )


def _until(appointment: Appointment, rights: GuestRights) -> datetime | None:
    return appointment.start_at - timedelta(minutes=rights.until) if rights.allowed else None
