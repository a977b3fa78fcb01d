"""Appointments: the list, one of them, moving and cancelling it (R28)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from services.gateway.edge.forwarding import if_match
from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.consequences import what_goes, what_moves
from services.gateway.pages.contacts import contact_of
from services.gateway.pages.drift_notice import drift_notice
from services.gateway.pages.effect_rows import THE_MEETING, Reading, effect_rows, effect_states
from services.gateway.pages.guest_names import heading_of, title_beside
from services.gateway.pages.list_filters import filters_of
from services.gateway.pages.occurrence_rows import occurrences_of, rule_of, shown_times
from services.gateway.pages.outcomes import offered_outcomes
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.requests import is_request
from services.gateway.pages.room_data import appointment_data, staff_kind_word
from services.gateway.pages.staff_payment import is_unpaid, staff_payment
from services.gateway.pages.texts import text
from services.gateway.pages.timeline_rows import Timeline, timeline_of
from services.gateway.pages.zoom_budget import few_left
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.appointments import (
    AppointmentList,
    AppointmentPatch,
    AppointmentStatus,
    AppointmentView,
    CancelRequest,
    DriftRequest,
    MeetingStatus,
)
from shared.contracts.booking import DriftDecision, Outcome
from shared.contracts.drift import DriftSource
from shared.problem import Language, VersionMismatch

router = APIRouter()
PAGE_SIZE = 30
BADGES = {AppointmentStatus.CONFIRMED: "ok", AppointmentStatus.REQUESTED: "wait", AppointmentStatus.CANCELED: "none"}
_PERIODS = ("upcoming", "requests", "past", "open_outcome", "canceled", "all")
_SAID = {
    "registered": "schedule.registered",
    "rescheduled": "appointments.rescheduled",
    "canceled": "appointments.canceled_done",
    "room_changed": "rooms.changed",
    "drift_restore": "drift.restored",
    "drift_follow": "drift.followed",
    "link_entered": "byhand.entered",
    "link_removed": "byhand.removed",
    "changed": "edit.changed",
    "unchanged": "edit.unchanged",
    "overtaken": "edit.overtaken_over",
    "revoked": "join.revoked",
    "occurrence_moved": "occurrences.moved_done",
    "occurrence_canceled": "occurrences.canceled_done",
    "occurrence_settled": "occurrences.settled",
    "outcome_recorded": "outcomes.recorded",
    "approved": "requests.approved",
    "declined": "requests.declined",
    "already_answered": "requests.already_answered",
    "request_taken": "requests.taken",
    "changed_meanwhile": "common.changed_meanwhile",
}


@router.get("/appointments")
async def show_list(request: Request, signed_in: Session) -> Response:
    asked = request.query_params.get("period", "")
    period = asked if asked in _PERIODS else _PERIODS[0]
    filters = await filters_of(request, signed_in, "/appointments", ("period", period))
    query = _window(period, filters.narrowing.troubled) | filters.query() | {"limit": str(PAGE_SIZE)}
    listed = (await parts_of(request).backends.booking.appointments(signed_in.caller(), query)).read(AppointmentList)
    reading = Reading({}, signed_in.zone, language_for(request), clock.now())
    return staff_page(
        request,
        signed_in,
        "staff/appointments.html",
        {
            "items": [_line(one, reading) for one in listed.items],
            "badges": BADGES,
            "filters": filters,
            "periods": _PERIODS,
            "more_url": filters.next_url(listed.next_cursor),
        },
    )


def _window(period: str, troubled: bool) -> dict[str, str]:
    """What is to come from the next one on, what was from the last one back. Attention is needed by requests too (H4),
    and by what could not be undone of a cancelled one.
    """
    now = clock.now().isoformat()
    if period == "upcoming":
        return {"from": now} | ({} if troubled else {"status": AppointmentStatus.CONFIRMED})
    if period == "open_outcome":
        return {"to": now, "status": AppointmentStatus.CONFIRMED, "outcome": Outcome.SCHEDULED, "order": "latest"}
    if period == "requests":
        return {"status": AppointmentStatus.REQUESTED, "troubled": "true"}  # and not unpaid
    if period == "past":
        return {"to": now, "status": AppointmentStatus.CONFIRMED, "order": "latest"}
    return {"order": "latest"} | ({"status": AppointmentStatus.CANCELED} if period == "canceled" else {})


def _line(appointment: AppointmentView, reading: Reading) -> dict[str, Any]:
    names = names_in(appointment)
    start, end = shown_times(appointment)
    heading = heading_of(appointment, reading.language)
    return {
        "appointment": appointment,
        "start": start,
        "end": end,
        "rule": rule_of(appointment, reading.language),
        "heading": heading,
        "title": title_beside(appointment.title, heading),
        "kind": staff_kind_word(appointment.kind, reading.language),
        "states": effect_states(appointment.effects, replace(reading, names=names, drifted=drifted_in(appointment))),
    }


def names_in(appointment: AppointmentView) -> dict[str, str]:
    """Of attendees, of who registered it and perhaps organizes it (E2), and of the room, by id."""
    people = [appointment.creator, *appointment.attendees]
    names = {attendee.staff_id: attendee.name for attendee in people}
    return names | ({appointment.room.id: appointment.room.name or ""} if appointment.room else {})


def drifted_in(appointment: AppointmentView) -> str:
    """Whose entry was changed in the calendar and waits for a decision, or that the meeting was at Zoom."""
    drift = appointment.drift
    if drift is None:
        return ""
    return THE_MEETING if drift.provider is DriftSource.ZOOM else drift.staff_id


@router.get("/appointments/{appointment_id}")
async def show(request: Request, appointment_id: str, signed_in: Session) -> Response:
    return await _detail(request, signed_in, appointment_id)


@router.get("/appointments/{appointment_id}/{step}")
async def leave_step(
    appointment_id: str, step: Literal["reschedule", "cancel", "drift", "revoke-link", "outcome", "approve", "decline"]
) -> Response:
    """Reloading what a form answered."""
    return RedirectResponse(f"/appointments/{quote(appointment_id, safe='')}", status_code=303)


@router.post("/appointments/{appointment_id}/reschedule")
async def reschedule(request: Request, appointment_id: str, signed_in: Form) -> Response:
    """In the zone that the form was made in: the reader's may be another one by now (G6)."""
    form = await request.form()
    typed = {name: str(form.get(name, "")) for name in ("date", "start", "end", "last", "version", "zone")}
    typed["zone"] = times.zone_or(typed["zone"], signed_in.zone)
    zone = ZoneInfo(typed["zone"])
    try:
        start, end = _typed_span(typed)
        patch = AppointmentPatch(start=start.replace(tzinfo=zone), end=end.replace(tzinfo=zone))
    except ValidationError:
        sentence = text(language_for(request), "appointments.time_odd")
        return await _detail(request, signed_in, appointment_id, problem=sentence, typed=typed, status=422)
    except (ValueError, OverflowError):
        sentence = text(language_for(request), "propose.error_incomplete")
        return await _detail(request, signed_in, appointment_id, problem=sentence, typed=typed, status=422)
    body = patch.model_dump_json(exclude_unset=True).encode()
    booking = parts_of(request).backends.booking
    try:
        tag = if_match(f'"r{typed["version"]}"' if typed["version"] else None)
        await booking.change_appointment(signed_in.caller(), appointment_id, body, if_match=tag)
    except VersionMismatch:
        return await _changed_meanwhile(request, signed_in, appointment_id)
    except BackendProblem as problem:
        return await _refused(request, signed_in, appointment_id, problem, typed)
    return RedirectResponse(f"/appointments/{appointment_id}?said=rescheduled", status_code=303)


