"""Buildings and rooms in the API (R7, V3)."""

from typing import Annotated

from pydantic import Field

from services.gateway.providers.answers import DirectoryStatus, Provider
from shared.contracts.api.fields import Id, Request, View


class BuildingView(View):
    """A building at Google, a room list at Microsoft; ``chosen`` where the caller uses it."""

    id: str
    name: str
    provider: Provider
    chosen: bool


class BuildingsView(View):
    """``not_connected`` until an administrator connects with rooms, ``unreadable`` where reading fails; what was known
    before is shown all the same.
    """

    items: list[BuildingView]
    next_cursor: str | None = None
    status: DirectoryStatus


class BuildingsChosen(Request):
    """All that the caller uses; an empty list is none."""

    building_ids: Annotated[list[Id], Field(max_length=500)]


class RoomView(View):
    """``free`` is null where nobody can tell, and without a span; it is never true by absence of an answer."""

    id: str
    name: str
    building_id: str
    building_name: str
    capacity: int | None
    provider: Provider
    free: bool | None


class RoomsView(View):
    """Those of the chosen buildings, in their order."""

    items: list[RoomView]
    next_cursor: str | None = None
    status: DirectoryStatus
