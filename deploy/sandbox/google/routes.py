"""Google's HTTP side: who asks and what they may, rate limits, then one method of the calendar per path."""

from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from deploy.sandbox.accounts import Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.calendar_list import WRITERS, calendar_resource, list_entry
from deploy.sandbox.google.errors import (
    GoogleError,
    access_level_required,
    bad_request,
    insufficient_permissions,
    not_found,
    rate_limited,
    unauthorized,
)
from deploy.sandbox.google.freebusy import query_free_busy
from deploy.sandbox.google.guests import WriteOptions
from deploy.sandbox.google.list_query import flag, number
from deploy.sandbox.google.listing import list_events, list_instances
from deploy.sandbox.google.presenting import shown
from deploy.sandbox.google.service import GoogleService
from deploy.sandbox.google.state import Entry, GoogleCalendar
from deploy.sandbox.oauth import OAuthRefused, OAuthServer
from deploy.sandbox.oauth_http import bearer_token
from deploy.sandbox.world import World
from shared import clock

_AUTH = "https://www.googleapis.com/auth/"
_FULL = {f"{_AUTH}calendar"}
_WRITES = _FULL | {f"{_AUTH}calendar.events", f"{_AUTH}calendar.events.owned"}
_READS = _WRITES | {
    f"{_AUTH}calendar.readonly",
    f"{_AUTH}calendar.events.readonly",
    f"{_AUTH}calendar.events.owned.readonly",
}
_FREE_BUSY = _FULL | {
    f"{_AUTH}calendar.readonly",
    f"{_AUTH}calendar.freebusy",
    f"{_AUTH}calendar.events.freebusy",
}
_CALENDARS = _FULL | {f"{_AUTH}calendar.readonly", f"{_AUTH}calendar.calendars", f"{_AUTH}calendar.calendars.readonly"}
_LISTS = _FULL | {
    f"{_AUTH}calendar.readonly",
    f"{_AUTH}calendar.calendarlist",
    f"{_AUTH}calendar.calendarlist.readonly",
}
_SETTINGS = _FULL | {f"{_AUTH}calendar.readonly", f"{_AUTH}calendar.settings.readonly"}

Handler = Callable[[Request, str], Awaitable[Response]]
"""From the request and the address of who asks."""


def answer(body: Resource | None, status: int = 200) -> Response:
    if body is None:
        return Response(status_code=204)
    headers = {"ETag": body["etag"]} if "etag" in body else None
    return Response(orjson.dumps(body), status, headers, "application/json; charset=UTF-8")


async def read_json(request: Request) -> object:
    raw = await request.body()
    try:
        return orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        raise bad_request("Parse Error") from None


def write_options(request: Request) -> WriteOptions:
    query = request.query_params
    send = query.get("sendUpdates") or ("all" if flag(query.get("sendNotifications")) else "none")
    version = query.get("conferenceDataVersion", "0")
    return WriteOptions(
        send_updates=send, conference=version not in ("", "0"), if_match=request.headers.get("if-match")
    )


