"""``/inspect/microsoft``: what Microsoft holds and mailed, and the hand of the person at the provider. Always 200."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.by_hand import answer_in, moved
from deploy.sandbox.calendars.recurrence import ALWAYS
from deploy.sandbox.microsoft.calendars import calendar_named, make_calendar, shown_calendar
from deploy.sandbox.microsoft.errors import GraphError, body_of, item_not_found
from deploy.sandbox.microsoft.presenting import Reader, shown
from deploy.sandbox.microsoft.series import occurrence_named, occurrences
from deploy.sandbox.microsoft.service import MicrosoftService
from deploy.sandbox.microsoft.state import Duplicate, Event, Mailbox
from deploy.sandbox.microsoft.subscriptions import shown as shown_subscription
from deploy.sandbox.microsoft.times import graph_time
from shared.refusals import answering

_EVERYTHING = Reader(expanded=frozenset())
_ANSWERS = {
    "accepted": "accepted",
    "accept": "accepted",
    "declined": "declined",
    "decline": "declined",
    "tentative": "tentativelyAccepted",
    "tentativelyaccepted": "tentativelyAccepted",
}
_Json = Annotated[dict[str, Any], Body()]


class SettingsChange(BaseModel):
    """What may be changed while it runs; what is left out stays."""

    model_config = ConfigDict(extra="ignore")

    duplicate_transaction: Duplicate | None = None
    mailbox_concurrency: int | None = None
    service_time_s: float | None = None
    requests_per_ten_minutes: int | None = None
    expire_delta_tokens: bool = False
    forget_transaction_ids: bool = False


def time_body(value: object, zone: str = "UTC") -> object:
    """A start or end given as a string is an RFC 3339 time; without an offset (or a date only) it is in ``zone``."""
    if not isinstance(value, str):
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return {"dateTime": value, "timeZone": zone}
    return graph_time(at.astimezone(UTC), "UTC") if at.tzinfo else graph_time(at, zone)


def add_by_hand(service: MicrosoftService, body: Resource) -> Resource:
    """Add an event as its mailbox's owner would, to ``calendar`` where one is named; raises ``GraphError``."""
    mailbox = service.mailbox_of(str(body.get("user", "")))
    if mailbox is None:
        raise item_not_found()
    event = {key: value for key, value in body.items() if key not in ("user", "calendar", "notify")}
    if "subject" not in event and "summary" in event:
        event["subject"] = event["summary"]
    if isinstance(event.get("start"), str) and len(event["start"]) == 10:
        event["isAllDay"] = True
    for side in ("start", "end"):
        event[side] = time_body(event.get(side), mailbox.zone)
    calendar, push = calendar_named(mailbox, body.get("calendar")), bool(body.get("notify", True))
    return shown(mailbox, service.book.create(mailbox, event, calendar=calendar, push=push), _EVERYTHING)


def add_calendar(service: MicrosoftService, body: Resource) -> Resource:
    """Another calendar of ``user``, one that they may only read with ``canEdit`` false; raises ``GraphError``."""
    mailbox = service.mailbox_of(str(body.get("user", "")))
    if mailbox is None:
        raise item_not_found()
    made = make_calendar(mailbox, str(body.get("name", "")), can_edit=bool(body.get("canEdit", True)))
    return shown_calendar(mailbox, made.id)


def delete_calendar(service: MicrosoftService, calendar_id: str) -> Resource:
    """With all that stands in it; raises ``GraphError``."""
    for mailbox in service.state.mailboxes.values():
        if calendar_id in mailbox.calendars:
            gone = [one.id for one in mailbox.events.values() if one.calendar == calendar_id and not one.deleted]
            for event_id in gone:
                if mailbox.live(event_id):
                    service.book.delete(mailbox, event_id)
            del mailbox.calendars[calendar_id]
            return {"id": calendar_id, "deleted": True}
    raise item_not_found()


def change_settings(service: MicrosoftService, change: SettingsChange) -> Resource:
    state, settings = service.state, service.state.settings
    if change.duplicate_transaction is not None:
        settings.duplicate_transaction = change.duplicate_transaction
    if change.mailbox_concurrency is not None:
        settings.mailbox_concurrency = change.mailbox_concurrency
    if change.service_time_s is not None:
        settings.service_time_s = change.service_time_s
    if change.requests_per_ten_minutes is not None:
        state.quota.limit = change.requests_per_ten_minutes
    if change.expire_delta_tokens:
        state.delta_epoch += 1
    if change.forget_transaction_ids:
        for mailbox in state.mailboxes.values():
            mailbox.transactions.clear()
    return {
        "duplicate_transaction": settings.duplicate_transaction,
        "mailbox_concurrency": settings.mailbox_concurrency,
        "service_time_s": settings.service_time_s,
        "requests_per_ten_minutes": state.quota.limit,
    }


