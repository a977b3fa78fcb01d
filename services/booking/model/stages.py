"""How long confirmations took to each of their stages: a pure function of timelines (X3, X7)."""

from collections.abc import Sequence
from datetime import timedelta

from shared.contracts.api.operations import StageState
from shared.contracts.booking import AppointmentConfirmed
from shared.contracts.calendar_sync import CalendarEntryWritten, HoldsReleased
from shared.contracts.notifier import NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReminderScheduled
from shared.contracts.stages import Stage
from shared.contracts.timeline import TimelineEntry
from shared.contracts.zoom_issuer import MeetingIssued

CONFIRMED = AppointmentConfirmed.event_type()
STAGES = {
    HoldsReleased.event_type(): Stage.HOLDS_RELEASED,
    MeetingIssued.event_type(): Stage.MEETING_ISSUED,
    CalendarEntryWritten.event_type(): Stage.ENTRY_WRITTEN,
    NotificationSent.event_type(): Stage.MAIL_SENT,
    ReminderScheduled.event_type(): Stage.REMINDER_FILED,
}
"""By the event that ends it."""
_BEFORE_THE_REVISION = Stage.HOLDS_RELEASED
"""It is about the proposal, whose count is its own."""


def stages_of(confirmed: Sequence[TimelineEntry], followed: Sequence[TimelineEntry]) -> list[StageState]:
    """Of each confirmation a stage ends with the last event of that kind about this very revision; whose entry is
    written once more, since the link came late, had it from the first time on.
    """
    starts = {one: entry for entry in confirmed for one in entry.about}
    ended: dict[tuple[Stage, str], dict[str, timedelta]] = {}
    for entry in followed:
        begun = next((starts[one] for one in entry.about if one in starts), None)
        if begun is None or not _is_of(entry, begun):
            continue
        each = ended.setdefault((STAGES[entry.type], begun.entry_id), {})
        for one in _whose(entry):
            each[one] = min(each.get(one, timedelta.max), entry.at - begun.at)
    return [
        _stage(stage, sorted(max(each.values()) for (name, _), each in ended.items() if name == stage))
        for stage in STAGES.values()
        if any(name == stage for name, _ in ended)
    ]


def _whose(entry: TimelineEntry) -> Sequence[str]:
    """The attendees who have it from now on; all else is nobody's but its own."""
    whose = entry.facts.staff_ids if STAGES[entry.type] is Stage.ENTRY_WRITTEN else []
    return whose or [entry.entry_id]


def _is_of(entry: TimelineEntry, confirmed: TimelineEntry) -> bool:
    stage = STAGES[entry.type]
    if stage is _BEFORE_THE_REVISION:
        return entry.at >= confirmed.at
    if stage is Stage.MAIL_SENT and entry.facts.purpose != Purpose.CONFIRMED:
        return False
    return entry.facts.revision == confirmed.facts.revision


def _stage(stage: Stage, took: Sequence[timedelta]) -> StageState:
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
