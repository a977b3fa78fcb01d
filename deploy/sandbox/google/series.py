"""Occurrences of recurring events: made from the rule when asked for, replaced by exceptions where there are any."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from deploy.sandbox.calendars.recurrence import BadRule, local_starts, parse_stamp, rule_set
from deploy.sandbox.google.errors import invalid
from deploy.sandbox.google.moments import Moment, shifted
from deploy.sandbox.google.state import Entry, GoogleCalendar


def check_rules(lines: list[str], start: Moment, calendar_zone: str) -> None:
    """Raises 400 for recurrence lines that cannot be understood."""
    try:
        rule_set(lines, start.local(calendar_zone), _zone(start, calendar_zone))
    except BadRule:
        raise invalid("Invalid recurrence rule.") from None


def occurrences(calendar: GoogleCalendar, master: Entry, window: tuple[datetime, datetime]) -> Iterator[Entry]:
    """Occurrences that overlap the window, those left out that have an exception."""
    replaced = {
        entry.original.instant(calendar.zone) for entry in calendar.exceptions(master.id) if entry.original is not None
    }
    first = master.start.local(calendar.zone)
    length = master.end.local(calendar.zone) - first
    zone = _zone(master.start, calendar.zone)
    for local in local_starts(master.recurrence, first, zone, window, length):
        found = _occurrence(calendar, master, local, length)
        if found.start.instant(calendar.zone) not in replaced:
            yield found


def occurrence_named(calendar: GoogleCalendar, event_id: str) -> Entry | None:
    """The occurrence that an id ``{master}_{stamp}`` names, exceptions not looked at."""
    master_id, _, stamp = event_id.rpartition("_")
    master = calendar.entries.get(master_id)
    if master is None or not master.recurrence:
        return None
    zone = _zone(master.start, calendar.zone)
    try:
        local = parse_stamp(stamp, zone)
    except ValueError:
        return None
    first = master.start.local(calendar.zone)
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    window = (instant, instant + timedelta(seconds=1))
    length = master.end.local(calendar.zone) - first
    starts = local_starts(master.recurrence, first, zone, window, length)
    return _occurrence(calendar, master, local, length) if local in starts else None


def _occurrence(calendar: GoogleCalendar, master: Entry, local: datetime, length: timedelta) -> Entry:
    start = shifted(master.start, local, timedelta(0), calendar.zone)
    stamp = f"{start.day:%Y%m%d}" if start.day else f"{start.instant(calendar.zone):%Y%m%dT%H%M%SZ}"
    resource = {key: value for key, value in master.resource.items() if key != "recurrence"}
    resource |= {"id": f"{master.id}_{stamp}", "recurringEventId": master.id}
    end = shifted(master.end, local, length, calendar.zone)
    return replace(master, resource=resource, start=start, end=end, original=start)


def _zone(start: Moment, calendar_zone: str) -> ZoneInfo:
    return ZoneInfo(start.zone or calendar_zone)
