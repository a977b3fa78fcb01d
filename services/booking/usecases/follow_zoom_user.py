"""A staff member or a bookable has another Zoom user: their coming web meetings claim that one, and Zoom follows (C1,
C2, C3, G15).
"""

from collections.abc import Sequence

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.menus import Bookable
from services.booking.store.coming import ComingAppointments
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.change_coming import Change, ChangeComing
from shared import clock
from shared.contracts.envelope import Cause

log = structlog.get_logger(__name__)


class FollowZoomUser:
    """Repeating it changes nothing: who hosts now counts, whichever event or request led here. Where there is nobody
    any more, all stays: what stands at Zoom may go on, and the next one is followed.
    """

    def __init__(self, people: PeopleStore, coming: ComingAppointments, change: ChangeComing) -> None:
        self._people = people
        self._coming = coming
        self._change = change

    async def __call__(self, organization_id: str, staff_id: str, cause: Cause) -> None:
        """Of a staff member."""
        user_id = await self._people.zoom_user_of(staff_id)
        if user_id is None:
            return

        def follow(now: Appointment) -> Appointment | None:
            theirs = now.organizer_id == staff_id and not now.hosted_by_bookable
            return _hosted_by(now, user_id) if theirs else None

        found = await self._coming.hosted_by_others(organization_id, staff_id, user_id, clock.now())
        await self._move(found, follow, cause)

    async def of_bookable(self, bookable: Bookable, cause: Cause) -> None:
        """Of those that its Zoom user hosts; what its bookings were before it had one stays the organizers'."""
        user_id = bookable.zoom_user_id
        if user_id is None:
            return

        def follow(now: Appointment) -> Appointment | None:
            theirs = now.bookable_id == bookable.id and now.hosted_by_bookable
            return _hosted_by(now, user_id) if theirs else None

        found = await self._coming.of_bookable_elsewhere(bookable.organization_id, bookable.id, user_id, clock.now())
        await self._move(found, follow, cause)

    async def _move(self, found: Sequence[Appointment], follow: Change, cause: Cause) -> None:
        for appointment in found:
            try:
                await self._change(appointment, follow, cause)
            except TimeTaken:  # another meeting of that user's: this one stays where it is (C3)
                log.warning("zoom_user.not_followed", appointment_id=appointment.appointment_id)


def _hosted_by(appointment: Appointment, user_id: str) -> Appointment | None:
    if not appointment.wants_meeting or appointment.zoom_user_id == user_id:
        return None
    return appointment.model_copy(update={"zoom_user_id": user_id})
