"""The guest's side: the token in the URL and nothing else; Authorization and cookies are not looked at.

The way of a confirmation is kept thin: limits in memory, one call to booking, which judges the link before the body.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from services.gateway.edge.etags import tagged
from services.gateway.edge.forwarding import Key, body_of, forward, looks_like_token
from services.gateway.edge.language import language_of_request
from services.gateway.parts import parts_of
from services.gateway.providers.caller import GuestCaller
from services.gateway.schemas.guest import Accepted
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.proposals import GuestProposalView
from shared.problem import NotFound

router = APIRouter(prefix="/guest/proposals/{token}", tags=["guest"])


def guest_of(request: Request, token: str, key: str | None = None) -> GuestCaller:
    """Raises ``NotFound`` for what cannot be a token."""
    if not looks_like_token(token):
        raise NotFound()
    return GuestCaller(token, language_of_request(request), request.state.request_id, key)


@router.get("", response_model=GuestProposalView)
async def show_proposal(
    request: Request, token: str, if_none_match: Annotated[str | None, Header(max_length=200)] = None
) -> Response:
    """What can be chosen, or what was; 200 with ``status`` also when it is over. An open page asks again with
    ``If-None-Match``, and is answered 304 as long as nothing changed (X10).
    """
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        reply = await parts.backends.booking.guest_proposal(guest_of(request, token))
    return tagged(reply, if_none_match)


@router.post("/seen", status_code=204)
async def say_proposal_was_seen(request: Request, token: str) -> Response:
    """A person looks at the page: said by its script, since a GET changes nothing (G7)."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        await parts.backends.booking.seen(guest_of(request, token))
    return Response(status_code=204)


@router.post(
    "/confirm",
    status_code=201,
    response_model=GuestAppointmentView,
    openapi_extra={"x-body": "GuestConfirm"},
)
async def confirm_slot(request: Request, token: str, key: Key) -> Response:
    """Choose a slot (R22). In this order: 410 ``expired`` or ``withdrawn``, 409 ``already_confirmed``, 422, 409
    ``slot_taken`` with the remaining ``slots`` where the time is busy or taken meanwhile, 503 ``calendar_unreadable``.
    """
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token, confirms=True):
        reply = await parts.backends.booking.confirm(guest_of(request, token, key), body_of(request))
    return forward(reply, tagged=False)


@router.post("/ask-again", status_code=202, response_model=Accepted, openapi_extra={"x-body": "AskAgain"})
async def ask_for_other_slots(request: Request, token: str, key: Key) -> Response:
    """Ask the staff for other slots (R24)."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        reply = await parts.backends.booking.ask_again(guest_of(request, token, key), body_of(request))
    return forward(reply, tagged=False)
