"""Staff answer a request (H4): approved it is an appointment with all that belongs to one, declined it is over. Of
answers, the guest's own word and the end of its time one wins, and the others hear how things stand.
"""

from services.booking.model.appointment import Appointment
from services.booking.problems import AlreadyCanceled, AlreadyConfirmed, RequestExpired, SlotTaken
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.change_appointment import CancelAppointment, person_of
from services.booking.usecases.confirm_request import ConfirmRequest
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.envelope import Cause
from shared.internal import Caller


class AnswerRequest:
    """The same answer again changes nothing. Raises ``StaleVersion``."""

    def __init__(self, people: PeopleStore, cancel: CancelAppointment, confirm: ConfirmRequest) -> None:
        self._people = people
        self._cancel = cancel
        self._confirm = confirm

    async def approve(self, before: Appointment, message: str, caller: Caller) -> Appointment:
        """Raises 409 ``already_canceled``, ``slot_taken``, 410 ``request_expired``. Staff decide: only who was
        confirmed on this very time is in the way. ``message`` becomes the guest's guidance.
        """
        if before.status is AppointmentStatus.CONFIRMED:
            return before
        if before.status is AppointmentStatus.CANCELED:
            raise AlreadyCanceled()
        if before.requested_until is None or before.requested_until <= clock.now():
            raise RequestExpired()
        cause = Cause.outside(caller.request_id or None, actor=caller.actor)
        try:
            return await self._confirm(
                before,
                cause,
                guidance=message or before.guidance,
                terms=before.terms.by_staff() if before.terms else None,
                changed_by=await person_of(self._people, caller),
            )
        except TimeTaken as error:
            raise SlotTaken() from error

    async def decline(self, before: Appointment, message: str, caller: Caller) -> Appointment:
        """Raises 409 ``already_confirmed``: that is cancelled otherwise."""
        if before.status is AppointmentStatus.CONFIRMED:
            raise AlreadyConfirmed()
        return await self._cancel(before, message, caller)
