"""Proposals: several slots for one guest to choose from. Booking owns them; what it answers goes on as it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from services.gateway.providers.answers import PreviewView
from services.gateway.schemas.narrowing import Narrowing, narrowing
from shared.contracts.api.proposals import (
    ProposalCreate,
    ProposalList,
    ProposalPatch,
    ProposalStatus,
    ProposalView,
    ProposalWithdraw,
)

router = APIRouter(prefix="/proposals", tags=["proposals"])
Me = Annotated[SignedIn, Depends(api_staff)]
Narrowed = Annotated[Narrowing, Depends(narrowing)]


@router.post("", status_code=201, response_model=ProposalView)
async def propose(request: Request, asked: ProposalCreate, me: Me, key: Key) -> Response:
    """Offer candidate slots; they are held in every attendee's calendar, and the guest is mailed unless told not to.
    Without ``allow_overlap`` busy time is 422 ``slot_busy`` and time that is held 409 ``slot_taken``; confirmed time is
    that always.
    """
    reply = await parts_of(request).propose(me.caller(key), asked, body_of(request))
    response = forward(reply)
    response.headers["Location"] = f"/api/v1/proposals/{reply.json()['id']}"
    return response


@router.post("/preview", response_model=PreviewView)
async def preview_proposal(request: Request, asked: ProposalCreate, me: Me) -> PreviewView:
    """The guest's mail exactly as it will be sent (R17); nothing is stored."""
    return await parts_of(request).preview(me.caller(), body_of(request))


@router.get("", response_model=ProposalList)
async def list_proposals(
    request: Request,
    me: Me,
    narrowed: Narrowed,
    status: ProposalStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """All of the organization, newest first."""
    asked = {"limit": str(limit), "status": status.value if status else None, "cursor": cursor}
    query = narrowed.query() | {name: value for name, value in asked.items() if value}
    return forward(await parts_of(request).backends.booking.proposals(me.caller(), query), tagged=False)


@router.get("/{proposal_id}", response_model=ProposalView)
async def show_proposal(request: Request, proposal_id: str, me: Me) -> Response:
    """With what became of each effect (R28)."""
    return forward(await parts_of(request).backends.booking.proposal(me.caller(), proposal_id))


@router.patch("/{proposal_id}", response_model=ProposalView)
async def change_proposal(
    request: Request, proposal_id: str, patch: ProposalPatch, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """``slots`` is the whole new list: kept by id, new without one, missing ones are withdrawn."""
    booking = parts_of(request).backends.booking
    return forward(await booking.change_proposal(me.caller(key), proposal_id, body_of(request), if_match=if_match))


@router.delete("/{proposal_id}", response_model=ProposalView)
async def withdraw_proposal(
    request: Request,
    proposal_id: str,
    me: Me,
    key: Key,
    if_match: IfMatch,
    notify_guest: bool | None = None,
    asked: ProposalWithdraw | None = None,
) -> Response:
    """Holds go; nobody is mailed unless ``notify_guest``. A second time answers the same and does nothing."""
    reply = await parts_of(request).backends.booking.withdraw(
        me.caller(key),
        proposal_id,
        query=None if notify_guest is None else {"notify_guest": str(notify_guest).lower()},
        body=request.state.body if asked is not None else b"",
        if_match=if_match,
    )
    return forward(reply)


@router.get(
    "/{proposal_id}/slots.txt",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def copy_slots(
    request: Request,
    proposal_id: str,
    me: Me,
    locale: Annotated[str | None, Query(max_length=35)] = None,
    time_zone: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The open slots as text, one per line (R8), in the language and zone asked for or the organization's."""
    query = {name: value for name, value in (("locale", locale), ("time_zone", time_zone)) if value}
    return forward(await parts_of(request).backends.booking.slots_text(me.caller(), proposal_id, query))