def _typed_span(typed: dict[str, str]) -> tuple[datetime, datetime]:
    """Of whole days the first and the last. Raises ``ValueError``."""
    if typed["last"]:
        first, last = (datetime.fromisoformat(f"{typed[name]}T00:00") for name in ("date", "last"))
        return first, last + timedelta(days=1)
    start, end = (datetime.fromisoformat(f"{typed['date']}T{typed[name]}") for name in ("start", "end"))
    return start, times.end_after(start, end)


@router.post("/appointments/{appointment_id}/cancel")
async def cancel(request: Request, appointment_id: str, signed_in: Form) -> Response:
    """With the version where another one would be another matter: paid meanwhile it stays."""
    form = await request.form()
    body = CancelRequest.model_construct(message=str(form.get("message", ""))[:5000]).model_dump_json().encode()
    version = str(form.get("version", ""))
    try:
        tag = if_match(f'"r{version}"' if version else None)
        await parts_of(request).backends.booking.cancel(signed_in.caller(), appointment_id, body, if_match=tag)
    except VersionMismatch:
        return await _changed_meanwhile(request, signed_in, appointment_id)
    except BackendProblem as problem:
        return await _refused(request, signed_in, appointment_id, problem, None)
    return RedirectResponse(f"/appointments/{appointment_id}?said=canceled", status_code=303)


@router.post("/appointments/{appointment_id}/drift")
async def decide_drift(request: Request, appointment_id: str, signed_in: Form) -> Response:
    """What a calendar shows otherwise is put back or followed; the page may be older than how things stand."""
    form = await request.form()
    chosen, version = str(form.get("decision", "")), str(form.get("version", ""))
    decision = next((one for one in DriftDecision if one == chosen), DriftDecision.RESTORE)
    body = DriftRequest(decision=decision).model_dump_json().encode()
    try:
        tag = if_match(f'"r{version}"' if version else None)
        booking = parts_of(request).backends.booking
        await booking.decide_drift(signed_in.caller(), appointment_id, body, if_match=tag)
    except VersionMismatch:
        return await _changed_meanwhile(request, signed_in, appointment_id)
    except BackendProblem as problem:
        return await _refused(request, signed_in, appointment_id, problem, None)
    return RedirectResponse(f"/appointments/{appointment_id}?said=drift_{decision}", status_code=303)


