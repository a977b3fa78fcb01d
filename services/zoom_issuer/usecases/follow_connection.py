"""What follows from a connection that was made or ended: the due row's handler, so that a crash loses none of it.

A current account's users are listed every few hours; one that was replaced stays usable until its meetings have moved,
then it is given up (C1).
"""

from datetime import timedelta

import structlog

from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.connections import Connection, Connections, Kind, connection_of
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.staff import StaffStore
from services.zoom_issuer.store.users import UserStore
from services.zoom_issuer.usecases.access_tokens import Endpoints
from services.zoom_issuer.usecases.connect_account import revoke
from services.zoom_issuer.usecases.list_users import ListUsers
from services.zoom_issuer.usecases.touched import is_needed
from shared import clock
from shared.contracts import actors
from shared.contracts.envelope import Cause
from shared.due import DueWorker, Lease

log = structlog.get_logger(__name__)
_LOOK_AGAIN = timedelta(seconds=30)


class FollowConnection:
    """The two workers are woken for rows that waited, or whose Zoom user may be another now."""

    def __init__(
        self,
        connections: Connections,
        accounts: Accounts,
        users: UserStore,
        store: MeetingStore,
        staff: StaffStore,
        list_users: ListUsers,
        endpoints: Endpoints,
        meetings_worker: DueWorker,
        staff_worker: DueWorker,
        *,
        list_every: timedelta,
        give_up_after: timedelta,
    ) -> None:
        self._connections = connections
        self._accounts = accounts
        self._users = users
        self._store = store
        self._staff = staff
        self._list_users = list_users
        self._endpoints = endpoints
        self._meetings_worker = meetings_worker
        self._staff_worker = staff_worker
        self._list_every = list_every
        self._give_up_after = give_up_after

    async def __call__(self, lease: Lease) -> None:
        seen = connection_of(lease.row)
        assert seen is not None
        pause = None
        if seen.kind is Kind.OWN:
            await self._tell(seen, seen.staff_id)
        elif seen.current and seen.works:
            pause = await self._read(lease, seen)
        elif seen.works:
            pause = await self._wind_up(seen)
        else:
            await self._tell(seen)
        await self._connections.followed(lease, clock.now() + pause if pause else None)

    async def _read(self, lease: Lease, account: Connection) -> timedelta:
        pause = await self._list_users(lease, account)
        await self._tell(account)
        return pause or self._list_every

    async def _wind_up(self, former: Connection) -> timedelta | None:
        """Its users are known until whoever replaced it was read, and told of whom they replace (C2)."""
        current = await self._accounts.current(former.organization_id)
        if current and not await self._accounts.is_read(current):
            return _LOOK_AGAIN
        if await is_needed(self._store, former.connection_id, self._give_up_after):
            return _LOOK_AGAIN
        await revoke(self._connections, self._endpoints, former)
        if not await self._accounts.forget(former):
            return _LOOK_AGAIN
        if current:
            await self._users.forget(former.connection_id)
        log.info("account.wound_up", connection_id=former.connection_id)
        return None

    async def _tell(self, seen: Connection, staff_id: str | None = None) -> None:
        """Whom staff have may be another now, and what waited goes on."""
        cause = Cause.outside(actor=actors.staff(staff_id) if staff_id else actors.provider("zoom"))
        for one in await self._staff.look_at(seen.organization_id, cause, staff_id):
            self._staff_worker.wake(one)
        if seen.works:
            for appointment_id in await self._store.wake_waiting_for(seen.organization_id, staff_id):
                self._meetings_worker.wake(appointment_id)
