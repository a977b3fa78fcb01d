"""Who hosts: what is stored, put to the rule of ``hosts.py``; and saying so when it is another (ZoomUserAssigned)."""

import asyncio

from services.zoom_issuer.hosts import (
    Host,
    NoHost,
    OrganizationAccount,
    OwnLink,
    StaffRecord,
    assigned_of,
    host_of,
    names,
)
from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.connections import Connection, Connections, ConnectionStatus
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.staff import StaffStore, record_of
from services.zoom_issuer.store.users import UserStore
from shared.contracts.envelope import Cause, envelope
from shared.contracts.zoom_issuer import ZoomUserAssigned
from shared.due import Lease
from shared.messaging.relay import Relay
from shared.providers import ProviderUnavailable


class Unhosted(Exception):
    """Nobody hosts for ``staff_id``, and ``why``."""

    def __init__(self, staff_id: str, why: NoHost) -> None:
        self.staff_id = staff_id
        self.why = why
        super().__init__(why.value)


class Hosts:
    """Answers about one staff member or Zoom user at a time."""

    def __init__(
        self,
        connections: Connections,
        accounts: Accounts,
        users: UserStore,
        staff: StaffStore,
        store: MeetingStore,
    ) -> None:
        self._connections = connections
        self._accounts = accounts
        self._users = users
        self._staff = staff
        self._store = store

    async def of(self, organization_id: str, staff_id: str, asked: str | None, *, that_user_only: bool = False) -> Host:
        """Raises ``Unhosted``, and ``ProviderUnavailable`` while the account's users are still to be listed."""
        record, own, account, basic_allowed = await asyncio.gather(
            self._staff.record(staff_id),
            self._own(organization_id, staff_id),
            self._accounts.current(organization_id),
            self._store.allows_basic(organization_id),
        )
        host = host_of(
            own,
            await self._with_users(account, names(record, asked)),
            record,
            asked,
            basic_allowed=basic_allowed,
            that_user_only=that_user_only,
        )
        if isinstance(host, NoHost):
            if host is NoHost.UNKNOWN_USER and await self.are_unread(organization_id):
                raise ProviderUnavailable("the users of the account are being listed")
            raise Unhosted(staff_id, host)
        return host

    async def assigned(self, organization_id: str, staff_id: str, record: StaffRecord) -> str | None:
        return assigned_of(
            await self._own(organization_id, staff_id),
            await self._account(organization_id, names(record, None)),
            record,
            basic_allowed=await self._store.allows_basic(organization_id),
        )

    async def by_account(self, organization_id: str, staff_id: str) -> bool:
        """Whether the organization's account has a user for them that may host."""
        record = await self._staff.record(staff_id)
        account = await self._account(organization_id, names(record, None))
        basic_allowed = await self._store.allows_basic(organization_id)
        return assigned_of(None, account, record, basic_allowed=basic_allowed) is not None

    async def are_unread(self, organization_id: str) -> bool:
        """Whether an account is connected whose users have not been listed yet."""
        account = await self._accounts.current(organization_id)
        return account is not None and (await self._accounts.listing(account.connection_id)).listed_at is None

    async def reaching(self, organization_id: str, connection_id: str, user_id: str, path: str) -> tuple[str, str]:
        """The connection through which this user's meetings are reached, and its word for the user: the one that made
        them, or the organization's account where that one is of no use.
        """
        known = await self._connections.get(connection_id)
        if (known is None or not known.works) and user_id:
            account = await self._account(organization_id, [user_id])
            if account and any(user.user_id == user_id for user in account.users):
                return account.connection_id, user_id
        return connection_id, path

    async def address(self, connection_id: str, user_id: str) -> str:
        """By which people know this Zoom user: of a listed one their own, else the connection's."""
        listed = await self._users.named(connection_id, [user_id])
        known = await self._connections.get(connection_id)
        return listed[0].email if listed else known.account if known else ""

    async def _own(self, organization_id: str, staff_id: str) -> OwnLink | None:
        own = await self._connections.find(organization_id, staff_id)
        if own is None or own.status is ConnectionStatus.DISCONNECTED:
            return None
        return OwnLink(own.connection_id, own.account_id, own.works)

    async def _account(self, organization_id: str, asked: list[str]) -> OrganizationAccount | None:
        return await self._with_users(await self._accounts.current(organization_id), asked)

    async def _with_users(self, account: Connection | None, asked: list[str]) -> OrganizationAccount | None:
        if account is None:
            return None
        return OrganizationAccount(account.connection_id, await self._users.named(account.connection_id, asked))


class AssignUser:
    """The due row's handler: tells whom a staff member has now, once for each change."""

    def __init__(self, hosts: Hosts, staff: StaffStore, relay: Relay) -> None:
        self._hosts = hosts
        self._staff = staff
        self._relay = relay

    async def __call__(self, lease: Lease) -> None:
        row, staff_id = lease.row, lease.row["_id"]
        user_id = await self._hosts.assigned(row["organization_id"], staff_id, record_of(row))
        unread = user_id is None and await self._hosts.are_unread(row["organization_id"])
        if user_id != row.get("assigned") and not unread:
            event = envelope(
                ZoomUserAssigned(staff_id=staff_id, zoom_user_id=user_id),
                subject=staff_id,
                organization_id=row["organization_id"],
                version=row.get("assigned_version", 0) + 1,
                cause=Cause(**row["cause"]),
            )
            if waiting := await self._staff.tell(lease, user_id, event):
                self._relay.publish_soon(self._staff.rows, staff_id, waiting)
        await self._staff.looked(lease)
