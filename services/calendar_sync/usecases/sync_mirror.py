"""Read one calendar (G3, G16, V8): what changed since the last read, or everything when there is no way to know.

Only a read that came to its end changes the mirror. The window is frozen when everything is read and moved on daily.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.calendars import MAIN
from services.calendar_sync.model.connection import Connection
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider, Reading
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.drift import DriftRows
from services.calendar_sync.store.mirrors import Mirror, Mirrors, mirror_of
from services.calendar_sync.store.staff import StaffDirectory
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.usecases.hear_guests import HearGuests
from services.calendar_sync.usecases.hear_rooms import HearRooms
from services.calendar_sync.usecases.lose_calendar import LoseCalendar
from services.calendar_sync.usecases.notice_drift import NoticeDrift
from services.calendar_sync.usecases.notice_strays import NoticeStrays
from services.calendar_sync.usecases.publish_busy import PublishBusyTimes
from services.calendar_sync.usecases.watch import WatchCalendar, is_watch_due
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.due import Lease, backoff
from shared.mongo import Document
from shared.providers import (
    CredentialRevoked,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    SyncTokenExpired,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """How often and how far calendars are read."""

    poll_interval: timedelta
    window_ahead: timedelta
    window_behind: timedelta
    rewindow_every: timedelta

    def window(self, now: datetime) -> Window:
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return Window(today - self.window_behind, today + self.window_ahead)

    def has_aged(self, window: Window, now: datetime) -> bool:
        return window.start_at + self.window_behind + self.rewindow_every <= now


class SyncMirror:
    """The mirror worker's handler."""

    def __init__(
        self,
        mirrors: Mirrors,
        connections: Connections,
        credentials: Credentials,
        staff: StaffDirectory,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        publish: PublishBusyTimes,
        watch: WatchCalendar,
        notice: NoticeDrift,
        rhythm: Rhythm,
        hear_rooms: HearRooms,
        hear_guests: HearGuests,
        rows: DriftRows,
        lose: LoseCalendar,
        strays: NoticeStrays,
    ) -> None:
        self._strays = strays
        self._hear_rooms = hear_rooms
        self._hear_guests = hear_guests
        self._rows = rows
        self._lose = lose
        self._mirrors = mirrors
        self._connections = connections
        self._credentials = credentials
        self._staff = staff
        self._providers = providers
        self._mailboxes = mailboxes
        self._publish = publish
        self._watch = watch
        self._notice = notice
        self._rhythm = rhythm

    async def __call__(self, lease: Lease) -> None:
        mirror = mirror_of(lease.row)
        connection = await self._connections.find(mirror.connection_id)
        person = await self._staff.find(mirror.staff_id)
        held: Document = {**lease.held, "link": mirror.link}
        if connection is None or not person.enabled or not mirror.follows(connection):
            await self._mirrors.stop(held)
            return
        if mirror.calendar_id not in connection.calendars.read and not await self._needed(mirror):
            await self._watch.end(mirror, connection)
            await self._mirrors.drop({**held, "due_at": lease.row["due_at"]})
            return
        try:
            changed = await self._read(lease, held, mirror, connection, person.time_zone)
        except CredentialRevoked:
            await self._mirrors.stop(held)
        except SyncTokenExpired:
            await self._mirrors.put_off(held, clock.now(), mirror.tries + 1, forget_cursor=True)
        except ProviderRefused as error:
            if mirror.calendar_id != MAIN and (error.missing or error.denied):
                await self._lose(held, mirror, connection)
            else:
                await self._later(held, mirror, error)
        except ProviderError as error:
            await self._later(held, mirror, error)
        else:
            if changed is None:
                return
            await self._publish(mirror.staff_id, mirror.organization_id, changed=changed)
            if not lease.handed_back:
                await self._watch(mirror, connection)

    async def _needed(self, mirror: Mirror) -> bool:
        """Whether a calendar that is no longer chosen holds entries of ours, which are looked after where they are."""
        return await self._rows.any_in(mirror.connection_id, mirror.calendar_id)

    async def _read(
        self, lease: Lease, held: Document, mirror: Mirror, connection: Connection, zone: str
    ) -> bool | None:
        """Whether busy times may have changed; None where another worker or a new link went ahead. What is left to do
        then needs no lease, but for a subscription that is due.
        """
        read_at = clock.now()
        reading, window, whole = await self._reading(mirror, connection, zone, read_at)
        if not whole and await self._touches_series(mirror, reading):
            window = self._rhythm.window(read_at)
            reading, whole = await self._whole(mirror, connection, window, zone), True
        kept = [entry for entry in reading.entries if window.touches(entry.start_at, entry.end_at)]
        outside = {entry.entry_id for entry in reading.entries} - {entry.entry_id for entry in kept}
        await self._notice(connection, mirror.calendar_id, replace(reading, whole=whole), window)
        await self._strays(connection, mirror.calendar_id, reading, read_at)
        inside = Reading(kept, reading.removed | outside, reading.cursor, whole=whole)
        due_at = read_at + self._rhythm.poll_interval
        rests = not is_watch_due(mirror, read_at)
        taken = await self._mirrors.take_in(held, inside, window=window, read_at=read_at, due_at=due_at, rests=rests)
        if taken is None:
            return None
        lease.handed_back = taken.handed_back
        await self._hear_rooms.heard(connection, reading.room_answers)
        await self._hear_guests.heard(connection, reading)
        if mirror.recount or mirror.window != window:
            return True
        return await self._publish.counts(mirror.staff_id, window, taken.changed)

    async def _reading(
        self, mirror: Mirror, connection: Connection, zone: str, now: datetime
    ) -> tuple[Reading, Window, bool]:
        if mirror.cursor is None or mirror.window is None or self._rhythm.has_aged(mirror.window, now):
            window = self._rhythm.window(now)
            return await self._whole(mirror, connection, window, zone), window, True
        async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
            reading = await self._providers[connection.provider].read_changes(
                self._credentials.of(connection), mirror.cursor, zone, calendar=mirror.calendar_id
            )
        return reading, mirror.window, False

    async def _whole(self, mirror: Mirror, connection: Connection, window: Window, zone: str) -> Reading:
        credential = self._credentials.of(connection)
        async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
            return await self._providers[connection.provider].read_all(
                credential, window, zone, calendar=mirror.calendar_id
            )

    async def _touches_series(self, mirror: Mirror, reading: Reading) -> bool:
        """A change to a series does not say which occurrences went: everything is read then."""
        return reading.doubtful or await self._mirrors.has_series(mirror.mirror_id, sorted(reading.removed))

    async def _later(self, held: Document, mirror: Mirror, error: ProviderError) -> None:
        least = error.retry_after if isinstance(error, ProviderThrottled) else timedelta(0)
        pause = max(least, backoff(mirror.tries + 1, most=self._rhythm.poll_interval.total_seconds()))
        log.warning("mirror.not_read", mirror_id=mirror.mirror_id, reason=error.reason)
        await self._mirrors.put_off(held, clock.now() + pause, mirror.tries + 1)
