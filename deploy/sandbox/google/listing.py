"""events.list: full and incremental reads with paging, page and sync tokens (facts 2.3).

A sync token points into the calendar's change log as it was when the first page was made, so that what changes while
someone turns pages comes with the next incremental read. Pages go on after the last key, so that none is left out.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from starlette.datastructures import QueryParams

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.opaque_tokens import seal, unseal
from deploy.sandbox.google.errors import full_sync_required, invalid
from deploy.sandbox.google.list_query import ListQuery, parse_query
from deploy.sandbox.google.moments import stamp
from deploy.sandbox.google.presenting import shown, tombstone
from deploy.sandbox.google.series import occurrences
from deploy.sandbox.google.state import Entry, GoogleCalendar
from shared import clock

_Keyed = tuple[tuple[float, float], Entry]


def list_events(calendar: GoogleCalendar, params: QueryParams, epoch: int) -> Resource:
    """The answer to events.list. ``epoch`` is that of valid sync tokens."""
    query = parse_query(params, calendar)
    since = _sync_position(params.get("syncToken"), calendar, epoch)
    page = _page_start(params.get("pageToken"), calendar)
    until = calendar.log.position if page is None else int(page["until"])
    found = _full(calendar, query) if since is None else _changes(calendar, query, since, until)
    if page is not None:
        after = (page["after"][0], page["after"][1])
        found = [keyed for keyed in found if keyed[0] > after]
    part = found[: query.size]
    answer: Resource = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.log.position}"',
        "summary": calendar.summary or calendar.email,
        "description": "",
        "updated": stamp(clock.now()),
        "timeZone": query.zone,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}],
        "items": [_item(calendar, entry, query, incremental=since is not None) for _, entry in part],
    }
    if len(found) > query.size:
        token = {"kind": "page", "calendar": calendar.email, "after": part[-1][0], "until": until}
        answer["nextPageToken"] = seal(token)
    elif query.gives_sync_token:
        token = {"kind": "sync", "calendar": calendar.email, "position": until, "epoch": epoch}
        answer["nextSyncToken"] = seal(token)
    return answer


def _sync_position(token: str | None, calendar: GoogleCalendar, epoch: int) -> int | None:
    if not token:
        return None
    content = unseal(token)
    if content is None or content.get("kind") != "sync" or content.get("calendar") != calendar.email:
        raise full_sync_required()
    if content["epoch"] != epoch or content["position"] > calendar.log.position:
        raise full_sync_required()
    return int(content["position"])


def _page_start(token: str | None, calendar: GoogleCalendar) -> Resource | None:
    if not token:
        return None
    content = unseal(token)
    if content is None or content.get("kind") != "page" or content.get("calendar") != calendar.email:
        raise invalid("Invalid page token value.", "pageToken")
    return content


def _candidates(calendar: GoogleCalendar, query: ListQuery) -> Iterable[Entry]:
    """What may be in the answer, by the narrowest index there is; in a stable order."""
    if query.marks:
        ids = set.intersection(*(calendar.marked(mark) for mark in query.marks))
    elif query.time_min or query.time_max:
        ids = calendar.near(query.time_min, query.time_max)
    else:
        return calendar.entries.values()
    return sorted((calendar.entries[entry_id] for entry_id in ids), key=lambda entry: entry.number)


def _full(calendar: GoogleCalendar, query: ListQuery) -> list[_Keyed]:
    found: list[Entry] = []
    for entry in _candidates(calendar, query):
        if entry.cancelled and not query.show_deleted:
            continue
        if query.single and entry.recurrence:
            found.extend(occurrences(calendar, entry, query.window()))
        elif _in_window(calendar, entry, query):
            found.append(entry)
    keyed = [(_key(calendar, entry, query), entry) for entry in found if _matches(entry, query)]
    keyed.sort(key=lambda pair: pair[0])
    return keyed


def _key(calendar: GoogleCalendar, entry: Entry, query: ListQuery) -> tuple[float, float]:
    start = entry.start.instant(calendar.zone).timestamp()
    if query.order == "startTime":
        return start, entry.number
    if query.order == "updated":
        return entry.updated_at.timestamp(), entry.number
    return entry.number, start if entry.original else 0.0


def _changes(calendar: GoogleCalendar, query: ListQuery, since: int, until: int) -> list[_Keyed]:
    found: list[_Keyed] = []
    for position, entry_id in calendar.log.since(since, until):
        entry = calendar.entries[entry_id]
        expanded: Iterator[Entry] = iter((entry,))
        if query.single and entry.recurrence:
            expanded = occurrences(calendar, entry, query.window())
        found.extend(((position, float(count)), one) for count, one in enumerate(expanded))
    return found


def _in_window(calendar: GoogleCalendar, entry: Entry, query: ListQuery) -> bool:
    if entry.recurrence:
        window = query.window()
        return next(iter(occurrences(calendar, entry, window)), None) is not None
    start, end = entry.start.instant(calendar.zone), entry.end.instant(calendar.zone)
    if query.time_min and max(end, start + timedelta(microseconds=1)) <= query.time_min:
        return False
    return not (query.time_max and start >= query.time_max)


def _matches(entry: Entry, query: ListQuery) -> bool:
    if query.updated_min and entry.updated_at < query.updated_min:
        return False
    if not query.words:
        return True
    texts = [str(entry.resource.get(key, "")) for key in ("summary", "description", "location")]
    texts += [guest["email"] for guest in entry.guests()]
    return query.words in "\n".join(texts).casefold()


def _item(calendar: GoogleCalendar, entry: Entry, query: ListQuery, *, incremental: bool) -> Resource:
    if incremental and entry.cancelled:
        return tombstone(calendar, entry)
    return shown(calendar, entry, zone=query.zone, max_attendees=query.max_attendees)


def list_instances(calendar: GoogleCalendar, master: Entry, params: QueryParams) -> Resource:
    """The answer to events.instances: occurrences with their exceptions, one page after another."""
    query = parse_query(params, calendar)
    found = list(occurrences(calendar, master, query.window())) if master.recurrence else []
    found += [entry for entry in calendar.exceptions(master.id) if query.show_deleted or not entry.cancelled]
    keyed = sorted(((entry.start.instant(calendar.zone).timestamp(), entry.id), entry) for entry in found)
    page = _page_start(params.get("pageToken"), calendar)
    if page is not None:
        keyed = [pair for pair in keyed if pair[0] > (page["after"][0], page["after"][1])]
    answer: Resource = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.log.position}"',
        "summary": calendar.email,
        "timeZone": query.zone,
        "accessRole": "owner",
        "defaultReminders": [],
        "items": [_item(calendar, entry, query, incremental=False) for _, entry in keyed[: query.size]],
    }
    if len(keyed) > query.size:
        token = {"kind": "page", "calendar": calendar.email, "after": keyed[query.size - 1][0], "until": 0}
        answer["nextPageToken"] = seal(token)
    return answer
