"""How an organization's Zoom account, its users and what an end would touch are shown."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.zoom_issuer.hosts import AccountUser
from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.connections import Connection, ConnectionStatus, Kind
from services.zoom_issuer.store.listed import ListedUsers
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.offers import Offer
from services.zoom_issuer.store.staff import StaffStore
from services.zoom_issuer.store.users import UserStore, account_user
from services.zoom_issuer.usecases.keep_limits import KeepLimits
from services.zoom_issuer.usecases.touched import Touched, touched_by
from shared.mongo import Document


class TouchedView(BaseModel):
    """A coming meeting that stands on the account."""

    appointment_id: str
    staff_id: str
    start: datetime


class FormerView(BaseModel):
    """An account that was replaced; ``meetings`` of it have not moved yet."""

    account: str
    meetings: int


class AccountView(BaseModel):
    """``disconnected`` where there is none. ``listing_problem`` is why the users could not be read lately."""

    status: ConnectionStatus = ConnectionStatus.DISCONNECTED
    kind: Kind | None = None
    account: str = ""
    account_id: str = ""
    connected_by: str = ""
    users: int = 0
    listed_at: datetime | None = None
    listing_problem: str = ""
    consent_offered: bool = False
    former: list[FormerView] = []


class OfferView(BaseModel):
    """What connecting would do. Of another organization nothing is told but that there is one."""

    offer_id: str
    account: str
    account_id: str
    replaces: str | None
    takes_over: bool
    touched: list[TouchedView]


class UserStatus(StrEnum):
    """``gone``: Zoom does not list them any more."""

    ACTIVE = "active"
    GONE = "gone"


class UserView(BaseModel):
    """A user of the account, or one whom a person connected themselves; ``staff_ids`` are whose meetings they host.
    ``requests_left`` is today's (C4).
    """

    user_id: str
    email: str
    name: str
    plan: str
    status: UserStatus
    allowed: bool
    staff_ids: list[str]
    requests_left: int | None = None


class UserList(BaseModel):
    items: list[UserView]
    next_cursor: str | None = None


class AccountViews:
    """Reads only."""

    def __init__(
        self,
        accounts: Accounts,
        users: UserStore,
        listed: ListedUsers,
        staff: StaffStore,
        store: MeetingStore,
        limits: KeepLimits,
    ) -> None:
        self._accounts = accounts
        self._users = users
        self._listed = listed
        self._staff = staff
        self._store = store
        self._limits = limits

    async def account(self, organization_id: str, *, consent_offered: bool) -> AccountView:
        former = [
            FormerView(account=one.account, meetings=len(await touched_by(self._store, one.connection_id)))
            for one in await self._accounts.winding_up(organization_id)
        ]
        current = await self._accounts.current(organization_id)
        if current is None:
            return AccountView(former=former, consent_offered=consent_offered)
        listing = await self._accounts.listing(current.connection_id)
        return AccountView(
            status=current.status,
            kind=current.kind,
            account=current.account,
            account_id=current.account_id,
            connected_by=listing.connected_by,
            users=await self._users.count(current.connection_id),
            listed_at=listing.listed_at,
            listing_problem=listing.problem,
            consent_offered=consent_offered,
            former=former,
        )

    async def touched(self, organization_id: str) -> list[TouchedView]:
        current = await self._accounts.current(organization_id)
        return await self._touched(current)

    async def offer(self, organization_id: str, offer: Offer) -> OfferView:
        current = await self._accounts.current(organization_id) if offer.replaces else None
        return OfferView(
            offer_id=offer.offer_id,
            account=offer.found.account,
            account_id=offer.found.account_id,
            replaces=current.account if current else None,
            takes_over=offer.takes_from is not None,
            touched=await self._touched(current),
        )

    async def _touched(self, account: Connection | None) -> list[TouchedView]:
        found: Sequence[Touched] = await touched_by(self._store, account.connection_id) if account else []
        return [
            TouchedView(appointment_id=one.appointment_id, staff_id=one.staff_id, start=one.start_at) for one in found
        ]

    async def users(self, organization_id: str, q: str, limit: int, after: int, *, own: bool) -> UserList:
        """As ``ListedUsers`` has them; ``q`` is what they are searched by."""
        current = await self._accounts.current(organization_id)
        account = current.connection_id if current else None
        rows = await self._listed.page(organization_id, account, q.strip(), after, limit + 1, own=own)
        basic_allowed = await self._store.allows_basic(organization_id)
        staff = await self._staff_by_name(organization_id, rows[:limit])
        shown = [_user(row, staff, basic_allowed) for row in rows[:limit]]
        left = await self._limits.left([user.user_id for user in shown])
        items = [user.model_copy(update={"requests_left": left[user.user_id]}) for user in shown]
        return UserList(items=items, next_cursor=str(after + limit) if len(rows) > limit else None)

    async def _staff_by_name(self, organization_id: str, users: Sequence[Document]) -> dict[str, list[str]]:
        """Of these users' staff: their ids by Zoom's id or folded address, as the staff record names the user (E1)."""
        names = [row[name] for row in users for name in ("user_id", "email")]
        found: dict[str, list[str]] = {}
        for staff_id, record in (await self._staff.named(organization_id, names)).items():
            if record.name:
                found.setdefault(record.name, []).append(staff_id)
                if record.name.casefold() != record.name:
                    found.setdefault(record.name.casefold(), []).append(staff_id)
        return found


def _user(row: Document, staff: dict[str, list[str]], basic_allowed: bool) -> UserView:
    user: AccountUser = account_user(row)
    own = [row["staff_id"]] if "staff_id" in row else []
    return UserView(
        user_id=user.user_id,
        email=user.email,
        name=row["name"],
        plan="basic" if user.basic else "licensed",
        status=UserStatus.GONE if row.get("gone_at") else UserStatus.ACTIVE,
        allowed=basic_allowed or not user.basic,
        staff_ids=sorted({*own, *staff.get(user.user_id, ()), *staff.get(user.email.casefold(), ())}),
    )
