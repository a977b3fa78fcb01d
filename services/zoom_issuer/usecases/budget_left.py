"""What is left of a Zoom user's day (C4), for who looks at their account or at an appointment."""

from dataclasses import dataclass
from datetime import datetime

from services.zoom_issuer.store.meetings import MeetingStore, row_of
from services.zoom_issuer.usecases.hosting import Hosts, Unhosted
from services.zoom_issuer.usecases.keep_limits import KeepLimits
from shared.providers import ProviderUnavailable


@dataclass(frozen=True)
class Left:
    """So many requests until ``resets_at``."""

    requests: int
    resets_at: datetime


class BudgetLeft:
    """None where nobody hosts, or nobody knows who."""

    def __init__(self, hosts: Hosts, store: MeetingStore, limits: KeepLimits) -> None:
        self._hosts = hosts
        self._store = store
        self._limits = limits

    async def of_staff(self, organization_id: str, staff_id: str) -> Left | None:
        return await self._of(organization_id, staff_id, None)

    async def of_appointment(self, organization_id: str, appointment_id: str) -> Left | None:
        """Of who hosts its meeting, or is to."""
        found = await self._store.get(appointment_id)
        if found is None or found["organization_id"] != organization_id:
            return None
        row = row_of(found)
        if row.actual is not None and row.actual.host_user_id:
            return await self._left(row.actual.host_user_id)
        return await self._of(organization_id, row.wanted.host_staff_id, row.wanted.zoom_user_id or None)

    async def _of(self, organization_id: str, staff_id: str, asked: str | None) -> Left | None:
        try:
            host = await self._hosts.of(organization_id, staff_id, asked)
        except (Unhosted, ProviderUnavailable):
            return None
        return await self._left(host.user_id)

    async def _left(self, user_id: str) -> Left:
        return Left(*await self._limits.rest_of(user_id))
