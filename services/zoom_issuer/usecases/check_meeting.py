"""Ask Zoom how a meeting stands that seems to stand otherwise than it was written (E7, G16, G17).

Whoever holds the row's lease asks, so that no write of ours is under way meanwhile.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from services.zoom_issuer.drift import MeetingDrift, Suspicion, comparable, form_of_meeting
from services.zoom_issuer.model import Actual, MeetingRow
from services.zoom_issuer.providers import Zoom
from services.zoom_issuer.store.connections import Connections, Kind
from services.zoom_issuer.store.drift import DriftRows, suspicion_of, told
from services.zoom_issuer.store.meetings import MeetingStore, row_of
from services.zoom_issuer.usecases.freeze import FreezeMeetings
from shared import clock
from shared.contracts import actors
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import MeetingDriftDetected
from shared.drift import AS_WRITTEN, BELIEVE_MISSING_AFTER, GONE, EntryState, KnownDrift, kind_of, look_of, title_digest
from shared.due import Lease, backoff
from shared.ids import new_id
from shared.messaging.relay import Relay
from shared.observability import metrics
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderThrottled

log = structlog.get_logger(__name__)
_LONGEST_PAUSE = 60.0
Ask = Callable[[Callable[[str], Awaitable[EntryState | None]]], Awaitable[EntryState | None]]
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
            else:
                await self._there(lease, row, actual, suspicion, comparable(actual, found, clock.now()))

    async def _there(
        self, lease: Lease, row: MeetingRow, actual: Actual, suspicion: Suspicion, found: EntryState
    ) -> None:
        look = look_of(form_of_meeting(actual), found)
        if look == AS_WRITTEN and suspicion.drift is not None:
            await self._rows.assure(lease)
        elif look == suspicion.known_look:
            await self._rows.unsuspect(lease, clock.now() if row.leftovers else None)
        else:
            await self._tell(lease, row, actual, found, look)

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
        await self._tell(lease, row, actual, None, GONE)

    async def _speaks_for(self, actual: Actual) -> bool:
        """Whether the connection is still of the Zoom user who hosts: to another the meeting never existed."""
        connection = await self._connections.get(actual.connection_id)
        if connection is None:
            return False
        same = connection.kind is not Kind.OWN or actual.host_user_id in ("", connection.account_id)
        if not same:
            log.info("meeting.out_of_sight", connection_id=actual.connection_id)
        return same

    async def _tell(self, lease: Lease, row: MeetingRow, actual: Actual, found: EntryState | None, look: str) -> None:
        form = form_of_meeting(actual)
        kind = kind_of(form, found)
        metrics.record_drift("meeting", kind)
        log.info("meeting.drifted", appointment_id=row.appointment_id, kind=kind)
        drift = MeetingDrift(KnownDrift(new_id("drf"), look, row.wanted.revision), found, restore=False)
        other = found is not None and found.title is not None and title_digest(found.title) != form.title
        event: CloudEvent[MeetingDriftDetected] = envelope(
            MeetingDriftDetected(
                appointment_id=row.appointment_id,
                revision=row.wanted.revision,
                drift_id=drift.known.drift_id,
                staff_id=row.wanted.host_staff_id,
                kind=kind,
                start_at=found.start_at if found else None,
                end_at=found.end_at if found else None,
                topic=found.title if found and other else None,
            ),
            subject=row.appointment_id,
            organization_id=row.organization_id,
            version=row.version + 1,
            cause=Cause.outside(actor=actors.provider("zoom")),
        )
        missing_since = suspicion_of(lease.row).missing_since if found is None else None
        state = {**told(drift, missing_since), "due_at": clock.now() if row.leftovers else None}
        if waiting := await self._rows.tell(lease, row.wanted.revision, state, event):
            self._relay.publish_soon(self._store.meetings, row.appointment_id, waiting)
