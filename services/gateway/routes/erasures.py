"""Erasures of guests (X5). Booking keeps them; what it answers goes on as it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff, require_admin
from services.gateway.parts import parts_of
from shared.contracts.api.erasures import ErasureList, ErasureRequest, ErasureView

router = APIRouter(prefix="/erasures", tags=["contacts"])
Me = Annotated[SignedIn, Depends(api_staff)]


@router.get("", response_model=ErasureList)
async def list_erasures(
    request: Request,
    me: Me,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Administrators only: what was erased and is being erased, the newest first."""
    require_admin(me)
    query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
    return forward(await parts_of(request).backends.booking.erasures(me.caller(), query), tagged=False)


@router.post("", status_code=202, response_model=ErasureView)
async def erase_guest(request: Request, body: ErasureRequest, me: Me, key: Key) -> Response:
    """Administrators only: the same as deleting the contact, also of a guest who was only written to and is none. 404
    where nothing is known of the address.
    """
    require_admin(me)
    return forward(
        await parts_of(request).backends.booking.erase_address(me.caller(key), body_of(request)), tagged=False
    )


@router.get("/{erasure_id}", response_model=ErasureView)
async def show_erasure(request: Request, erasure_id: str, me: Me) -> Response:
    """Administrators only: which services have erased what they held."""
    require_admin(me)
    return forward(await parts_of(request).backends.booking.erasure(me.caller(), erasure_id), tagged=False)
