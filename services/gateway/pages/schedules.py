"""Direct registration (新規登録, E2): the form, what it makes, and a copy of what stands. Works without scripts."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import form_key
from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.people_chosen import people_chosen
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.schedule_form import FREQUENCIES, SPANS, Typed, begun_at, blank, copied, request_of, sent
from services.gateway.pages.schedule_types import TypeChoice, bookable_choices, type_choices
from services.gateway.pages.texts import text, texts_of
from services.gateway.pages.zoom_budget import own_budget
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.appointments import AppointmentView, MeetingStatus
from shared.problem import Language
from shared.recurrence import DAYS

router = APIRouter()
WAITS = timedelta(seconds=5)
"""How long the page after registering waits for the meeting, or for what is wrong with it (E8)."""
_LOOKS_EVERY = 0.25
_NEW = "/appointments/new"
_DAY_SPENT = "zoom_rate_limited"
"""E8: known before anything is made; until when stands beside it (C4)."""
_PLACES = {
    "start": "start_time",
    "end": "end_time",
    "kind": "type",
    "meeting_type_id": "type",
    "all_day": "type",
    "occurrences": "start_time",
}
_FIELDS = {
    "title",
    "bookable_id",
    "customer",
    "deal",
    "place",
    "address",
    "company",
    "name",
    "email",
    "guidance",
    "note",
    "rrule",
}


@router.get(_NEW)
async def new(request: Request, signed_in: Session) -> Response:
    """``?copy=`` fills it from what stands, ``?start=&end=`` with times that were dragged over."""
    types = await type_choices(request, signed_in)
    defaults, query = signed_in.staff.defaults, request.query_params
    first = next((one.value for one in types if one.kind == defaults.kind), types[0].value)
    typed = blank(
        clock.now(), signed_in.zone, signed_in.staff.id, first, defaults.visibility.value, secrets.token_hex(16)
    )
    if query.get("copy"):
        of = (await parts_of(request).backends.booking.appointment(signed_in.caller(), query["copy"])).read(
            AppointmentView
        )
        typed = typed if of.hidden else copied(typed, of)
    elif query.get("start") and query.get("end"):
        with suppress(ValueError):
            typed = begun_at(typed, *(datetime.fromisoformat(query[name]) for name in ("start", "end")))
    return await _page(request, signed_in, typed, types)


@router.post(_NEW)
async def register(request: Request, signed_in: Form) -> Response:
    language = language_for(request)
    typed = sent(await request.form())
    typed = replace(typed, values={**typed.values, "zone": times.zone_or(typed["zone"], signed_in.zone)})
    types = await type_choices(request, signed_in)
    try:
        body = request_of(typed, [one.value for one in types if one.takes_place])
    except ValueError as wrong:
        errors = {str(wrong): text(language, "schedule.time_missing")}
        return await _refused(request, signed_in, replace(typed, errors=errors), types)
    try:
        caller = signed_in.caller(form_key(typed["key"]))
        made = (await parts_of(request).backends.booking.register(caller, orjson.dumps(body))).read(AppointmentView)
    except BackendProblem as problem:
        errors, words = _in_words(problem, language)
        typed = _with_new_key(replace(typed, errors=errors), problem)
        left = await own_budget(request, signed_in) if problem.code == _DAY_SPENT else ""
        return await _refused(request, signed_in, typed, types, problem=words, left=left, status=problem.status)
    await _until_told(request, signed_in, made)
    return RedirectResponse(f"/appointments/{made.id}?said=registered", status_code=303)


async def _until_told(request: Request, signed_in: SignedIn, made: AppointmentView) -> None:
    """Until the meeting or its error is known, or the patience of a person ends (E8)."""
    booking = parts_of(request).backends.booking
    shown = made
    for _ in range(int(WAITS.total_seconds() / _LOOKS_EVERY)):
        if shown.meeting.status is not MeetingStatus.PENDING or shown.meeting.error is not None:
            return
        await asyncio.sleep(_LOOKS_EVERY)
        try:
            shown = (await booking.appointment(signed_in.caller(), made.id)).read(AppointmentView)
        except BackendProblem:
            return


def _with_new_key(typed: Typed, problem: BackendProblem) -> Typed:
    """What was refused and is corrected is another request; what nobody answered may have been made."""
    if problem.status >= 500:
        return typed
    return replace(typed, values={**typed.values, "key": secrets.token_hex(16)})


def _in_words(problem: BackendProblem, language: Language) -> tuple[dict[str, str], str]:
    """By field; what belongs to none stands over the form."""
    if problem.code in ("slot_busy", "slot_taken") and not any("room" in one["pointer"] for one in problem.errors):
        words = " ".join(dict.fromkeys(one["detail"] for one in problem.errors)) or problem.detail
        more = text(language, "schedule.busy_more") if problem.code == "slot_busy" else ""
        return {"start_time": f"{words} {more}".strip()}, ""
    errors: dict[str, str] = {}
    for error in problem.errors:
        parts = [part for part in error["pointer"].split("/") if part]
        name = parts[-1] if parts[:1] == ["guest"] else parts[0] if parts else ""
        place = _PLACES.get(name, name)
        known = place in _FIELDS or place in ("type", "start_time", "end_time", "attendee_ids", "room_id")
        errors.setdefault(place if known else "", error["detail"])
    others = errors.pop("", "")
    return errors, others or ("" if errors else problem.detail)


async def _refused(
    request: Request,
    signed_in: SignedIn,
    typed: Typed,
    types: list[TypeChoice],
    *,
    problem: str = "",
    left: str = "",
    status: int = 422,
) -> Response:
    words = problem or text(language_for(request), "common.fix")
    return await _page(request, signed_in, typed, types, problem=words, left=left, status=status)


async def _page(
    request: Request,
    signed_in: SignedIn,
    typed: Typed,
    types: list[TypeChoice],
    *,
    problem: str = "",
    left: str = "",
    status: int = 200,
) -> Response:
    language, now = language_for(request), clock.now()
    people = await people_chosen(request, signed_in, typed.attendee_ids or [signed_in.staff.id])
    data: dict[str, Any] = {
        "language": language,
        "zone": typed["zone"],
        "now": now.isoformat(timespec="milliseconds"),
        "me": {"id": signed_in.staff.id, "admin": signed_in.staff.is_admin},
        "calendar": signed_in.staff.calendar,
        "texts": texts_of(language, "propose"),
        "rooms": texts_of(language, "rooms"),
        "chosen": people,
        "busy_none": text(language, "schedule.busy_none"),
    }
    return staff_page(
        request,
        signed_in,
        "staff/schedule.html",
        {
            "problem": problem,
            "left": left,
            "typed": typed,
            "errors": typed.errors,
            "types": types,
            "bookables": await bookable_choices(request, signed_in),
            "spans": SPANS,
            "frequencies": FREQUENCIES,
            "days": DAYS,
            "people": people,
            "zone_label": times.zone_label(typed["zone"], now, language),
            "data": data,
        },
        status=status,
        here=_NEW,
    )
