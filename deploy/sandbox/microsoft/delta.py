"""calendarView/delta: the window is frozen in the token, pages go by $skiptoken and rounds by $deltatoken (facts 3.4).

A round covers the change log up to where it was when the round began; what changes meanwhile comes with the next.
"""

from datetime import datetime

from starlette.datastructures import QueryParams

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.opaque_tokens import seal, unseal
from deploy.sandbox.microsoft.errors import sync_state_not_found
from deploy.sandbox.microsoft.odata import page_link, reader
from deploy.sandbox.microsoft.presenting import Reader, removed, shown
from deploy.sandbox.microsoft.series import occurrences
from deploy.sandbox.microsoft.state import Event, Mailbox
from deploy.sandbox.microsoft.views import Asked, overlaps, window_of

_PAGE = 50


def delta_view(mailbox: Mailbox, asked: Asked, epoch: int) -> Resource:
    """One page of a delta round. Raises 400 without a window, 410 for a token that is no longer known."""
    state = _state_of(mailbox, asked, epoch)
    window = (datetime.fromisoformat(state["start"]), datetime.fromisoformat(state["end"]))
    size = min(asked.preferred.page_size or _PAGE, 1000)
    who = reader(asked.query, asked.preferred)
    if state["since"] is None:
        found, last = _first_round(mailbox, window, state, size, who)
    else:
        found, last = _next_round(mailbox, window, state, size, who)
    answer: Resource = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(event)",
        "value": found,
    }
    if last is not None:
        token = seal(state | {"after": last})
        answer["@odata.nextLink"] = page_link(asked.url, _kept(asked), skiptoken=token)
    else:
        token = seal(state | {"after": 0, "since": state["until"], "until": None})
        answer["@odata.deltaLink"] = page_link(asked.url, _kept(asked), deltatoken=token)
    return answer


def _kept(asked: Asked) -> QueryParams:
    """Links carry $select only: the window is in the token."""
    select = asked.query.get("$select")
    return QueryParams({"$select": select} if select else {})


def _state_of(mailbox: Mailbox, asked: Asked, epoch: int) -> Resource:
    token = asked.query.get("$skiptoken") or asked.query.get("$deltatoken")
    if token is None:
        start, end = window_of(asked.query)
        state: Resource = {"mailbox": mailbox.email, "calendar": asked.calendar, "epoch": epoch}
        state |= {"since": None, "after": 0, "until": None}
        state |= {"start": start.isoformat(), "end": end.isoformat()}
    else:
        found = unseal(token)
        theirs = {"mailbox": mailbox.email, "calendar": asked.calendar, "epoch": epoch}
        if found is None or any(found.get(name) != value for name, value in theirs.items()):
            raise sync_state_not_found()
        state = found
    if state["until"] is None:
        state["until"] = mailbox.log.position
    if state["until"] > mailbox.log.position or (state["since"] or 0) > mailbox.log.position:
        raise sync_state_not_found()
    return state


def _first_round(
    mailbox: Mailbox, window: tuple[datetime, datetime], state: Resource, size: int, who: Reader
) -> tuple[list[Resource], int | None]:
    """Everything in the window, in the order in which it was made."""
    near = [event for event in mailbox.near(*window) if event.calendar == state["calendar"]]
    coming = [event for event in near if event.number > state["after"]]
    found: list[Resource] = []
    for position, event in enumerate(coming):
        found.extend(_live(mailbox, event, window, who))
        if len(found) >= size and position + 1 < len(coming):
            return found, event.number
    return found, None


def _next_round(
    mailbox: Mailbox, window: tuple[datetime, datetime], state: Resource, size: int, who: Reader
) -> tuple[list[Resource], int | None]:
    """What changed; deleted events and those outside the window are removed ones."""
    logged = mailbox.log.since(max(state["since"], state["after"]), state["until"])
    changes = [one for one in logged if mailbox.events[one[1]].calendar == state["calendar"]]
    found: list[Resource] = []
    for count, (position, event_id) in enumerate(changes):
        event = mailbox.events[event_id]
        live = [] if event.deleted else _live(mailbox, event, window, who)
        if live:
            found.extend(live)
        else:
            found.append(removed(event_id))
            found.extend(removed(one.id) for one in occurrences(mailbox, event, window))
        if len(found) >= size and count + 1 < len(changes):
            return found, position
    return found, None


def _live(mailbox: Mailbox, event: Event, window: tuple[datetime, datetime], who: Reader) -> list[Resource]:
    """The event when it touches the window; of a series the master and its occurrences."""
    if event.recurrence is None:
        return [shown(mailbox, event, who)] if overlaps(event, window) else []
    instances = [shown(mailbox, one, who) for one in occurrences(mailbox, event, window)]
    return [shown(mailbox, event, who), *instances] if instances else []
