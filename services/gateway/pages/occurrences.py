"""One occurrence of a recurring appointment: moved or cancelled by itself, without scripts too (E6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from services.gateway.edge.forwarding import if_match
from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.consequences import what_goes_once, what_moves_once
from services.gateway.pages.occurrence_rows import mark_of, when_of
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, typed_in
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.occurrences import OccurrenceList, OccurrencePatch, OccurrenceStatus, OccurrenceView
from shared.problem import Forbidden, Language, NotFound, VersionMismatch

router = APIRouter()
FIELDS = ("date", "start", "end", "zone", "allow_overlap")


class _Odd(Exception):
    """A field that is no time, and what is said of it."""

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key
        super().__init__(f"{name}: {key}")


@dataclass(frozen=True)
class _Subject:
    """The occurrence, and what it is of; ``is_last`` where no other is left."""

    appointment: AppointmentView
    occurrence: OccurrenceView
    is_last: bool

    @property
    def url(self) -> str:
        return f"/appointments/{self.appointment.id}/occurrences/{mark_of(self.occurrence)}"


@dataclass(frozen=True)
class _Sheet:
    """What was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    status: int = 200


@router.get("/appointments/{appointment_id}/occurrences/{mark}")
async def show(request: Request, appointment_id: str, mark: str, signed_in: Session) -> Response:
    subject = await _subject(request, signed_in, appointment_id, mark)
    return await _page(request, signed_in, subject, _Sheet(_known(subject, signed_in.zone)))


@router.post("/appointments/{appointment_id}/occurrences/{mark}")
async def move(request: Request, appointment_id: str, mark: str, signed_in: Form) -> Response:
    """In the zone that the form was made in: the reader's may be another one by now (G6)."""
    subject, typed = await _subject(request, signed_in, appointment_id, mark), await typed_in(request, FIELDS)
    typed["zone"] = times.zone_or(typed["zone"], signed_in.zone)
    language = language_for(request)
    try:
        patch = _patch(subject.appointment, typed)
    except _Odd as odd:
        errors = {odd.name: text(language, odd.key)}
        return await _page(request, signed_in, subject, _Sheet(typed, errors, text(language, "common.fix"), 422))
    body, booking = patch.model_dump_json(exclude_unset=True).encode(), parts_of(request).backends.booking
    original = subject.occurrence.original_start
    try:
        tag = await _tag(request)
        await booking.move_occurrence(signed_in.caller(), subject.appointment.id, original, body, if_match=tag)
    except VersionMismatch:
        return await _overtaken(request, signed_in, appointment_id, mark, typed)
    except BackendProblem as problem:
        if problem.code == VersionMismatch.code:
            return await _overtaken(request, signed_in, appointment_id, mark, typed)
        return await _page(request, signed_in, subject, _refused(problem, subject.appointment, typed, language))
    return RedirectResponse(f"/appointments/{subject.appointment.id}?said=occurrence_moved", status_code=303)


@router.post("/appointments/{appointment_id}/occurrences/{mark}/cancel")
async def cancel(request: Request, appointment_id: str, mark: str, signed_in: Form) -> Response:
    subject = await _subject(request, signed_in, appointment_id, mark)
    known, booking = _known(subject, signed_in.zone), parts_of(request).backends.booking
    original = subject.occurrence.original_start
    try:
        tag = await _tag(request)
        await booking.cancel_occurrence(signed_in.caller(), subject.appointment.id, original, if_match=tag)
    except VersionMismatch:
        return await _overtaken(request, signed_in, appointment_id, mark, known)
    except BackendProblem as problem:
        if problem.code == VersionMismatch.code:
            return await _overtaken(request, signed_in, appointment_id, mark, known)
        sheet = _Sheet(known, problem=problem.detail, status=problem.status)
        return await _page(request, signed_in, subject, sheet)
    said = "canceled" if subject.is_last else "occurrence_canceled"
    return RedirectResponse(f"/appointments/{subject.appointment.id}?said={said}", status_code=303)


@router.get("/appointments/{appointment_id}/occurrences/{mark}/cancel")
async def leave_cancel(request: Request, appointment_id: str, mark: str, signed_in: Session) -> Response:
    """Reloading what the form answered."""
    subject = await _subject(request, signed_in, appointment_id, mark)
    return RedirectResponse(subject.url, status_code=303)


async def _tag(request: Request) -> str | None:
    version = given(await request.form(), "version")
    return if_match(f'"r{version}"' if version else None)