class _Hand:
    """Acts on one event, found by its id."""

    def __init__(self, service: MicrosoftService) -> None:
        self._service = service

    def _event(self, event_id: str) -> tuple[Mailbox, Event]:
        """An occurrence of a series too."""
        mailbox = self._service.mailbox_of(self._service.state.homes.get(event_id, ""))
        event = mailbox.live(event_id) if mailbox else None
        if mailbox is None:
            both = ((one, occurrence_named(one, event_id)) for one in self._service.state.mailboxes.values())
            mailbox, event = next((pair for pair in both if pair[1]), (None, None))
        if mailbox is None or event is None:
            raise item_not_found()
        return mailbox, event

    def move(self, event_id: str, body: Resource) -> Resource:
        mailbox, event = self._event(event_id)
        begins, ends = event.span.instants()
        change = moved(body, ends - begins, lambda time: time_body(time, mailbox.zone))
        if "summary" in body:
            change["subject"] = body["summary"]
        if "description" in body:
            change["body"] = {"contentType": "text", "content": body["description"]}
        after = self._service.book.patch(mailbox, event_id, change, push=bool(body.get("notify", True)))
        return shown(mailbox, after, _EVERYTHING)

    def delete(self, event_id: str, body: Resource) -> Resource:
        mailbox, _ = self._event(event_id)
        self._service.book.delete(mailbox, event_id, push=bool(body.get("notify", True)))
        return {"id": event_id, "deleted": True}

    def restore(self, event_id: str, body: Resource) -> Resource:
        """Out of the deleted items, as it was."""
        mailbox = self._service.mailbox_of(self._service.state.homes.get(event_id, ""))
        if mailbox is None or event_id not in mailbox.events:
            raise item_not_found()
        back = self._service.book.bring_back(mailbox, event_id, push=bool(body.get("notify", True)))
        return shown(mailbox, back, _EVERYTHING)

    def respond(self, event_id: str, body: Resource) -> Resource:
        """The attendee's answer: from the own copy where there is one, else as a mail to the organizer."""
        mailbox, event = self._event(event_id)
        attendee, word = answer_in(body)
        response, push = _ANSWERS.get(word, "accepted"), bool(body.get("notify", True))
        home = self._service.mailbox_of(attendee)
        copy_id = self._service.state.copies.get(event.uid, {}).get(attendee)
        if home is not None and copy_id and home.live(copy_id):
            self._service.book.respond(home, copy_id, response, push=push)
        else:
            self._service.book.record_answer(event, attendee, response, push)
        return shown(mailbox, mailbox.events[event_id], _EVERYTHING)


def _occurrences(mailbox: Mailbox) -> Iterator[Event]:
    for master in [event for event in mailbox.events.values() if event.recurrence and not event.deleted]:
        yield from occurrences(mailbox, master, ALWAYS)
        yield from (one for one in mailbox.exceptions(master.id) if not one.deleted)


async def _error(_: Request, error: GraphError) -> Response:
    """Graph's error as the body: ``/inspect`` always answers 200."""
    return JSONResponse(body_of(error, "", "", ""))


def build_inspect_routes(service: MicrosoftService) -> APIRouter:
    router = APIRouter(prefix="/microsoft", route_class=answering(GraphError, _error))
    hand = _Hand(service)

    @router.get("/events")
    async def events(user: str | None = None, calendar: str | None = None) -> Resource:
        """Of all calendars, or of the one named."""
        if user is None:
            mailboxes = list(service.state.mailboxes.values())
        else:
            found = service.mailbox_of(user)
            mailboxes = [found] if found else []
        return {
            "items": [
                shown(mailbox, event, _EVERYTHING)
                for mailbox in mailboxes
                for event in mailbox.events.values()
                if not event.deleted and calendar in (None, event.calendar or mailbox.calendar_id)
            ]
        }

    @router.get("/calendars")
    async def calendars(user: str) -> Resource:
        found = service.mailbox_of(user)
        return {"items": [shown_calendar(found, one) for one in ("", *found.calendars)] if found else []}

    @router.post("/calendars")
    async def new_calendar(body: _Json) -> Resource:
        return add_calendar(service, body)

    @router.post("/calendars/{calendar_id}/delete")
    async def remove_calendar(calendar_id: str) -> Resource:
        return delete_calendar(service, calendar_id)

    @router.get("/invitations")
    async def invitations(to: str | None = None) -> Resource:
        mailed = reversed(service.state.invitations)
        return {"items": [mail for mail in mailed if to is None or mail["to"] == to.lower()]}

    @router.get("/subscriptions")
    async def subscriptions() -> Resource:
        return {"items": [shown_subscription(one) for one in service.state.subscriptions.values()]}

    @router.post("/subscriptions/{subscription_id}/lifecycle")
    async def lifecycle(subscription_id: str, body: _Json) -> Resource:
        return service.subscriptions.tell_lifecycle(subscription_id, str(body.get("event")))

    @router.get("/occurrences")
    async def live_occurrences(user: str) -> Resource:
        """Of recurring events, as the person sees them."""
        found = service.mailbox_of(user)
        return {"items": [shown(found, one, _EVERYTHING) for one in _occurrences(found)] if found else []}

    @router.post("/events")
    async def add(body: _Json, user: str = "") -> Resource:
        """Into the mailbox of the ``user`` whom the body names, or else the query."""
        return add_by_hand(service, {"user": user, **body})

    @router.post("/events/{event_id}/move")
    async def move(event_id: str, body: _Json) -> Resource:
        return hand.move(event_id, body)

    @router.post("/events/{event_id}/delete")
    async def delete(event_id: str, body: Annotated[dict[str, Any] | None, Body()] = None) -> Resource:
        return hand.delete(event_id, body or {})

    @router.post("/events/{event_id}/restore")
    async def restore(event_id: str, body: Annotated[dict[str, Any] | None, Body()] = None) -> Resource:
        return hand.restore(event_id, body or {})

    @router.post("/events/{event_id}/respond")
    async def respond(event_id: str, body: _Json) -> Resource:
        return hand.respond(event_id, body)

    @router.put("/settings")
    async def settings(change: SettingsChange) -> Resource:
        return change_settings(service, change)

    return router
