"""The form for a meeting's link by hand, offered where issuing failed or waits (C4)."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import if_match
from services.gateway.identity import SignedIn
from services.gateway.pages.guest_names import heading_of
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, typed_in, understood
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView, MeetingStatus
from shared.contracts.api.links import LinkByHand
from shared.problem import Forbidden, VersionMismatch

router = APIRouter()
_LABELS = {
    "join_url": "byhand.join_url",
    "meeting_id": "appointments.meeting_id",
    "passcode": "appointments.passcode",
}
FIELDS = tuple(_LABELS)


@router.get("/appointments/{appointment_id}/meeting")
async def show(request: Request, appointment_id: str, signed_in: Session) -> Response:
    appointment = await _appointment(request, signed_in, appointment_id)
    if not _may_have_link(appointment):
        return RedirectResponse(f"/appointments/{appointment.id}", status_code=303)
    return _page(request, signed_in, appointment, fresh(_known(appointment), appointment.version))


@router.post("/appointments/{appointment_id}/meeting")
async def change(request: Request, appointment_id: str, signed_in: Form) -> Response:
    """Saves what was typed, or with ``remove`` goes back to issuing."""
    appointment, form = await _appointment(request, signed_in, appointment_id), await request.form()
    language, typed = language_for(request), await typed_in(request, FIELDS)
    version, removes = given(form, "version"), given(form, "remove") == "1"
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    try:
        tag = if_match(f'"r{version}"' if version else None)
        if removes:
            await booking.remove_link(caller, appointment.id, if_match=tag)
        else:
            body = understood(LinkByHand, typed, language).model_dump_json().encode()
            await booking.enter_link(caller, appointment.id, body, if_match=tag)
    except Mistyped as mistyped:
        odd = {name: text(language, f"byhand.{name}_odd") for name in mistyped.errors if typed[name]}
        errors = mistyped.errors | odd
        return _page(request, signed_in, appointment, as_sent(form, typed, errors, text(language, "common.fix"), 422))
    except VersionMismatch:
        return await _overtaken(request, signed_in, appointment_id, typed)
    except BackendProblem as problem:
        if problem.code == VersionMismatch.code:
            return await _overtaken(request, signed_in, appointment_id, typed)
        return _page(request, signed_in, appointment, as_sent(form, typed, {}, problem.detail, problem.status))
    said = "link_removed" if removes else "link_entered"
    return RedirectResponse(f"/appointments/{appointment.id}?said={said}", status_code=303)


async def _appointment(request: Request, signed_in: SignedIn, appointment_id: str) -> AppointmentView:
    reply = await parts_of(request).backends.booking.appointment(signed_in.caller(), appointment_id)
    appointment = reply.read(AppointmentView)
    if not appointment.can_change:
        raise Forbidden()
    return appointment


async def _overtaken(request: Request, signed_in: SignedIn, appointment_id: str, typed: Mapping[str, str]) -> Response:
    now, language = await _appointment(request, signed_in, appointment_id), language_for(request)
    current = _known(now)

    def told(name: str) -> Difference:
        return Difference(text(language, _LABELS[name]), current[name] or text(language, "byhand.none"))

    return _page(request, signed_in, now, overtaken(await request.form(), typed, current, now.version, told))


def _may_have_link(appointment: AppointmentView) -> bool:
    confirmed = appointment.status is AppointmentStatus.CONFIRMED
    return confirmed and appointment.meeting.status is not MeetingStatus.NONE


def _known(appointment: AppointmentView) -> dict[str, str]:
    meeting = appointment.meeting
    return {name: (getattr(meeting, name) or "") if meeting.by_hand else "" for name in FIELDS}


def _page(request: Request, signed_in: SignedIn, appointment: AppointmentView, sheet: Sheet) -> Response:
    return staff_page(
        request,
        signed_in,
        "staff/link_by_hand.html",
        {
            "appointment": appointment,
            "heading": heading_of(appointment, language_for(request)),
            "meeting": appointment.meeting,
            "sheet": sheet,
            "problem": sheet.problem,
        },
        status=sheet.status,
        here=f"/appointments/{appointment.id}/meeting",
    )