async def _refused(
    request: Request, signed_in: SignedIn, appointment_id: str, problem: BackendProblem, typed: dict[str, str] | None
) -> Response:
    if problem.status == 404:
        raise problem
    if problem.code == VersionMismatch.code:
        return await _changed_meanwhile(request, signed_in, appointment_id)
    sentences = [str(error["detail"]) for error in problem.errors] or [problem.detail]
    taken = problem.code == "slot_taken"
    sentence = text(language_for(request), "appointments.slot_taken") if taken else " ".join(sentences)
    return await _detail(request, signed_in, appointment_id, problem=sentence, typed=typed, status=problem.status)


async def _changed_meanwhile(request: Request, signed_in: SignedIn, appointment_id: str) -> Response:
    """As it is now; what was typed belonged to what is no more."""
    sentence = text(language_for(request), "common.changed_meanwhile")
    return await _detail(request, signed_in, appointment_id, problem=sentence, status=VersionMismatch.status)


async def _detail(
    request: Request,
    signed_in: SignedIn,
    appointment_id: str,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    language, zone = language_for(request), signed_in.zone
    reply = await parts_of(request).backends.booking.appointment(signed_in.caller(), appointment_id)
    appointment = reply.read(AppointmentView)
    names, form = names_in(appointment), typed or _times_of(appointment, zone)
    stands = appointment.status is not AppointmentStatus.CANCELED
    confirmed = appointment.status is AppointmentStatus.CONFIRMED
    reading = Reading(names, zone, language, clock.now(), drifted_in(appointment))
    return staff_page(
        request,
        signed_in,
        "staff/appointment.html",
        {
            "problem": problem,
            "said": _said(request, language),
            **await _beside(request, signed_in, appointment, reply.etag),
            "appointment": appointment,
            "kind": staff_kind_word(appointment.kind, language),
            "can_move": appointment.can_change and not (appointment.rrule and appointment.start <= reading.now),
            "meeting": appointment.meeting,
            "has_meeting": stands and appointment.meeting.status is not MeetingStatus.NONE,
            "badge": BADGES[appointment.status],
            "stands": stands,
            "payment": staff_payment(appointment, language),
            "organizer": names.get(appointment.organizer_id, ""),
            "effects": effect_rows(appointment.effects, reading),
            "can_change": appointment.can_change and confirmed,
            "can_cancel": appointment.can_change and (confirmed or is_unpaid(appointment)),
            "is_request": is_request(appointment),
            "can_answer": appointment.can_change and is_request(appointment),
            "cancel_text": what_goes(appointment, language),
            "move_text": what_moves(appointment, language),
            "outcomes": offered_outcomes(appointment, reading.now),
            "drift": drift_notice(appointment, language, zone, reading.now),
            "typed": form,
            "reopen": typed is not None,
            "zone_label": times.zone_label(form["zone"], appointment.start, language),
            "today": clock.now().astimezone(ZoneInfo(form["zone"])).date().isoformat(),
        },
        status=status,
        here=f"/appointments/{appointment_id}",
    )


async def _beside(
    request: Request, signed_in: SignedIn, appointment: AppointmentView, etag: str | None
) -> Mapping[str, object]:
    """What has to be asked for besides, at once."""
    timeline, contact_url, series, zoom_left, data = await asyncio.gather(
        _timeline(request, signed_in, appointment),
        contact_of(request, signed_in, appointment.contact_id),
        occurrences_of(request, signed_in, appointment),
        few_left(request, signed_in, appointment),
        appointment_data(request, signed_in, appointment, etag),
    )
    asked = {"timeline": timeline, "contact_url": contact_url, "series": series}
    return {**asked, "zoom_left": zoom_left, "data": data}


async def _timeline(request: Request, signed_in: SignedIn, appointment: AppointmentView) -> Timeline | None:
    return None if appointment.hidden else await timeline_of(request, signed_in, "appointments", appointment.id)


def _said(request: Request, language: Language) -> str:
    """What was just done, as the address tells."""
    said = _SAID.get(request.query_params.get("said", ""))
    return text(language, said) if said else ""


def _times_of(appointment: AppointmentView, zone: str) -> dict[str, Any]:
    """Whole days are those of the organization."""
    zone = appointment.time_zone if appointment.all_day else zone
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (appointment.start, appointment.end))
    return {
        "last": (end - timedelta(days=1)).date().isoformat() if appointment.all_day else "",
        "date": start.date().isoformat(),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "version": str(appointment.version),
        "zone": zone,
    }
