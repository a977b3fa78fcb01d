"""``/inspect/google``: what Google holds and mailed, and the hand of the person at the provider. Always 200."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.by_hand import answer_in, moved
from deploy.sandbox.calendars.recurrence import ALWAYS
from deploy.sandbox.google.calendar_list import calendar_resource
from deploy.sandbox.google.errors import GoogleError, not_found
from deploy.sandbox.google.guests import WriteOptions
from deploy.sandbox.google.presenting import shown
from deploy.sandbox.google.series import occurrence_named, occurrences
from deploy.sandbox.google.service import GoogleService
from deploy.sandbox.google.state import Channel, Entry, GoogleCalendar
from shared.refusals import answering

_ANSWERS = {
    "accepted": "accepted",
    "accept": "accepted",
    "declined": "declined",
    "decline": "declined",
    "tentative": "tentative",
    "tentativelyaccepted": "tentative",
    "needsaction": "needsAction",
}
_Json = Annotated[dict[str, Any], Body()]


class SettingsChange(BaseModel):
    """What may be changed while it runs; what is left out stays."""

    model_config = ConfigDict(extra="ignore")

    user_limit_per_minute: int | None = None
    project_limit_per_minute: int | None = None
    rate_limit_status: int | None = None
    expire_sync_tokens: bool = False


def moment_body(value: object) -> object:
    """A start or end given as a string is an RFC 3339 time, or a date of an all-day event."""
    if not isinstance(value, str):
        return value
    return {"date": value, "dateTime": None} if "T" not in value.upper() else {"dateTime": value, "date": None}


def add_by_hand(service: GoogleService, body: Resource) -> Resource:
    """Add an event as its calendar's owner would; raises ``GoogleError``."""
    calendar = service.calendar_of(str(body.get("calendar", "")))
    if calendar is None:
        raise not_found()
    event = {key: value for key, value in body.items() if key not in ("calendar", "notify")}
    if "summary" not in event and "subject" in event:
        event["summary"] = event["subject"]
    for side in ("start", "end"):
        event[side] = moment_body(event.get(side))
    options = WriteOptions(conference=True, push=bool(body.get("notify", True)))
    return shown(calendar, service.book.insert(calendar, event, options))


def change_settings(service: GoogleService, change: SettingsChange) -> Resource:
    state = service.state
    if change.user_limit_per_minute is not None:
        state.user_quota.limit = change.user_limit_per_minute
    if change.project_limit_per_minute is not None:
        state.project_quota.limit = change.project_limit_per_minute
    if change.rate_limit_status in (403, 429):
        state.settings.rate_limit_status = change.rate_limit_status
    if change.expire_sync_tokens:
        state.sync_epoch += 1
    return {
        "user_limit_per_minute": state.user_quota.limit,
        "project_limit_per_minute": state.project_quota.limit,
        "rate_limit_status": state.settings.rate_limit_status,
    }


def add_calendar(service: GoogleService, body: Resource) -> Resource:
    """Another calendar of ``account``, ``id`` included; raises ``GoogleError``."""
    made = service.lists.make(str(body.get("account", "")), str(body.get("summary", "")))
    if made is None:
        raise not_found()
    return calendar_resource(made)


def share_calendar(service: GoogleService, calendar_id: str, body: Resource) -> Resource:
    """Let ``account`` see it with a ``role`` (none ends that); raises ``GoogleError``."""
    found = _made(service, calendar_id)
    service.lists.share(found, str(body.get("account", "")), str(body["role"]) if body.get("role") else None)
    return calendar_resource(found)


def delete_calendar(service: GoogleService, calendar_id: str) -> Resource:
    """With all that stands in it; raises ``GoogleError``."""
    found = _made(service, calendar_id)
    service.watching.calendar_gone(found)
    del service.state.calendars[found.email]
    return {"id": found.email, "deleted": True}


def _made(service: GoogleService, calendar_id: str) -> GoogleCalendar:
    found = service.state.calendars.get(calendar_id.lower())
    if found is None or not found.owner:
        raise not_found()
    return found


