"""Zoom's API below ``/zoom``: OAuth, users, meetings, and the page that a join URL leads to."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.pages import render
from deploy.sandbox.world import World
from deploy.sandbox.zoom import errors, meetings, paging, views
from deploy.sandbox.zoom.access import Answer, Caller, Endpoint, Gate, Operation
from deploy.sandbox.zoom.body import MeetingBody, read_meeting, read_object
from deploy.sandbox.zoom.limits import Limits, Weight
from deploy.sandbox.zoom.model import Meeting, MeetingBook, MeetingStatus
from deploy.sandbox.zoom.news import News, state_of
from deploy.sandbox.zoom.oauth_routes import add_oauth
from deploy.sandbox.zoom.recurrence import Occurrence
from deploy.sandbox.zoom.times import written
from deploy.sandbox.zoom.webhooks import subscribe_as_configured
from shared import clock

_CREATE = Operation.needing("meeting:write:meeting", "meeting:write")
_GET = Operation.needing("meeting:read:meeting", "meeting:read")
_UPDATE = Operation.needing("meeting:update:meeting", "meeting:write")
_DELETE = Operation.needing("meeting:delete:meeting", "meeting:write")
_LIST = Operation.needing("meeting:read:list_meetings", "meeting:read", Weight.MEDIUM)
_USER = Operation.needing("user:read:user", "user:read")
_USERS = Operation(("user:read:list_users:admin", "user:read:admin"), Weight.MEDIUM)


class ZoomApi:
    """The endpoints; each answers a status and a body, or raises ``ZoomRefused``."""

    def __init__(self, world: World, gate: Gate, links: views.Links) -> None:
        self._world = world
        self._gate = gate
        self._links = links
        self._book = world.state(MeetingBook)
        self._limits = world.state(Limits)
        self._news = News(world, links)

    async def get_user(self, request: Request, caller: Caller) -> Answer:
        account = self._gate.user(caller, request.path_params["user"])
        return 200, views.user_view(account, self._links)

    async def list_users(self, request: Request, caller: Caller) -> Answer:
        page = paging.read_page(request.query_params)
        accounts = [
            account
            for account in self._world.accounts.of(Provider.ZOOM)
            if views.account_id(account) == caller.account_id
            and views.user_status(account) == (request.query_params.get("status") or "active")
        ]
        return 200, paging.listed("users", accounts, page, views.user_row)

    async def create(self, request: Request, caller: Caller) -> Answer:
        host = self._gate.user(caller, request.path_params["user"])
        if not host.active:
            raise errors.may_not_host()
        self._limits.take_of_day(host.id, clock.now())
        body = read_meeting(await request.body(), host.time_zone, strict_time=True)
        meeting = meetings.new_meeting(self._book.new_id(), self._host(caller, host, body), body)
        self._book.add(meeting)
        self._news.created(meeting, caller.account)
        return 201, views.meeting_view(meeting, self._links)

    async def list_meetings(self, request: Request, caller: Caller) -> Answer:
        host = self._gate.user(caller, request.path_params["user"])
        page = paging.read_page(request.query_params)
        found = meetings.chosen(self._book.of_host(host.id), request.query_params)
        return 200, paging.listed("meetings", found, page, lambda one: views.meeting_row(one, self._links))

    async def list_upcoming(self, request: Request, caller: Caller) -> Answer:
        host = self._gate.user(caller, request.path_params["user"])
        found = meetings.next_day(self._book.of_host(host.id))
        rows = [views.upcoming_row(meeting, self._links, host.id) for meeting in found]
        return 200, {"total_records": len(rows), "meetings": rows}

    async def get(self, request: Request, caller: Caller) -> Answer:
        meeting = self._meeting(request, caller)
        return 200, views.meeting_view(meeting, self._links) | _asked_occurrence(request, meeting)

    async def update(self, request: Request, caller: Caller) -> Answer:
        meeting = self._meeting(request, caller)
        self._limits.take_of_day(meeting.host_id, clock.now())
        body = read_meeting(await request.body(), meeting.time_zone, strict_time=False)
        occurrence = _occurrence(request, meeting)
        if occurrence is None:
            before = state_of(meeting)
            meetings.change(meeting, body)
            self._news.updated(meeting, before, caller.account)
        else:
            was = replace(occurrence)
            meetings.change_occurrence(occurrence, body)
            self._news.occurrence_updated(meeting, was, occurrence, caller.account)
        return 204, None

    async def delete(self, request: Request, caller: Caller) -> Answer:
        meeting = self._meeting(request, caller)
        occurrence = _occurrence(request, meeting)
        if occurrence is not None:
            occurrence.deleted = True
            self._news.deleted(meeting, caller.account, occurrence)
            return 204, None
        self._book.delete(meeting, clock.now())
        self._news.deleted(meeting, caller.account)
        return 204, None

    async def set_status(self, request: Request, caller: Caller) -> Answer:
        action = read_object(await request.body()).get("action")
        if action == "recover":
            meeting = self._deleted(request, caller)
            self._book.recover(meeting)
            self._news.recovered(meeting, caller.account)
        elif action == "end":
            self._meeting(request, caller).status = MeetingStatus.WAITING
        else:
            raise errors.invalid(errors.FieldError("action", "Invalid field."))
        return 204, None

    async def invitation(self, request: Request, caller: Caller) -> Answer:
        meeting = self._meeting(request, caller)
        lines = (
            f"{meeting.host_email} is inviting you to a scheduled Zoom meeting.",
            f"Topic: {meeting.topic}",
            f"Time: {written(meeting.start_at)} ({meeting.time_zone})",
            f"Join Zoom Meeting\r\n{self._links.join(meeting)}",
            f"Meeting ID: {meeting.id}\r\nPasscode: {meeting.password}",
        )
        return 200, {"invitation": "\r\n\r\n".join(lines)}

    async def unknown(self, request: Request, caller: Caller) -> Answer:
        raise errors.unknown_endpoint()

    def _host(self, caller: Caller, host: Account, body: MeetingBody) -> Account:
        """``schedule_for`` makes somebody else of the account the host, for those who may."""
        if not body.schedule_for or body.schedule_for.lower() in (host.email.lower(), host.id.lower()):
            return host
        if not caller.is_admin:
            raise errors.may_not_host()
        return self._gate.user(caller, body.schedule_for)

    def _meeting(self, request: Request, caller: Caller) -> Meeting:
        meeting = self._book.get(_number(request))
        if meeting is None or not self._gate.may_reach(caller, meeting):
            raise errors.no_such_meeting(request.path_params["meeting"])
        return meeting

    def _deleted(self, request: Request, caller: Caller) -> Meeting:
        meeting = self._book.deleted(_number(request), clock.now())
        if meeting is None or not self._gate.may_reach(caller, meeting):
            raise errors.no_such_meeting(request.path_params["meeting"])
        return meeting


def _number(request: Request) -> int:
    text = request.path_params["meeting"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise errors.invalid(errors.FieldError("meetingId", "Invalid field."))
    return int(text)


def _asked_occurrence(request: Request, meeting: Meeting) -> views.Json:
    """Its own time in place of the first one's; past ones of a series only where they are asked for."""
    found = _occurrence(request, meeting)
    if found is not None:
        row = views.occurrence_row(found)
        return {name: row[name] for name in ("start_time", "duration")}
    if not meeting.occurrences or request.query_params.get("show_previous_occurrences") == "true":
        return {}
    return {"occurrences": [views.occurrence_row(one) for one in meeting.occurrences if one.end_at > clock.now()]}


