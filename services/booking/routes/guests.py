"""Guests: one proposal by its token, which comes in a header and never in a path (G26)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from services.booking.schemas import parse, read_json
from services.booking.usecases.ask_again import AskForNewSlots
from services.booking.usecases.confirm import ConfirmSlot, Visit
from services.booking.usecases.guest_page import GuestPage
from services.booking.usecases.mark_seen import MarkSeen
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.proposals import AskAgain, GuestProposalView
from shared.guests_first import GuestsFirst
from shared.internal import Guard
from shared.problem import language_of


async def visit(
    x_guest_token: Annotated[str, Header(max_length=200)] = "",
    x_request_id: Annotated[str, Header()] = "",
    accept_language: Annotated[str, Header()] = "ja",
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Visit:
    """Who visits: the token and nothing else."""
    return Visit(
        token=x_guest_token,
        language=language_of(accept_language),
        request_id=x_request_id,
        idempotency_key=idempotency_key,
    )


Visitor = Annotated[Visit, Depends(visit)]


def build_guest_routes(
    guard: Guard,
    page: GuestPage,
    confirm: ConfirmSlot,
    ask_again: AskForNewSlots,
    mark_seen: MarkSeen,
    guests: GuestsFirst,
) -> APIRouter:
    router = APIRouter(prefix="/internal/guest/proposal", dependencies=[Depends(guard)])

    @router.get("")
    async def show(visitor: Visitor) -> GuestProposalView:
        return await page(visitor.token)

    @router.post("/confirm", status_code=201)
    async def choose(request: Request, visitor: Visitor) -> GuestAppointmentView:
        body = await request.body()
        with guests.answering():
            appointment, organization = await confirm(read_json(body), visitor)
            return await page.appointment(appointment, organization)

    @router.post("/ask-again", status_code=202)
    async def ask(request: Request, visitor: Visitor) -> dict[str, str]:
        body = await request.body()
        await ask_again.find(visitor.token)
        await ask_again(parse(AskAgain, read_json(body)), visitor)
        return {"status": "accepted"}

    @router.post("/seen", status_code=204)
    async def seen(visitor: Visitor) -> None:
        await mark_seen(visitor.token)

    return router
