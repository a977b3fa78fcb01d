"""Zoom's way with times: ``…Z`` is an instant, without ``Z`` a wall clock in ``timezone``; answers carry ``Z``.

Anything else (offsets, fractions of a second) is not a time to Zoom.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_START_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?$")


def zone_named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_start_time(text: str, time_zone: str) -> datetime | None:
    """The instant meant by Zoom's ``start_time``, aware UTC; None when it is not in one of Zoom's two forms."""
    zone = zone_named(time_zone)
    if zone is None or not _START_TIME.match(text):
        return None
    try:
        wall = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None
    if not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        return None
    return wall.replace(tzinfo=UTC if text.endswith("Z") else zone).astimezone(UTC)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
