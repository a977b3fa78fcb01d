"""freeBusy.query: busy times merged per calendar; a calendar that cannot be read has errors inside a 200."""

from collections.abc import Callable, Iterator
from datetime import datetime

from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.errors import GoogleError, bad_request, required
from deploy.sandbox.google.moments import parse_instant, rfc3339, zone_named
from deploy.sandbox.google.series import occurrences
from deploy.sandbox.google.state import Entry, GoogleCalendar

_MOST_CALENDARS = 50


def query_free_busy(body: object, calendar_of: Callable[[str], GoogleCalendar | None]) -> Resource:
    """The answer to a free/busy query; raises 400 for a bad window."""
    if not isinstance(body, dict):
        raise bad_request("Parse Error")
    window = _window(body)
    zone = body.get("timeZone") or "UTC"
    if not isinstance(zone, str) or zone_named(zone) is None:
        raise bad_request("Invalid time zone.")
    items = body.get("items")
    asked = [str(item.get("id", "")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    calendars: Resource = {}
    for position, calendar_id in enumerate(asked):
        calendar = calendar_of(calendar_id)
        if position >= _MOST_CALENDARS:
            calendars[calendar_id] = _unreadable("tooManyCalendarsRequested")
        elif calendar is None:
            calendars[calendar_id] = _unreadable("notFound")
        else:
            spans = merged_spans(busy_spans(calendar, window))
            calendars[calendar_id] = {
                "busy": [{"start": rfc3339(start, zone), "end": rfc3339(end, zone)} for start, end in spans]
            }
    return {
        "kind": "calendar#freeBusy",
        "timeMin": rfc3339(window[0], "UTC"),
        "timeMax": rfc3339(window[1], "UTC"),
        "calendars": calendars,
    }


def _unreadable(reason: str) -> Resource:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _window(body: Resource) -> tuple[datetime, datetime]:
    bounds: list[datetime] = []
    for name in ("timeMin", "timeMax"):
        if not body.get(name):
            raise required(f"Missing {name} parameter.", name)
        instant = parse_instant(str(body[name]))
        if instant is None:
            raise bad_request()
        bounds.append(instant)
    if bounds[1] <= bounds[0]:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    if (bounds[1] - bounds[0]).days > 92:
        raise GoogleError(400, "timeRangeTooLong", "The requested time range is too long.", domain="calendar")
    return bounds[0], bounds[1]


def takes_time(entry: Entry, email: str) -> bool:
    """Neither cancelled nor transparent nor declined by the calendar's owner; a tentative one does."""
    if entry.cancelled or entry.resource.get("transparency") == "transparent":
        return False
    return not any(
        guest["email"].lower() == email and guest["responseStatus"] == "declined" for guest in entry.guests()
    )


def busy_spans(calendar: GoogleCalendar, window: tuple[datetime, datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Spans cut to the window, in no order."""
    for entry_id in calendar.near(*window):
        entry = calendar.entries[entry_id]
        if not takes_time(entry, calendar.email):
            continue
        for found in occurrences(calendar, entry, window) if entry.recurrence else (entry,):
            start = max(found.start.instant(calendar.zone), window[0])
            end = min(found.end.instant(calendar.zone), window[1])
            if start < end:
                yield start, end


def merged_spans(spans: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """In order, touching ones joined."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
