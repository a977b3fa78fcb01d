"""How long confirmations took to each of their stages: a pure function of timelines (X3, X7)."""

from collections.abc import Sequence
from datetime import timedelta

from shared.contracts.api.operations import StageState
from shared.contracts.booking import AppointmentConfirmed
from shared.contracts.calendar_sync import CalendarEntryWritten, HoldsReleased
from shared.contracts.notifier import NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReminderScheduled
from shared.contracts.timeline import TimelineEntry
from shared.contracts.zoom_issuer import MeetingIssued

CONFIRMED = AppointmentConfirmed.event_type()
STAGES = {
    HoldsReleased.event_type(): "holds_released",
    MeetingIssued.event_type(): "meeting_issued",
    CalendarEntryWritten.event_type(): "entry_written",
    NotificationSent.event_type(): "mail_sent",
    ReminderScheduled.event_type(): "reminder_filed",
}
"""By the event that ends it; named as the metrics are."""
_BEFORE_THE_REVISION = "holds_released"
"""It is about the proposal, whose count is its own."""


def stages_of(confirmed: Sequence[TimelineEntry], followed: Sequence[TimelineEntry]) -> list[StageState]:
    """Of each confirmation a stage ends with the last event of that kind about this very revision."""
    starts = {one: entry for entry in confirmed for one in entry.about}
    ended: dict[tuple[str, str], timedelta] = {}
    for entry in followed:
        begun = next((starts[one] for one in entry.about if one in starts), None)
        if begun is None or not _is_of(entry, begun):
            continue
        key = (STAGES[entry.type], begun.entry_id)
        ended[key] = max(ended.get(key, timedelta(0)), entry.at - begun.at)
    return [
        _stage(stage, sorted(took for (name, _), took in ended.items() if name == stage))
        for stage in STAGES.values()
        if any(name == stage for name, _ in ended)
    ]


def _is_of(entry: TimelineEntry, confirmed: TimelineEntry) -> bool:
    stage = STAGES[entry.type]
    if stage == _BEFORE_THE_REVISION:
        return entry.at >= confirmed.at
    if stage == "mail_sent" and entry.facts.purpose != Purpose.CONFIRMED:
        return False
    return entry.facts.revision == confirmed.facts.revision


def _stage(stage: str, took: Sequence[timedelta]) -> StageState:
    """``took`` grows."""
    seconds = [max(0.0, one.total_seconds()) for one in took]
    return StageState(
        stage=stage,
        count=len(seconds),
        median_seconds=_share(seconds, 0.5),
        p95_seconds=_share(seconds, 0.95),
        slowest_seconds=seconds[-1],
    )


def _share(seconds: Sequence[float], share: float) -> float:
    """So many of them took no longer."""
    return seconds[min(len(seconds) - 1, int(len(seconds) * share))]
