"""Look at calendars right now (G4): within a budget, once for all who ask at the same time."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.calendar_sync.model.busy import BusyEntry, Window, entry_key
from services.calendar_sync.model.calendars import mirror_id_of
from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirror, Mirrors
from services.calendar_sync.store.staff import StaffDirectory
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.providers import CredentialRevoked, ProviderError
from shared.single_flight import SingleFlight

_AT_LEAST = 0.25
"""Seconds for our own database where the calendars took all of the budget."""
_REMEMBERED = 2_000


class LookStatus(StrEnum):
    """``unreadable`` is not free, and ``broken`` not even where an older copy says so (G3)."""

    READ = "read"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class Seen:
    """The entries of one calendar in a window, as they were at ``read_at``."""

    entries: Sequence[BusyEntry]
    read_at: datetime


@dataclass(frozen=True)
class Looked:
    """The answer for one person: entries that take time, ours left out."""

    staff_id: str
    status: LookStatus
    read_at: datetime | None = None
    busy: Sequence[tuple[str, BusyEntry]] = field(default=())


class LookAtCalendars:
    """Whole days are read, so that those who ask for neighbouring slots share one request."""

    def __init__(
        self,
        connections: Connections,
        mirrors: Mirrors,
        ledger: Ledger,
        staff: StaffDirectory,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
    ) -> None:
        self._connections = connections
        self._mirrors = mirrors
        self._ledger = ledger
        self._staff = staff
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._looks: SingleFlight[Seen] = SingleFlight()
        self._seen: dict[tuple[str, int, Window], Seen] = {}

    async def __call__(
        self, organization_id: str, staff_ids: Sequence[str], span: Window, *, max_age: timedelta, budget: timedelta
    ) -> list[Looked]:
        """Hardly longer than ``budget``; what is not read by then is unreadable. Whose an entry is, is asked after the
        calendars: what we put there meanwhile was written down before (G4).
        """
        deadline = time.monotonic() + budget.total_seconds()
        try:
            async with asyncio.timeout(budget.total_seconds()):
                links = await self._connections.of_staff(staff_ids, organization_id=organization_id)
                linked = [one for one in links if one.linked]
                mirrors = await self._mirrors.of_links(linked)
        except TimeoutError:
            return [Looked(staff_id, LookStatus.UNREADABLE) for staff_id in staff_ids]
        asked = [(one, calendar_id) for one in linked for calendar_id in one.calendars.busy]
        seen = await asyncio.gather(*(self._see(*one, mirrors, span, max_age, deadline) for one in asked))
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), _AT_LEAST)):
                own = await self._ledger.own_entries(staff_ids, span.start_at)
        except TimeoutError:
            return [Looked(staff_id, LookStatus.UNREADABLE) for staff_id in staff_ids]
        answers = []
        for staff_id in staff_ids:
            mine = [result for (one, _), result in zip(asked, seen, strict=True) if one.staff_id == staff_id]
            if not mine:
                answers.append(Looked(staff_id, LookStatus.NOT_CONNECTED))
                continue
            found = [result for result in mine if isinstance(result, Seen)]
            if len(found) < len(mine):
                broken = LookStatus.BROKEN in mine
                answers.append(Looked(staff_id, LookStatus.BROKEN if broken else LookStatus.UNREADABLE))
                continue
            busy = [
                (entry_key(staff_id, entry.entry_id), entry)
                for result in found
                for entry in result.entries
                if span.touches(entry.start_at, entry.end_at) and not own[staff_id].include(entry)
            ]
            answers.append(Looked(staff_id, LookStatus.READ, min(result.read_at for result in found), busy))
        return answers

    async def _see(
        self,
        connection: Connection,
        calendar_id: str,
        mirrors: Mapping[str, Mirror],
        span: Window,
        max_age: timedelta,
        deadline: float,
    ) -> Seen | LookStatus:
        """What was seen, or why nothing was."""
        if connection.status is not ConnectionStatus.CONNECTED:
            return LookStatus.BROKEN if connection.status is ConnectionStatus.BROKEN else LookStatus.UNREADABLE
        left = deadline - time.monotonic()
        if left <= 0:
            return LookStatus.UNREADABLE
        try:
            async with asyncio.timeout(left):
                mirror = mirrors.get(mirror_id_of(connection.connection_id, calendar_id))
                if (known := await self._mirrored(mirror, span, max_age)) is not None:
                    return known
                return await self._shared(connection, calendar_id, whole_days(span), max_age)
        except CredentialRevoked:
            return LookStatus.BROKEN
        except (TimeoutError, ProviderError):
            return LookStatus.UNREADABLE

    async def _mirrored(self, mirror: Mirror | None, span: Window, max_age: timedelta) -> Seen | None:
        """From the mirror where it is young enough and covers the span."""
        if mirror is None or mirror.read_at is None or mirror.window is None:
            return None
        covers = mirror.window.start_at <= span.start_at and span.end_at <= mirror.window.end_at
        if not covers or mirror.read_at < clock.now() - max_age:
            return None
        entries = await self._mirrors.in_span([mirror.mirror_id], span)
        return Seen([entry for _, entry in entries], mirror.read_at)

    async def _shared(self, connection: Connection, calendar_id: str, window: Window, max_age: timedelta) -> Seen:
        """One request serves all who ask at once, and those who come while it is young enough."""
        key = (mirror_id_of(connection.connection_id, calendar_id), connection.link, window)
        known = self._seen.get(key)
        if known is not None and known.read_at >= clock.now() - max_age:
            return known
        return await self._looks(key, lambda: self._ask(connection, calendar_id, window, key))

    async def _ask(
        self, connection: Connection, calendar_id: str, window: Window, key: tuple[str, int, Window]
    ) -> Seen:
        read_at = clock.now()
        person = await self._staff.find(connection.staff_id)
        async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
            entries = await self._providers[connection.provider].read_span(
                self._credentials.of(connection), window, person.time_zone, calendar=calendar_id
            )
        return self._remembered(key, Seen(entries, read_at))

    def _remembered(self, key: tuple[str, int, Window], seen: Seen) -> Seen:
        if len(self._seen) >= _REMEMBERED:
            self._seen.pop(next(iter(self._seen)))
        self._seen[key] = seen
        return seen


def whole_days(span: Window) -> Window:
    start = span.start_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = span.end_at.astimezone(UTC)
    day = end.replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, day if day == end else day + timedelta(days=1))
