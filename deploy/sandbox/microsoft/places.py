"""Graph's places: room lists, their rooms and all rooms, for who was granted ``Place.Read.All``."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.errors import GraphError, access_denied, item_not_found
from deploy.sandbox.microsoft.odata import page_link, whole_number
from deploy.sandbox.microsoft.rooms import MicrosoftRooms
from deploy.sandbox.microsoft.routes import GraphRoutes, answer, refused

_SCOPE = "Place.Read"
_PAGE = 100
_CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#places"


class PlaceRoutes:
    """Type casts are written with and without ``microsoft.`` and in any case, as clients do."""

    def __init__(self, rooms: MicrosoftRooms, routes: GraphRoutes) -> None:
        self._rooms = rooms
        self._routes = routes

    def add_to(self, router: APIRouter) -> None:
        for path, handler in (
            ("/places/{place_id}", self.place),
            ("/places/{place_id}/{cast}/rooms", self.rooms_of),
            ("/places/{place_id}/rooms", self.rooms_of),
        ):
            router.add_route(f"/v1.0{path}", self._guarded(handler), methods=["GET"], include_in_schema=False)

    def _guarded(self, handler: Callable[[Request], Awaitable[Resource]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                if not self._routes.may(request, _SCOPE):
                    raise access_denied()
                return answer(await handler(request))
            except GraphError as error:
                return refused(request, error)

        return endpoint

    async def place(self, request: Request) -> Resource:
        """A cast in place of an id lists all of that kind."""
        wanted = request.path_params["place_id"]
        match wanted.lower().removeprefix("microsoft."):
            case "graph.room":
                return _page(request, [*self._rooms.rooms.values()], "room")
            case "graph.roomlist":
                return _page(request, [*self._rooms.lists.values()], "roomList")
        return {"@odata.context": f"{_CONTEXT}/$entity"} | self._found(wanted)

    async def rooms_of(self, request: Request) -> Resource:
        if request.path_params.get("cast", "graph.roomlist").lower().removeprefix("microsoft.") != "graph.roomlist":
            raise GraphError(400, "BadRequest", "Resource not found for the segment.")
        return _page(request, self._rooms.in_list(self._found(request.path_params["place_id"])["emailAddress"]), "room")

    def _found(self, wanted: str) -> Resource:
        """By address or id."""
        for place in (*self._rooms.lists.values(), *self._rooms.rooms.values()):
            if wanted.lower() in (place["emailAddress"].lower(), place["id"]):
                return place
        raise item_not_found()


def _page(request: Request, everything: list[Resource], kind: str) -> Resource:
    query = request.query_params
    size, start = whole_number(query, "$top", _PAGE, _PAGE) or _PAGE, whole_number(query, "$skip", 0)
    shown = everything[start : start + size]
    body: Resource = {"@odata.context": f"{_CONTEXT}/microsoft.graph.{kind}", "value": shown}
    if query.get("$count", "").lower() == "true":
        body["@odata.count"] = len(everything)
    if start + size < len(everything):
        body["@odata.nextLink"] = page_link(str(request.url.replace(query="")), query, skip=str(start + size))
    return body
