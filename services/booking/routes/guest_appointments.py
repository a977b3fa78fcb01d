"""Guests: one appointment by its own link, whose token comes in a header and never in a path (H10, G26)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.booking.routes.guests import Visitor
from services.booking.routes.page_guests import slots_query
from services.booking.schemas import read_json
from services.booking.usecases.guest_changes import GuestChanges
from services.booking.usecases.guest_page import GuestPage
from services.booking.usecases.page_slots import SlotsQuery
from services.booking.views.page_guests import slots_body
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.page_guests import PageSlots
from shared.guests_first import GuestsFirst
from shared.internal import Guard

Asked = Annotated[SlotsQuery, Depends(slots_query)]


def build_guest_appointment_routes(
    guard: Guard, changes: GuestChanges, page: GuestPage, guests: GuestsFirst
) -> APIRouter:
    router = APIRouter(prefix="/internal/guest/appointment", dependencies=[Depends(guard)])

    @router.get("")
    async def show(visitor: Visitor) -> GuestAppointmentView:
        return await page.appointment(await changes.find(visitor.token))

    @router.get("/slots", response_model=PageSlots)
    async def offered(asked: Asked, visitor: Visitor) -> Response:
        times, zone = await changes.offered(visitor.token, asked, visitor.language)
        return Response(slots_body(times, zone), media_type="application/json")

    @router.post("/reschedule")
    async def reschedule(request: Request, visitor: Visitor) -> GuestAppointmentView:
        body = await request.body()
        with guests.answering():
            return await page.appointment(await changes.reschedule(visitor.token, read_json(body), visitor))

    @router.post("/cancel")
    async def cancel(request: Request, visitor: Visitor) -> GuestAppointmentView:
        body = await request.body()
        with guests.answering():
            return await page.appointment(await changes.cancel(visitor.token, read_json(body), visitor))

    return router
