"""How following an appointment ended: the row's state and the event that says so, in one write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.zoom_issuer.model import MeetingRow, Status, is_urgent, last_moment, last_start, next_start
from services.zoom_issuer.store.meetings import MeetingStore, cause_of, row_of
from shared import clock
from shared.contracts.envelope import envelope
from shared.contracts.provider_calls import WithCalls
from shared.contracts.stages import Stage
from shared.contracts.zoom_issuer import (
    MeetingErrorCode,
    MeetingIssued,
    MeetingIssueFailed,
    MeetingRevoked,
    MeetingUpdated,
)
from shared.crypto import KeyRing
from shared.due import Lease, backoff
from shared.messaging.relay import Relay
from shared.observability import metrics
from shared.observability.calls import telling, untold_calls

log = structlog.get_logger(__name__)
_LONGEST_PAUSE = 60.0
_SAY_EVERY = 5
"""Of the tries that fail alike one in so many is said, so that nobody is shown a time long past."""
_OUTDATED = timedelta(minutes=5)
_OF_TROUBLE = (
    "error",
    "reason",
    "unanswered",
    "announced",
    "alarmed",
    "waits_for_staff",
    "gathering_since",
    "given_up",
)
OVER = "the appointment is over"
GIVEN_UP = "given up by an operator"


@dataclass(frozen=True)
class Setback:
    """Why a row is not done, and when it goes on: after ``wait`` (else ever more rarely), or as soon as ``waits_for``
    (a staff id) connects. ``exact`` where a try before ``wait`` is over is known to be of no use; ``until`` is what
    others are told where the row itself goes on a little later. ``day_is_spent``: it is the Zoom user's budget (C4).
    ``unanswered``: Zoom is down, or as good as that, and nobody has to do anything.
    """

    error: MeetingErrorCode
    reason: str
    wait: timedelta | None = None
    exact: bool = False
    waits_for: str | None = None
    until: datetime | None = None
    day_is_spent: bool = False
    unanswered: bool = False


class Report:
    """Writes results of held rows and publishes them. ``warn_before`` and ``give_up_after`` are the settings' own."""

    def __init__(
        self,
        store: MeetingStore,
        relay: Relay,
        bus_ring: KeyRing,
        *,
        warn_before: timedelta,
        give_up_after: timedelta,
    ) -> None:
        self._store = store
        self._relay = relay
        self._bus_ring = bus_ring
        self._warn_before = warn_before
        self._give_up_after = give_up_after

    async def done(self, lease: Lease, *, go_on_at: datetime | None = None, tries: int = 0) -> None:
        """All is as wanted. With ``go_on_at`` a former host's meeting is still to go, which nobody has to wait for."""
        row = row_of(lease.row)
        data: WithCalls | None = None
        status = Status.NONE
        if row.actual is not None:
            status = Status.ISSUED
            data = self._issued_or_updated(lease, row, row.actual.meeting_id)
        elif row.wanted.canceled or row.announced_meeting:
            status = Status.REVOKED
            data = MeetingRevoked(appointment_id=row.appointment_id, revision=row.wanted.revision)
        state = {
            "status": status,
            "announced_meeting": row.actual.meeting_id if row.actual else None,
            "announced_revision": row.wanted.revision,
            "due_at": go_on_at,
            "tries": tries,
            **dict.fromkeys(_OF_TROUBLE),
        }
        await self._settle(lease, row, state, data)
        if data is not None:
            metrics.record_effect("meeting", "gone" if status is Status.REVOKED else "done")

    def _issued_or_updated(self, lease: Lease, row: MeetingRow, meeting_id: str) -> WithCalls | None:
        before, revision = row.announced_meeting, row.wanted.revision
        if before == meeting_id and row.announced_revision == revision:
            return None
        sealed = self._store.secrets(lease.row).seal(self._bus_ring, subject=row.appointment_id)
        if before is None:
            if row.announced_revision == 0:
                metrics.record_stage(Stage.MEETING_ISSUED, clock.now() - row.wanted.confirmed_at)
            return MeetingIssued(appointment_id=row.appointment_id, revision=revision, sealed=sealed)
        return MeetingUpdated(
            appointment_id=row.appointment_id,
            revision=revision,
            link_changed=before != meeting_id,
            sealed=sealed,
        )

    async def later(self, lease: Lease, setback: Setback) -> None:
        """Go on later; final once that would be past the row's last moment, or past the last start where the setback is
        known to last until then. The administrators are called where a person has to act, or a start is near.
        """
        row, now = row_of(lease.row), clock.now()
        tries = row.tries + 1
        due_at = now + (setback.wait if setback.wait is not None else backoff(tries, most=_LONGEST_PAUSE))
        making = row.wanted.exists and row.attempt is None
        hopeless = setback.exact and making and due_at >= last_start(row.wanted)
        given_up = due_at >= last_moment(row, self._give_up_after)
        if row.stands:
            if given_up:
                log.warning("meeting.left_behind", appointment_id=row.appointment_id, reason=setback.reason)
            await self.done(lease, go_on_at=None if given_up else due_at, tries=tries)
            return
        if hopeless or given_up:
            await self.failed(lease, setback.error, setback.reason, day_is_spent=setback.day_is_spent)
            return
        if row.wanted.exists and now < row.wanted.end_at and not setback.exact:
            due_at = min(due_at, row.wanted.end_at)  # to say in time that it is too late
        await self._put_off(lease, row, setback, due_at, tries)

    async def _put_off(self, lease: Lease, row: MeetingRow, setback: Setback, due_at: datetime, tries: int) -> None:
        start_at = next_start(row.wanted, clock.now())
        near = is_urgent(start_at, next_try_at=due_at, tries=tries, warn_before=self._warn_before)
        alarms = row.wanted.exists and (setback.waits_for is not None or near)
        data = None
        said = row.announced_error == setback.error and (row.alarmed or not alarms)
        if not said or tries % _SAY_EVERY == 0 or _is_outdated(row.announced_retry_at, due_at):
            data = MeetingIssueFailed(
                appointment_id=row.appointment_id,
                revision=row.wanted.revision,
                error=setback.error,
                reason=setback.reason,
                retry_at=setback.until or due_at,
                needs_attention=alarms,
                day_is_spent=setback.day_is_spent,
            )
        state = {
            "status": Status.PENDING,
            "due_at": due_at,
            "tries": tries,
            "error": setback.error,
            "reason": setback.reason,
            "announced": setback.error,
            "announced_retry_at": due_at if data else row.announced_retry_at,
            "alarmed": row.alarmed or alarms,
            "waits_for_staff": setback.waits_for,
            "unanswered": setback.unanswered or None,
        }
        metrics.record_effect("meeting", "waiting")
        log.info("meeting.put_off", appointment_id=row.appointment_id, error=setback.error, reason=setback.reason)
        await self._settle(lease, row, state, data)

    async def failed(self, lease: Lease, error: MeetingErrorCode, reason: str, *, day_is_spent: bool = False) -> None:
        """Nothing more is tried for this revision."""
        row = row_of(lease.row)
        log.warning("meeting.failed", appointment_id=row.appointment_id, error=error, reason=reason)
        metrics.record_effect("meeting", "failed")
        data = MeetingIssueFailed(
            appointment_id=row.appointment_id,
            revision=row.wanted.revision,
            error=error,
            reason=reason,
            retry_at=None,
            day_is_spent=day_is_spent,
        )
        state = {
            "status": Status.FAILED,
            "error": error,
            "reason": reason,
            "announced": error,
            **dict.fromkeys(("due_at", "waits_for_staff")),
        }
        await self._settle(lease, row, state, data)

    async def _settle(self, lease: Lease, row: MeetingRow, state: dict[str, Any], data: WithCalls | None) -> None:
        events = []
        if data is not None:
            event = envelope(
                telling(data),
                subject=row.appointment_id,
                organization_id=row.organization_id,
                version=row.version + 1,
                cause=cause_of(lease.row),
            )
            events = [event]
        state = {**state, "calls": untold_calls()}
        waiting = await self._store.settle(lease, row.wanted.revision, state, events)
        if waiting:
            self._relay.publish_soon(self._store.meetings, row.appointment_id, waiting)


def _is_outdated(said: datetime | None, due_at: datetime) -> bool:
    """Whether the next try is much later than was said."""
    return said is not None and due_at - said >= _OUTDATED
