"""What is told of a meeting that stands otherwise: of the whole, and of each occurrence of a series (E6, E7)."""

from services.zoom_issuer.model import MeetingRow
from shared.contracts import actors
from shared.contracts.drift import DriftKind
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import MeetingDriftDetected
from shared.drift import (
    EntryState,
    Form,
    OccurrenceState,
    changed_occurrences,
    differs_as_a_whole,
    kind_of,
    title_digest,
)


def findings(
    row: MeetingRow, drift_id: str, form: Form, found: EntryState | None
) -> list[CloudEvent[MeetingDriftDetected]]:
    """One event each, all with the name of this drift."""
    if found is None:
        return [_told(row, drift_id, DriftKind.DELETED, None)]
    told = []
    if differs_as_a_whole(form, found):
        other = found.title is not None and title_digest(found.title) != form.title
        told.append(_told(row, drift_id, kind_of(form, found), found, topic=found.title if other else None))
    single = changed_occurrences(form, found)
    return [
        *told,
        *(_told(row, drift_id, DriftKind.DELETED if one.is_gone else DriftKind.MOVED, one) for one in single),
    ]


def _told(
    row: MeetingRow,
    drift_id: str,
    kind: DriftKind,
    found: EntryState | OccurrenceState | None,
    *,
    topic: str | None = None,
) -> CloudEvent[MeetingDriftDetected]:
    return envelope(
        MeetingDriftDetected(
            appointment_id=row.appointment_id,
            revision=row.wanted.revision,
            drift_id=drift_id,
            staff_id=row.wanted.host_staff_id,
            kind=kind,
            start_at=found.start_at if found else None,
            end_at=found.end_at if found else None,
            topic=topic,
            original_start_at=found.original_start_at if isinstance(found, OccurrenceState) else None,
        ),
        subject=row.appointment_id,
        organization_id=row.organization_id,
        version=row.version + 1,
        cause=Cause.outside(actor=actors.provider("zoom")),
    )
