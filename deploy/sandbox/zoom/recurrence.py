"""Recurring meetings with fixed times (type 8): Zoom's recurrence checked, and the occurrences that it makes.

Starts keep their wall clock in the meeting's zone. An occurrence's id is when the rule has it begin, in milliseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday  # type: ignore[import-untyped]

from deploy.sandbox.zoom.errors import FieldError, invalid

MOST = 60
_FREQUENCIES = {1: DAILY, 2: WEEKLY, 3: MONTHLY}
_LONGEST_INTERVAL = {1: 99, 2: 50, 3: 10}
_KNOWN = {
    "type",
    "repeat_interval",
    "weekly_days",
    "monthly_day",
    "monthly_week",
    "monthly_week_day",
    "end_times",
    "end_date_time",
}
_REACH = timedelta(days=3650)


@dataclass
class Occurrence:
    """``deleted`` ones stay listed with that status."""

    id: str
    start_at: datetime
    duration: timedelta
    deleted: bool = False

    @property
    def end_at(self) -> datetime:
        return self.start_at + self.duration


def checked(given: dict[str, Any]) -> dict[str, Any]:
    """As Zoom keeps it, defaults filled in; raises code 300."""
    kind = given.get("type")
    if kind not in _FREQUENCIES or set(given) - _KNOWN:
        raise _wrong("type")
    interval = given.get("repeat_interval", 1)
    if not _is_number(interval, 1, _LONGEST_INTERVAL[kind]):
        raise _wrong("repeat_interval")
    kept: dict[str, Any] = {"type": kind, "repeat_interval": interval}
    if kind == 2:
        kept["weekly_days"] = ",".join(map(str, _weekly_days(given)))
    if kind == 3:
        kept |= _monthly(given)
    return kept | _end(given)


def _weekly_days(given: dict[str, Any]) -> list[int]:
    days = [item.strip() for item in str(given.get("weekly_days", "")).split(",")]
    if not days or any(day not in map(str, range(1, 8)) for day in days):
        raise _wrong("weekly_days")
    return sorted(set(map(int, days)))


def _monthly(given: dict[str, Any]) -> dict[str, Any]:
    if "monthly_week" in given or "monthly_week_day" in given:
        week, day = given.get("monthly_week"), given.get("monthly_week_day")
        if week not in (-1, 1, 2, 3, 4) or not _is_number(day, 1, 7):
            raise _wrong("monthly_week")
        return {"monthly_week": week, "monthly_week_day": day}
    if not _is_number(given.get("monthly_day", 1), 1, 31):
        raise _wrong("monthly_day")
    return {"monthly_day": given.get("monthly_day", 1)}


def _end(given: dict[str, Any]) -> dict[str, Any]:
    if "end_date_time" in given:
        if "end_times" in given:
            raise _wrong("end_times")
        try:
            datetime.strptime(str(given["end_date_time"]), "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
        except ValueError:
            raise _wrong("end_date_time") from None
        return {"end_date_time": given["end_date_time"]}
    if not _is_number(given.get("end_times", 1), 0, MOST):
        raise _wrong("end_times")
    return {"end_times": given.get("end_times", 1)}


def occurrences(
    recurrence: dict[str, Any], start_at: datetime, duration: timedelta, zone: ZoneInfo
) -> list[Occurrence]:
    first = start_at.astimezone(zone).replace(tzinfo=None)
    found: list[Occurrence] = []
    until = datetime.fromisoformat(recurrence["end_date_time"]) if "end_date_time" in recurrence else None
    for local in _starts(recurrence, first):
        at = local.replace(tzinfo=zone).astimezone(UTC)
        if until is not None and at > until:
            break
        found.append(Occurrence(str(int(at.timestamp() * 1000)), at, duration))
    return found


def _starts(recurrence: dict[str, Any], first: datetime) -> Iterator[datetime]:
    rules = rrule(
        _FREQUENCIES[recurrence["type"]],
        dtstart=first,
        interval=recurrence["repeat_interval"],
        wkst=6,
        until=first + _REACH,
        **_days(recurrence),
    )
    yield from islice(rules, recurrence.get("end_times") or MOST)


def _days(recurrence: dict[str, Any]) -> dict[str, Any]:
    """Zoom counts from Sunday, 1."""
    if "weekly_days" in recurrence:
        return {"byweekday": [(int(day) - 2) % 7 for day in recurrence["weekly_days"].split(",")]}
    if "monthly_week" in recurrence:
        return {"byweekday": weekday((recurrence["monthly_week_day"] - 2) % 7, recurrence["monthly_week"])}
    return {"bymonthday": recurrence["monthly_day"]} if "monthly_day" in recurrence else {}


def _is_number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _wrong(field: str) -> Exception:
    return invalid(FieldError(f"recurrence.{field}", "Invalid field."))
