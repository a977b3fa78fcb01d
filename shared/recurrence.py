"""Recurring appointments (E6): the part of RFC 5545's RRULE that all providers know, and the occurrences it makes.

Rules run on the wall clock of the appointment's zone: 09:00 stays 09:00 over every change of clocks (G6). A time that a
change skips is read with the offset before it, one that happens twice is the first (PEP 495, fold 0). Pure.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import islice, pairwise
from typing import Self
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule  # type: ignore[import-untyped]
from dateutil.rrule import weekday as dateutil_weekday

from shared.contracts.booking import Occurrence, Series

MOST = 60
"""Occurrences of one series: Zoom allows no more."""
HORIZON = timedelta(days=1820)
"""From the first to the last; Microsoft shows no more than 1825 days at once."""
_LAST_YEAR = 9900
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)")
_POSITIONS = (1, 2, 3, 4, -1)
_PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}


class Fault(StrEnum):
    """Why a rule is refused."""

    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    UNBOUNDED = "unbounded"
    TWO_ENDS = "two_ends"
    TOO_MANY = "too_many"
    TOO_FAR = "too_far"
    START_APART = "start_apart"
    OVERLAPPING = "overlapping"


class BadRule(Exception):
    """A rule that cannot be had."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"rule refused: {fault}")
        self.fault = fault


