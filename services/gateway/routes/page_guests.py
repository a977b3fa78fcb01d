"""A scheduling page as guests use it (H5): its slug in the URL and nothing else; Authorization and cookies are not
looked at. Booking judges the page before the body.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from services.gateway.edge.etags import tagged
from services.gateway.edge.forwarding import Key, body_of, booker_in, forward
from services.gateway.edge.language import language_of_request
from services.gateway.parts import parts_of
from services.gateway.providers.caller import GuestCaller
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.page_guests import GuestPageView, PageSlots

router = APIRouter(prefix="/guest/pages/{slug}", tags=["guest"])
IfNoneMatch = Annotated[str | None, Header(max_length=200)]
When = Annotated[str, Query(max_length=40, description="RFC 3339, or a date in `time_zone`.")]


@router.get("", response_model=GuestPageView)
async def show_page(request: Request, slug: str, if_none_match: IfNoneMatch = None) -> Response:
    """What can be booked; 200 with ``active`` also when the page is closed."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=slug):
        return tagged(await parts.backends.booking.guest_page(_guest(request), slug), if_none_match)


@router.get("/slots", response_model=PageSlots)
async def list_page_times(
    request: Request,
    slug: str,
    start: Annotated[When, Query(alias="from")] = "",
    end: Annotated[When, Query(alias="to")] = "",
    duration: Annotated[int | None, Query(ge=5, le=1440)] = None,
    time_zone: Annotated[str, Query(max_length=100)] = "",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The free times that start from ``from`` (now) up to ``to`` (31 days later; 93 at most; of a date the whole day),
    in ``time_zone`` (the page's). An open page asks again with ``If-None-Match``.
    """
    parts = parts_of(request)
    asked = {"from": start, "to": end, "duration": str(duration or ""), "time_zone": time_zone}
    query = {name: value for name, value in asked.items() if value}
    async with parts.limits.guest(request, token=slug):
        return tagged(await parts.backends.booking.page_slots(_guest(request), slug, query), if_none_match)


@router.post(
    "/bookings", status_code=201, response_model=GuestAppointmentView, openapi_extra={"x-body": "BookingCreate"}
)
async def book_time(request: Request, slug: str, key: Key) -> Response:
    """Book a time (H5): 409 ``slot_taken`` carries the nearest ``slots`` that remain, 410 ``page_closed``, 503
    ``calendar_unreadable``.
    """
    parts = parts_of(request)
    body = body_of(request)
    async with parts.limits.mailing(request, token=slug, recipient=booker_in(body)):
        reply = await parts.backends.booking.book(_guest(request, key), slug, body)
    return forward(reply, tagged=False)


def _guest(request: Request, key: str | None = None) -> GuestCaller:
    """Without a link of their own yet."""
    return GuestCaller("", language_of_request(request), request.state.request_id, key)
