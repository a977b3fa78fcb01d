"""Make one ledger row true at the provider (G9, G10): compare what is wanted with what is written, then act once."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.model.entries import Written
from services.calendar_sync.model.ledger import Row, RowKind, WrittenEntry
from services.calendar_sync.model.plan import HEARD_WITHIN
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider, Credential
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.store.room_bookings import RoomBookings
from services.calendar_sync.store.rows import row_of
from services.calendar_sync.usecases import announce
from services.calendar_sync.usecases.check_entry import CheckEntry
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.usecases.drafts import Content, Drafts
from services.calendar_sync.usecases.hear_rooms import HearRooms
from services.calendar_sync.usecases.notice_strays import RemoveStrays
from services.calendar_sync.usecases.place_entry import PlaceEntry
from services.calendar_sync.usecases.release_holds import ReleaseHolds
from services.calendar_sync.usecases.tracing import traced
from services.calendar_sync.usecases.users_text import NOTHING_TYPED, FindUsersText, Typed, form_as_written
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.contracts.stages import Stage
from shared.drift import BELIEVE_MISSING_AFTER
from shared.due import Lease, backoff
from shared.observability import metrics
from shared.observability.calls import calls_noted
from shared.providers import CredentialRevoked, ProviderRefused, ProviderThrottled, ProviderUnavailable

log = structlog.get_logger(__name__)
_LONGEST_BACKOFF = 60.0
_LOOK_AGAIN = timedelta(hours=1)
"""Told as the time of the next try where a person has to act first."""
_LATER_CHANGE = timedelta(hours=1)
"""What is asked for so long after the confirmation was no part of it."""
_TOO_LATE = "too_late"
_GIVEN_UP = "given_up"
_NOT_CONNECTED = "not_connected"
_BROKEN = "connection_broken"


class SaidToBeMissing(Exception):
    """The provider does not know the entry that we wrote; once is no proof (G17)."""


class WriteEntry:
    """The ledger worker's handler."""

    def __init__(
        self,
        ledger: Ledger,
        connections: Connections,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        mirrors: Mirrors,
        drafts: Drafts,
        check: CheckEntry,
        place: PlaceEntry,
        bookings: RoomBookings,
        hear_rooms: HearRooms,
        users_text: FindUsersText,
        strays: RemoveStrays,
        releases: ReleaseHolds,
    ) -> None:
        self._releases = releases
        self._users_text = users_text
        self._strays = strays
        self._ledger = ledger
        self._connections = connections
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._mirrors = mirrors
        self._drafts = drafts
        self._check = check
        self._place = place
        self._bookings = bookings
        self._hear_rooms = hear_rooms

    async def __call__(self, lease: Lease) -> None:
        row = row_of(lease.row)
        with traced(row.traceparent), calls_noted(lease.row.get("calls", ())):
            if lease.row.get("strays_only") == row.wanted_version:
                await self._ledger.hold_back(lease.held, row)
            else:
                await self._work(lease, row)
            await self._strays(lease, row)

    async def _work(self, lease: Lease, row: Row) -> None:
        if lease.row.get("given_up"):
            await self._give_up(lease, row, _GIVEN_UP)
            return
        try:
            await self._make_true(lease, row)
        except ProviderThrottled as error:
            await self._later(lease, row, error.reason, error.retry_after)
        except ProviderUnavailable as error:
            await self._later(lease, row, error.reason, timedelta(0))
        except CredentialRevoked:
            await self._wait(lease, row, _BROKEN)
        except SaidToBeMissing:
            await self._doubt(lease, row)
        except ProviderRefused as error:
            await self._give_up(lease, row, error.reason)

    async def _make_true(self, lease: Lease, row: Row) -> None:
        connection = await self._calendar_of(row)
        if row.written is None and row.attempted is None and not row.present:
            await self._settle_removed(lease, row, owed=row.told)
        elif not row.present and row.after and await self._ledger.pending_first(row.after):
            pause = backoff(row.tries + 1, most=_LONGEST_BACKOFF)
            await self._ledger.put_off(lease.held, row, clock.now() + pause, [])
        elif connection is None or not connection.usable:
            await self._out_of_reach(lease, row, _BROKEN if connection and connection.linked else _NOT_CONNECTED)
        elif not row.present:
            await self._remove(lease, row, connection)
        elif connection.status is ConnectionStatus.DISCONNECTING and row.kind is RowKind.HOLD:
            await self._release(lease, row, connection)
        else:
            await self._write(lease, row, connection)

    async def _calendar_of(self, row: Row) -> Connection | None:
        """Where the row is written, was tried, or belongs."""
        bound = row.written or row.attempted
        if bound is not None:
            return await self._connections.find(bound.connection_id)
        links = await self._connections.of_staff([row.staff_id], organization_id=row.organization_id)
        fitting = [one for one in links if one.linked and row.provider in (None, one.provider)]
        return next(iter(fitting), None)

    async def _write(self, lease: Lease, row: Row, connection: Connection) -> None:
        content = await self._drafts.of(row, connection.provider)
        if content is None:
            await self._remove(lease, row, connection)
            return
        written, typed = row.written, NOTHING_TYPED
        if written is not None:
            again = written.digest != content.draft.digest
            if not again and row.is_doubted:
                again = row.is_overtaken or await self._check(lease, row, content.draft, connection)
                if not again:
                    return
            if again:
                typed = await self._users_text(written, content.draft, connection)
                shown = await self._drafts.of(row, connection.provider, note=typed.note) if typed.kept else None
                written = await self._change(row, written, shown or content, connection)
        if written is None:
            if clock.now() >= row.last_moment:
                await self._give_up(lease, row, _TOO_LATE)
                return
            placed = await self._place(lease, row, content, connection)
            if placed is None:
                return
            row, content, written, typed = placed.row, placed.content, placed.written, NOTHING_TYPED
        await self._settle_written(lease, row, written, content, typed)

    async def _change(
        self, row: Row, written: WrittenEntry, content: Content, connection: Connection
    ) -> WrittenEntry | None:
        """The entry after the change; None where it is gone for sure, or with its calendar, so that it is made anew."""
        if written.calendar_id in connection.calendars.gone:
            return None
        provider, calendar = self._providers[connection.provider], written.calendar_id
        if content.room_id:
            await self._bookings.forget(connection.connection_id, written.entry_ids)
        believed = row.missing_since is not None and clock.now() >= row.missing_since + BELIEVE_MISSING_AFTER
        try:
            async with self._mailbox(connection):
                others = await provider.update(
                    self._credential(connection),
                    written.entry_id,
                    content.draft,
                    others=written.others,
                    replace_missing=believed,
                    calendar=calendar,
                )
        except ProviderRefused as error:
            if not error.missing:
                raise
            if not believed:
                raise SaidToBeMissing from error
            async with self._mailbox(connection):
                still = await provider.find(
                    self._credential(connection), row.marker, written.generation, calendar=calendar
                )
            if still is not None and still.entry_id not in written.entry_ids[1:]:
                raise ProviderUnavailable("said to be missing, and there") from error
            return None
        return replace(written, others=tuple(others))

    async def _settle_written(
        self, lease: Lease, row: Row, written: WrittenEntry, content: Content, typed: Typed = NOTHING_TYPED
    ) -> None:
        """Where the user's text was kept the entry stands otherwise than is wanted: it is looked at and told."""
        entry = replace(
            written,
            digest=content.draft.digest,
            revision=row.revision,
            with_meeting=content.with_meeting,
            room_id=content.room_id,
            with_guest=content.with_guest,
            form=form_as_written(content.draft, typed, clock.now()),
        )
        await self._ledger.settle(lease, row, entry, [announce.written(row, entry)], doubted=typed.kept)
        metrics.record_effect(row.kind, "done")
        if content.caused_at is not None and lease.row.get("written") is None and _comes_with(content.caused_at, row):
            metrics.record_stage(Stage.ENTRY_WRITTEN, clock.now() - content.caused_at)
        if row.participants:
            await self._mirrors.look_again(row.participants, clock.now(), recount=True)
        if entry.room_id and row.kind is RowKind.ENTRY:
            await self._hear_rooms.tell(entry.connection_id, entry.entry_ids)

    async def _remove(self, lease: Lease, row: Row, connection: Connection) -> None:
        with self._releases.going(row):
            gone = await self._delete(row, connection)
            await self._settle_removed(lease, row, owed=gone or row.told)
        if row.participants:
            await self._mirrors.look_again(row.participants, clock.now())

    async def _release(self, lease: Lease, row: Row, connection: Connection) -> None:
        """A hold that is wanted still leaves a calendar that is being disconnected (R1)."""
        removed = [announce.removed(row)] if await self._delete(row, connection) else []
        said = replace(row, said_at=removed[-1].time) if removed else row
        waiting = announce.failed(said, _NOT_CONNECTED, self._next_look(row))
        await self._ledger.settle_and_wait(lease.held, row, [*removed, waiting])

    async def _delete(self, row: Row, connection: Connection) -> bool:
        """Answers whether there was anything."""
        provider, credential = self._providers[connection.provider], self._credential(connection)
        async with self._mailbox(connection):
            found: Written | WrittenEntry | None = row.written
            if found is None and row.attempted is not None:
                found = await provider.find(credential, row.marker, row.attempted.generation, calendar=row.calendar_id)
            for one in (found, *found.others) if found is not None else ():
                await provider.delete(credential, one.entry_id, calendar=row.calendar_id)
        return found is not None

    async def _settle_removed(self, lease: Lease, row: Row, *, owed: bool) -> None:
        """Where another entry stands for the person it was a move: after a failure the other one is told again."""
        if row.kind is RowKind.HOLD and owed:
            await self._releases.gone(lease, row)
            await self._bookings.freed(row)
            return
        others = await self._ledger.covered_by(row) if row.kind is RowKind.ENTRY else []
        events = [announce.removed(row)] if owed and not others else []
        if events:
            metrics.record_effect(row.kind, "gone")
        await self._ledger.settle(lease, row, None, events)
        await self._bookings.freed(row)
        if row.told and others:
            await self._ledger.tell_again(others)

    async def _later(self, lease: Lease, row: Row, reason: str, at_least: timedelta) -> None:
        if clock.now() >= row.last_moment:
            await self._give_up(lease, row, _TOO_LATE)
            return
        pause = max(at_least, backoff(row.tries + 1, most=_LONGEST_BACKOFF))
        retry_at = clock.now() + pause
        events = [announce.failed(row, reason, retry_at)] if row.tries % 5 == 0 else []
        metrics.record_effect(row.kind, "waiting")
        log.info("entry.put_off", row_id=row.row_id, reason=reason, seconds=pause.total_seconds())
        await self._ledger.put_off(lease.held, row, retry_at, events, why=reason)

    async def _doubt(self, lease: Lease, row: Row) -> None:
        since = row.missing_since or clock.now()
        retry_at = since + BELIEVE_MISSING_AFTER
        log.info("entry.said_to_be_missing", row_id=row.row_id)
        events = [announce.failed(row, "missing", retry_at)]
        await self._ledger.put_off(lease.held, row, retry_at, events, missing_since=since)

    async def _give_up(self, lease: Lease, row: Row, reason: str) -> None:
        log.warning("entry.given_up", row_id=row.row_id, reason=reason)
        metrics.record_effect(row.kind, "failed")
        await self._ledger.give_up(lease.held, row, reason, [announce.failed(row, reason, None)])
        await self._bookings.freed(row)

    async def _out_of_reach(self, lease: Lease, row: Row, reason: str) -> None:
        """What stands there as it is wanted needs no calendar."""
        if row.present and row.written is not None and row.is_doubted:
            await self._ledger.wait(lease.held, row, [])
            return
        if row.present and row.written is not None:
            content = await self._drafts.of(row, row.written.provider)
            if content is not None and content.draft.digest == row.written.digest:
                await self._settle_written(lease, row, row.written, content)
                return
        await self._wait(lease, row, reason)

    async def _wait(self, lease: Lease, row: Row, reason: str) -> None:
        """Nothing is said of holds in calendars that nobody counts on; the row is there when one is linked (R5)."""
        counted_on = row.told or await self._counted_on(row)
        if counted_on and clock.now() >= row.last_moment:
            await self._give_up(lease, row, _TOO_LATE)
            return
        if counted_on:
            metrics.record_effect(row.kind, "waiting")
        events = [announce.failed(row, reason, self._next_look(row))] if counted_on else []
        await self._ledger.wait(lease.held, row, events, reason if counted_on else "")
        connection = await self._calendar_of(row)
        if connection is not None and connection.status is ConnectionStatus.CONNECTED:
            await self._ledger.drain(row.staff_id)

    async def _counted_on(self, row: Row) -> bool:
        """Whether others expect an end: of every entry that is planned or stands, and of holds of who has a link or
        had one when they were proposed.
        """
        if row.kind is RowKind.ENTRY or row.written is not None:
            return True
        links = await self._connections.of_staff([row.staff_id], organization_id=row.organization_id)
        return any(one.ended_at is None or one.ended_at > row.caused_at - HEARD_WITHIN for one in links)

    def _next_look(self, row: Row) -> datetime:
        return min(clock.now() + _LOOK_AGAIN, row.last_moment)

    def _credential(self, connection: Connection) -> Credential:
        return self._credentials.of(connection)

    def _mailbox(self, connection: Connection) -> AbstractAsyncContextManager[None]:
        return self._mailboxes[connection.provider].of(connection.connection_id).slot()


def _comes_with(confirmed_at: datetime, row: Row) -> bool:
    """Not of a later change, such as another attendee."""
    return row.caused_at - confirmed_at < _LATER_CHANGE
