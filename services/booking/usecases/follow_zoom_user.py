"""A staff member or a bookable has another Zoom user: their coming web meetings claim that one, and Zoom follows (C1,
C2, C3, G15).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

import structlog

from services.booking.model.appointment import Appointment
from services.booking.store.coming import ComingAppointments
from services.booking.store.guards import TimeTaken
from services.booking.store.menus import MenuStore
from services.booking.store.people import PeopleStore
from services.booking.usecases.change_coming import Change, ChangeComing
from shared import clock
from shared.contracts import booking as contract
from shared.contracts.envelope import Cause

log = structlog.get_logger(__name__)


class FollowZoomUser:
    """Repeating it changes nothing: who hosts now counts, whichever event or request led here, and is asked again when
    all have moved. Where there is nobody any more, all stays: what stands at Zoom may go on, and the next one is
    followed.
    """

    def __init__(self, people: PeopleStore, menus: MenuStore, coming: ComingAppointments, change: ChangeComing) -> None:
        self._people = people
        self._menus = menus
        self._coming = coming
        self._change = change

    async def __call__(self, organization_id: str, staff_id: str, cause: Cause) -> None:
        """Of a staff member."""

        def theirs(now: Appointment) -> bool:
            return now.organizer_id == staff_id and not now.hosted_by_bookable

        who = partial(self._people.zoom_user_of, staff_id)
        await self._follow(who, partial(self._coming.hosted_by_others, organization_id, staff_id), theirs, cause)

    async def of_bookable(self, organization_id: str, bookable_id: str, cause: Cause) -> None:
        """Of those that its Zoom user hosts; what its bookings were before it had one stays the organizers'."""

        def theirs(now: Appointment) -> bool:
            return now.bookable_id == bookable_id and now.hosted_by_bookable

        who = partial(self._menus.zoom_user_of, organization_id, bookable_id)
        elsewhere = partial(self._coming.of_bookable_elsewhere, organization_id, bookable_id)
        await self._follow(who, elsewhere, theirs, cause)

    async def of_appointment(self, organization_id: str, told: contract.Appointment, cause: Cause) -> None:
        """Of one that was made or changed while its Zoom user became another: it may claim the one before."""
        if not told.wants_meeting:
            return
        if not told.hosted_by_bookable:
            if told.zoom_user_id != await self._people.zoom_user_of(told.organizer_id):
                await self(organization_id, told.organizer_id, cause)
            return
        bookable_id = await self._coming.bookable_of(organization_id, told.appointment_id)
        if bookable_id and told.zoom_user_id != await self._menus.zoom_user_of(organization_id, bookable_id):
            await self.of_bookable(organization_id, bookable_id, cause)

    async def _follow(
        self,
        who: Callable[[], Awaitable[str | None]],
        elsewhere: Callable[[str, datetime], Awaitable[Sequence[Appointment]]],
        theirs: Callable[[Appointment], bool],
        cause: Cause,
    ) -> None:
        user_id, followed = await who(), None
        while user_id is not None and user_id != followed:
            for appointment in await elsewhere(user_id, clock.now()):
                await self._move(appointment, partial(_hosted_by, theirs, user_id), cause)
            user_id, followed = await who(), user_id

    async def _move(self, appointment: Appointment, follow: Change, cause: Cause) -> None:
        try:
            await self._change(appointment, follow, cause)
        except TimeTaken:  # another meeting of that user's: this one stays where it is (C3)
            log.warning("zoom_user.not_followed", appointment_id=appointment.appointment_id)


def _hosted_by(theirs: Callable[[Appointment], bool], user_id: str, appointment: Appointment) -> Appointment | None:
    if not theirs(appointment) or not appointment.wants_meeting or appointment.zoom_user_id == user_id:
        return None
    return appointment.model_copy(update={"zoom_user_id": user_id})
