"""Google's start and end objects: a date, or an instant with a zone; answers carry the calendar's offset."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.span_index import clamped
from deploy.sandbox.google.errors import GoogleError, invalid, required

_Day = TypeVar("_Day", date, datetime)
_FIRST_YEAR, _LAST_YEAR = 1600, 4500


@lru_cache(maxsize=700)
def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone, or None: Google takes no Windows names and no abbreviations of its own."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Moment:
    """A start or an end. Exactly one of ``day`` and ``at`` (aware UTC) is set."""

    day: date | None
    at: datetime | None
    zone: str | None

    def instant(self, calendar_zone: str) -> datetime:
        """When it is, in UTC; a day begins at the calendar's midnight."""
        if self.at is not None:
            return self.at
        assert self.day is not None
        return datetime.combine(self.day, time(), ZoneInfo(calendar_zone)).astimezone(UTC)

    def local(self, calendar_zone: str) -> datetime:
        """Wall-clock time in its own zone, naive."""
        if self.at is None:
            assert self.day is not None
            return datetime.combine(self.day, time())
        return self.at.astimezone(ZoneInfo(self.zone or calendar_zone)).replace(tzinfo=None)

    def shown(self, zone: str) -> Resource:
        """As answered, the offset being that of ``zone``."""
        if self.day is not None:
            return {"date": self.day.isoformat()}
        assert self.at is not None
        answer: Resource = {"dateTime": rfc3339(self.at, zone)}
        if self.zone:
            answer["timeZone"] = self.zone
        return answer


def rfc3339(at: datetime, zone: str) -> str:
    """The instant with the zone's offset, ``Z`` for UTC, whole seconds."""
    text = at.astimezone(ZoneInfo(zone)).replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "Z" if zone in ("UTC", "Etc/UTC") else text


def stamp(at: datetime) -> str:
    """``created`` and ``updated``: UTC with milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime | None:
    """An RFC 3339 time with offset, or None."""
    try:
        parsed = datetime.fromisoformat(text.strip().replace(" ", "+"))
        return None if parsed.tzinfo is None else clamped(parsed.astimezone(UTC))
    except (ValueError, OverflowError, AttributeError):
        return None


def parse_moment(value: object, name: str, calendar_zone: str, *, recurring: bool) -> Moment:
    """A moment out of a request's ``start`` or ``end`` (``name``); raises the 400 that Google answers."""
    if not isinstance(value, dict) or not (value.get("date") or value.get("dateTime")):
        raise required(f"Missing {name} time.")
    if value.get("date") and value.get("dateTime"):
        raise invalid(f"Invalid {name} time.")
    zone = value.get("timeZone")
    if zone is not None and (not isinstance(zone, str) or zone_named(zone) is None):
        raise invalid(f"Invalid time zone definition for {name} time.")
    if value.get("date"):
        return Moment(_in_range(_day(value["date"], name), name), None, None)
    parsed = _in_range(_clock_time(value["dateTime"], name), name)
    if zone is None and (parsed.tzinfo is None or recurring):
        raise required(f"Missing time zone definition for {name} time.")
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=ZoneInfo(str(zone)))
    return Moment(None, parsed.astimezone(UTC), zone or calendar_zone)


def check_order(start: Moment, end: Moment, calendar_zone: str) -> None:
    """Raises the 400 for mixed kinds and for an end before its start."""
    if (start.day is None) != (end.day is None):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    if end.instant(calendar_zone) < start.instant(calendar_zone):
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")


def shifted(moment: Moment, start_local: datetime, offset: timedelta, calendar_zone: str) -> Moment:
    """The moment ``offset`` of wall-clock time after ``start_local``, in the kind and zone of ``moment``."""
    local = start_local + offset
    if moment.day is not None:
        return Moment(local.date(), None, None)
    zone = ZoneInfo(moment.zone or calendar_zone)
    return Moment(None, local.replace(tzinfo=zone).astimezone(UTC), moment.zone)


def _in_range(value: _Day, name: str) -> _Day:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise invalid(f"Invalid {name} time.")
    return value


def _day(text: object, name: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise invalid(f'Invalid value for: Invalid format: "{text}" ({name})') from None


def _clock_time(text: object, name: str) -> datetime:
    if not isinstance(text, str) or "T" not in text.upper():
        raise invalid(f'Invalid value for: Invalid format: "{text}" ({name})')
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f'Invalid value for: Invalid format: "{text}" ({name})') from None
