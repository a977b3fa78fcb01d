"""What was requested becomes an appointment by the guard of every confirmation (G1, G2): its held claims turn
confirmed.
"""

from collections.abc import Callable
from functools import partial

from services.booking.model.appointment import Appointment
from services.booking.model.modes import modes_of
from services.booking.store.bookings import BookingStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.take_seat import TakeSeat
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.booking import AppointmentConfirmed, Outcome
from shared.contracts.envelope import Cause
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.problem import Unavailable

_ATTEMPTS = 5


class ConfirmRequest:
    """Of overlapping requests the first confirmed wins. Raises ``TimeTaken``, ``StaleVersion``."""

    def __init__(
        self,
        store: BookingStore,
        take_seat: TakeSeat,
        announcer: Announcer,
        relay: Relay,
        new_code: Callable[[], str],
    ) -> None:
        self._store = store
        self._take_seat = take_seat
        self._announcer = announcer
        self._relay = relay
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
        for _ in range(_ATTEMPTS):
            code = self._new_code() if modes_of(before.kind).reception_code else None
            after = before.model_copy(update={**changes, "reception_code": code}).expecting_confirmation([])
            waiting = self._announcer.of_appointment(AppointmentConfirmed, after, cause)
            try:
                after = await self._take_seat(after, partial(self._save, before, waiting))
            except DuplicateKeyError:
                continue
            self._relay.publish_soon(self._store.appointments, after.appointment_id, waiting)
            return after
        raise Unavailable()

    async def _save(self, before: Appointment, waiting: list[Entry], after: Appointment) -> None:
        await self._store.save_appointment(before, after, waiting, over_held=True)
