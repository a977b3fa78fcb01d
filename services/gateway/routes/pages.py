"""Scheduling pages (H1, H2). Booking owns them; what it answers goes on as it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.providers.backend import Reply
from shared.contracts.api.pages import PageCreate, PageList, PagePatch, PageView

router = APIRouter(prefix="/pages", tags=["pages"])
Me = Annotated[SignedIn, Depends(api_staff)]


@router.get("", response_model=PageList)
async def list_pages(
    request: Request,
    me: Me,
    q: Annotated[str, Query(max_length=200)] = "",
    owner_id: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """All of the organization, newest first; ``q`` searches titles and slugs."""
    asked = {"q": q, "owner_id": owner_id, "limit": str(limit), "cursor": cursor}
    query = {name: value for name, value in asked.items() if value}
    return forward(await parts_of(request).backends.booking.pages(me.caller(), query), tagged=False)


@router.post("", status_code=201, response_model=PageView)
async def make_page(request: Request, asked: PageCreate, me: Me, key: Key) -> Response:
    """Of one's own, or anybody's for administrators; 409 ``slug_taken`` where another page has its slug."""
    return _made(await parts_of(request).backends.booking.make_page(me.caller(key), body_of(request)))


@router.get("/{page_id}", response_model=PageView)
async def show_page(request: Request, page_id: str, me: Me) -> Response:
    """Deleted ones too."""
    return forward(await parts_of(request).backends.booking.page(me.caller(), page_id))


@router.patch("/{page_id}", response_model=PageView)
async def change_page(
    request: Request, page_id: str, patch: PagePatch, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """Its owner and administrators only. What was booked stays as it is."""
    booking = parts_of(request).backends.booking
    return forward(await booking.change_page(me.caller(key), page_id, body_of(request), if_match=if_match))


@router.delete("/{page_id}", response_model=PageView)
async def delete_page(request: Request, page_id: str, me: Me, key: Key, if_match: IfMatch) -> Response:
    """Its owner and administrators only. Guests read that it is closed; what was booked stays. A second time answers
    the same and does nothing.
    """
    return forward(await parts_of(request).backends.booking.delete_page(me.caller(key), page_id, if_match=if_match))


@router.post("/{page_id}/copy", status_code=201, response_model=PageView)
async def copy_page(request: Request, page_id: str, me: Me, key: Key) -> Response:
    """A page of the caller's own with the same rules, under another slug."""
    return _made(await parts_of(request).backends.booking.copy_page(me.caller(key), page_id))


def _made(reply: Reply) -> Response:
    response = forward(reply)
    response.headers["Location"] = f"/api/v1/pages/{reply.json()['id']}"
    return response