async def _subject(request: Request, signed_in: SignedIn, appointment_id: str, mark: str) -> _Subject:
    """Raises ``NotFound``, and ``Forbidden`` where the reader may not change it."""
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    appointment = (await booking.appointment(caller, appointment_id)).read(AppointmentView)
    every = (await booking.occurrences(caller, appointment_id)).read(OccurrenceList).items
    found = next((one for one in every if mark_of(one) == mark), None)
    if found is None:
        raise NotFound()
    if not appointment.can_change:
        raise Forbidden()
    left = [one for one in every if one.status is OccurrenceStatus.CONFIRMED]
    return _Subject(appointment, found, left == [found])


def _patch(appointment: AppointmentView, typed: Mapping[str, str]) -> OccurrencePatch:
    """Raises ``_Odd``. Of whole days the date alone is asked for."""
    zone = ZoneInfo(appointment.time_zone if appointment.all_day else typed["zone"])
    try:
        day = datetime.combine(date.fromisoformat(typed["date"]), time())
    except ValueError as error:
        raise _Odd("date", "propose.error_incomplete") from error
    if appointment.all_day:
        days = (appointment.end.astimezone(zone).date() - appointment.start.astimezone(zone).date()).days
        span = (day, day + timedelta(days=days))
    else:
        span = (_at(day, typed, "start"), _at(day, typed, "end"))
    start, end = (at.replace(tzinfo=zone) for at in (span[0], times.end_after(*span)))
    try:
        overlap = {"allow_overlap": True} if typed["allow_overlap"] == "on" else {}
        return OccurrencePatch.model_validate({"start": start.isoformat(), "end": end.isoformat(), **overlap})
    except ValidationError as error:
        raise _Odd("date", "appointments.time_odd") from error


def _at(day: datetime, typed: Mapping[str, str], name: str) -> datetime:
    try:
        return datetime.combine(day, time.fromisoformat(typed[name]))
    except ValueError as error:
        raise _Odd(name, "propose.error_incomplete") from error


def _refused(
    problem: BackendProblem, appointment: AppointmentView, typed: Mapping[str, str], language: Language
) -> _Sheet:
    """What is wrong stands at its field; what is wrong with none, over the form."""
    if problem.status == 404:
        raise problem
    errors: dict[str, str] = {}
    for error in problem.errors:
        end = error["pointer"].endswith("/end") and not appointment.all_day
        errors.setdefault("end" if end else "date", error["detail"])
    if problem.code in ("slot_taken", "slot_busy"):
        errors = {"date": text(language, f"occurrences.{problem.code}")}
    return _Sheet(typed, errors, text(language, "common.fix") if errors else problem.detail, problem.status)


async def _overtaken(
    request: Request, signed_in: SignedIn, appointment_id: str, mark: str, typed: Mapping[str, str]
) -> Response:
    """What was typed stays; the version is that of now."""
    now = await _subject(request, signed_in, appointment_id, mark)
    sentence = text(language_for(request), "occurrences.overtaken")
    return await _page(request, signed_in, now, _Sheet(typed, problem=sentence, status=VersionMismatch.status))


def _known(subject: _Subject, zone: str) -> dict[str, str]:
    zone = subject.appointment.time_zone if subject.appointment.all_day else zone
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (subject.occurrence.start, subject.occurrence.end))
    known = {"date": start.date().isoformat(), "start": f"{start:%H:%M}", "end": f"{end:%H:%M}", "zone": zone}
    return {**known, "allow_overlap": ""}


async def _page(request: Request, signed_in: SignedIn, subject: _Subject, sheet: _Sheet) -> Response:
    """What is over or cancelled has no form any more."""
    appointment, occurrence, language = subject.appointment, subject.occurrence, language_for(request)
    if not occurrence.can_change:
        return RedirectResponse(f"/appointments/{appointment.id}?said=occurrence_settled", status_code=303)
    zone = sheet.typed["zone"]
    return staff_page(
        request,
        signed_in,
        "staff/occurrence.html",
        {
            "appointment": appointment,
            "url": subject.url,
            "when": when_of(occurrence, appointment, signed_in.zone, language),
            "sheet": sheet,
            "problem": sheet.problem,
            "move_text": what_moves_once(appointment, language),
            "cancel_text": what_goes_once(appointment, language, is_last=subject.is_last),
            "zone_label": times.zone_label(zone, occurrence.start, language),
            "today": clock.now().astimezone(ZoneInfo(zone)).date().isoformat(),
        },
        status=sheet.status,
        here=subject.url,
    )
