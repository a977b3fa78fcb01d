"""Editing what stands: title, texts, who takes part, and of a proposal its guest and its end (R28). Times and rooms
have forms of their own. Whoever was overtaken keeps what they typed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.edit_subjects import (
    ATTENDEES,
    SCHEDULE,
    Subject,
    changes_of,
    of_appointment,
    of_proposal,
    value_of,
)
from services.gateway.pages.occurrence_rows import rule_of
from services.gateway.pages.overtaken import Difference, Sheet, fresh, marks_of, overtaken
from services.gateway.pages.people_chosen import people_chosen
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.room_data import staff_kind_word
from services.gateway.pages.rule_form import RULE
from services.gateway.pages.schedule_form import FREQUENCIES
from services.gateway.pages.schedule_types import TypeChoice, type_choices
from services.gateway.pages.texts import text, texts_of
from services.gateway.pages.typed import given
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.appointments import MAX_ATTENDEES, AppointmentView
from shared.contracts.api.proposals import ProposalView
from shared.problem import Forbidden, Language, VersionMismatch
from shared.recurrence import DAYS

router = APIRouter()
Noun = Literal["appointments", "proposals"]
_SHORT = 120


@router.get("/{noun}/{item_id}/edit")
async def show(request: Request, noun: Noun, item_id: str, signed_in: Session) -> Response:
    subject = await _subject(request, signed_in, noun, item_id, signed_in.zone)
    if not subject.editable:
        return RedirectResponse(subject.url, status_code=303)
    return await _page(request, signed_in, subject, fresh(_known(subject), subject.version))


@router.post("/{noun}/{item_id}/edit")
async def change(request: Request, noun: Noun, item_id: str, signed_in: Form) -> Response:
    form, language = await request.form(), language_for(request)
    zone = times.zone_or(given(form, "zone"), signed_in.zone)
    subject = await _subject(request, signed_in, noun, item_id, zone)
    typed = {name: given(form, name).replace("\r\n", "\n") for name in subject.fields}
    if subject.series is not None:
        typed |= _rule_in(form, subject)
    ids = dict.fromkeys(one for one in form.getlist(ATTENDEES) if isinstance(one, str))
    typed[ATTENDEES] = ",".join([one for one in ids if "," not in one][: MAX_ATTENDEES + 1])
    ticked = _ticked(form)
    if not subject.editable or given(form, "version") != str(subject.version):
        return await _overtaken(request, signed_in, subject, typed)
    if not typed[ATTENDEES]:
        wrong = {ATTENDEES: text(language, "propose.attendee_last")}
        return await _refused(request, signed_in, subject, _sheet(subject, typed, wrong, ticked))
    try:
        body = changes_of(subject, typed)
    except ValueError as odd:
        wrong = {"until" if str(odd) == "until" else "expires_at": text(language, "appointments.time_odd")}
        return await _refused(request, signed_in, subject, _sheet(subject, typed, wrong, ticked))
    if not body and "send_mail" not in ticked:
        return RedirectResponse(f"{subject.url}?said=unchanged", status_code=303)
    try:
        await _send(request, signed_in, subject, body | dict.fromkeys(ticked, True))
    except BackendProblem as problem:
        if problem.code == VersionMismatch.code:
            now = await _subject(request, signed_in, noun, item_id, zone)
            return await _overtaken(request, signed_in, now, typed)
        errors, words = _in_words(problem, ticked, language)
        sheet = replace(_sheet(subject, typed, errors, ticked), problem=words)
        return await _refused(request, signed_in, subject, sheet, status=problem.status)
    return RedirectResponse(f"{subject.url}?said=changed", status_code=303)


def _rule_in(form: FormData, subject: Subject) -> dict[str, str]:
    """As it stands where the form does not show it (E6)."""
    if "freq" not in form:
        return {name: value_of(subject, name) for name in RULE}
    return {"weekdays": ",".join(day for day in DAYS if day in form.getlist("weekdays"))}


def _ticked(form: FormData) -> frozenset[str]:
    return frozenset(name for name in ("send_mail", "allow_overlap") if given(form, name) == "on")


async def _subject(request: Request, signed_in: SignedIn, noun: Noun, item_id: str, zone: str) -> Subject:
    """With times in ``zone``: of a form that was sent, the one that it was made in. Raises ``Forbidden`` where the
    reader may not change it.
    """
    booking, caller, language = parts_of(request).backends.booking, signed_in.caller(), language_for(request)
    if noun == "appointments":
        appointment = (await booking.appointment(caller, item_id)).read(AppointmentView)
        subject, may = of_appointment(appointment, zone, language), appointment.can_change
    else:
        proposal = (await booking.proposal(caller, item_id)).read(ProposalView)
        subject, may = of_proposal(proposal, zone, language), proposal.can_change
    if not may:
        raise Forbidden()
    return subject


async def _send(request: Request, signed_in: SignedIn, subject: Subject, body: dict[str, Any]) -> None:
    booking = parts_of(request).backends.booking
    send = booking.change_appointment if subject.noun == "appointments" else booking.change_proposal
    await send(signed_in.caller(), subject.id, orjson.dumps(body), if_match=f'"r{subject.version}"')


async def _overtaken(request: Request, signed_in: SignedIn, now: Subject, typed: Mapping[str, str]) -> Response:
    """Where it is over, that is all to see."""
    if not now.editable:
        return RedirectResponse(f"{now.url}?said=overtaken", status_code=303)
    form, language = await request.form(), language_for(request)
    current, names = _known(now), {attendee.staff_id: attendee.name for attendee in now.attendees}

    def told(name: str) -> Difference:
        return Difference(text(language, f"edit.{name}"), _shown(name, current[name], names, language))

    sheet = overtaken(form, typed, current, now.version, told)
    return await _page(request, signed_in, now, replace(sheet, ticked=_ticked(form)))


def _sheet(subject: Subject, typed: Mapping[str, str], errors: Mapping[str, str], ticked: frozenset[str]) -> Sheet:
    """What was typed beside what is known."""
    return Sheet(typed, subject.version, marks_of(_known(subject)), errors, ticked=ticked)


async def _refused(
    request: Request, signed_in: SignedIn, subject: Subject, sheet: Sheet, *, status: int = 422
) -> Response:
    problem = sheet.problem or text(language_for(request), "common.fix")
    return await _page(request, signed_in, subject, replace(sheet, problem=problem, status=status))


def _in_words(problem: BackendProblem, ticked: frozenset[str], language: Language) -> tuple[dict[str, str], str]:
    """By field; what belongs to none stands over the form."""
    if problem.code in ("slot_taken", "slot_busy") and any("/occurrences/" in one["pointer"] for one in problem.errors):
        key = "occurrences.slot_taken" if "allow_overlap" in ticked else "occurrences.slot_busy"
        which = " ".join(dict.fromkeys(one["detail"] for one in problem.errors))
        return {"rrule": f"{which} {text(language, key)}"}, ""
    if problem.code == "slot_taken":
        key = "edit.attendee_taken" if "allow_overlap" in ticked else "edit.attendee_busy"
        return {ATTENDEES: text(language, key)}, ""
    errors: dict[str, str] = {}
    for error in problem.errors:
        parts = [part for part in error["pointer"].split("/") if part]
        if parts[:1] in (["kind"], ["meeting_type_id"], ["all_day"]):
            parts = ["type"]
        place = ATTENDEES if parts[:1] == [ATTENDEES] else parts[-1] if parts else ""
        errors.setdefault(place, error["detail"])
    known = {
        "title",
        "guidance",
        "note",
        "visibility",
        "organizer_id",
        "address",
        "expires_at",
        "rrule",
        ATTENDEES,
        *SCHEDULE,
    }
    fields = {name: words for name, words in errors.items() if name in known | {"company", "name", "email"}}
    others = [words for name, words in errors.items() if name not in fields]
    return fields, "" if fields else " ".join(others) or problem.detail


def _known(subject: Subject) -> dict[str, str]:
    return {name: value_of(subject, name) for name in (*subject.fields, ATTENDEES)}


def _shown(name: str, value: str, names: Mapping[str, str], language: Language) -> str:
    if name in ("type", "others_may_edit", "freq", "ends", "weekdays"):
        return text(language, "edit.changed_elsewhere")
    if name == "visibility":
        return text(language, f"propose.visibility_{value}")
    if name in (ATTENDEES, "organizer_id"):
        return text(language, "common.list_comma").join(names.get(one, one) for one in value.split(","))
    if name == "expires_at":
        return value.replace("T", " ")
    return (value[:_SHORT] + "…" if len(value) > _SHORT else value) or text(language, "common.dash")


async def _types(request: Request, signed_in: SignedIn, subject: Subject) -> list[TypeChoice]:
    if subject.noun == "proposals":
        return []
    language = language_for(request)
    known = TypeChoice(subject.fields["type"], staff_kind_word(subject.kind, language), subject.kind)
    return await type_choices(request, signed_in, of=known)


async def _page(request: Request, signed_in: SignedIn, subject: Subject, sheet: Sheet) -> Response:
    language = language_for(request)
    before = {attendee.staff_id: attendee.name for attendee in subject.attendees}
    people = await people_chosen(request, signed_in, sheet.typed[ATTENDEES].split(","), before)
    data = {
        "language": language,
        "now": clock.now().isoformat(timespec="milliseconds"),
        "me": {"id": signed_in.staff.id},
        "texts": texts_of(language, "propose"),
        "chosen": people,
        "before": _known(subject),
    }
    return staff_page(
        request,
        signed_in,
        "staff/edit_details.html",
        {
            "problem": sheet.problem,
            "sheet": sheet,
            "subject": subject,
            "people": people,
            "is_proposal": subject.noun == "proposals",
            "types": await _types(request, signed_in, subject),
            "rule": rule_of(subject.series, language) if subject.series else "",
            "rule_stands": subject.series is not None and subject.series.start <= clock.now(),
            "weekdays": sheet.typed.get("weekdays", "").split(","),
            "frequencies": FREQUENCIES,
            "days": DAYS,
            "zone_label": times.zone_label(subject.zone, clock.now(), language),
            "data": data,
        },
        status=sheet.status,
        here=f"{subject.url}/edit",
    )
