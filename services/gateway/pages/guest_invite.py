"""An appointment for the guest's own calendar by the link that manages it (H10): as it stands, or that it is off."""

from fastapi import APIRouter, Request, Response

from services.gateway.edge.forwarding import looks_like_token
from services.gateway.edge.language import language_of_request
from services.gateway.pages import add_to_calendar
from services.gateway.parts import parts_of
from services.gateway.providers.caller import GuestCaller
from shared import clock
from shared.contracts.api.appointments import GuestAppointmentView
from shared.problem import NotFound

router = APIRouter()


@router.get("/a/{token}/invite.ics")
async def calendar_file(request: Request, token: str) -> Response:
    parts = parts_of(request)
    if not looks_like_token(token):
        raise NotFound()
    guest = GuestCaller(token, language_of_request(request), request.state.request_id)
    async with parts.limits.guest(request, token=token):
        reply = await parts.backends.booking.guest_appointment(guest)
    content = add_to_calendar.file_of(reply.read(GuestAppointmentView), clock.now())
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