class CalendarRoutes:
    """The methods of the calendar API."""

    def __init__(self, world: World, service: GoogleService, oauth: OAuthServer) -> None:
        self._world = world
        self._service = service
        self._oauth = oauth

    def add_to(self, router: APIRouter) -> None:
        """One line per method: where, how, which scopes, what does it."""
        base, event = "/calendars/{calendar_id}/events", "/calendars/{calendar_id}/events/{event_id}"
        table: list[tuple[str, str, set[str], Handler]] = [
            ("GET", base, _READS, self.list),
            ("POST", base, _WRITES, self.insert),
            ("POST", f"{base}/watch", _READS, self.watch),
            ("GET", f"{event}/instances", _READS, self.instances),
            ("GET", event, _READS, self.get),
            ("PATCH", event, _WRITES, self.patch),
            ("PUT", event, _WRITES, self.update),
            ("DELETE", event, _WRITES, self.delete),
            ("GET", "/calendars/{calendar_id}", _CALENDARS, self.calendar),
            ("GET", "/users/me/calendarList", _LISTS, self.calendar_list),
            ("GET", "/users/me/calendarList/{calendar_id}", _LISTS, self.calendar_list_entry),
            ("GET", "/users/me/settings/{setting}", _SETTINGS, self.setting),
            ("POST", "/freeBusy", _FREE_BUSY, self.free_busy),
            ("POST", "/channels/stop", _READS, self.stop),
        ]
        for method, path, scopes, handler in table:
            endpoint = self._guarded(handler, scopes)
            router.add_route(f"/calendar/v3{path}", endpoint, methods=[method], include_in_schema=False)

    def _guarded(self, handler: Handler, scopes: set[str]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request, self._caller(request, scopes))
            except GoogleError as error:
                return answer(error.body, error.status)

        return endpoint

    def _caller(self, request: Request, scopes: set[str]) -> str:
        """The address of who asks; raises 401, 403 for scopes, and the rate limits."""
        token = bearer_token(request) or request.query_params.get("access_token")
        try:
            grant = self._oauth.authenticate(token or "").grant
        except OAuthRefused:
            raise unauthorized() from None
        if grant.account_email is None or not self._world.accounts.find(Provider.GOOGLE, grant.account_email):
            raise unauthorized()
        state, now = self._service.state, clock.now()
        if not state.user_quota.take(grant.account_email, now):
            raise rate_limited(state.settings.rate_limit_status, per_user=True)
        if not state.project_quota.take("", now):
            raise rate_limited(state.settings.rate_limit_status, per_user=False)
        if not scopes & set(grant.scope.split()):
            raise insufficient_permissions()
        return grant.account_email

    def _calendar(self, request: Request, caller: str, *, writes: bool = False) -> GoogleCalendar:
        """A calendar on the caller's list; raises 404 for any other, 403 where they may only read."""
        found = self._service.lists.named(caller, request.path_params["calendar_id"])
        if found is None:
            raise not_found()
        if writes and found.role_of(caller) not in WRITERS:
            raise access_level_required()
        return found

    def _shown(self, request: Request, calendar: GoogleCalendar, entry: Entry) -> Response:
        most = number(request.query_params, "maxAttendees", None, 10_000)
        return answer(shown(calendar, entry, max_attendees=most))

    async def list(self, request: Request, caller: str) -> Response:
        calendar = self._calendar(request, caller)
        listed = list_events(calendar, request.query_params, self._service.state.sync_epoch)
        return answer(listed | {"accessRole": calendar.role_of(caller)})

    async def instances(self, request: Request, caller: str) -> Response:
        calendar = self._calendar(request, caller)
        master = self._service.book.get(calendar, request.path_params["event_id"])
        return answer(list_instances(calendar, master, request.query_params))

    async def insert(self, request: Request, caller: str) -> Response:
        calendar = self._calendar(request, caller, writes=True)
        entry = self._service.book.insert(calendar, await read_json(request), write_options(request))
        return self._shown(request, calendar, entry)

    async def get(self, request: Request, caller: str) -> Response:
        calendar = self._calendar(request, caller)
        return self._shown(request, calendar, self._service.book.get(calendar, request.path_params["event_id"]))

    async def patch(self, request: Request, caller: str) -> Response:
        calendar, event_id = self._calendar(request, caller, writes=True), request.path_params["event_id"]
        entry = self._service.book.patch(calendar, event_id, await read_json(request), write_options(request))
        return self._shown(request, calendar, entry)

    async def update(self, request: Request, caller: str) -> Response:
        calendar, event_id = self._calendar(request, caller, writes=True), request.path_params["event_id"]
        entry = self._service.book.update(calendar, event_id, await read_json(request), write_options(request))
        return self._shown(request, calendar, entry)

    async def delete(self, request: Request, caller: str) -> Response:
        calendar = self._calendar(request, caller, writes=True)
        self._service.book.delete(calendar, request.path_params["event_id"], write_options(request))
        return answer(None)

    async def watch(self, request: Request, caller: str) -> Response:
        calendar = self._calendar(request, caller)
        return answer(self._service.watching.watch(calendar, caller, await read_json(request)))

    async def stop(self, request: Request, caller: str) -> Response:
        self._service.watching.stop(caller, await read_json(request))
        return answer(None)

    async def free_busy(self, request: Request, caller: str) -> Response:
        def readable(calendar_id: str) -> GoogleCalendar | None:
            return self._service.lists.named(caller, calendar_id) or self._service.calendar_of(calendar_id)

        return answer(query_free_busy(await read_json(request), readable))

    async def calendar(self, request: Request, caller: str) -> Response:
        return answer(calendar_resource(self._calendar(request, caller)))

    async def calendar_list(self, request: Request, caller: str) -> Response:
        return answer(self._service.lists.page(caller, request.query_params))

    async def calendar_list_entry(self, request: Request, caller: str) -> Response:
        return answer(list_entry(self._calendar(request, caller), caller))

    async def setting(self, request: Request, caller: str) -> Response:
        account = self._world.accounts.find(Provider.GOOGLE, caller)
        name = request.path_params["setting"]
        values = {"timezone": account.time_zone, "locale": account.locale} if account else {}
        if name not in values:
            raise not_found()
        return answer({"kind": "calendar#setting", "etag": '"1"', "id": name, "value": values[name]})