def _occurrence(request: Request, meeting: Meeting) -> Occurrence | None:
    """The one that is asked for by ``occurrence_id``."""
    wanted = request.query_params.get("occurrence_id")
    if not wanted:
        return None
    found = next((one for one in meeting.occurrences if one.id == wanted and not one.deleted), None)
    if found is None:
        raise errors.no_such_occurrence(wanted)
    return found


def _add_join_page(router: APIRouter, book: MeetingBook) -> None:
    async def join(request: Request) -> Response:
        text = request.path_params["meeting"]
        meeting = book.get(int(text)) if text.isascii() and text.isdigit() else None
        status = 200 if meeting is not None else 404
        return HTMLResponse(render("meeting.html", meeting=meeting, number=text), status_code=status)

    router.add_route("/j/{meeting}", join, methods=["GET", "HEAD"], include_in_schema=False)
    router.add_route("/s/{meeting}", join, methods=["GET", "HEAD"], include_in_schema=False)


def build_router(world: World) -> APIRouter:
    router = APIRouter()
    links = views.Links(world.settings.base_url)
    gate = Gate(world, add_oauth(router, world, links))
    api = ZoomApi(world, gate, links)
    subscribe_as_configured(world)
    table: list[tuple[str, str, Operation, Endpoint]] = [
        ("GET", "/users", _USERS, api.list_users),
        ("GET", "/users/{user}", _USER, api.get_user),
        ("POST", "/users/{user}/meetings", _CREATE, api.create),
        ("GET", "/users/{user}/meetings", _LIST, api.list_meetings),
        ("GET", "/users/{user}/upcoming_meetings", _LIST, api.list_upcoming),
        ("GET", "/meetings/{meeting}", _GET, api.get),
        ("PATCH", "/meetings/{meeting}", _UPDATE, api.update),
        ("DELETE", "/meetings/{meeting}", _DELETE, api.delete),
        ("PUT", "/meetings/{meeting}/status", _UPDATE, api.set_status),
        ("GET", "/meetings/{meeting}/invitation", _GET, api.invitation),
    ]
    for method, path, operation, endpoint in table:
        guarded = gate.guarded(operation, endpoint)
        router.add_route(f"/v2{path}", guarded, methods=[method], include_in_schema=False)
    anything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    router.add_route("/v2/{rest:path}", gate.guarded(_USER, api.unknown), methods=anything, include_in_schema=False)
    _add_join_page(router, world.state(MeetingBook))
    return router
