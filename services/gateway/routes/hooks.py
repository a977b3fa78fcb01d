"""Notifications of the providers, handed to the service that verifies them."""

from enum import StrEnum

from fastapi import APIRouter, Request, Response

from services.gateway.parts import parts_of
from services.gateway.providers.answers import Provider

router = APIRouter(prefix="/hooks", include_in_schema=False)
_PASSED_ON = ("content-type", "x-goog-")


class CalendarProvider(StrEnum):
    """Who notifies of changed calendars."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


@router.post("/{provider}")
async def hear(request: Request, provider: CalendarProvider) -> Response:
    """Plain text: Microsoft wants its validation token back."""
    parts_of(request).limits.hook(request)
    answer = await parts_of(request).backends.calendar_sync.notification(
        Provider(provider.value),
        headers={name: value for name, value in request.headers.items() if name.startswith(_PASSED_ON)},
        body=request.state.body.decode("utf-8", errors="replace"),
        query=dict(request.query_params),
        request_id=request.state.request_id,
    )
    return Response(answer.text, status_code=answer.status, media_type="text/plain")
