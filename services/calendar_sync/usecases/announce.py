"""What the others are told: one event per entry and hold that changed at a provider, or for all holds of a person
that went together, with the calls that it took (X3); and the end of a connection.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.model.ledger import Row, RowKind, WrittenEntry
from shared import clock
from shared.contracts import actors
from shared.contracts.calendar_sync import (
    CalendarDisconnected,
    CalendarDriftDetected,
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    GuestResponded,
    GuestResponse,
    Hold,
    HoldsPlaced,
    HoldsReleased,
    Provider,
    RoomResponded,
    RoomResponse,
)
from shared.contracts.drift import DriftKind
from shared.contracts.envelope import Cause, CloudEvent, EventData, envelope
from shared.contracts.provider_calls import WithCalls
from shared.contracts.zoom_issuer import EndOfConnection
from shared.drift import EntryState, KnownDrift, OccurrenceState
from shared.observability.calls import telling

_TICK = timedelta(milliseconds=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def connection_ended(
    connection: Connection, reason: EndOfConnection, version: int, cause: Cause
) -> CloudEvent[CalendarDisconnected]:
    """A person ended it, or the provider."""
    data = CalendarDisconnected(staff_id=connection.staff_id, provider=connection.provider, reason=reason)
    return envelope(
        data,
        subject=connection.staff_id,
        organization_id=connection.organization_id,
        version=version,
        cause=cause,
    )


def written(row: Row, entry: WrittenEntry) -> CloudEvent[Any]:
    """The hold or entry stands as this revision wants it."""
    if row.kind is RowKind.HOLD:
        return _event(row, HoldsPlaced(proposal_id=row.about, revision=row.revision, holds=[_hold(row)]))
    return _event(
        row,
        CalendarEntryWritten(
            appointment_id=row.about,
            revision=row.revision,
            staff_id=row.staff_id,
            provider=entry.provider,
            covers=[row.staff_id, *row.participants],
            with_meeting=entry.with_meeting,
            ical_uid=entry.ical_uid,
            with_guest=entry.with_guest,
        ),
    )


def released(rows: Sequence[Row]) -> CloudEvent[Any]:
    """Holds of one proposal that went for one cause."""
    newest = max(rows, key=lambda row: row.said_at or _LONG_AGO)
    holds = [_hold(row) for row in rows]
    return _event(newest, HoldsReleased(proposal_id=newest.about, revision=newest.revision, holds=holds))


def removed(row: Row) -> CloudEvent[Any]:
    if row.kind is RowKind.HOLD:
        return released([row])
    return _event(row, CalendarEntryRemoved(appointment_id=row.about, revision=row.revision, staff_id=row.staff_id))


def failed(row: Row, reason: str, retry_at: datetime | None) -> CloudEvent[Any]:
    """Final unless ``retry_at`` is set."""
    is_hold = row.kind is RowKind.HOLD
    return _event(
        row,
        CalendarWriteFailed(
            proposal_id=row.about if is_hold else None,
            appointment_id=None if is_hold else row.about,
            revision=row.revision,
            staff_id=row.staff_id,
            slot_id=row.slot_id,
            reason=reason,
            retry_at=retry_at,
        ),
    )


def room_responded(row: Row, written: WrittenEntry, response: RoomResponse) -> CloudEvent[Any]:
    """The room that the entry books answered: its own doing, whoever caused the booking."""
    data = RoomResponded(
        appointment_id=row.about, revision=written.revision, room_id=row.room_id or "", response=response
    )
    cause = replace(row.cause, actor=actors.provider(written.provider))
    return _event(replace(row, revision=written.revision), data, cause)


def guest_responded(row: Row, written: WrittenEntry, response: GuestResponse) -> CloudEvent[Any]:
    """The guest's own doing."""
    data = GuestResponded(appointment_id=row.about, revision=written.revision, response=response)
    return _event(replace(row, revision=written.revision), data, Cause.outside(actor=actors.GUEST))


def drifted(
    row: Row,
    provider: Provider,
    drift: KnownDrift,
    kind: DriftKind,
    found: EntryState | OccurrenceState | None,
    *,
    title: str | None = None,
    sealed: str | None = None,
) -> CloudEvent[CalendarDriftDetected]:
    """The person at the provider began it, whatever caused our last write."""
    return _event(
        row,
        CalendarDriftDetected(
            appointment_id=row.about,
            revision=row.revision,
            drift_id=drift.drift_id,
            staff_id=row.staff_id,
            provider=provider,
            kind=kind,
            start_at=found.start_at if found else None,
            end_at=found.end_at if found else None,
            title=title,
            original_start_at=found.original_start_at if isinstance(found, OccurrenceState) else None,
            sealed=sealed,
        ),
        Cause.outside(actor=actors.provider(provider)),
    )


def _hold(row: Row) -> Hold:
    return Hold(staff_id=row.staff_id, slot_id=row.slot_id or "")


def _event(row: Row, data: EventData, cause: Cause | None = None) -> CloudEvent[Any]:
    """Versions are the subject's; events of one version are ordered by their time, which strictly grows for a row."""
    at = clock.now()
    if row.said_at is not None:
        at = max(at, row.said_at + _TICK)
    return envelope(
        telling(data) if isinstance(data, WithCalls) else data,
        subject=row.about,
        organization_id=row.organization_id,
        version=row.revision,
        cause=cause or row.cause,
        at=at,
    )
