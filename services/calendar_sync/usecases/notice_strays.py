"""What a reading shows of ours where nothing is wanted, or a second time, is set apart (G13); the ledger worker removes
it under the row's lease, so that no create is under way meanwhile.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.model.ledger import Row
from services.calendar_sync.model.strays import Stray, may_be_strays, strays_among
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider, Reading
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.strays import Strays
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.due import Lease
from shared.providers import ProviderError

log = structlog.get_logger(__name__)


class NoticeStrays:
    """Called with each reading, before it counts as taken in, so that none is lost."""

    def __init__(self, strays: Strays, wake: Callable[[str], None]) -> None:
        self._strays = strays
        self._wake = wake

    async def __call__(self, connection: Connection, calendar_id: str, reading: Reading, read_at: datetime) -> None:
        if not reading.entries:
            return
        now, provider, entries = clock.now(), connection.provider, reading.entries
        named = await self._strays.places_of(connection.staff_id, {one.series_id or one.entry_id for one in entries})
        if not may_be_strays(entries, named, provider, now=now, read_at=read_at):
            return
        places = await self._strays.places_of(connection.staff_id)
        found = strays_among(entries, places, provider, now=now, read_at=read_at)
        for entry_id, row_id in found.items():
            if await self._strays.set_apart(row_id, Stray(connection.connection_id, calendar_id, entry_id)):
                log.info("entry.astray", row_id=row_id)
                self._wake(row_id)


class RemoveStrays:
    """Whoever holds the row's lease has its strays go; not from a calendar whose sync is frozen (G17)."""

    def __init__(
        self,
        strays: Strays,
        connections: Connections,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
    ) -> None:
        self._strays = strays
        self._connections = connections
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes

    async def __call__(self, lease: Lease, row: Row) -> None:
        """After the row's own work. What cannot go yet is tried again; what cannot be reached is read anew when it can,
        and found again.
        """
        if not row.strays:
            return
        own = await self._strays.own_ids(lease.held)
        if own is not None:
            for stray in row.strays:
                await self._end(lease, row, stray, own)
        await self._strays.look_again(lease.held, row)

    async def _end(self, lease: Lease, row: Row, stray: Stray, own: frozenset[str]) -> None:
        connection = await self._connections.find(stray.connection_id)
        reached = connection is not None and connection.usable and connection.frozen is None
        try:
            if connection is not None and reached and stray.entry_id not in own:
                await self._remove(stray, connection)
        except ProviderError as error:
            log.info("entry.still_astray", row_id=row.row_id, reason=error.reason)
        else:
            await self._strays.drop(lease.held, stray.entry_id)

    async def _remove(self, stray: Stray, connection: Connection) -> None:
        async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
            await self._providers[connection.provider].delete(
                self._credentials.of(connection), stray.entry_id, calendar=stray.calendar_id
            )
