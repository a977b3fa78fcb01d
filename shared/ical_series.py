"""Recurring appointments in iCalendar objects (E6): rule, exceptions, and the zone whose wall clock they run on."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from icalendar import Event, Timezone, vRecur

from shared.contracts.booking import Occurrence, Series


def recurring(entry: Event, series: Series | None, moment: Callable[[datetime], datetime | date]) -> list[Event]:
    """Gives ``entry`` its rule, and EXDATE for what was cancelled; what was moved stands beside it (RECURRENCE-ID)."""
    if series is None:
        return []
    moved = [_moved(entry, one, moment) for one in series.changed if not one.canceled]
    entry.add("rrule", vRecur.from_ical(series.rrule))
    for one in series.changed:
        if one.canceled:
            entry.add("exdate", moment(one.original_start_at))
    return moved


def _moved(entry: Event, one: Occurrence, moment: Callable[[datetime], datetime | date]) -> Event:
    """The same at another time."""
    override = entry.copy(recursive=True)
    for name, at in (("dtstart", one.start_at), ("dtend", one.end_at)):
        del override[name]
        override.add(name, moment(at))
    override.add("recurrence-id", moment(one.original_start_at))
    return override


@lru_cache(maxsize=64)
def timezone(name: str) -> Timezone:
    """Made once per zone: it takes longer than all the rest of a mail."""
    return Timezone.from_tzid(name)
