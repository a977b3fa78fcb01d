"""Meeting types and bookables (C2, C5, C7, C10). Booking owns them; what it answers goes on as it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.usecases.zoom_users import check_zoom_user
from shared.contracts.api.menus import (
    BookableCreate,
    BookableList,
    BookablePatch,
    BookableView,
    MeetingTypeCreate,
    MeetingTypeList,
    MeetingTypePatch,
    MeetingTypeView,
)

Me = Annotated[SignedIn, Depends(api_staff)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
TYPES, BOOKABLES = "meeting-types", "bookables"
router = APIRouter()
types = APIRouter(prefix=f"/{TYPES}", tags=["meeting types"])
bookables = APIRouter(prefix=f"/{BOOKABLES}", tags=["bookables"])


@types.get("", response_model=MeetingTypeList)
async def list_meeting_types(
    request: Request, me: Me, archived: bool = False, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """In the organization's order; archived ones too where that is asked for."""
    return await _listed(request, me, TYPES, archived, limit, cursor)


@types.post("", status_code=201, response_model=MeetingTypeView)
async def make_meeting_type(request: Request, asked: MeetingTypeCreate, me: Me, key: Key) -> Response:
    """Administrators only."""
    return await _made(request, me, TYPES, key)


@types.get("/{meeting_type_id}", response_model=MeetingTypeView)
async def show_meeting_type(request: Request, meeting_type_id: str, me: Me) -> Response:
    """Archived ones too."""
    return forward(await parts_of(request).backends.booking.menu_item(me.caller(), TYPES, meeting_type_id))


@types.patch("/{meeting_type_id}", response_model=MeetingTypeView)
async def change_meeting_type(
    request: Request, meeting_type_id: str, patch: MeetingTypePatch, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """Administrators only. Appointments and proposals that were made with it stay as they are."""
    return await _changed(request, me, TYPES, meeting_type_id, key, if_match)


@types.delete("/{meeting_type_id}", response_model=MeetingTypeView)
async def delete_meeting_type(request: Request, meeting_type_id: str, me: Me, key: Key, if_match: IfMatch) -> Response:
    """Administrators only. One that was used is archived instead; the answer is as of then."""
    return await _deleted(request, me, TYPES, meeting_type_id, key, if_match)


@bookables.get("", response_model=BookableList)
async def list_bookables(
    request: Request, me: Me, archived: bool = False, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """In the organization's order; archived ones too where that is asked for."""
    return await _listed(request, me, BOOKABLES, archived, limit, cursor)


@bookables.post("", status_code=201, response_model=BookableView)
async def make_bookable(request: Request, asked: BookableCreate, me: Me, key: Key) -> Response:
    """Administrators only; 422 ``capacity_must_be_one`` with a Zoom user, a room or a staff member (C3),
    ``zoom_user_unknown`` and ``zoom_user_basic`` where the organization's account has no such Zoom user (C2, C8).
    """
    await _check_user(request, me, asked.zoom_user_id)
    return await _made(request, me, BOOKABLES, key)


@bookables.get("/{bookable_id}", response_model=BookableView)
async def show_bookable(request: Request, bookable_id: str, me: Me) -> Response:
    """Archived ones too."""
    return forward(await parts_of(request).backends.booking.menu_item(me.caller(), BOOKABLES, bookable_id))


@bookables.patch("/{bookable_id}", response_model=BookableView)
async def change_bookable(
    request: Request, bookable_id: str, patch: BookablePatch, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """Administrators only."""
    await _check_user(request, me, patch.zoom_user_id)
    return await _changed(request, me, BOOKABLES, bookable_id, key, if_match)


@bookables.delete("/{bookable_id}", response_model=BookableView)
async def delete_bookable(request: Request, bookable_id: str, me: Me, key: Key, if_match: IfMatch) -> Response:
    """Administrators only. One that was used is archived instead; the answer is as of then."""
    return await _deleted(request, me, BOOKABLES, bookable_id, key, if_match)


async def _check_user(request: Request, me: SignedIn, user_id: str | None) -> None:
    await check_zoom_user(parts_of(request).backends.zoom_issuer, me.caller(), user_id, of_bookable=True)


async def _listed(
    request: Request, me: SignedIn, noun: str, archived: bool, limit: int, cursor: str | None
) -> Response:
    query = {"limit": str(limit), "archived": str(archived).lower(), **({"cursor": cursor} if cursor else {})}
    return forward(await parts_of(request).backends.booking.menu_items(me.caller(), noun, query), tagged=False)


async def _made(request: Request, me: SignedIn, noun: str, key: str | None) -> Response:
    booking = parts_of(request).backends.booking
    reply = await booking.make_menu_item(me.caller(key), noun, body_of(request))
    response = forward(reply)
    response.headers["Location"] = f"/api/v1/{noun}/{reply.json()['id']}"
    return response


async def _changed(
    request: Request, me: SignedIn, noun: str, item_id: str, key: str | None, if_match: str | None
) -> Response:
    booking = parts_of(request).backends.booking
    body = body_of(request)
    return forward(await booking.change_menu_item(me.caller(key), noun, item_id, body, if_match=if_match))


async def _deleted(
    request: Request, me: SignedIn, noun: str, item_id: str, key: str | None, if_match: str | None
) -> Response:
    booking = parts_of(request).backends.booking
    return forward(await booking.delete_menu_item(me.caller(key), noun, item_id, if_match=if_match))


router.include_router(types)
router.include_router(bookables)
