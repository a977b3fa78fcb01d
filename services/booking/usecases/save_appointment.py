"""A changed appointment is written, and what was said of it in the same write is published."""

from collections.abc import Sequence
from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.store.bookings import BookingStore
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay


class SaveAppointment:
    """Answers what was saved. Raises ``StaleVersion``, ``TimeTaken``."""

    def __init__(self, store: BookingStore, relay: Relay) -> None:
        self._store = store
        self._relay = relay

    async def __call__(
        self,
        before: Appointment,
        after: Appointment,
        waiting: Sequence[Entry],
        *,
        over_held: bool = True,
        only: dict[str, Any] | None = None,
    ) -> Appointment:
        """``over_held`` and ``only`` as in the store."""
        await self._store.save_appointment(before, after, waiting, over_held=over_held, only=only)
        self._relay.publish_soon(self._store.appointments, after.appointment_id, waiting)
        return after
