"""All IANA zones and every change of their clocks from 2024 to 2037, found with zoneinfo alone."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

ZONES = sorted(available_timezones())
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def changes_of(zone: str) -> list[datetime]:
    """The first minute in which the clock reads otherwise than a minute before."""
    found, at, step, read = [], FIRST, timedelta(days=1), offset(zone, FIRST)
    while at < LAST:
        before, at, read = read, at + step, offset(zone, at + step)
        if read != before:
            found.append(_narrowed(zone, at - step, at))
    return found


@lru_cache(maxsize=1)
def different_zones() -> list[str]:
    """One of those that read the same from 2024 to 2037: many have several names."""
    files = {_rules(zone): zone for zone in ZONES}.values()
    return sorted({(offset(zone, FIRST), *_readings(zone)): zone for zone in files}.values())


def _readings(zone: str) -> list[tuple[datetime, timedelta]]:
    return [(at, offset(zone, at)) for at in changes_of(zone)]


def _rules(zone: str) -> bytes:
    """As zoneinfo finds them."""
    installed = [path for folder in TZPATH if (path := Path(folder) / zone).is_file()]
    return installed[0].read_bytes() if installed else resources.files("tzdata.zoneinfo").joinpath(zone).read_bytes()


def offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _narrowed(zone: str, low: datetime, high: datetime) -> datetime:
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
        low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
    return high
