"""What was requested becomes an appointment by the guard of every confirmation (G1, G2): its held claims turn
confirmed.
"""

from collections.abc import Callable

from services.booking.model.appointment import Appointment
from services.booking.model.modes import modes_of
from services.booking.usecases.announce import Announcer
from services.booking.usecases.save_changed import SaveChanged
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.booking import AppointmentConfirmed, Outcome
from shared.contracts.envelope import Cause
from shared.messaging.outbox import Entry


class ConfirmRequest:
    """Of overlapping requests the first confirmed wins. Raises ``TimeTaken``, ``StaleVersion``."""

    def __init__(self, announcer: Announcer, save: SaveChanged, new_code: Callable[[], str]) -> None:
        self._announcer = announcer
        self._save = save
        self._new_code = new_code

    async def __call__(self, before: Appointment, cause: Cause, **changes: object) -> Appointment:
        """``changes`` go along in the same write."""
        now = clock.now()
        changes |= {
            "status": AppointmentStatus.CONFIRMED,
            "outcome": Outcome.SCHEDULED,
            "version": before.version + 1,
            "confirmed_at": now,
            "updated_at": now,
        }
        code = self._new_code() if modes_of(before.kind).reception_code else None
        after = before.model_copy(update={**changes, "reception_code": code}).expecting_confirmation([])

        def announce(saved: Appointment) -> list[Entry]:
            paid = self._announcer.of_payment(before, saved, cause)
            return [*paid, *self._announcer.of_appointment(AppointmentConfirmed, saved, cause)]

        return await self._save(before, after, announce, over_held=True)
