"""What became of an appointment, recorded on its page (H11)."""

from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import if_match
from services.gateway.pages.reader import Form
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView, OutcomeRequest
from shared.contracts.booking import Outcome
from shared.problem import VersionMismatch

router = APIRouter()


def offered_outcomes(appointment: AppointmentView, now: datetime) -> list[Outcome]:
    """What can be chosen; what is still to come is cancelled by its own button, which says what goes."""
    if not appointment.can_change or appointment.status is not AppointmentStatus.CONFIRMED:
        return []
    ends = [one.end for one in appointment.occurrences] or [appointment.end]
    over = appointment.suggested_outcome is not None or max(ends) <= now
    return [one for one in Outcome if one is not Outcome.CANCELED or over or appointment.outcome is one]


@router.post("/appointments/{appointment_id}/outcome")
async def record(request: Request, appointment_id: str, signed_in: Form) -> Response:
    """How things stand is shown where somebody was faster."""
    form, said = await request.form(), "outcome_recorded"
    chosen, version = str(form.get("outcome", "")), str(form.get("version", ""))
    outcome = next((one for one in Outcome if one == chosen), None)
    if outcome is not None:
        body = OutcomeRequest(outcome=outcome).model_dump_json().encode()
        booking = parts_of(request).backends.booking
        try:
            tag = if_match(f'"r{version}"' if version else None)
            await booking.record_outcome(signed_in.caller(), appointment_id, body, if_match=tag)
        except VersionMismatch:
            said = "changed_meanwhile"
        except BackendProblem as problem:
            if problem.code not in (VersionMismatch.code, "already_canceled", "not_confirmed_yet"):
                raise
            said = "changed_meanwhile"
    return RedirectResponse(f"/appointments/{quote(appointment_id, safe='')}?said={said}", status_code=303)
