"""What zoom_issuer tells operators beside what every service does (X7): meetings that are owed, connections that are
broken or frozen, and Zoom users whose day is nearly spent.
"""

from collections.abc import Callable
from dataclasses import replace

from services.zoom_issuer.store.accounts import OWNER
from services.zoom_issuer.store.connections import PROVIDER, Connection, Connections, ConnectionStatus, Kind
from services.zoom_issuer.store.freezes import Freezes
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.owed import OwedMeetings
from services.zoom_issuer.store.users import UserStore
from services.zoom_issuer.subscribers import SERVICE
from services.zoom_issuer.usecases.keep_limits import KeepLimits
from shared.contracts.api.operations import BudgetState, LinkState, LinkStatus, Sections
from shared.operations.own import OwnOperations

_NEARLY_SPENT = 50
_MOST = 20
"""Whoever has more left, or comes after these, is no matter."""


class ZoomSections:
    """Of one organization."""

    def __init__(
        self,
        connections: Connections,
        users: UserStore,
        freezes: Freezes,
        meetings: MeetingStore,
        limits: KeepLimits,
    ) -> None:
        self._connections = connections
        self._users = users
        self._freezes = freezes
        self._meetings = meetings
        self._limits = limits

    async def links(self, organization_id: str) -> Sections:
        broken = [
            await self._link(one, LinkStatus.BROKEN)
            for one in await self._connections.of_organization(organization_id)
            if one.status is ConnectionStatus.BROKEN
        ]
        frozen = [
            LinkState(provider=PROVIDER, staff_id=_person(one.staff_id), status=LinkStatus.FROZEN, waiting=one.missing)
            for one in await self._freezes.of_organization(organization_id)
        ]
        return Sections(connections=[*broken, *frozen])

    async def _link(self, one: Connection, status: LinkStatus) -> LinkState:
        waiting = await self._meetings.count_waiting_for(one.organization_id, one.staff_id)
        return LinkState(provider=PROVIDER, staff_id=_person(one.staff_id), status=status, waiting=waiting)

    async def budgets(self, organization_id: str) -> Sections:
        accounts = await self._zoom_users(organization_id)
        left = await self._limits.left(list(accounts))
        fewest = sorted((count, user_id) for user_id, count in left.items() if count < _NEARLY_SPENT)[:_MOST]
        states = []
        for _, user_id in fewest:
            requests, resets_at = await self._limits.rest_of(user_id)
            account = accounts[user_id]
            states.append(
                BudgetState(
                    provider=PROVIDER, user_id=user_id, account=account, requests_left=requests, resets_at=resets_at
                )
            )
        return Sections(budgets=states)

    async def _zoom_users(self, organization_id: str) -> dict[str, str]:
        """Addresses by Zoom's ids."""
        links = await self._connections.of_organization(organization_id)
        own = {one.account_id: one.account for one in links if one.kind is Kind.OWN and one.account_id}
        listed = [
            user for one in links if one.kind is not Kind.OWN for user in await self._users.present(one.connection_id)
        ]
        return own | {user.user_id: user.email for user in listed}


def _person(staff_id: str) -> str | None:
    return None if staff_id.startswith(OWNER) else staff_id or None


def own_operations(
    connections: Connections,
    users: UserStore,
    freezes: Freezes,
    meetings: MeetingStore,
    limits: KeepLimits,
    wake: Callable[[str], None],
    mirror: OwnOperations,
) -> OwnOperations:
    """Beside those of the mirror."""
    mine = ZoomSections(connections, users, freezes, meetings, limits)
    sections = [*mirror.sections, mine.links, mine.budgets]
    return replace(mirror, sections=sections, effects=OwedMeetings(SERVICE, meetings.meetings, wake))
