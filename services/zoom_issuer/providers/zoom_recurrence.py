"""Recurring meetings in Zoom's words: ``recurrence`` of a create or update, and occurrences by their start."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.zoom_issuer.model_series import FoundOccurrence
from shared.recurrence import Frequency, parse

FIXED, WITHOUT_TIMES = 8, 3
_TYPES = {Frequency.DAILY: 1, Frequency.WEEKLY: 2, Frequency.MONTHLY: 3}


def recurrence_of(rrule: str, time_zone: str, times: int) -> dict[str, Any]:
    """Of a rule that Zoom knows; the end is told by how often, which leaves no doubt about the last one."""
    rule = parse(rrule, time_zone)
    told: dict[str, Any] = {"type": _TYPES[rule.frequency], "repeat_interval": rule.interval, "end_times": times}
    if rule.frequency is Frequency.WEEKLY:
        told["weekly_days"] = ",".join(sorted(str(_day(day.weekday)) for day in rule.days))
    if rule.month_days:
        told["monthly_day"] = rule.month_days[0]
    elif rule.frequency is Frequency.MONTHLY:
        told |= {"monthly_week": rule.days[0].position, "monthly_week_day": _day(rule.days[0].weekday)}
    return told


def _day(weekday: int) -> int:
    """Zoom's Sunday is 1."""
    return (weekday + 1) % 7 + 1


def occurrence_at(meeting: Mapping[str, Any], start_at: datetime) -> Mapping[str, Any] | None:
    """The one that is not deleted and begins then."""
    for one in _told(meeting):
        try:
            begins = datetime.fromisoformat(str(one.get("start_time")))
        except ValueError:
            continue
        if one.get("status") != "deleted" and begins == start_at:
            return one
    return None


def occurrences_of(meeting: Mapping[str, Any]) -> tuple[FoundOccurrence, ...]:
    """Those that can be read."""
    found = []
    for one in _told(meeting):
        try:
            start_at = datetime.fromisoformat(str(one["start_time"])).astimezone(UTC)
            deleted = one.get("status") == "deleted"
            minutes = int(one.get("duration") or 0) if deleted else int(one["duration"])
            found.append(FoundOccurrence(str(one["occurrence_id"]), start_at, minutes, deleted))
        except (KeyError, ValueError, TypeError, OverflowError):
            continue
    return tuple(found)


def _told(meeting: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    told = meeting.get("occurrences")
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
