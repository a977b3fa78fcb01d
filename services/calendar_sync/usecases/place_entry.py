"""Make a new entry in the calendar that its person chose for entries (V8, G10)."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from services.calendar_sync.model.calendars import MAIN
from services.calendar_sync.model.connection import Connection
from services.calendar_sync.model.entries import Written
from services.calendar_sync.model.ledger import Attempted, Row, WrittenEntry
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.choices import CalendarChoices
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.usecases.drafts import Content, Drafts
from shared.contracts.calendar_sync import Provider
from shared.due import Lease
from shared.providers import ProviderRefused

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Placed:
    """The row as it was wanted when the entry was made."""

    row: Row
    content: Content
    written: WrittenEntry


class PlaceEntry:
    """Before a create is sent the row remembers it and its calendar, so that after a lost answer or a crash the same
    place is looked at first. A calendar that takes no entries gives way to the main one.
    """

    def __init__(
        self,
        ledger: Ledger,
        choices: CalendarChoices,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        drafts: Drafts,
    ) -> None:
        self._ledger = ledger
        self._choices = choices
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._drafts = drafts

    async def __call__(self, lease: Lease, row: Row, content: Content, connection: Connection) -> Placed | None:
        """None where the lease was lost or the row is no longer wanted; the next look decides anew. ``content`` is of
        after the row was read.
        """
        chosen = connection.calendars
        tried = row.attempted.calendar_id if row.attempted else None
        calendar = tried if tried is not None and tried not in chosen.gone else chosen.entries
        try:
            return await self._place(lease, row, content, connection, calendar)
        except ProviderRefused as error:
            if calendar == MAIN or not (error.missing or error.denied):
                raise
            log.warning("calendar.not_written", connection_id=connection.connection_id, reason=error.reason)
        await self._choices.replace(connection, chosen.not_written(calendar))
        return await self._place(lease, row, content, connection, MAIN)

    async def _place(
        self, lease: Lease, row: Row, content: Content, connection: Connection, calendar: str
    ) -> Placed | None:
        generation = row.generation + 1 if row.written else row.generation
        if row.attempted:
            generation = row.attempted.generation
        noted = Attempted(connection.connection_id, generation, calendar)
        wanted = await self._ledger.begin_create(lease.held, noted)
        if wanted is None or not wanted.present:
            return None
        current = await self._current(row, wanted, content, connection)
        if current is None:
            return None
        made = await self._create(row, connection, current, noted)
        entry = WrittenEntry(
            connection_id=connection.connection_id,
            provider=connection.provider,
            entry_id=made.entry_id,
            ical_uid=made.ical_uid,
            others=tuple(made.others),
            generation=made.generation,
            digest=current.draft.digest,
            revision=wanted.revision,
            with_meeting=current.with_meeting,
            calendar_id=calendar,
        )
        return Placed(wanted, current, entry)

    async def _current(self, row: Row, wanted: Row, content: Content, connection: Connection) -> Content | None:
        """What is heard of an appointment makes its rows wanted anew: where this one is not, what was read is as it
        was, but for a room, which another row may have begun to book.
        """
        if wanted.wanted_version == row.wanted_version and wanted.written is None and wanted.room_id is None:
            return content
        return await self._drafts.of(wanted, connection.provider, anew=wanted.written is not None)

    async def _create(self, row: Row, connection: Connection, content: Content, noted: Attempted) -> Written:
        async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
            return await self._providers[connection.provider].create(
                self._credentials.of(connection),
                content.draft,
                noted.generation,
                look=row.attempted is not None,
                calendar=noted.calendar_id,
            )
