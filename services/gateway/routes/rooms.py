"""Buildings, the caller's choice among them, and rooms with whether they are free (R7, V3)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.gateway.edge.cursors import AtMost, Cursor, page_of
from services.gateway.edge.instants import QueryInstant
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.routes.calendar import RangeInvalid
from services.gateway.schemas.rooms import BuildingsChosen, BuildingsView, RoomsView

router = APIRouter(tags=["rooms"])
Me = Annotated[SignedIn, Depends(api_staff)]
_LONGEST = timedelta(days=31)


@router.get("/buildings")
async def list_buildings(request: Request, me: Me, limit: AtMost = None, cursor: Cursor = None) -> BuildingsView:
    """Buildings and room lists of the organization's providers, as an administrator's connection reads them."""
    known = await parts_of(request).rooms.buildings(me.caller(), me.staff)
    items, more = page_of(known.items, lambda building: building.id, limit, cursor)
    return known.model_copy(update={"items": items, "next_cursor": more})


@router.post("/buildings/refresh", status_code=202)
async def read_buildings_again(request: Request, me: Me) -> BuildingsView:
    """Has them read now instead of within the hour; the answer shows what is known so far."""
    return await parts_of(request).rooms.read_again(me.caller(), me.staff)


@router.put("/me/buildings")
async def choose_buildings(request: Request, asked: BuildingsChosen, me: Me) -> BuildingsView:
    """Those whose rooms the caller is offered."""
    return await parts_of(request).rooms.choose(me.caller(), me.staff, asked.building_ids)


@router.get("/rooms")
async def list_rooms(
    request: Request,
    me: Me,
    start: Annotated[QueryInstant | None, Query(alias="from")] = None,
    end: Annotated[QueryInstant | None, Query(alias="to")] = None,
    limit: AtMost = None,
    cursor: Cursor = None,
) -> RoomsView:
    """Rooms of the chosen buildings; with ``from`` and ``to`` whether each is free then."""
    span = None
    if start is not None or end is not None:
        if start is None or end is None or not start < end <= start + _LONGEST:
            raise RangeInvalid(days=_LONGEST.days)
        span = (start, end)
    known = await parts_of(request).rooms.free(me.caller(), me.staff, span)
    items, more = page_of(known.items, lambda room: room.id, limit, cursor)
    return known.model_copy(update={"items": items, "next_cursor": more})
