"""One appointment as its guest manages it (H10): the token of their link and nothing else. A link that is over shows
how things stand, and a GET changes nothing (G7).
"""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from services.gateway.edge.etags import tagged
from services.gateway.edge.forwarding import Key, body_of, forward
from services.gateway.parts import parts_of
from services.gateway.routes.guest import guest_of
from services.gateway.routes.page_guests import When
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.page_guests import PageSlots

router = APIRouter(prefix="/guest/appointments/{token}", tags=["guest"])
IfNoneMatch = Annotated[str | None, Header(max_length=200)]


@router.get("", response_model=GuestAppointmentView)
async def show_appointment(request: Request, token: str, if_none_match: IfNoneMatch = None) -> Response:
    """As it stands now, and what the guest may still do."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        return tagged(await parts.backends.booking.guest_appointment(guest_of(request, token)), if_none_match)


@router.get("/slots", response_model=PageSlots)
async def list_other_times(
    request: Request,
    token: str,
    start: Annotated[When, Query(alias="from")] = "",
    end: Annotated[When, Query(alias="to")] = "",
    time_zone: Annotated[str, Query(max_length=100)] = "",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The times to which it can be moved, its own among them; asked for as a page's are."""
    parts = parts_of(request)
    query = {name: value for name, value in (("from", start), ("to", end), ("time_zone", time_zone)) if value}
    async with parts.limits.guest(request, token=token):
        return tagged(await parts.backends.booking.other_times(guest_of(request, token), query), if_none_match)


@router.post("/reschedule", response_model=GuestAppointmentView, openapi_extra={"x-body": "GuestReschedule"})
async def reschedule_appointment(request: Request, token: str, key: Key) -> Response:
    """Move it to another time of the page (H10): 403 ``change_not_allowed``, 409 ``too_late``, ``already_canceled``,
    and ``slot_taken`` with the nearest ``slots``.
    """
    parts = parts_of(request)
    async with parts.limits.mailing(request, token=token, recipient=token):
        reply = await parts.backends.booking.reschedule(guest_of(request, token, key), body_of(request))
    return forward(reply, tagged=False)


@router.post("/cancel", response_model=GuestAppointmentView, openapi_extra={"x-body": "GuestCancel"})
async def cancel_appointment(request: Request, token: str, key: Key) -> Response:
    """Call it off (H10): 403 ``change_not_allowed``, 409 ``too_late``. A second time answers the same."""
    parts = parts_of(request)
    async with parts.limits.mailing(request, token=token, recipient=token):
        reply = await parts.backends.booking.cancel_as_guest(guest_of(request, token, key), body_of(request))
    return forward(reply, tagged=False)
