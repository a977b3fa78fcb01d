"""A meeting's link that staff enter by hand where none could be issued (C4). Booking owns it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff
from services.gateway.parts import parts_of
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.links import LinkByHand

router = APIRouter(prefix="/appointments", tags=["appointments"])
Me = Annotated[SignedIn, Depends(api_staff)]


@router.put("/{appointment_id}/meeting", response_model=AppointmentView)
async def enter_link(
    request: Request, appointment_id: str, me: Me, key: Key, if_match: IfMatch, link: LinkByHand
) -> Response:
    """In place of an issued meeting, which goes at Zoom; guest, mails and calendars get this one. 409 where the
    appointment has no Zoom meeting.
    """
    booking = parts_of(request).backends.booking
    return forward(await booking.enter_link(me.caller(key), appointment_id, body_of(request), if_match=if_match))


@router.delete("/{appointment_id}/meeting", response_model=AppointmentView)
async def remove_link(request: Request, appointment_id: str, me: Me, key: Key, if_match: IfMatch) -> Response:
    """Back to issuing."""
    booking = parts_of(request).backends.booking
    return forward(await booking.remove_link(me.caller(key), appointment_id, if_match=if_match))
