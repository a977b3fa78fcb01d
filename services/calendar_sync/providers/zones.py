"""Time zones as vendors name them: IANA, or Windows names at Microsoft."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from shared.providers import ProviderUnavailable


def find_zone(name: str) -> ZoneInfo | None:
    """By IANA or Windows name; None for what nobody knows (``tzone://Microsoft/Custom``)."""
    if not name:
        return None
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def need_zone(*names: str) -> ZoneInfo:
    """The first one that is known. An entry that nobody can place makes the whole read incomplete (G3)."""
    for name in names:
        if (found := find_zone(name)) is not None:
            return found
    raise ProviderUnavailable("an entry in an unknown time zone")


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of ``day`` as an instant; in a gap the first instant after it."""
    return _in_utc(datetime.combine(day, time(), zone))


def wall_clock(text: str, zone: ZoneInfo) -> datetime:
    """``2026-12-01T13:00:00[.0000000][±hh:mm]`` as an instant; ``zone`` serves where no offset is given."""
    head, dot, rest = text.partition(".")
    if dot:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = head + rest[digits:]
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ProviderUnavailable("an entry with an unreadable time") from error
    return _in_utc(at if at.tzinfo else at.replace(tzinfo=zone))


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:  # .NET's least day, east of Greenwich
        raise ProviderUnavailable("an entry before or after all days") from error
