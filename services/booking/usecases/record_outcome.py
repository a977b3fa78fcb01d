"""Staff record what became of an appointment (H11). Nothing follows from it: the revision stays, nobody is mailed."""

from services.booking.model.appointment import Appointment
from services.booking.model.outcomes import is_over
from services.booking.problems import AlreadyCanceled, NotConfirmedYet
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.change_appointment import CancelAppointment, person_of
from services.booking.usecases.save_appointment import SaveAppointment
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.booking import Outcome, OutcomeRecorded
from shared.internal import Caller


class RecordOutcome:
    """``canceled`` cancels what is still to come, as ``DELETE`` does; of what is over it only says that it did not take
    place. The same outcome again changes nothing. Raises ``StaleVersion``.
    """

    def __init__(
        self, people: PeopleStore, cancel: CancelAppointment, announcer: Announcer, save: SaveAppointment
    ) -> None:
        self._people = people
        self._cancel = cancel
        self._announcer = announcer
        self._save = save

    async def __call__(self, before: Appointment, outcome: Outcome, caller: Caller) -> Appointment:
        if before.outcome is outcome:
            return before
        if before.status is AppointmentStatus.CANCELED:
            raise AlreadyCanceled()
        if before.status is AppointmentStatus.REQUESTED:
            raise NotConfirmedYet()
        if outcome is Outcome.CANCELED and not is_over(before, clock.now()):
            return await self._cancel(before, "", caller)
        changes = {
            "outcome": outcome,
            "updated_at": clock.now(),
            "changed_by": await person_of(self._people, caller),
        }
        after = before.model_copy(update=changes)
        cause = caller.cause()
        waiting = self._announcer.of_appointment(OutcomeRecorded, after, cause, outcome=outcome)
        return await self._save(before, after, waiting)
