"""Staff answer a request on the appointment's page (H4)."""

from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.pages.reader import Form
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.appointments import RequestAnswer

router = APIRouter()
_SAID = {"approve": "approved", "decline": "declined"}
_OVER = {
    "slot_taken": "request_taken",
    "already_canceled": "already_answered",
    "already_confirmed": "already_answered",
    "request_expired": "already_answered",
}
"""What is said where somebody or something was faster; the page shows how things stand."""


@router.post("/appointments/{appointment_id}/{answer}")
async def answer(
    request: Request, appointment_id: str, answer: Literal["approve", "decline"], signed_in: Form
) -> Response:
    form = await request.form()
    body = RequestAnswer.model_construct(message=str(form.get("message", ""))[:5000]).model_dump_json().encode()
    said = _SAID[answer]
    try:
        await parts_of(request).backends.booking.answer_request(signed_in.caller(), appointment_id, answer, body)
    except BackendProblem as problem:
        if problem.code not in _OVER:
            raise
        said = _OVER[problem.code]
    return RedirectResponse(f"/appointments/{quote(appointment_id, safe='')}?said={said}", status_code=303)
