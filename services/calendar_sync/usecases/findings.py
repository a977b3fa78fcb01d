"""What is told of an entry that stands otherwise: of the whole, and of each occurrence of a series (V6, E6)."""

from dataclasses import replace

from services.calendar_sync.model.ledger import Row
from services.calendar_sync.usecases import announce
from shared.contracts.calendar_sync import CalendarDriftDetected, Provider
from shared.contracts.drift import DriftKind
from shared.contracts.envelope import CloudEvent
from shared.drift import (
    EntryState,
    Form,
    KnownDrift,
    changed_occurrences,
    differs_as_a_whole,
    kind_of,
    title_digest,
)


def findings(
    row: Row,
    provider: Provider,
    drift: KnownDrift,
    form: Form,
    found: EntryState | None,
    sealed: str | None,
) -> list[CloudEvent[CalendarDriftDetected]]:
    """One event each, all with the name of this drift; their times grow. ``sealed`` is the user's text where it is
    another: one for the whole series.
    """
    if found is None:
        return [announce.drifted(row, provider, drift, DriftKind.DELETED, None)]
    told = []
    if sealed is not None or differs_as_a_whole(form, found):
        other = found.title is not None and title_digest(found.title) != form.title
        title = found.title if other else None
        kind = kind_of(form, found)
        told.append(announce.drifted(row, provider, drift, kind, found, title=title, sealed=sealed))
    for one in changed_occurrences(form, found):
        after = replace(row, said_at=told[-1].time) if told else row
        kind = DriftKind.DELETED if one.is_gone else DriftKind.MOVED
        told.append(announce.drifted(after, provider, drift, kind, one))
    return told
