"""What calendar_sync tells operators beside what every service does (X7): holds and entries that are owed, and
connections that are broken or frozen.
"""

from collections.abc import Callable
from dataclasses import replace

from services.calendar_sync.model.connection import ConnectionStatus
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.owed import OwedRows
from shared.contracts.api.operations import LinkState, LinkStatus, Sections
from shared.operations.own import OwnOperations


class Links:
    """A section."""

    def __init__(self, connections: Connections, owed: OwedRows) -> None:
        self._connections = connections
        self._owed = owed

    async def __call__(self, organization_id: str) -> Sections:
        found = await self._connections.of_organization(organization_id)
        broken = [
            LinkState(
                provider=one.provider,
                staff_id=one.staff_id,
                status=LinkStatus.BROKEN,
                waiting=await self._owed.waiting_for(one.staff_id),
            )
            for one in found
            if one.status is ConnectionStatus.BROKEN
        ]
        frozen = [
            LinkState(
                provider=one.provider, staff_id=one.staff_id, status=LinkStatus.FROZEN, waiting=one.frozen.missing
            )
            for one in found
            if one.linked and one.frozen is not None
        ]
        return Sections(connections=[*broken, *frozen])


def own_operations(
    service: str, connections: Connections, ledger: Ledger, wake: Callable[[str], None], mirror: OwnOperations
) -> OwnOperations:
    owed = OwedRows(service, ledger.collection, wake)
    return replace(mirror, sections=[*mirror.sections, Links(connections, owed)], effects=owed)
