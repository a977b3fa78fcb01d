"""A chosen calendar is gone, no longer shared, or takes no entries any more: the rest goes on without it (V8, G17)."""

from collections.abc import Callable

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.store.choices import CalendarChoices
from services.calendar_sync.store.drift import DriftRows
from services.calendar_sync.store.mirrors import Mirror, Mirrors
from shared import clock
from shared.drift import BELIEVE_MISSING_AFTER
from shared.mongo import Document

log = structlog.get_logger(__name__)


class LoseCalendar:
    """The provider said that a calendar beside the main one is not there; once is no proof. Until then its person
    stays unknown as soon as the last read is too old; afterwards what stood in it is written into the one that takes
    entries, and its person is told where calendars are chosen.
    """

    def __init__(
        self,
        choices: CalendarChoices,
        mirrors: Mirrors,
        rows: DriftRows,
        wake_connection: Callable[[str], None],
        wake_row: Callable[[str], None],
    ) -> None:
        self._choices = choices
        self._mirrors = mirrors
        self._rows = rows
        self._wake_connection = wake_connection
        self._wake_row = wake_row

    async def __call__(self, held: Document, mirror: Mirror, connection: Connection) -> None:
        now = clock.now()
        since = mirror.missing_since or now
        if now < since + BELIEVE_MISSING_AFTER:
            log.info("calendar.said_to_be_missing", connection_id=mirror.connection_id)
            await self._mirrors.put_off(held, since + BELIEVE_MISSING_AFTER, mirror.tries + 1, missing_since=since)
            return
        if mirror.calendar_id not in connection.calendars.gone:
            after = connection.calendars.without(mirror.calendar_id)
            if not await self._choices.replace(connection, after):
                await self._mirrors.put_off(held, now, mirror.tries + 1, missing_since=since)
                return
        log.warning("calendar.lost", connection_id=mirror.connection_id)
        for row_id in await self._rows.write_elsewhere(mirror.connection_id, mirror.calendar_id):
            self._wake_row(row_id)
        await self._mirrors.drop(held)
        self._wake_connection(mirror.connection_id)
