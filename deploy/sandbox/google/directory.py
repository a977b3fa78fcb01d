"""Admin Directory: buildings, calendar resources and features, for administrators who granted the scope for it."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from deploy.sandbox.accounts import Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.opaque_tokens import seal, unseal
from deploy.sandbox.google.errors import (
    GoogleError,
    bad_request,
    insufficient_permissions,
    not_found,
    unauthorized,
)
from deploy.sandbox.google.list_query import number
from deploy.sandbox.google.rooms import GoogleRooms
from deploy.sandbox.google.routes import answer
from deploy.sandbox.oauth import OAuthRefused, OAuthServer
from deploy.sandbox.oauth_http import bearer_token
from deploy.sandbox.world import World

_SCOPES = {
    "https://www.googleapis.com/auth/admin.directory.resource.calendar",
    "https://www.googleapis.com/auth/admin.directory.resource.calendar.readonly",
}
_BASE = "/admin/directory/v1/customer/{customer}/resources"
_MOST = 500
_USUAL = 100
Handler = Callable[[Request], Awaitable[Resource]]


class DirectoryRoutes:
    """The methods of ``resources``."""

    def __init__(self, world: World, oauth: OAuthServer) -> None:
        self._world = world
        self._rooms = world.state(GoogleRooms)
        self._oauth = oauth

    def add_to(self, router: APIRouter) -> None:
        table: list[tuple[str, Handler]] = [
            ("/buildings", self.buildings),
            ("/buildings/{building_id}", self.building),
            ("/calendars", self.calendars),
            ("/calendars/{resource_id}", self.calendar),
            ("/features", self.features),
        ]
        for path, handler in table:
            router.add_route(_BASE + path, self._guarded(handler), methods=["GET"], include_in_schema=False)

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                self._check(request)
                return answer(await handler(request))
            except GoogleError as error:
                return answer(error.body, error.status)

        return endpoint

    def _check(self, request: Request) -> None:
        try:
            grant = self._oauth.authenticate(bearer_token(request) or "").grant
        except OAuthRefused:
            raise unauthorized() from None
        account = self._world.accounts.find(Provider.GOOGLE, grant.account_email or "")
        if account is None:
            raise unauthorized()
        if not _SCOPES & set(grant.scope.split()):
            raise insufficient_permissions()
        if not account.admin or request.path_params["customer"] != "my_customer":
            raise GoogleError(403, "forbidden", "Not Authorized to access this resource/api")

    async def buildings(self, request: Request) -> Resource:
        found, more = _page(request, [*self._rooms.buildings.values()])
        return {"kind": "admin#directory#resources#buildings#buildingsList", "buildings": found} | more

    async def building(self, request: Request) -> Resource:
        return _existing(self._rooms.buildings.get(request.path_params["building_id"]))

    async def calendars(self, request: Request) -> Resource:
        found, more = _page(request, [*self._rooms.resources.values()])
        return {"kind": "admin#directory#resources#calendars#calendarResourcesList", "items": found} | more

    async def calendar(self, request: Request) -> Resource:
        wanted = request.path_params["resource_id"]
        rooms = self._rooms.resources.values()
        return _existing(next((room for room in rooms if room["resourceId"] == wanted), None))

    async def features(self, request: Request) -> Resource:
        return {"kind": "admin#directory#resources#features#featuresList", "features": []}


def _existing(found: Resource | None) -> Resource:
    if found is None:
        raise not_found()
    return found


def _page(request: Request, everything: list[Resource]) -> tuple[list[Resource], Resource]:
    """One page and, where there are more, the token of the next."""
    size = number(request.query_params, "maxResults", _USUAL, _MOST) or _USUAL
    start = 0
    if token := request.query_params.get("pageToken"):
        kept = unseal(token)
        if kept is None or not isinstance(kept.get("at"), int):
            raise bad_request("Invalid Input: pageToken")
        start = kept["at"]
    end = start + size
    more = {"nextPageToken": seal({"at": end})} if end < len(everything) else {}
    return everything[start:end], more
