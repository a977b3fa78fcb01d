"""Make one ledger row true at the provider (G9, G10): compare what is wanted with what is written, then act once.

Before a create is sent the row remembers it, so that after a lost answer or a crash the provider is looked at first.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import structlog

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.model.ledger import Attempted, Row, RowKind, WrittenEntry
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider, Credential
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.store.rows import row_of
from services.calendar_sync.usecases import announce
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.usecases.drafts import Content, Drafts
from services.calendar_sync.usecases.tracing import traced
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.due import Lease, backoff
from shared.observability import metrics
from shared.providers import CredentialRevoked, ProviderRefused, ProviderThrottled, ProviderUnavailable

log = structlog.get_logger(__name__)
_WAIT_FOR_OTHERS = timedelta(seconds=1)
_LONGEST_BACKOFF = 60.0
_LOOK_AGAIN = timedelta(hours=1)
"""Told as the time of the next try where a person has to act first."""


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
    ) -> None:
        self._ledger = ledger
        self._connections = connections
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._mirrors = mirrors
        self._drafts = drafts

    async def __call__(self, lease: Lease) -> None:
        row = row_of(lease.row)
        with traced(row.traceparent):
            await self._work(lease, row)

    async def _work(self, lease: Lease, row: Row) -> None:
        try:
            await self._make_true(lease, row)
        except ProviderThrottled as error:
            await self._later(lease, row, error.reason, error.retry_after)
        except ProviderUnavailable as error:
            await self._later(lease, row, error.reason, timedelta(0))
        except CredentialRevoked:
            await self._wait(lease, row, "connection_broken")
        except ProviderRefused as error:
            log.warning("entry.refused", row_id=row.row_id, reason=error.reason)
            metrics.record_effect(row.kind, "failed")
            await self._ledger.give_up(lease.held, row, error.reason, [announce.failed(row, error.reason, None)])

    async def _make_true(self, lease: Lease, row: Row) -> None:
        connection = await self._calendar_of(row)
        if row.written is None and row.attempted is None and not row.present:
            await self._ledger.settle(lease.held, row, None, [announce.removed(row)] if row.told else [])
        elif connection is None or not connection.usable:
            await self._wait(lease, row, "connection_broken" if connection and connection.linked else "not_connected")
        elif not row.present:
            if row.after and await self._ledger.pending_first(row.after):
                await self._ledger.put_off(lease.held, row, clock.now() + _WAIT_FOR_OTHERS, [])
            else:
                await self._remove(lease, row, connection)
        elif connection.status is ConnectionStatus.DISCONNECTING and row.kind is RowKind.HOLD:
            await self._remove(lease, row, connection, wait_after=True)
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
        written = row.written
        if written is not None and written.digest != content.draft.digest:
            written = await self._change(row, written, content, connection)
        if written is None:
            made = await self._create(lease, row, connection)
            if made is None:
                return
            row, content, written = made
        await self._settle_written(lease, row, written, content, connection)

    async def _change(
        self, row: Row, written: WrittenEntry, content: Content, connection: Connection
    ) -> WrittenEntry | None:
        """The entry after the change; None where it is gone, asked twice (G17), so that it is made anew."""
        provider = self._providers[connection.provider]
        try:
            async with self._mailbox(connection):
                await provider.update(self._credential(connection), written.entry_id, content.draft)
        except ProviderRefused as error:
            if not error.missing:
                raise
            async with self._mailbox(connection):
                still = await provider.find(self._credential(connection), row.marker, written.generation)
            if still is not None:
                raise ProviderUnavailable("said to be missing, and there") from error
            return None
        return written

    async def _create(self, lease: Lease, row: Row, connection: Connection) -> tuple[Row, Content, WrittenEntry] | None:
        """None where the lease was lost or the row is no longer wanted; the next look decides anew."""
        generation = row.generation + 1 if row.written else row.generation
        if row.attempted:
            generation = row.attempted.generation
        noted = Attempted(connection.connection_id, generation)
        now_wanted = await self._ledger.begin_create(lease.held, noted)
        if now_wanted is None or not now_wanted.present:
            return None
        content = await self._drafts.of(now_wanted, connection.provider)
        if content is None:
            return None
        async with self._mailbox(connection):
            made = await self._providers[connection.provider].create(
                self._credential(connection), content.draft, generation, look=row.attempted is not None
            )
        entry = WrittenEntry(
            connection_id=connection.connection_id,
            provider=connection.provider,
            entry_id=made.entry_id,
            ical_uid=made.ical_uid,
            generation=made.generation,
            digest=content.draft.digest,
            revision=now_wanted.revision,
            with_meeting=content.with_meeting,
        )
        return now_wanted, content, entry

    async def _settle_written(
        self, lease: Lease, row: Row, written: WrittenEntry, content: Content, connection: Connection
    ) -> None:
        entry = replace(written, digest=content.draft.digest, revision=row.revision, with_meeting=content.with_meeting)
        await self._ledger.settle(lease.held, row, entry, [announce.written(row, entry)])
        metrics.record_effect(row.kind, "done")
        if content.caused_at is not None and lease.row.get("written") is None:
            metrics.record_stage("entry_written", clock.now() - content.caused_at)
        if row.participants:
            await self._mirrors.look_again(row.participants, clock.now(), recount=True)

    async def _remove(self, lease: Lease, row: Row, connection: Connection, *, wait_after: bool = False) -> None:
        provider, credential = self._providers[connection.provider], self._credential(connection)
        async with self._mailbox(connection):
            entry_id = row.written.entry_id if row.written else None
            if entry_id is None and row.attempted is not None:
                entry_id = await provider.find(credential, row.marker, row.attempted.generation)
            if entry_id is not None:
                await provider.delete(credential, entry_id)
        owed = (row.written or entry_id or row.told) and not await self._ledger.covers(row)
        events = [announce.removed(row)] if owed else []
        if events and row.kind is RowKind.HOLD:
            metrics.record_stage("holds_released", clock.now() - lease.row["caused_at"])
        await self._ledger.settle(lease.held, row, None, events, waiting_again=wait_after)
        if row.participants:
            await self._mirrors.look_again(row.participants, clock.now())

    async def _later(self, lease: Lease, row: Row, reason: str, at_least: timedelta) -> None:
        pause = max(at_least, backoff(row.tries + 1, most=_LONGEST_BACKOFF))
        retry_at = clock.now() + pause
        events = [announce.failed(row, reason, retry_at)] if row.tries % 5 == 0 else []
        log.info("entry.put_off", row_id=row.row_id, reason=reason, seconds=pause.total_seconds())
        await self._ledger.put_off(lease.held, row, retry_at, events)

    async def _wait(self, lease: Lease, row: Row, reason: str) -> None:
        """Without a link nothing was promised and nothing is said; the row is there when one is made (R5)."""
        told = reason == "connection_broken" or row.written is not None
        events = [announce.failed(row, reason, clock.now() + _LOOK_AGAIN)] if told else []
        await self._ledger.wait(lease.held, row, events)
        connection = await self._calendar_of(row)
        if connection is not None and connection.status is ConnectionStatus.CONNECTED:
            await self._ledger.drain(row.staff_id)

    def _credential(self, connection: Connection) -> Credential:
        return self._credentials.of(connection)

    def _mailbox(self, connection: Connection) -> AbstractAsyncContextManager[None]:
        return self._mailboxes[connection.provider].of(connection.connection_id).slot()
