"""A coming appointment follows something that happened elsewhere: of the newest state, however often others write."""

from collections.abc import Callable

from services.booking.model.another_guest import leaves_link_known
from services.booking.model.appointment import Appointment
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.usecases.announce import Announcer
from services.booking.usecases.save_appointment import SaveAppointment
from shared import clock
from shared.contracts.booking import AppointmentChanged
from shared.contracts.envelope import Cause

_ATTEMPTS = 5
Change = Callable[[Appointment], Appointment | None]


class ChangeComing:
    """``change`` answers None where there is nothing to follow (any more), so that repeating it changes nothing."""

    def __init__(self, store: BookingStore, announcer: Announcer, save: SaveAppointment) -> None:
        self._store = store
        self._announcer = announcer
        self._save = save

    async def __call__(self, before: Appointment, change: Change, cause: Cause) -> None:
        """Raises ``TimeTaken``, and ``StaleVersion`` where others keep changing it."""
        for attempt in range(_ATTEMPTS):
            changed = change(before) if before.is_live else None
            if changed is None:
                return
            news = {"version": before.version + 1, "updated_at": clock.now()}
            after = changed.model_copy(update=news).expecting_change(before)
            known = leaves_link_known(before, after)
            waiting = self._announcer.of_appointment(AppointmentChanged, after, cause, link_stays_known=known)
            try:
                await self._save(before, after, waiting)
            except StaleVersion:
                now = await self._store.appointment(before.organization_id, before.appointment_id)
                if now is None or attempt == _ATTEMPTS - 1:
                    raise
                before = now
                continue
            return
