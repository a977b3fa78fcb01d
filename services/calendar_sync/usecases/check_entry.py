"""Ask the provider how an entry stands that a reading showed otherwise than we wrote it (V6, G16, G17).

Whoever holds the row's lease asks, so that no write of ours is under way meanwhile. Holds are put back without a word:
the guest was offered that time.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.model.ledger import Row, RowKind, Unproved, Verdict
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.staff import StaffDirectory
from services.calendar_sync.usecases import announce
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.usecases.findings import findings
from services.calendar_sync.usecases.freeze import FreezeSync
from services.calendar_sync.usecases.users_text import (
    is_apart_from_description,
    measured,
    new_note,
    shows_what_was_written,
)
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.contracts.sealed import EntrySecrets
from shared.crypto import KeyRing
from shared.drift import (
    AS_WRITTEN,
    BELIEVE_MISSING_AFTER,
    GONE,
    EntryState,
    Form,
    KnownDrift,
    gone_occurrences,
    look_of,
    not_believing,
    text_digest,
)
from shared.due import Lease, backoff
from shared.ids import new_id
from shared.observability import metrics
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderThrottled

log = structlog.get_logger(__name__)
_LONGEST_BACKOFF = 60.0


class CheckEntry:
    """Answers whether the entry is to be written again; otherwise the work on the row is concluded."""

    def __init__(
        self,
        ledger: Ledger,
        connections: Connections,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        staff: StaffDirectory,
        freeze: FreezeSync,
        ring: KeyRing,
    ) -> None:
        self._ring = ring
        self._ledger = ledger
        self._connections = connections
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._staff = staff
        self._freeze = freeze

    async def __call__(self, lease: Lease, row: Row, draft: EntryDraft, connection: Connection) -> bool:
        """``draft`` is what was written and is wanted still. Only an answer about this very entry changes anything."""
        if clock.now() >= row.ends_at:
            await self._ledger.unsuspect(lease.held, row)
            return False
        try:
            found = await self._ask(row, draft, connection)
        except CredentialRevoked:
            await self._wait_for_link(lease, row, connection)
        except ProviderRefused as error:
            log.warning("entry.not_shown", row_id=row.row_id, reason=error.reason)
            await self._ledger.unsuspect(lease.held, row)
        except ProviderError as error:
            await self._ask_later(lease, row, error)
        else:
            form = measured(row, draft, clock.now())
            if found is not None:
                return await self._there(lease, row, draft, form, found, connection)
            return await self._gone(lease, row, form, connection)
        return False

    async def _ask(self, row: Row, draft: EntryDraft, connection: Connection) -> EntryState | None:
        person = await self._staff.find(row.staff_id)
        provider, credential = self._providers[connection.provider], self._credentials.of(connection)
        async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
            entry_id, others = (row.written.entry_id, row.written.others) if row.written else ("", ())
            if draft.series is not None:
                return await provider.series_state(credential, entry_id, draft, others=others, calendar=row.calendar_id)
            return await provider.state(credential, entry_id, person.time_zone, calendar=row.calendar_id)

    async def _there(
        self, lease: Lease, row: Row, draft: EntryDraft, form: Form, found: EntryState, connection: Connection
    ) -> bool:
        """Of occurrences that are said to be cancelled only those count of which it was said twice (G17)."""
        note = new_note(draft, form, found)
        told = row.drift.gone if row.drift else ()
        if unheard := tuple(at for at in gone_occurrences(form, found) if at not in told):
            known = row.unproved
            since = known.since if known is not None and known.originals == unheard else clock.now()
            unproved = Unproved(since, unheard)
            if clock.now() < since + BELIEVE_MISSING_AFTER:
                return await self._doubted(lease, row, form, not_believing(found, unheard), note, unproved, connection)
            if row.verdict is not Verdict.ACCEPT and await self._freeze(connection):
                await self._ledger.hold_back(lease.held, row)
                return False
        look = look_of(form, found)
        if look == AS_WRITTEN:
            events = [announce.written(row, row.written)] if row.drift and row.written else []
            await self._ledger.assure(lease.held, row, events, shown=shows_what_was_written(form, found.description))
            return False
        if note is None and is_apart_from_description(form, found):
            return True
        return await self._drifted(lease, row, form, found, look, connection, note)

    async def _doubted(
        self,
        lease: Lease,
        row: Row,
        form: Form,
        found: EntryState,
        note: str | None,
        unproved: Unproved,
        connection: Connection,
    ) -> bool:
        """What else is found need not wait for the second answer. The block does: to rebuild it would put back what
        may have been deleted.
        """
        log.info("occurrences.said_to_be_missing", row_id=row.row_id, count=len(unproved.originals))
        look = look_of(form, found)
        to_tell = note is not None or not is_apart_from_description(form, found)
        if not to_tell or (row.drift is not None and row.drift.look == look):
            await self._ledger.doubt_occurrences(lease.held, row, unproved)
            return False
        return await self._drifted(lease, row, form, found, look, connection, note, unproved)

    async def _gone(self, lease: Lease, row: Row, form: Form, connection: Connection) -> bool:
        """Twice, a minute apart, and not while half the calendar is gone."""
        if row.drift is not None and row.drift.look == GONE:
            await self._ledger.unsuspect(lease.held, row)
            return False
        now = clock.now()
        since = row.missing_since or now
        if now < since + BELIEVE_MISSING_AFTER:
            log.info("entry.said_to_be_missing", row_id=row.row_id)
            await self._ledger.put_off(lease.held, row, since + BELIEVE_MISSING_AFTER, [], missing_since=since)
            return False
        if row.verdict is not Verdict.ACCEPT and await self._freeze(connection):
            await self._ledger.hold_back(lease.held, row)
            return False
        return await self._drifted(lease, row, form, None, GONE, connection)

    async def _drifted(
        self,
        lease: Lease,
        row: Row,
        form: Form,
        found: EntryState | None,
        look: str,
        connection: Connection,
        note: str | None = None,
        unproved: Unproved | None = None,
    ) -> bool:
        if row.drift is not None and row.drift.look == look:
            await self._ledger.unsuspect(lease.held, row)
            return False
        gone = gone_occurrences(form, found) if found else ()
        described = text_digest(found.description) if found and found.description is not None else ""
        drift = KnownDrift(new_id("drf"), look, row.revision, gone, described)
        sealed = None if note is None else EntrySecrets(note=note).seal(self._ring, subject=row.about)
        events = findings(row, connection.provider, drift, form, found, sealed)
        for event in events:
            metrics.record_drift(row.kind, event.data.kind)
            log.info("entry.drifted", row_id=row.row_id, kind=event.data.kind)
        if row.kind is RowKind.HOLD:
            return True
        missing_since = row.missing_since if found is None else None
        await self._ledger.tell_drift(lease.held, row, drift, events, missing_since, unproved)
        return False

    async def _ask_later(self, lease: Lease, row: Row, error: ProviderError) -> None:
        least = error.retry_after if isinstance(error, ProviderThrottled) else timedelta(0)
        pause = max(least, backoff(row.tries + 1, most=_LONGEST_BACKOFF))
        await self._ledger.put_off(lease.held, row, clock.now() + pause, [])

    async def _wait_for_link(self, lease: Lease, row: Row, connection: Connection) -> None:
        """Whoever connected again just now is not waited for."""
        await self._ledger.wait(lease.held, row, [])
        current = await self._connections.find(connection.connection_id)
        if current is not None and current.status is ConnectionStatus.CONNECTED:
            await self._ledger.drain(row.staff_id)
