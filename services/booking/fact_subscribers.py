"""Facts about people, their accounts and rooms that booking keeps for itself, and what follows from them."""

import base64
import zlib

from services.booking.model.people import Link, Organization
from services.booking.model.spans import Span
from services.booking.model.told import moment
from services.booking.store.menus import MenuStore
from services.booking.store.people import PeopleStore
from services.booking.store.rooms import RoomStore
from services.booking.usecases.drop_slots import DropFilledSlots
from services.booking.usecases.follow_replaced_users import FollowReplacedUsers
from services.booking.usecases.follow_zoom_user import FollowZoomUser
from services.booking.usecases.leave_disabled import LeaveDisabled
from shared.contracts.calendar_sync import BusyTimesChanged, CalendarConnected, CalendarDisconnected, RoomsChanged
from shared.contracts.envelope import CloudEvent
from shared.contracts.gateway import OrganizationChanged, StaffChanged, StaffDisabled
from shared.contracts.zoom_issuer import (
    EndOfConnection,
    ZoomAccountConnected,
    ZoomAccountEnded,
    ZoomBudgetExhausted,
    ZoomUserAssigned,
    ZoomUsersReplaced,
)


class FactSubscribers:
    """Unpacks each event and calls one use case or store. ``Subscribers`` has the table."""

    def __init__(
        self,
        people: PeopleStore,
        rooms: RoomStore,
        menus: MenuStore,
        drop_filled: DropFilledSlots,
        follow_zoom_user: FollowZoomUser,
        follow_replaced: FollowReplacedUsers,
        leave_disabled: LeaveDisabled,
    ) -> None:
        self._people = people
        self._rooms = rooms
        self._menus = menus
        self._drop_filled = drop_filled
        self._follow_zoom_user = follow_zoom_user
        self._follow_replaced = follow_replaced
        self._leave_disabled = leave_disabled

    async def on_organization_changed(self, event: CloudEvent[OrganizationChanged]) -> None:
        organization = Organization.heard(event.organizationid, event.data)
        await self._people.keep_organization(organization, event.aggregateversion)
        await self._menus.begin(event.organizationid, organization.locale, event.time)

    async def on_staff_changed(self, event: CloudEvent[StaffChanged]) -> None:
        await self._people.keep_profile(
            event.subject, event.organizationid, event.data.person, disabled=False, version=event.aggregateversion
        )

    async def on_staff_disabled(self, event: CloudEvent[StaffDisabled]) -> None:
        await self._people.keep_profile(
            event.subject, event.organizationid, event.data.person, disabled=True, version=event.aggregateversion
        )
        await self._leave_disabled(event.organizationid, event.subject, event.cause())

    async def on_zoom_user_assigned(self, event: CloudEvent[ZoomUserAssigned]) -> None:
        await self._people.keep_zoom(event.data.staff_id, event.data.zoom_user_id, moment(event.time))
        await self._follow_zoom_user(event.organizationid, event.data.staff_id, event.cause())

    async def on_zoom_users_replaced(self, event: CloudEvent[ZoomUsersReplaced]) -> None:
        told = event.data
        await self._follow_replaced(event.organizationid, told.replaced, told.since, event.cause())

    async def on_zoom_budget_exhausted(self, event: CloudEvent[ZoomBudgetExhausted]) -> None:
        await self._people.keep_zoom_budget(event.data, event.aggregateversion)

    async def on_zoom_account_connected(self, event: CloudEvent[ZoomAccountConnected]) -> None:
        await self._people.keep_zoom_account(event.organizationid, moment(event.time), linked=True)

    async def on_zoom_account_ended(self, event: CloudEvent[ZoomAccountEnded]) -> None:
        """One that was replaced is not the current one any more and says nothing of it."""
        if event.data.current:
            await self._people.keep_zoom_account(event.organizationid, moment(event.time), linked=False)

    async def on_calendar_connected(self, event: CloudEvent[CalendarConnected]) -> None:
        await self._people.keep_calendar(event.data.staff_id, event.data.provider, Link.CONNECTED, moment(event.time))

    async def on_calendar_disconnected(self, event: CloudEvent[CalendarDisconnected]) -> None:
        link = Link.BROKEN if event.data.reason is EndOfConnection.BROKEN else Link.NONE
        await self._people.keep_calendar(event.data.staff_id, event.data.provider, link, moment(event.time))

    async def on_busy_times_changed(self, event: CloudEvent[BusyTimesChanged]) -> None:
        busy = event.data
        await self._people.keep_busy(
            busy.staff_id,
            {month.month: zlib.decompress(base64.b64decode(month.bits)) for month in busy.months},
            busy.read_at,
            Span(busy.window_start_at, busy.window_end_at),
            event.aggregateversion,
        )
        await self._drop_filled(event.organizationid, busy.staff_id, event.cause())

    async def on_rooms_changed(self, event: CloudEvent[RoomsChanged]) -> None:
        await self._rooms.keep(event.subject, event.organizationid, event.data, event.aggregateversion)
