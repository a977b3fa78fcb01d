"""The guest's side: the token in the URL and nothing else; Authorization and cookies are not looked at.

The way of a confirmation is kept thin: limits in memory, one call to booking, which judges the link before the body.
"""

from fastapi import APIRouter, Request, Response

from services.gateway.edge.forwarding import Key, body_of, forward, looks_like_token
from services.gateway.edge.language import language_of_request
from services.gateway.parts import parts_of
from services.gateway.providers.caller import GuestCaller
from services.gateway.schemas.guest import Accepted
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.proposals import GuestProposalView
from shared.problem import NotFound

router = APIRouter(prefix="/guest/proposals/{token}", tags=["guest"])


def _guest(request: Request, token: str, key: str | None = None) -> GuestCaller:
    """Raises ``NotFound`` for what cannot be a token."""
    if not looks_like_token(token):
        raise NotFound()
    return GuestCaller(token, language_of_request(request), request.state.request_id, key)


@router.get("", response_model=GuestProposalView)
async def show(request: Request, token: str) -> Response:
    """What can be chosen, or what was; 200 with ``status`` also when it is over."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        return forward(await parts.backends.booking.guest_proposal(_guest(request, token)), tagged=False)


@router.post(
    "/confirm",
    status_code=201,
    response_model=GuestAppointmentView,
    openapi_extra={"x-body": "GuestConfirm"},
)
async def confirm(request: Request, token: str, key: Key) -> Response:
    """Choose a slot (R22)."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token, confirms=True):
        reply = await parts.backends.booking.confirm(_guest(request, token, key), body_of(request))
    return forward(reply, tagged=False)


@router.post("/ask-again", status_code=202, response_model=Accepted, openapi_extra={"x-body": "AskAgain"})
async def ask_again(request: Request, token: str, key: Key) -> Response:
    """Ask the staff for other slots (R24)."""
    parts = parts_of(request)
    async with parts.limits.guest(request, token=token):
        reply = await parts.backends.booking.ask_again(_guest(request, token, key), body_of(request))
    return forward(reply, tagged=False)
