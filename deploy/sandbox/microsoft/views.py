"""Lists of events: the calendar's events with $filter, and calendarView with its window (facts 3.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import QueryParams

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.errors import GraphError, invalid_request
from deploy.sandbox.microsoft.odata import Condition, Filter, Preferences, page_link, parse_filter, reader, whole_number
from deploy.sandbox.microsoft.presenting import shown
from deploy.sandbox.microsoft.series import occurrences
from deploy.sandbox.microsoft.state import Event, Mailbox
from deploy.sandbox.microsoft.times import parse_instant, timestamp

_LONGEST_WINDOW = timedelta(days=1825)
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "ge": lambda left, right: left >= right,
    "gt": lambda left, right: left > right,
    "le": lambda left, right: left <= right,
    "lt": lambda left, right: left < right,
}


@dataclass(frozen=True)
class Asked:
    """What a list was asked for: where (for the links), with which parameters and preferences."""

    url: str
    query: QueryParams
    preferred: Preferences
    calendar: str = ""
    """The one beside the default calendar that is meant."""


def window_of(query: QueryParams) -> tuple[datetime, datetime]:
    """The window of a calendar view; raises 400 without one, or for one that is backwards or too long."""
    lower = {key.lower(): value for key, value in query.items()}
    if not lower.get("startdatetime") or not lower.get("enddatetime"):
        raise GraphError(
            400,
            "ErrorInvalidParameter",
            "This request requires a time window specified by the query string parameters StartDateTime "
            "and EndDateTime.",
        )
    start = parse_instant(lower["startdatetime"], "StartDateTime")
    end = parse_instant(lower["enddatetime"], "EndDateTime")
    if end < start:
        raise GraphError(400, "ErrorInvalidParameter", "StartDateTime must be before EndDateTime.")
    if end - start > _LONGEST_WINDOW:
        raise invalid_request("Your request can't be completed. The range between the start and end dates is too long.")
    return start, end


def overlaps(event: Event, window: tuple[datetime, datetime]) -> bool:
    """Whether it takes part of the window; one without length when it begins in it."""
    start, end = event.span.instants()
    return start < window[1] and (end > window[0] or (start == end and start >= window[0]))


def in_window(mailbox: Mailbox, window: tuple[datetime, datetime], calendar: str = "") -> list[Event]:
    """Single events and occurrences of one calendar that overlap the window, by start."""
    found: list[Event] = []
    for event in mailbox.near(*window):
        if event.calendar != calendar:
            continue
        if event.recurrence:
            found.extend(occurrences(mailbox, event, window))
        elif overlaps(event, window):
            found.append(event)
    found.sort(key=lambda event: (event.span.instants()[0], event.number))
    return found


def calendar_view(mailbox: Mailbox, asked: Asked) -> Resource:
    found = in_window(mailbox, window_of(asked.query), asked.calendar)
    return _page(mailbox, _filtered(found, parse_filter(asked.query.get("$filter"))), asked)


def list_events(mailbox: Mailbox, asked: Asked) -> Resource:
    """Single events and series masters of one calendar; by mark where the filter names one."""
    wanted = parse_filter(asked.query.get("$filter"))
    by_uid = [one.value for one in wanted.conditions if one.name == "icaluid" and one.operator == "eq"]
    if wanted.marks:
        found = [
            event
            for event in mailbox.marked(wanted.marks[0])
            if all(event in mailbox.marked(mark) for mark in wanted.marks[1:])
        ]
    elif by_uid:
        found = mailbox.marked(("iCalUId", by_uid[0]))
    else:
        found = [event for event in reversed(mailbox.events.values()) if not event.deleted]
    found = [one for one in _filtered(found, wanted) if one.master_id is None and one.calendar == asked.calendar]
    return _page(mailbox, found, asked)


def list_instances(mailbox: Mailbox, master: Event, asked: Asked) -> Resource:
    window = window_of(asked.query)
    found = list(occurrences(mailbox, master, window))
    found += [one for one in mailbox.exceptions(master.id) if not one.deleted and overlaps(one, window)]
    found.sort(key=lambda event: event.span.start)
    return _page(mailbox, found, asked)


def _filtered(events: list[Event], wanted: Filter) -> list[Event]:
    conditions = wanted.conditions
    return [event for event in events if all(_holds(event, one) for one in conditions)] if conditions else events


def _holds(event: Event, condition: Condition) -> bool:
    value = condition.value
    if condition.name in ("start/datetime", "end/datetime"):
        side = 0 if condition.name.startswith("start") else 1
        left = timestamp(event.span.instants()[side])
        value = timestamp(parse_instant(value, "$filter"))
    elif condition.name == "lastmodifieddatetime":
        left, value = timestamp(event.updated_at), timestamp(parse_instant(value, "$filter"))
    elif condition.name == "icaluid":
        left = event.uid
    elif condition.name == "seriesmasterid":
        left = event.master_id or ""
    else:
        name = "transactionId" if condition.name == "transactionid" else condition.name
        left = str(event.resource.get(name, ""))
    return _COMPARE[condition.operator](left, value)


def _page(mailbox: Mailbox, found: list[Event], asked: Asked) -> Resource:
    query = asked.query
    order = query.get("$orderby", "").lower()
    if order.startswith("start/datetime"):
        found = sorted(found, key=lambda event: event.span.instants()[0], reverse=order.endswith("desc"))
    top = max(1, whole_number(query, "$top", asked.preferred.page_size or 10, most=1000))
    skip = whole_number(query, "$skip", 0)
    who = reader(query, asked.preferred)
    answer: Resource = {
        "@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#users('{mailbox.email}')/events",
        "value": [shown(mailbox, event, who) for event in found[skip : skip + top]],
    }
    if query.get("$count", "").lower() == "true":
        answer["@odata.count"] = len(found)
    if skip + top < len(found):
        answer["@odata.nextLink"] = page_link(asked.url, query, skip=str(skip + top))
    return answer
