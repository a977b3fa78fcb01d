"""Occurrences of recurring appointments: list, move one, cancel one (E6). Booking owns them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.edge.instants import QueryInstant
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from shared.contracts.api.occurrences import OccurrenceList, OccurrencePatch, OccurrenceView

router = APIRouter(prefix="/appointments/{appointment_id}/occurrences", tags=["appointments"])
Me = Annotated[SignedIn, Depends(api_staff)]


@router.get("", response_model=OccurrenceList)
async def list_occurrences(request: Request, appointment_id: str, me: Me) -> Response:
    """In the order of the rule, cancelled ones too; empty for what is no series."""
    booking = parts_of(request).backends.booking
    return forward(await booking.occurrences(me.caller(), appointment_id), tagged=False)


@router.patch("/{original_start}", response_model=OccurrenceView)
async def move_occurrence(
    request: Request,
    appointment_id: str,
    original_start: QueryInstant,
    patch: OccurrencePatch,
    me: Me,
    key: Key,
    if_match: IfMatch,
) -> Response:
    """Named by when the rule has it begin; with the same look and guard as a reschedule. It stays between the days of
    its neighbours. 409 where it is over or cancelled.
    """
    booking = parts_of(request).backends.booking
    reply = await booking.move_occurrence(
        me.caller(key), appointment_id, original_start, body_of(request), if_match=if_match
    )
    return forward(reply)


@router.delete("/{original_start}", response_model=OccurrenceView)
async def cancel_occurrence(
    request: Request, appointment_id: str, original_start: QueryInstant, me: Me, key: Key, if_match: IfMatch
) -> Response:
    """A second time answers the same and does nothing; the last one that is left cancels the appointment."""
    booking = parts_of(request).backends.booking
    return forward(await booking.cancel_occurrence(me.caller(key), appointment_id, original_start, if_match=if_match))
