"""Guests: one scheduling page by its slug, its free times, and bookings on it (H3-H5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.booking.routes.guests import Visitor
from services.booking.schemas import read_json
from services.booking.usecases.book import BookOnPage
from services.booking.usecases.guest_page import GuestPage
from services.booking.usecases.page_slots import PageSlots, SlotsQuery
from services.booking.usecases.read_page import ReadPages
from services.booking.views.page_guests import guest_page_view, slots_body
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.fields import ZoneName
from shared.contracts.api.page_guests import GuestPageView
from shared.contracts.api.page_guests import PageSlots as PageSlotsView
from shared.guests_first import GuestsFirst
from shared.internal import Guard

When = Annotated[str, Query(max_length=40)]


def slots_query(
    start: Annotated[When, Query(alias="from")] = "",
    end: Annotated[When, Query(alias="to")] = "",
    duration: Annotated[int | None, Query(ge=0, le=2**31)] = None,
    time_zone: ZoneName = "",
) -> SlotsQuery:
    """A dependency that reads which times are asked for."""
    return SlotsQuery(start, end, duration, time_zone)


Asked = Annotated[SlotsQuery, Depends(slots_query)]


def build_page_guest_routes(
    guard: Guard, read: ReadPages, slots: PageSlots, book: BookOnPage, guest_page: GuestPage, guests: GuestsFirst
) -> APIRouter:
    router = APIRouter(prefix="/internal/guest/page/{slug}", dependencies=[Depends(guard)])

    @router.get("")
    async def show(slug: str) -> GuestPageView:
        return guest_page_view(await read.by_slug(slug))

    @router.get("/slots", response_model=PageSlotsView)
    async def offered(slug: str, asked: Asked, visitor: Visitor) -> Response:
        times, zone = await slots.offered(slug, asked, visitor.language)
        return Response(slots_body(times, zone), media_type="application/json")

    @router.post("/bookings", status_code=201)
    async def make(slug: str, request: Request, visitor: Visitor, response: Response) -> GuestAppointmentView:
        """202 of what is made when it is paid (H13) or confirmed by staff (H4)."""
        body = await request.body()
        with guests.answering():
            made = await book(slug, read_json(body), visitor)
            if made.payment is not None or made.requested_until is not None:
                response.status_code = 202
            return await guest_page.appointment(made)

    return router
