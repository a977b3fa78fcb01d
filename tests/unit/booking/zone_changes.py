"""All IANA zones and every change of their clocks from 2024 to 2037, found with zoneinfo alone."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

ZONES = sorted(available_timezones())
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def changes_of(zone: str) -> list[datetime]:
    """The first minute in which the clock reads otherwise than a minute before."""
    found, at, step = [], FIRST, timedelta(days=1)
    while at < LAST:
        if offset(zone, at) != offset(zone, at + step):
            found.append(_narrowed(zone, at, at + step))
        at += step
    return found


def offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _narrowed(zone: str, low: datetime, high: datetime) -> datetime:
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
        low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
    return high
