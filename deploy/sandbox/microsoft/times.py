"""Graph's dateTimeTimeZone: wall clock and zone name, no offset; answers have seven decimals (facts 3.2)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.span_index import clamped
from deploy.sandbox.microsoft.errors import GraphError, failed_validation, unreadable_body
from deploy.sandbox.microsoft.zones import zone_named

_WALL = re.compile(r"(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2})?)(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?")
_FIRST_YEAR, _LAST_YEAR = 1601, 4500


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when. Local (naive) in ``start_zone`` and ``end_zone``, names as they were given.

    An all-day one floats: it is the same days in whatever zone it is read.
    """

    start: datetime
    end: datetime
    start_zone: str
    end_zone: str
    all_day: bool

    def instants(self) -> tuple[datetime, datetime]:
        """Start and end in UTC."""
        return _instant(self.start, self.start_zone), _instant(self.end, self.end_zone)

    def shown(self, zone_name: str) -> tuple[Resource, Resource]:
        """Start and end as answered to someone who wants ``zone_name``."""
        if self.all_day:
            return graph_time(self.start, zone_name), graph_time(self.end, zone_name)
        zone = zone_named(zone_name)
        start, end = self.instants()
        return graph_time(start.astimezone(zone), zone_name), graph_time(end.astimezone(zone), zone_name)

    def moved(self, start: datetime) -> "Span":
        """The same length of wall-clock time from another local start."""
        end = start + (self.end - self.start)
        return Span(start, end, self.start_zone, self.end_zone, self.all_day)


def _instant(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=zone_named(zone)).astimezone(UTC)


def graph_time(local: datetime, zone_name: str) -> Resource:
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S.%f}0", "timeZone": zone_name}


def timestamp(at: datetime) -> str:
    """``createdDateTime`` and the like: an instant in UTC with seven decimals and Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def parse_wall(value: object, name: str) -> tuple[datetime, str]:
    """Wall-clock time and zone name of a dateTimeTimeZone; an offset in it is not looked at. Raises 400."""
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise failed_validation(f"The property '{name}' is required.")
    zone = value.get("timeZone") or "UTC"
    zone_named(zone)
    found = _WALL.fullmatch(value["dateTime"])
    if found is None:
        raise unreadable_body(f"Cannot convert the literal '{value['dateTime']}' to the expected type 'Edm.DateTime'.")
    try:
        local = datetime.fromisoformat(found.group(1).upper() + (found.group(2) or "")[:7])
    except ValueError:
        raise unreadable_body(f"'{value['dateTime']}' is not a valid date.") from None
    if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
        raise failed_validation(f"'{value['dateTime']}' is out of range.")
    return local, str(zone)


def make_span(start: tuple[datetime, str], end: tuple[datetime, str], *, all_day: bool) -> Span:
    """Checks the order, and midnights of all-day events. Raises 400."""
    span = Span(start[0], end[0], start[1], end[1], all_day)
    try:
        begins, ends = span.instants()
    except OverflowError:
        raise failed_validation() from None
    if all_day:
        midnights = all(
            (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0) for at in (span.start, span.end)
        )
        if not midnights or zone_named(start[1]) != zone_named(end[1]) or span.end - span.start < timedelta(days=1):
            message = "The Event.Start property for an all-day event needs to be set to midnight."
            raise GraphError(400, "ErrorInvalidRequest", message)
    elif ends < begins:
        raise failed_validation("The end of the event is before its start.")
    return span


def parse_instant(text: str, name: str) -> datetime:
    """A time in a query; without an offset it is UTC. Raises 400."""
    try:
        parsed = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(" ", "+")))
        return clamped((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        raise GraphError(
            400, "ErrorInvalidParameter", f"The value '{text}' of parameter '{name}' is invalid."
        ) from None
