"""A calendar that lost very much at once is no proof of anything: a person decides (G17)."""

from collections.abc import Callable

import structlog

from services.calendar_sync.model.connection import Connection, Frozen
from services.calendar_sync.model.ledger import Verdict
from services.calendar_sync.store.busy import next_version
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.drift import DriftRows
from shared import clock
from shared.contracts.calendar_sync import CalendarSyncFrozen
from shared.contracts.envelope import Cause, envelope
from shared.drift import is_mass_deletion
from shared.mongo import Client, Session, in_transaction

log = structlog.get_logger(__name__)


class FreezeSync:
    """Answers whether nothing counts as deleted in this calendar, freezing it where too much is missing.

    All that went within the minute between two answers is counted together.
    """

    def __init__(self, connections: Connections, rows: DriftRows) -> None:
        self._connections = connections
        self._rows = rows

    async def __call__(self, connection: Connection) -> bool:
        if connection.frozen is not None:
            return True
        missing, coming = await self._rows.count(connection.connection_id)
        if not is_mass_deletion(missing, coming):
            return False
        event = envelope(
            CalendarSyncFrozen(
                staff_id=connection.staff_id, provider=connection.provider, missing=missing, coming=coming
            ),
            subject=connection.staff_id,
            organization_id=connection.organization_id,
            version=next_version(),
            cause=Cause.outside(),
        )
        log.warning("sync.frozen", connection_id=connection.connection_id, missing=missing, coming=coming)
        await self._connections.freeze(connection, Frozen(clock.now(), missing, coming), event)
        return True


class ResumeSync:
    """A person decided: what is missing was deleted, or all of it is written again. A second time does nothing."""

    def __init__(self, client: Client, connections: Connections, rows: DriftRows, wake: Callable[[str], None]) -> None:
        self._client = client
        self._connections = connections
        self._rows = rows
        self._wake = wake

    async def __call__(self, connection: Connection, verdict: Verdict) -> bool:
        """Whether it was frozen."""

        async def work(session: Session) -> list[str] | None:
            if not await self._connections.unfreeze(connection.connection_id, session):
                return None
            return await self._rows.decide(connection.connection_id, verdict, session)

        decided = await in_transaction(self._client, work)
        for row_id in decided or ():
            self._wake(row_id)
        if decided is not None:
            log.info("sync.resumed", connection_id=connection.connection_id, verdict=verdict, rows=len(decided))
        return decided is not None
