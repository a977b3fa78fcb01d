"""An account that lost very many meetings at once is no proof of anything: a person decides (G17)."""

from collections.abc import Callable

import structlog

from services.zoom_issuer.store.connections import Connections
from services.zoom_issuer.store.drift import DriftRows
from services.zoom_issuer.store.freezes import Freeze, Freezes
from shared import clock
from shared.contracts.envelope import Cause, envelope
from shared.contracts.zoom_issuer import MeetingSyncFrozen
from shared.drift import is_mass_deletion
from shared.messaging.relay import Relay

log = structlog.get_logger(__name__)
_MILLISECOND = 1000


class FreezeMeetings:
    """Answers whether no meeting of this connection counts as deleted, freezing it where too many are missing.

    All that went within the minute between two answers is counted together.
    """

    def __init__(self, freezes: Freezes, rows: DriftRows, connections: Connections, relay: Relay) -> None:
        self._freezes = freezes
        self._rows = rows
        self._connections = connections
        self._relay = relay

    async def __call__(self, connection_id: str, organization_id: str) -> bool:
        if await self._freezes.of(connection_id) is not None:
            return True
        missing, coming = await self._rows.count(connection_id)
        if not is_mass_deletion(missing, coming):
            return False
        connection = await self._connections.get(connection_id)
        staff_id = connection.staff_id if connection else ""
        event = envelope(
            MeetingSyncFrozen(staff_id=staff_id, missing=missing, coming=coming),
            subject=staff_id,
            organization_id=organization_id,
            version=int(clock.now().timestamp() * _MILLISECOND),
            cause=Cause.outside(),
        )
        log.warning("meetings.frozen", connection_id=connection_id, missing=missing, coming=coming)
        freeze = Freeze(connection_id, organization_id, staff_id, clock.now(), missing, coming)
        if waiting := await self._freezes.freeze(freeze, event):
            self._relay.publish_soon(self._freezes.rows, connection_id, waiting)
        return True


class ResumeMeetings:
    """A person decided: what is missing was deleted, or all of it is made anew. A second time does nothing."""

    def __init__(self, freezes: Freezes, rows: DriftRows, wake: Callable[[str], None]) -> None:
        self._freezes = freezes
        self._rows = rows
        self._wake = wake

    async def __call__(self, organization_id: str, staff_id: str, *, accept: bool) -> bool:
        """Whether it was frozen. Decided first: what a crash leaves frozen is asked about again."""
        found = await self._freezes.of_organization(organization_id)
        freeze = next((one for one in found if one.staff_id == staff_id), None)
        if freeze is None:
            return False
        decided = await self._rows.decide(freeze.connection_id, accept=accept)
        await self._freezes.thaw(freeze.connection_id)
        for row_id in decided:
            self._wake(row_id)
        log.info("meetings.resumed", connection_id=freeze.connection_id, accept=accept, rows=len(decided))
        return True
