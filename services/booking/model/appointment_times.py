"""When a directly registered or moved appointment may be: ahead of now, in whole minutes, or whole days (E2)."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.booking.model.slot_rules import LONGEST
from services.booking.model.spans import Span

MOST_DAYS = timedelta(days=31)
_HOUR = timedelta(hours=1)
"""What a change of clocks may add to that many days."""


class TimeFault(StrEnum):
    """What is wrong with a time."""

    PAST = "past"
    FRACTION = "fraction"
    BACKWARDS = "backwards"
    TOO_LONG = "too_long"
    TOO_MANY_DAYS = "too_many_days"


def whole_days(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> Span:
    """From the first midnight to the last of all days of ``zone`` that the times touch; at least one."""
    first = start_at.astimezone(zone).date()
    local_end = end_at.astimezone(zone)
    last = local_end.date() if local_end.time() == time() else local_end.date() + timedelta(days=1)
    if end_at == start_at:
        last = first + timedelta(days=1)
    return Span(*(datetime.combine(day, time(), zone).astimezone(start_at.tzinfo) for day in (first, last)))


def time_faults(span: Span, now: datetime, *, all_day: bool) -> list[tuple[str, TimeFault]]:
    """By member. Whole days may have begun already, but must not be over."""
    found = []
    if (span.end_at if all_day else span.start_at) <= now:
        found.append(("start", TimeFault.PAST))
    for member, at in (("start", span.start_at), ("end", span.end_at)):
        if at.second or at.microsecond:
            found.append((member, TimeFault.FRACTION))
    if span.end_at <= span.start_at:
        found.append(("end", TimeFault.BACKWARDS))
    elif all_day and span.length > MOST_DAYS + _HOUR:
        found.append(("end", TimeFault.TOO_MANY_DAYS))
    elif not all_day and span.length > LONGEST:
        found.append(("end", TimeFault.TOO_LONG))
    return found
