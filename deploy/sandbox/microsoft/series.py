"""Graph's recurrence patterns as RFC 5545 rules, and the occurrences that they make."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.recurrence import BadRule, local_starts, rule_set
from deploy.sandbox.microsoft.bodies import spelled
from deploy.sandbox.microsoft.errors import failed_validation
from deploy.sandbox.microsoft.state import Event, Mailbox
from deploy.sandbox.microsoft.times import Span
from deploy.sandbox.microsoft.zones import zone_named

_TYPES = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")
_FREQUENCY = {"daily": "DAILY", "weekly": "WEEKLY"}
_POSITIONS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_IN_EVERY_MONTH = 28
_OCCURRENCE = re.compile(r"(.+)_O(\d{8})AAA=")


def rule_lines(recurrence: Resource, start: datetime) -> list[str]:
    """The rule; raises 400 for a pattern or range that cannot be understood."""
    pattern, span = recurrence.get("pattern"), recurrence.get("range")
    if not isinstance(pattern, dict) or not isinstance(span, dict):
        raise failed_validation("The recurrence needs a pattern and a range.")
    try:
        rule = f"RRULE:{_frequency(pattern, start)};INTERVAL={int(pattern.get('interval') or 1)}{_until(span)}"
        rule_set([rule], start, zone_named("UTC"))
    except (ValueError, TypeError, KeyError, BadRule):
        raise failed_validation("The recurrence is not valid.") from None
    return [rule]


def _frequency(pattern: Resource, start: datetime) -> str:
    kind = spelled(pattern.get("type"), _TYPES, "type")
    days = ",".join(str(day)[:2].upper() for day in pattern.get("daysOfWeek") or [])
    if kind in _FREQUENCY:
        week = f";WKST={str(pattern.get('firstDayOfWeek') or 'sunday')[:2].upper()}"
        return f"FREQ={_FREQUENCY[kind]}" + (f";BYDAY={days}{week}" if kind == "weekly" and days else "")
    period = "FREQ=MONTHLY" if kind.endswith("Monthly") else "FREQ=YEARLY"
    if period == "FREQ=YEARLY":
        period += f";BYMONTH={int(pattern.get('month') or start.month)}"
    if kind.startswith("absolute"):
        return period + _day_of_month(int(pattern.get("dayOfMonth") or start.day))
    position = _POSITIONS[str(pattern.get("index") or "first").lower()]
    return f"{period};BYDAY={days};BYSETPOS={position}"


def _day_of_month(day: int) -> str:
    """The last day of a month that is too short."""
    if day <= _IN_EVERY_MONTH:
        return f";BYMONTHDAY={day}"
    days = ",".join(str(one) for one in range(_IN_EVERY_MONTH, day + 1))
    return f";BYMONTHDAY={days};BYSETPOS=-1"


def _until(span: Resource) -> str:
    kind = str(span.get("type", "")).lower()
    if kind == "numbered":
        return f";COUNT={int(span['numberOfOccurrences'])}"
    if kind == "enddate":
        return f";UNTIL={datetime.fromisoformat(span['endDate']):%Y%m%d}"
    return ""


def occurrences(mailbox: Mailbox, master: Event, window: tuple[datetime, datetime]) -> Iterator[Event]:
    """Occurrences that overlap the window, those left out that have an exception."""
    if master.recurrence is None:
        return
    replaced = {event.original for event in mailbox.exceptions(master.id)}
    span = master.span
    lines = rule_lines(master.recurrence, span.start)
    length = span.end - span.start
    for local in local_starts(lines, span.start, zone_named(span.start_zone), window, length):
        if local not in replaced:
            yield _occurrence(master, local)


def occurrence_named(mailbox: Mailbox, event_id: str) -> Event | None:
    """The occurrence that an id stands for, exceptions not looked at."""
    found = _OCCURRENCE.fullmatch(event_id)
    master = mailbox.live(found.group(1) + "AAA=") if found else None
    if found is None or master is None or master.recurrence is None:
        return None
    try:
        day = datetime.strptime(found.group(2), "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    local = datetime.combine(day, master.span.start.time())
    at = Span(local, local, master.span.start_zone, master.span.start_zone, False).instants()[0]
    window = (at, at + timedelta(seconds=1))
    named = (one for one in occurrences(mailbox, master, window) if one.original == local)
    return next(named, None)


def _occurrence(master: Event, local: datetime) -> Event:
    resource = {key: value for key, value in master.resource.items() if key not in ("recurrence", "transactionId")}
    return replace(
        master,
        id=f"{master.id.removesuffix('AAA=')}_O{local:%Y%m%d}AAA=",
        master_id=master.id,
        original=local,
        span=master.span.moved(local),
        resource=resource,
    )
