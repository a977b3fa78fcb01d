"""Drift (V6): entries that somebody changed directly in a calendar, folded in any order into what still stands.

The newest finding of each calendar counts, until the entry is written again, the appointment has a newer revision, or
somebody decided.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from services.booking.model.effects import Reports, entry_key, order_of
from shared.contracts.booking import DriftDecision
from shared.contracts.calendar_sync import CalendarDriftDetected, DriftKind, Provider
from shared.contracts.envelope import Value

_LONGEST_TITLE = 251


class DriftPolicy(StrEnum):
    """The organization's choice; what booking does not know of is asked."""

    RESTORE = "restore"
    FOLLOW = "follow"
    ASK = "ask"

    @classmethod
    def _missing_(cls, value: object) -> "DriftPolicy":
        return cls.ASK


class Drift(Value):
    """One finding. ``order`` compares with that of reports on the same entry; ``reason`` says why it could not be
    followed although the organization wants that.
    """

    drift_id: str
    order: int
    revision: int
    staff_id: str
    provider: Provider
    kind: DriftKind
    start_at: AwareDatetime | None
    end_at: AwareDatetime | None
    title: str | None
    detected_at: AwareDatetime
    decided: DriftDecision | None = None
    reason: str | None = None


Drifts = Mapping[str, Drift]
"""By whose calendar."""


def drift_of(event: CalendarDriftDetected, within: int, detected_at: datetime) -> Drift:
    """A title is one line and no longer than one that staff may type."""
    title = " ".join(event.title.split())[:_LONGEST_TITLE].strip() if event.title else None
    return Drift(
        drift_id=event.drift_id,
        order=order_of(event.revision, within),
        revision=event.revision,
        staff_id=event.staff_id,
        provider=event.provider,
        kind=event.kind,
        start_at=event.start_at,
        end_at=event.end_at,
        title=title or None,
        detected_at=detected_at,
    )


def fold(drifts: Drifts, new: Drift) -> Drifts:
    """Keep the newer of the two."""
    known = drifts.get(new.staff_id)
    return drifts if known is not None and known.order >= new.order else {**drifts, new.staff_id: new}


def standing(drifts: Drifts, reports: Reports, revision: int) -> list[Drift]:
    """What is to be decided at this revision, the newest first."""
    open_ones = [
        drift
        for drift in drifts.values()
        if drift.decided is None and drift.revision == revision and not _written_since(drift, reports)
    ]
    return sorted(open_ones, key=lambda drift: (drift.order, drift.drift_id), reverse=True)


def _written_since(drift: Drift, reports: Reports) -> bool:
    told = reports.get(entry_key(drift.staff_id))
    return told is not None and told.order > drift.order
