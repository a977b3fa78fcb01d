"""Recurring meetings (E6): what is wanted of single occurrences beside what stands at Zoom. Pure.

Zoom knows a rule with one day of the month, or a weekday by its place in it; its weeks begin on Sunday. What it does
not know becomes a meeting without fixed times (type 3), whose link is good at every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from shared.contracts.booking import Appointment, Occurrence, Series
from shared.recurrence import Frequency, Rule, all_occurrences, occurrences, parse

_LONGEST_INTERVAL = {Frequency.DAILY: 99, Frequency.WEEKLY: 50, Frequency.MONTHLY: 10}
_SUNDAY = 6
_IN_EVERY_MONTH = range(1, 29)


class OccurrenceName(TypedDict):
    """What Zoom calls one occurrence, by when the rule has it begin; kept in rows as it is."""

    original_start_at: datetime
    occurrence_id: str


@dataclass(frozen=True)
class FoundOccurrence:
    """One occurrence as Zoom shows it; of a deleted one the time at which it stood."""

    occurrence_id: str
    start_at: datetime
    minutes: int
    deleted: bool


class OccurrenceWish(TypedDict):
    """One occurrence that is not as the rule says; kept in rows as it is."""

    original_start_at: datetime
    start_at: datetime
    minutes: int
    canceled: bool


def rule_of(appointment: Appointment) -> str:
    return appointment.series.rrule if appointment.series else ""


def wishes_of(appointment: Appointment) -> list[OccurrenceWish]:
    """None where Zoom holds no times."""
    series = appointment.series
    if series is None or not has_fixed_times(series.rrule, appointment.time_zone):
        return []
    return [
        OccurrenceWish(
            original_start_at=one.original_start_at,
            start_at=one.start_at,
            minutes=-(-int((one.end_at - one.start_at).total_seconds()) // 60),
            canceled=one.canceled,
        )
        for one in series.changed
    ]


def last_end(appointment: Appointment) -> datetime:
    every = occurrences(appointment.start_at, appointment.end_at, appointment.time_zone, appointment.series)
    return max([appointment.end_at, *(one.end_at for one in every)])


def starts_of(
    start_at: datetime, minutes: int, time_zone: str, rrule: str, changed: Sequence[OccurrenceWish]
) -> list[datetime]:
    """When the occurrences begin that take place, earliest first; where Zoom holds no times, as the rule says."""
    if not rrule:
        return [start_at]
    every = every_of(start_at, minutes, time_zone, rrule, changed)
    return sorted(one.start_at for one in every if not one.canceled) or [start_at]


def every_of(
    start_at: datetime, minutes: int, time_zone: str, rrule: str, changed: Sequence[OccurrenceWish]
) -> list[Occurrence]:
    """All occurrences of a rule, in its order, as they are wanted or stand; cancelled ones too."""
    moved = tuple(
        Occurrence(
            original_start_at=one["original_start_at"],
            start_at=one["start_at"],
            end_at=one["start_at"] + timedelta(minutes=one["minutes"]),
            canceled=one["canceled"],
        )
        for one in changed
    )
    series = Series(rrule=rrule, changed=moved)
    return all_occurrences(start_at, start_at + timedelta(minutes=minutes), time_zone, series)


def still_to_come(
    start_at: datetime, minutes: int, time_zone: str, rrule: str, times: int, now: datetime
) -> tuple[datetime, int]:
    """From which start on Zoom is told of a rule, and how often: it takes a start that is past for now (E6)."""
    if not rrule or start_at > now or not has_fixed_times(rrule, time_zone):
        return start_at, times
    every = every_of(start_at, minutes, time_zone, rrule, ())
    coming = [one.start_at for one in every if one.start_at > now]
    return (coming[0], len(coming)) if coming else (start_at, times)


def times_of(appointment: Appointment) -> int:
    """How many occurrences the rule makes."""
    if appointment.series is None:
        return 0
    return len(all_occurrences(appointment.start_at, appointment.end_at, appointment.time_zone, appointment.series))


def has_fixed_times(rrule: str, time_zone: str) -> bool:
    return is_known_to_zoom(parse(rrule, time_zone))


def is_known_to_zoom(rule: Rule) -> bool:
    if rule.interval > _LONGEST_INTERVAL[rule.frequency]:
        return False
    if rule.frequency is Frequency.WEEKLY:
        weekdays = {day.weekday for day in rule.days}
        return rule.interval == 1 or len(weekdays) == 1 or _SUNDAY not in weekdays
    if rule.frequency is Frequency.MONTHLY:
        if len(rule.days) == 1:
            return True
        return not rule.days and len(rule.month_days) == 1 and rule.month_days[0] in _IN_EVERY_MONTH
    return True


def next_change(
    wanted: Sequence[OccurrenceWish], actual: Sequence[OccurrenceWish], minutes: int
) -> tuple[OccurrenceWish, datetime] | None:
    """The first occurrence that is not as it is wanted, and when it begins at Zoom now. What differs no more is as
    the rule says, ``minutes`` long.
    """
    stands = {one["original_start_at"]: one for one in actual}
    back = stands.keys() - {one["original_start_at"] for one in wanted}
    plain = [OccurrenceWish(original_start_at=at, start_at=at, minutes=minutes, canceled=False) for at in sorted(back)]
    for wish in [*wanted, *plain]:
        known = stands.get(wish["original_start_at"])
        if known != wish and not (known and known["canceled"] and wish["canceled"]):
            return wish, known["start_at"] if known else wish["original_start_at"]
    return None


def is_to_revive(wanted: Sequence[OccurrenceWish], actual: Sequence[OccurrenceWish]) -> bool:
    """Whether one is to take place that is deleted at Zoom, which has no call for that."""
    gone = {one["original_start_at"] for one in wanted if one["canceled"]}
    return any(one["canceled"] and one["original_start_at"] not in gone for one in actual)


def with_change(actual: Sequence[OccurrenceWish], wish: OccurrenceWish) -> list[OccurrenceWish]:
    kept = [one for one in actual if one["original_start_at"] != wish["original_start_at"]]
    return [*kept, wish]