class _Hand:
    """Acts on one event, found by its id in the calendar named or else at its organizer."""

    def __init__(self, service: GoogleService) -> None:
        self._service = service

    def _entry(self, event_id: str, body: Resource) -> tuple[GoogleCalendar, Entry]:
        """An occurrence of a series too; raises 404 also for a cancelled one."""
        found = self._service.state.find(event_id, body.get("calendar"))
        if found is None and (series := self._service.state.find(event_id.rpartition("_")[0], body.get("calendar"))):
            named = occurrence_named(series[0], event_id)
            found = (series[0], named) if named else None
        if found is None or found[1].cancelled:
            raise not_found()
        return found

    def move(self, event_id: str, body: Resource) -> Resource:
        calendar, entry = self._entry(event_id, body)
        length = entry.end.instant(calendar.zone) - entry.start.instant(calendar.zone)
        change = moved(body, length, moment_body)
        if "summary" in body:
            change["summary"] = body["summary"]
        if "description" in body:
            change["description"] = body["description"]
        options = WriteOptions(push=bool(body.get("notify", True)))
        return shown(calendar, self._service.book.patch(calendar, event_id, change, options))

    def delete(self, event_id: str, body: Resource) -> Resource:
        calendar, _ = self._entry(event_id, body)
        options = WriteOptions(push=bool(body.get("notify", True)))
        self._service.book.delete(calendar, event_id, options)
        return {"id": event_id, "status": "cancelled"}

    def restore(self, event_id: str, body: Resource) -> Resource:
        """Out of the bin, as it was."""
        found = self._service.state.find(event_id, body.get("calendar"))
        if found is None:
            raise not_found()
        options = WriteOptions(push=bool(body.get("notify", True)))
        return shown(found[0], self._service.book.patch(found[0], event_id, {"status": "confirmed"}, options))

    def respond(self, event_id: str, body: Resource) -> Resource:
        calendar, entry = self._entry(event_id, body)
        attendee, response = answer_in(body)
        options = WriteOptions(push=bool(body.get("notify", True)))
        answered = self._service.book.respond(entry, attendee, _ANSWERS.get(response, "accepted"), options)
        return shown(calendar, answered)


def _occurrences(calendar: GoogleCalendar) -> Iterator[Entry]:
    for master in [entry for entry in calendar.entries.values() if entry.recurrence and not entry.cancelled]:
        yield from occurrences(calendar, master, ALWAYS)
        yield from (one for one in calendar.exceptions(master.id) if not one.cancelled)


async def _error(_: Request, error: GoogleError) -> Response:
    """Google's error as the body: ``/inspect`` always answers 200."""
    return JSONResponse(error.body)


def build_inspect_routes(service: GoogleService) -> APIRouter:
    router = APIRouter(prefix="/google", route_class=answering(GoogleError, _error))
    hand = _Hand(service)

    @router.get("/events")
    async def events(calendar: str | None = None) -> Resource:
        if calendar is None:
            calendars = list(service.state.calendars.values())
        else:
            found = service.calendar_of(calendar)
            calendars = [found] if found else []
        return {
            "items": [shown(one, entry) for one in calendars for entry in one.entries.values() if not entry.cancelled]
        }

    @router.get("/occurrences")
    async def live_occurrences(calendar: str) -> Resource:
        """Of recurring events, as the person sees them."""
        found = service.calendar_of(calendar)
        return {"items": [shown(found, one) for one in _occurrences(found)] if found else []}

    @router.post("/calendars")
    async def new_calendar(body: _Json) -> Resource:
        return add_calendar(service, body)

    @router.post("/calendars/{calendar_id}/share")
    async def share(calendar_id: str, body: _Json) -> Resource:
        return share_calendar(service, calendar_id, body)

    @router.post("/calendars/{calendar_id}/delete")
    async def remove_calendar(calendar_id: str) -> Resource:
        return delete_calendar(service, calendar_id)

    @router.get("/invitations")
    async def invitations(to: str | None = None) -> Resource:
        mailed = reversed(service.state.invitations)
        return {"items": [mail for mail in mailed if to is None or mail["to"] == to.lower()]}

    @router.get("/channels")
    async def channels() -> Resource:
        return {"items": [_channel(channel) for channel in service.state.channels.values()]}

    @router.post("/events")
    async def add(body: _Json, calendar: str = "") -> Resource:
        """Into the ``calendar`` that the body names, or else the query."""
        return add_by_hand(service, {"calendar": calendar, **body})

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


def _channel(channel: Channel) -> Resource:
    return {
        "id": channel.id,
        "resourceId": channel.resource_id,
        "calendar": channel.calendar,
        "address": channel.address,
        "expiration": channel.expires_at.isoformat(),
        "messages": channel.message_number,
    }
