"""Notifications of the providers, handed to the service that verifies them."""

import asyncio
from enum import StrEnum

from fastapi import APIRouter, Request, Response

from services.gateway.edge.body import BodyTooLarge
from services.gateway.parts import parts_of
from services.gateway.providers.answers import HookAnswer, Provider
from services.gateway.providers.backend import Backend, BackendProblem

router = APIRouter(prefix="/hooks", include_in_schema=False)
_PASSED_ON = ("content-type", "x-goog-", "x-zm-", "stripe-signature")
_SAYS_AT_MOST = 256 * 1024
_ZOOM_WAITS_SECONDS = 2.5
"""It gives up after three, and comes again after an error as after silence."""


class CalendarProvider(StrEnum):
    """Who notifies of changed calendars."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


@router.post("/zoom")
async def hear_zoom(request: Request) -> Response:
    """JSON: Zoom wants its token back encrypted. Its signature is over the bytes, which UTF-8 keeps as they are."""
    try:
        async with asyncio.timeout(_ZOOM_WAITS_SECONDS):
            answer = await _hand_on(request, parts_of(request).backends.zoom_issuer, Provider.ZOOM)
    except TimeoutError:
        raise BackendProblem.unavailable("en") from None
    return Response(answer.text, status_code=answer.status, media_type="application/json")


@router.post("/stripe")
async def hear_stripe(request: Request) -> Response:
    """As Zoom's: the signature is over the bytes."""
    answer = await _hand_on(request, parts_of(request).backends.booking, "stripe")
    return Response(answer.text, status_code=answer.status, media_type="text/plain")


@router.post("/{provider}")
async def hear(request: Request, provider: CalendarProvider) -> Response:
    """Plain text: Microsoft wants its validation token back."""
    answer = await _hand_on(request, parts_of(request).backends.calendar_sync, provider)
    return Response(answer.text, status_code=answer.status, media_type="text/plain")


async def _hand_on(request: Request, service: Backend, provider: str) -> HookAnswer:
    """``service`` keeps the link to the provider and verifies. Raises ``BodyTooLarge``, ``TooManyRequests``."""
    if len(request.state.body) > _SAYS_AT_MOST:
        raise BodyTooLarge(limit=_SAYS_AT_MOST)
    parts_of(request).limits.hook(request)
    return await service.notification(
        provider,
        headers={name: value for name, value in request.headers.items() if name.startswith(_PASSED_ON)},
        body=request.state.body.decode("utf-8", errors="replace"),
        query=dict(request.query_params),
        request_id=request.state.request_id,
    )