class Frequency(StrEnum):
    """How often, ``INTERVAL`` aside."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, order=True)
class Day:
    """A weekday (Monday is 0); in a monthly rule the ``position``-th of the month, -1 the last."""

    weekday: int
    position: int | None = None

    def __str__(self) -> str:
        return f"{self.position or ''}{DAYS[self.weekday]}"


@dataclass(frozen=True)
class Rule:
    """A rule with its days written out. ``until`` is an instant, or a day where the series is all-day."""

    frequency: Frequency
    interval: int = 1
    days: tuple[Day, ...] = ()
    month_days: tuple[int, ...] = ()
    count: int | None = None
    until: datetime | date | None = None

    def __str__(self) -> str:
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append("BYDAY=" + ",".join(map(str, self.days)))
        if self.month_days:
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if isinstance(self.until, datetime):
            parts.append(f"UNTIL={self.until.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        elif self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)

    def on_days_of(self, start: date) -> Self:
        """With the days that the start implies where none are written."""
        if self.days or self.month_days or self.frequency is Frequency.DAILY:
            return self
        if self.frequency is Frequency.WEEKLY:
            return replace(self, days=(Day(start.weekday()),))
        return replace(self, month_days=(start.day,))

    def moved(self, before: date, after: date) -> Self:
        """For a series whose start moves to another day: its days move along; several days in a week by as many days,
        several in a month not at all.
        """
        if before == after or len(self.month_days) > 1:
            return self
        if self.month_days:
            last = self.month_days == (-1,) and after.day == _last_day(after)
            return self if last else replace(self, month_days=(after.day,))
        if self.frequency is Frequency.WEEKLY:
            apart = (after - before).days
            return replace(self, days=tuple(sorted(Day((day.weekday + apart) % 7) for day in self.days)))
        if len(self.days) == 1:
            return replace(self, days=(_named(after, prefer_last=self.days[0].position == -1),))
        return self


def parse(text: str, time_zone: str, *, all_day: bool = False) -> Rule:
    """Raises ``BadRule``. ``UNTIL`` may be a day (its end counts), a local time or UTC."""
    parts = _parts(text)
    if set(parts) - _PARTS or parts.get("WKST", "MO") != "MO":
        raise BadRule(Fault.UNSUPPORTED)
    if parts.get("FREQ") not in list(Frequency):
        raise BadRule(Fault.UNSUPPORTED if "FREQ" in parts else Fault.UNREADABLE)
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadRule(Fault.TWO_ENDS)
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise BadRule(Fault.UNBOUNDED)
    try:
        rule = Rule(
            frequency=Frequency(parts["FREQ"]),
            interval=_number(parts.get("INTERVAL", "1")),
            days=tuple(sorted({_day(item) for item in _items(parts, "BYDAY")})),
            month_days=tuple(sorted({_month_day(item) for item in _items(parts, "BYMONTHDAY")})),
            count=_number(parts["COUNT"], digits=9) if "COUNT" in parts else None,
            until=_until(parts["UNTIL"], time_zone, all_day) if "UNTIL" in parts else None,
        )
    except (ValueError, OverflowError) as error:
        raise BadRule(Fault.UNREADABLE) from error
    _check_days(rule)
    if rule.count is not None and rule.count > MOST:
        raise BadRule(Fault.TOO_MANY)
    return rule


def checked(text: str, start_at: datetime, end_at: datetime, time_zone: str, *, all_day: bool = False) -> str:
    """The rule as it is kept: its days written out, ``UNTIL`` in UTC. Raises ``BadRule``, also where the start is not
    its first occurrence, where it makes too many, or ones that overlap.
    """
    if start_at.year > _LAST_YEAR:
        raise BadRule(Fault.TOO_FAR)
    rule = parse(text, time_zone, all_day=all_day).on_days_of(start_at.astimezone(ZoneInfo(time_zone)).date())
    found = _expanded(start_at, end_at, time_zone, str(rule), all_day)
    if not found or found[0] != (start_at, end_at):
        raise BadRule(Fault.START_APART)
    if len(found) > MOST:
        raise BadRule(Fault.TOO_MANY)
    if _reaches_too_far(rule, start_at, len(found)):
        raise BadRule(Fault.TOO_FAR)
    if any(first[1] > second[0] for first, second in pairwise(found)):
        raise BadRule(Fault.OVERLAPPING)
    return str(rule)


def all_occurrences(
    start_at: datetime, end_at: datetime, time_zone: str, series: Series | None, *, all_day: bool = False
) -> list[Occurrence]:
    """Every occurrence in the order of the rule, moved and cancelled ones as they are now; of what is no series, the
    one.
    """
    if series is None:
        return [Occurrence(original_start_at=start_at, start_at=start_at, end_at=end_at)]
    changed = {one.original_start_at: one for one in series.changed}
    return [
        changed.get(start, Occurrence(original_start_at=start, start_at=start, end_at=end))
        for start, end in _expanded(start_at, end_at, time_zone, series.rrule, all_day)
    ]


def occurrences(
    start_at: datetime, end_at: datetime, time_zone: str, series: Series | None, *, all_day: bool = False
) -> list[Occurrence]:
    """The occurrences that take place, by the time at which they do."""
    every = all_occurrences(start_at, end_at, time_zone, series, all_day=all_day)
    return sorted((one for one in every if not one.canceled), key=lambda one: one.start_at)


@lru_cache(maxsize=2048)
def _expanded(
    start_at: datetime, end_at: datetime, time_zone: str, text: str, all_day: bool
) -> tuple[tuple[datetime, datetime], ...]:
    """One more than there may be, so that too many are seen. A length is exact (RFC 5545, 3.8.5.3), of whole days
    nominal.
    """
    zone = ZoneInfo(time_zone)
    rule = parse(text, time_zone, all_day=all_day)
    first, last = (_wall(at, zone, all_day) for at in (start_at, end_at))
    length, days = end_at - start_at, last - first
    found: list[tuple[datetime, datetime]] = []
    for local in _local_starts(rule, first):
        start = instant(local, zone)
        if len(found) > MOST or _is_past(rule.until, local, start):
            break
        found.append((start, instant(local + days, zone) if all_day else start + length))
    return tuple(found)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Of a wall-clock time, by the house's rule for gaps and folds."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _wall(at: datetime, zone: ZoneInfo, all_day: bool) -> datetime:
    """Local time; of a day the midnight, which a change of clocks may have skipped."""
    local = at.astimezone(zone).replace(tzinfo=None, fold=0)
    return datetime.combine(local, time()) if all_day else local


def _local_starts(rule: Rule, first: datetime) -> Iterator[datetime]:
    starts = rrule(
        {Frequency.DAILY: DAILY, Frequency.WEEKLY: WEEKLY, Frequency.MONTHLY: MONTHLY}[rule.frequency],
        dtstart=first,
        interval=rule.interval,
        byweekday=[dateutil_weekday(day.weekday, day.position) for day in rule.days] or None,
        bymonthday=rule.month_days or None,
        until=first + HORIZON,
    )
    yield from islice(starts, rule.count)


def _is_past(until: datetime | date | None, local: datetime, start: datetime) -> bool:
    if isinstance(until, datetime):
        return start > until
    return until is not None and local.date() > until


def _reaches_too_far(rule: Rule, start_at: datetime, found: int) -> bool:
    if rule.count is not None:
        return found < rule.count
    last = start_at + HORIZON
    return not _is_past(rule.until, last.replace(tzinfo=None), last)


def _parts(text: str) -> dict[str, str]:
    body = text.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for item in body.split(";"):
        name, equals, value = item.partition("=")
        if not equals or not value or name in parts:
            raise BadRule(Fault.UNREADABLE)
        parts[name] = value
    return parts


def _items(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _number(text: str, *, digits: int = 3) -> int:
    if not re.fullmatch(rf"[0-9]{{1,{digits}}}", text) or int(text) == 0:
        raise ValueError(text)
    return int(text)


def _day(text: str) -> Day:
    found = _BY_DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return Day(DAYS.index(found.group(2)), int(found.group(1)) if found.group(1) else None)


def _month_day(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,2}", text) or not 1 <= abs(int(text)) <= 31:
        raise ValueError(text)
    return int(text)


def _until(text: str, time_zone: str, all_day: bool) -> datetime | date:
    zone = ZoneInfo(time_zone)
    if re.fullmatch(r"[0-9]{8}", text):
        day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
        return day if all_day else instant(datetime.combine(day, time(23, 59, 59)), zone)
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z?", text):
        raise ValueError(text)
    written = datetime.strptime(text[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007
    at = written.replace(tzinfo=UTC) if text.endswith("Z") else instant(written, zone)
    return at.astimezone(zone).date() if all_day else at


def _check_days(rule: Rule) -> None:
    """Raises ``BadRule`` for days that the frequency does not take."""
    monthly = rule.frequency is Frequency.MONTHLY
    wrong = (
        (rule.days and rule.frequency is Frequency.DAILY)
        or (rule.days and rule.month_days)
        or (rule.month_days and not monthly)
        or any(day < -1 for day in rule.month_days)
        or any(day.position not in (_POSITIONS if monthly else (None,)) for day in rule.days)
    )
    if wrong:
        raise BadRule(Fault.UNSUPPORTED)


def _named(day: date, *, prefer_last: bool) -> Day:
    """The day as the n-th of its weekday in the month."""
    position = (day.day - 1) // 7 + 1
    is_last = day.day + 7 > _last_day(day)
    return Day(day.weekday(), -1 if position > 4 or (prefer_last and is_last) else position)


def _last_day(of: date) -> int:
    return monthrange(of.year, of.month)[1]
