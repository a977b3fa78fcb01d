"""How following an appointment ended: the row's state and the event that says so, in one write."""

from datetime import timedelta
from typing import Any

import structlog

from services.zoom_issuer.model import Status, Wanted
from services.zoom_issuer.store.connections import Connections, ConnectionStatus
from services.zoom_issuer.store.meetings import MeetingStore, actual_in
from shared import clock
from shared.contracts.envelope import Cause, EventData, envelope
from shared.contracts.zoom_issuer import (
    EndOfConnection,
    MeetingErrorCode,
    MeetingIssued,
    MeetingIssueFailed,
    MeetingRevoked,
    MeetingUpdated,
    ZoomDisconnected,
)
from shared.crypto import KeyRing
from shared.due import Lease, backoff
from shared.messaging.relay import Relay
from shared.observability import metrics

log = structlog.get_logger(__name__)
_LONGEST_PAUSE = 60.0


class Report:
    """Writes results of held rows and publishes them."""

    def __init__(self, store: MeetingStore, connections: Connections, relay: Relay, bus_ring: KeyRing) -> None:
        self._store = store
        self._connections = connections
        self._relay = relay
        self._bus_ring = bus_ring

    async def done(self, lease: Lease, wanted: Wanted) -> None:
        row, actual = lease.row, actual_in(lease.row)
        data: EventData | None = None
        status = Status.NONE
        if actual is not None:
            status = Status.ISSUED
            data = self._issued_or_updated(lease, wanted, actual.meeting_id)
        elif wanted.canceled or row.get("announced_meeting"):
            status = Status.REVOKED
            data = MeetingRevoked(appointment_id=row["_id"], revision=wanted.revision)
        state = {
            "status": status,
            "announced_meeting": actual.meeting_id if actual else None,
            "error": None,
            "announced": None,
            "tries": 0,
        }
        await self._settle(lease, wanted, state, data)
        metrics.record_effect("meeting", status)

    def _issued_or_updated(self, lease: Lease, wanted: Wanted, meeting_id: str) -> EventData:
        row = lease.row
        sealed = self._store.secrets(row).seal(self._bus_ring, subject=row["_id"])
        before = row.get("announced_meeting")
        if before is None:
            metrics.record_stage("meeting_issued", clock.now() - wanted.confirmed_at)
            return MeetingIssued(appointment_id=row["_id"], revision=wanted.revision, sealed=sealed)
        return MeetingUpdated(
            appointment_id=row["_id"],
            revision=wanted.revision,
            link_changed=before != meeting_id,
            sealed=sealed,
        )

    async def later(
        self,
        lease: Lease,
        wanted: Wanted,
        error: MeetingErrorCode,
        reason: str,
        wait: timedelta | None,
        *,
        exact: bool = False,
    ) -> None:
        """Try again after ``wait`` (else ever more rarely); final once the meeting would start before (``exact``)
        or is over.
        """
        tries = int(lease.row.get("tries", 0)) + 1
        due_at = clock.now() + (wait if wait is not None else backoff(tries, most=_LONGEST_PAUSE))
        if wanted.exists and due_at >= (wanted.start_at if exact else wanted.end_at):
            await self._fail(lease, wanted, error, reason)
            return
        data = None
        if lease.row.get("announced") != error:
            data = _failure(lease, wanted, error, reason, retry_at=due_at)
        state = {"status": Status.PENDING, "due_at": due_at, "tries": tries, "error": error, "announced": error}
        await self._settle(lease, wanted, state, data)

    async def waits_for_person(self, lease: Lease, wanted: Wanted, error: MeetingErrorCode, reason: str) -> None:
        """Nothing to try before somebody connects; the row goes on then (G19)."""
        data = None if lease.row.get("announced") == error else _failure(lease, wanted, error, reason, retry_at=None)
        actual = actual_in(lease.row)
        who = wanted.host_staff_id if wanted.exists or actual is None else actual.host_staff_id
        state = {"status": Status.FAILED, "error": error, "announced": error, "waits_for_staff": who}
        await self._settle(lease, wanted, state, data)

    async def refused(self, lease: Lease, wanted: Wanted, reason: str) -> None:
        await self._fail(lease, wanted, MeetingErrorCode.FAILED, reason)

    async def connection_broke(self, connection_id: str, reason: str) -> None:
        """Mark the connection broken, once, and say so."""
        row = await self._connections.get(connection_id)
        if row is None or row["status"] != ConnectionStatus.CONNECTED:
            return
        waiting = await self._connections.end(
            row,
            ConnectionStatus.BROKEN,
            reason,
            lambda version: envelope(
                ZoomDisconnected(staff_id=row["staff_id"], reason=EndOfConnection.BROKEN),
                subject=row["staff_id"],
                organization_id=row["organization_id"],
                version=version,
                cause=Cause.outside(),
            ),
        )
        if waiting:
            log.warning("connection.broke", connection_id=connection_id, reason=reason)
            self._relay.publish_soon(self._connections.rows, row["_id"], waiting)

    async def _fail(self, lease: Lease, wanted: Wanted, error: MeetingErrorCode, reason: str) -> None:
        log.warning("meeting.failed", appointment_id=lease.row["_id"], error=error, reason=reason)
        metrics.record_effect("meeting", Status.FAILED)
        data = _failure(lease, wanted, error, reason, retry_at=None)
        await self._settle(lease, wanted, {"status": Status.FAILED, "error": error, "announced": error}, data)

    async def _settle(self, lease: Lease, wanted: Wanted, state: dict[str, Any], data: EventData | None) -> None:
        row = lease.row
        events = []
        if data is not None:
            event = envelope(
                data,
                subject=row["_id"],
                organization_id=row["organization_id"],
                version=row["version"] + 1,
                cause=Cause(**row["cause"]),
            )
            events = [event]
        waiting = await self._store.settle(lease, wanted.revision, state, events)
        if waiting:
            self._relay.publish_soon(self._store.meetings, row["_id"], waiting)


def _failure(
    lease: Lease, wanted: Wanted, error: MeetingErrorCode, reason: str, *, retry_at: Any
) -> MeetingIssueFailed:
    return MeetingIssueFailed(
        appointment_id=lease.row["_id"],
        revision=wanted.revision,
        error=error,
        reason=reason,
        retry_at=retry_at,
    )
