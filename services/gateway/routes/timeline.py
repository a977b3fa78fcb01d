"""Timelines of proposals and appointments (X3): every event, mail and call to a provider, and who caused it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.gateway.identity import SignedIn, api_staff
from services.gateway.pages.timeline_items import timeline_list
from services.gateway.parts import parts_of
from shared.contracts.api.timeline import TimelineList

router = APIRouter()
Me = Annotated[SignedIn, Depends(api_staff)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


@router.get("/proposals/{proposal_id}/timeline", tags=["proposals"])
async def proposal_timeline(
    request: Request, proposal_id: str, me: Me, limit: Limit = 50, cursor: Cursor = None
) -> TimelineList:
    """Oldest first. What became of its appointment stands on that one's."""
    return await _timeline(request, me, "proposals", proposal_id, limit, cursor)


@router.get("/appointments/{appointment_id}/timeline", tags=["appointments"])
async def appointment_timeline(
    request: Request, appointment_id: str, me: Me, limit: Limit = 50, cursor: Cursor = None
) -> TimelineList:
    """Oldest first, from the proposal on that it came from."""
    return await _timeline(request, me, "appointments", appointment_id, limit, cursor)


async def _timeline(
    request: Request, me: SignedIn, noun: str, an_id: str, limit: int, cursor: str | None
) -> TimelineList:
    told = await parts_of(request).timeline(me.caller(), noun, an_id, limit=limit, cursor=cursor)
    return timeline_list(told, zone=me.zone, language=me.language)
