"""A staff member has another Zoom user: their coming web meetings claim that one, and Zoom follows (C1, C3, G15)."""

import structlog

from services.booking.model.appointment import Appointment
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from shared import clock
from shared.contracts.booking import AppointmentChanged
from shared.contracts.envelope import Cause
from shared.messaging.relay import Relay

log = structlog.get_logger(__name__)
_ATTEMPTS = 5


class FollowZoomUser:
    """Repeating it changes nothing: who the staff member has now counts, whichever event led here."""

    def __init__(self, people: PeopleStore, store: BookingStore, announcer: Announcer, relay: Relay) -> None:
        self._people = people
        self._store = store
        self._announcer = announcer
        self._relay = relay

    async def __call__(self, organization_id: str, staff_id: str, cause: Cause) -> None:
        """Where they have none any more, all stays: what stands at Zoom may go on, and the next one is followed."""
        user_id = await self._people.zoom_user_of(staff_id)
        if user_id is None:
            return
        for appointment in await self._store.hosted_by_others(organization_id, staff_id, user_id, clock.now()):
            await self._move(appointment, user_id, cause)

    async def _move(self, before: Appointment, user_id: str, cause: Cause) -> None:
        """Raises ``StaleVersion`` where others keep changing it."""
        for attempt in range(_ATTEMPTS):
            changed = {"zoom_user_id": user_id, "version": before.version + 1, "updated_at": clock.now()}
            after = before.model_copy(update=changed).expecting_change(before)
            waiting = self._announcer.of_appointment(AppointmentChanged, after, cause)
            try:
                await self._store.save_appointment(before, after, waiting)
            except TimeTaken:  # another meeting of that user's: this one stays where it is (C3)
                log.warning("zoom_user.not_followed", appointment_id=before.appointment_id)
                return
            except StaleVersion:
                now = await self._store.appointment(before.organization_id, before.appointment_id)
                if now is None or not now.is_live or now.zoom_user_id == user_id:
                    return
                if attempt == _ATTEMPTS - 1:
                    raise
                before = now
                continue
            self._relay.publish_soon(self._store.appointments, after.appointment_id, waiting)
            return
