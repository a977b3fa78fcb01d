"""Staff answer a request on the appointment's page (H4)."""

from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn
from services.gateway.pages.guest_names import heading_of
from services.gateway.pages.reader import Form, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView
from shared.contracts.api.requests import RequestAnswer, RequestApproval

router = APIRouter()
Answer = Literal["approve", "decline"]
_SAID = {"approve": "approved", "decline": "declined"}
_OVER = {
    "slot_taken": "request_taken",
    "already_canceled": "already_answered",
    "already_confirmed": "already_answered",
    "request_expired": "already_answered",
}
"""What is said where somebody or something was faster; the page shows how things stand."""
_SEEN_OVER = {"slot_busy": "busy", "calendar_unreadable": "unreadable"}
"""What staff may go over."""


def is_request(appointment: AppointmentView) -> bool:
    """Waits for staff (H4), not for a payment."""
    return appointment.status is AppointmentStatus.REQUESTED and appointment.requested_until is not None


@router.post("/appointments/{appointment_id}/approve")
async def approve(request: Request, appointment_id: str, signed_in: Form) -> Response:
    return await _answer(request, appointment_id, "approve", signed_in)


@router.post("/appointments/{appointment_id}/decline")
async def decline(request: Request, appointment_id: str, signed_in: Form) -> Response:
    return await _answer(request, appointment_id, "decline", signed_in)


async def _answer(request: Request, appointment_id: str, answer: Answer, signed_in: SignedIn) -> Response:
    form = await request.form()
    message, over = given(form, "message"), given(form, "allow_overlap") == "on"
    body = _answered(answer, message, over).model_dump_json().encode()
    said = _SAID[answer]
    try:
        await parts_of(request).backends.booking.answer_request(signed_in.caller(), appointment_id, answer, body)
    except BackendProblem as problem:
        if problem.code not in _OVER:
            return await _again(request, signed_in, appointment_id, problem, message)
        said = _OVER[problem.code]
    return RedirectResponse(f"/appointments/{quote(appointment_id, safe='')}?said={said}", status_code=303)


def _answered(answer: Answer, message: str, over: bool) -> RequestAnswer:
    """Booking says what is wrong with it."""
    if answer == "approve":
        return RequestApproval.model_construct(message=message, allow_overlap=over)
    return RequestAnswer.model_construct(message=message)


async def _again(
    request: Request, signed_in: SignedIn, appointment_id: str, problem: BackendProblem, message: str
) -> Response:
    """With what was typed. Raises ``BackendProblem`` where there is nothing to answer."""
    if problem.status in (403, 404):
        raise problem
    booking, language = parts_of(request).backends.booking, language_for(request)
    appointment = (await booking.appointment(signed_in.caller(), appointment_id)).read(AppointmentView)
    seen = _SEEN_OVER.get(problem.code)
    wrong = next((str(error["detail"]) for error in problem.errors), problem.detail)
    return staff_page(
        request,
        signed_in,
        "staff/answer.html",
        {
            "appointment": appointment,
            "heading": heading_of(appointment, language),
            "problem": text(language, f"requests.{seen}") if seen else wrong,
            "can_answer": appointment.can_change and is_request(appointment),
            "message": message,
            "offers_overlap": seen is not None,
        },
        status=problem.status,
        here=f"/appointments/{appointment_id}",
    )
