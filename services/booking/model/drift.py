"""Drift (V6, E7): what somebody changed directly in a calendar or at Zoom, folded in any order into what still stands.

The newest finding of each place counts, until it is written there again, the appointment has a newer revision, or
somebody decided.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from services.booking.model.effects import MEETING_KEY, Reported, Reports, entry_key, order_of
from shared.contracts.booking import DriftDecision, Occurrence
from shared.contracts.calendar_sync import CalendarDriftDetected
from shared.contracts.drift import DriftKind, DriftSource
from shared.contracts.envelope import Value
from shared.contracts.zoom_issuer import MeetingDriftDetected

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
    """One finding. ``order`` compares with that of reports on the same entry or meeting; ``reason`` says why it could
    not be followed although the organization wants that. ``original_start_at`` names the one occurrence that it is
    about (E6); what was found at once has one ``drift_id``.
    """

    drift_id: str
    order: int
    revision: int
    staff_id: str
    provider: DriftSource
    kind: DriftKind
    start_at: AwareDatetime | None
    end_at: AwareDatetime | None
    title: str | None
    note: str | None = None
    """The user's text where it is another (E4)."""
    detected_at: AwareDatetime
    decided: DriftDecision | None = None
    reason: str | None = None
    original_start_at: AwareDatetime | None = None

    @property
    def place(self) -> str:
        """Whose calendar, or the one meeting; and which occurrence in it."""
        where = MEETING_KEY if self.provider is DriftSource.ZOOM else self.staff_id
        return where if self.original_start_at is None else f"{where}@{int(self.original_start_at.timestamp())}"

    @property
    def reported_as(self) -> str:
        """What is told of the same thing."""
        return MEETING_KEY if self.provider is DriftSource.ZOOM else entry_key(self.staff_id)


Drifts = Mapping[str, Drift]
"""By place."""


def drift_of(event: CalendarDriftDetected, within: int, detected_at: datetime, note: str | None) -> Drift:
    return Drift(
        drift_id=event.drift_id,
        order=order_of(event.revision, within),
        revision=event.revision,
        staff_id=event.staff_id,
        provider=DriftSource(event.provider),
        kind=event.kind,
        start_at=event.start_at,
        end_at=event.end_at,
        title=_title(event.title),
        note=note,
        detected_at=detected_at,
        original_start_at=event.original_start_at,
    )


def drift_of_meeting(event: MeetingDriftDetected, within: int, detected_at: datetime) -> Drift:
    return Drift(
        drift_id=event.drift_id,
        order=order_of(event.revision, within),
        revision=event.revision,
        staff_id=event.staff_id,
        provider=DriftSource.ZOOM,
        kind=event.kind,
        start_at=event.start_at,
        end_at=event.end_at,
        title=_title(event.topic),
        detected_at=detected_at,
        original_start_at=event.original_start_at,
    )


def _title(found: str | None) -> str | None:
    """One line and no longer than one that staff may type."""
    return " ".join((found or "").split())[:_LONGEST_TITLE].strip() or None


def fold(drifts: Drifts, new: Drift) -> Drifts:
    """Keep the newer of the two."""
    known = drifts.get(new.place)
    return drifts if known is not None and known.order >= new.order else {**drifts, new.place: new}


def standing(drifts: Drifts, reports: Reports, revision: int) -> list[Drift]:
    """What is to be decided at this revision, the newest first. Of one entry or meeting the last finding counts; what
    it says of single occurrences stands until that is written again, whatever else was changed meanwhile.
    """
    newest: dict[str, Drift] = {}
    for drift in sorted(drifts.values(), key=_newness):
        newest[drift.reported_as] = drift
    open_ones = [
        drift
        for drift in drifts.values()
        if drift.decided is None
        and (drift.revision == revision or drift.original_start_at is not None)
        and drift.drift_id == newest[drift.reported_as].drift_id
        and not _written_since(drift, reports)
    ]
    return sorted(open_ones, key=_newness, reverse=True)


def _newness(drift: Drift) -> tuple[int, str]:
    return drift.order, drift.drift_id


def _written_since(drift: Drift, reports: Reports) -> bool:
    told = reports.get(drift.reported_as)
    return told is not None and told.order > drift.order


def still_apart(found: list[Drift], occurrences: Sequence[Occurrence]) -> list[Drift]:
    """Without what was found of an occurrence that takes place no more, or as it was found (E6)."""
    times = {one.original_start_at: (one.start_at, one.end_at) for one in occurrences}
    return [
        one
        for one in found
        if one.original_start_at is None or times.get(one.original_start_at) not in (None, (one.start_at, one.end_at))
    ]


def meeting_is_lost(drifts: Drifts, reports: Reports) -> bool:
    """Whether the meeting was deleted at Zoom and there is no other yet, decided or not."""
    found, told = drifts.get(MEETING_KEY), reports.get(MEETING_KEY)
    stands = told is not None and told.status is Reported.DONE and found is not None and told.order > found.order
    return found is not None and found.kind is DriftKind.DELETED and not stands
