"""Ask Zoom how a meeting stands that seems to stand otherwise than it was written (E7, G16, G17).

Whoever holds the row's lease asks, so that no write of ours is under way meanwhile.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from services.zoom_issuer.drift import MeetingDrift, Suspicion, Unproved, comparable, form_of_meeting
from services.zoom_issuer.drift_series import told_of_occurrences, with_names, with_recovered
from services.zoom_issuer.model import Actual, MeetingRow
from services.zoom_issuer.providers import FoundMeeting, Zoom
from services.zoom_issuer.store.connections import Connections, Kind
from services.zoom_issuer.store.drift import DriftRows, suspicion_of, told
from services.zoom_issuer.store.meetings import MeetingStore, row_of
from services.zoom_issuer.usecases.findings import findings
from services.zoom_issuer.usecases.freeze import FreezeMeetings
from shared import clock
from shared.drift import (
    AS_WRITTEN,
    BELIEVE_MISSING_AFTER,
    GONE,
    EntryState,
    Form,
    KnownDrift,
    changed_occurrences,
    gone_occurrences,
    look_of,
    not_believing,
)
from shared.due import Lease, backoff
from shared.ids import new_id
from shared.messaging.relay import Relay
from shared.observability import metrics
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderThrottled

log = structlog.get_logger(__name__)
_LONGEST_PAUSE = 60.0
Ask = Callable[[Callable[[str], Awaitable[FoundMeeting | None]]], Awaitable[FoundMeeting | None]]
"""Calls Zoom with a token that reaches the meeting."""


class CheckMeeting:
    """What it finds is told once; deciding is booking's."""

    def __init__(
        self,
        store: MeetingStore,
        rows: DriftRows,
        connections: Connections,
        zoom: Zoom,
        freeze: FreezeMeetings,
        relay: Relay,
    ) -> None:
        self._store = store
        self._rows = rows
        self._connections = connections
        self._zoom = zoom
        self._freeze = freeze
        self._relay = relay

    async def prepare(self, lease: Lease) -> bool:
        """Before any other work: where a newer revision came, or the change is to be put back, that goes on from how
        the meeting stands. False where the lease was lost.
        """
        row, drift = row_of(lease.row), suspicion_of(lease.row).drift
        if drift is None or row.actual is None:
            return True
        if not drift.restore and drift.known.revision >= row.wanted.revision:
            return True
        return await self._rows.adopt(lease, row.actual, drift.found)

    def is_due(self, lease: Lease) -> bool:
        """Whether there is nothing to do first: the meeting stands as others were told."""
        row = row_of(lease.row)
        told_all = row.told and row.announced_revision >= row.wanted.revision
        return suspicion_of(lease.row).suspected and row.stands and told_all

    async def __call__(self, lease: Lease, ask: Ask) -> None:
        """Only Zoom's own answer about this very meeting changes anything."""
        row, suspicion = row_of(lease.row), suspicion_of(lease.row)
        actual = row.actual
        assert actual is not None
        rest = clock.now() if row.leftovers else None
        if clock.now() >= row.wanted.end_at:
            await self._rows.unsuspect(lease, rest)
            return
        try:
            found = await ask(lambda token: self._zoom.state(token, actual.meeting_id))
        except CredentialRevoked:
            await self._rows.put_off(lease, rest)
        except ProviderRefused as error:
            log.warning("meeting.not_shown", appointment_id=row.appointment_id, reason=error.reason)
            await self._rows.unsuspect(lease, rest)
        except ProviderError as error:
            least = error.retry_after if isinstance(error, ProviderThrottled) else timedelta(0)
            pause = max(least, backoff(suspicion.tries + 1, most=_LONGEST_PAUSE))
            await self._rows.put_off(lease, clock.now() + pause)
        else:
            if found is None:
                await self._gone(lease, row, actual, suspicion)
            elif stands := await self._learn(lease, row, actual, found):
                state = told_of_occurrences(stands, found, clock.now())
                await self._there(lease, row, stands, suspicion, comparable(stands, state, clock.now()))

    async def _learn(self, lease: Lease, row: MeetingRow, actual: Actual, found: FoundMeeting) -> Actual | None:
        """Zoom's names of occurrences; and which that we cancelled somebody recovered: these go again without a word.
        None where the work goes on from there.
        """
        if not actual.rrule:
            return actual
        known = with_names(actual, found.occurrences, clock.now())
        stands = with_recovered(known, found, clock.now())
        if stands == actual:
            return actual
        if stands.changed != actual.changed:
            log.info("occurrences.recovered", appointment_id=row.appointment_id)
        going = await self._rows.stands(lease, stands)
        return stands if going and stands.changed == actual.changed else None

    async def _there(
        self, lease: Lease, row: MeetingRow, actual: Actual, suspicion: Suspicion, found: EntryState
    ) -> None:
        """Of occurrences that are said to be deleted only those count of which it was said twice (G17)."""
        form, rest = form_of_meeting(actual), clock.now() if row.leftovers else None
        unproved = self._unproved(form, found, suspicion)
        if unproved is not None and clock.now() < unproved.since + BELIEVE_MISSING_AFTER:
            found = not_believing(found, unproved.originals)
        elif unproved is not None:
            if not suspicion.accepted and await self._freeze(actual.connection_id, row.organization_id):
                await self._rows.put_off(lease, rest)
                return
            unproved = None
        look = look_of(form, found)
        if unproved is not None and look in (AS_WRITTEN, suspicion.known_look):
            log.info("occurrences.said_to_be_missing", appointment_id=row.appointment_id)
            await self._rows.put_off(lease, unproved.since + BELIEVE_MISSING_AFTER, unproved=unproved)
        elif look == AS_WRITTEN and suspicion.drift is not None:
            await self._rows.assure(lease)
        elif look == suspicion.known_look:
            await self._rows.unsuspect(lease, rest)
        else:
            await self._tell(lease, row, form, found, look, unproved)

    def _unproved(self, form: Form, found: EntryState, suspicion: Suspicion) -> Unproved | None:
        """What is said to be deleted and was not told yet; the minute begins anew where it is another."""
        told = suspicion.drift.known.gone if suspicion.drift else ()
        unheard = tuple(at for at in gone_occurrences(form, found) if at not in told)
        if not unheard:
            return None
        known = suspicion.unproved
        return known if known is not None and known.originals == unheard else Unproved(clock.now(), unheard)

    async def _gone(self, lease: Lease, row: MeetingRow, actual: Actual, suspicion: Suspicion) -> None:
        """Twice, a minute apart, from the account that made it, and not while much of the account is gone."""
        rest = clock.now() if row.leftovers else None
        if suspicion.known_look == GONE or not await self._speaks_for(actual):
            await self._rows.unsuspect(lease, rest)
            return
        now = clock.now()
        since = suspicion.missing_since or now
        if now < since + BELIEVE_MISSING_AFTER:
            log.info("meeting.said_to_be_missing", appointment_id=row.appointment_id)
            await self._rows.put_off(lease, since + BELIEVE_MISSING_AFTER, since)
            return
        if not suspicion.accepted and await self._freeze(actual.connection_id, row.organization_id):
            await self._rows.put_off(lease, rest)
            return
        await self._tell(lease, row, form_of_meeting(actual), None, GONE)

    async def _speaks_for(self, actual: Actual) -> bool:
        """Whether the connection is still of the Zoom user who hosts: to another the meeting never existed."""
        connection = await self._connections.get(actual.connection_id)
        if connection is None:
            return False
        same = connection.kind is not Kind.OWN or actual.host_user_id in ("", connection.account_id)
        if not same:
            log.info("meeting.out_of_sight", connection_id=actual.connection_id)
        return same

    async def _tell(
        self,
        lease: Lease,
        row: MeetingRow,
        form: Form,
        found: EntryState | None,
        look: str,
        unproved: Unproved | None = None,
    ) -> None:
        gone: tuple[datetime, ...] = ()
        if found is not None:
            gone = gone_occurrences(form, found)
            found = replace(found, occurrences=changed_occurrences(form, found))
        drift = MeetingDrift(KnownDrift(new_id("drf"), look, row.wanted.revision, gone), found, restore=False)
        events = findings(row, drift.known.drift_id, form, found)
        for event in events:
            metrics.record_drift("meeting", event.data.kind)
            log.info("meeting.drifted", appointment_id=row.appointment_id, kind=event.data.kind)
        missing_since = suspicion_of(lease.row).missing_since if found is None else None
        due_at = clock.now() if row.leftovers else unproved.since + BELIEVE_MISSING_AFTER if unproved else None
        state = {**told(drift, missing_since, unproved), "due_at": due_at}
        if waiting := await self._rows.tell(lease, state, events):
            self._relay.publish_soon(self._store.meetings, row.appointment_id, waiting)
