"""Staff answer a request (H4): approved it is an appointment with all that belongs to one, declined it is over. Of
answers, the guest's own word and the end of its time one wins, and the others hear how things stand.
"""

from services.booking.model.appointment import Appointment
from services.booking.model.free_time import Obstacle
from services.booking.model.requests import as_now
from services.booking.problems import (
    AlreadyCanceled,
    AlreadyConfirmed,
    CalendarUnreadable,
    NotPaidYet,
    RequestExpired,
    SlotBusy,
    SlotTaken,
)
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.availability import Availability
from services.booking.usecases.change_appointment import CancelAppointment, person_of
from services.booking.usecases.confirm_request import ConfirmRequest
from services.booking.usecases.free_occurrences import FreeOccurrences
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.requests import RequestApproval
from shared.internal import Caller


class AnswerRequest:
    """The same answer again changes nothing. Raises ``StaleVersion``."""

    def __init__(
        self, people: PeopleStore, availability: Availability, cancel: CancelAppointment, confirm: ConfirmRequest
    ) -> None:
        self._people = people
        self._free = FreeOccurrences(availability)
        self._cancel = cancel
        self._confirm = confirm

    async def approve(self, before: Appointment, wanted: RequestApproval, caller: Caller) -> Appointment:
        """Raises 409 ``already_canceled``, ``slot_taken``, 410 ``request_expired``, and without ``allow_overlap`` 422
        ``slot_busy``, 503 ``calendar_unreadable``. The message becomes the guest's guidance.
        """
        if before.status is AppointmentStatus.CONFIRMED:
            return before
        if before.status is AppointmentStatus.CANCELED:
            raise AlreadyCanceled()
        if before.requested_until is None:
            raise NotPaidYet()
        if before.requested_until <= clock.now():
            raise RequestExpired()
        people = await self._people.staff_of(before.organization_id, before.attendee_ids)
        now = as_now(before, people)
        if not wanted.allow_overlap:
            await self._check_calendars(now)
        return await self._confirmed(before, now, wanted, caller)

    async def _confirmed(
        self, before: Appointment, now: Appointment, wanted: RequestApproval, caller: Caller
    ) -> Appointment:
        cause = caller.cause()
        try:
            return await self._confirm(
                before,
                cause,
                attendees=now.attendees,
                guidance=wanted.message or before.guidance,
                terms=before.terms.by_staff() if before.terms else None,
                changed_by=await person_of(self._people, caller),
            )
        except TimeTaken as error:
            raise SlotTaken() from error

    async def _check_calendars(self, request: Appointment) -> None:
        """With a look (G4). Its own time it holds, and staff decide about that of others: the guard refuses what was
        confirmed for somebody else (G2).
        """
        found = await self._free.first_obstacle(request, request.spans, request.attendee_ids, ())
        why = found[1] if found else None
        if why is Obstacle.BUSY:
            raise SlotBusy()
        if why is Obstacle.UNREADABLE:
            raise CalendarUnreadable()

    async def decline(self, before: Appointment, message: str, caller: Caller) -> Appointment:
        """Raises 409 ``already_confirmed``: that is cancelled otherwise."""
        if before.status is AppointmentStatus.CONFIRMED:
            raise AlreadyConfirmed()
        return await self._cancel(before, message, caller)
