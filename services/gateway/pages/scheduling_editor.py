"""The form of one scheduling page (H2): saved, or only looked at with a row more or another preview; both belong to one
form, so that nothing typed is lost.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import form_key
from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.money_typed import CURRENCIES
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, reader_of, staff_page
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.scheduling import said_words, troubles_of
from services.gateway.pages.scheduling_preview import changeable, preview_of
from services.gateway.pages.scheduling_rows import DAYS, after_step, rows_of
from services.gateway.pages.scheduling_sheets import (
    USUAL_DURATIONS,
    blank,
    body_of,
    field_of,
    label_of,
    shown,
    typed_in,
    typed_of,
)
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, seen_version, whole_number
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.menus import BookableList, MeetingTypeList
from shared.contracts.api.pages import PageView
from shared.problem import Language, VersionMismatch

router = APIRouter()
_LISTED = 200
_LOOKS = ("explain", "action")
_ASKED = ("explain", "explain_at", "preview_duration")
_NEEDED = ("title",)
_WHERE = {"slug_taken": "slug", "forbidden": "owner_id"}
"""Of problems without a pointer."""


@router.get("/pages/new")
async def new(request: Request, signed_in: Session) -> Response:
    sheet = Sheet(blank(signed_in.staff.id, signed_in.organization.time_zone))
    return await _page(request, signed_in, None, sheet, {})


@router.post("/pages/new")
async def add(request: Request, signed_in: Form) -> Response:
    form = await request.form()
    typed = typed_in(form)
    if any(given(form, name) for name in _LOOKS):
        return await _looked_at(request, signed_in, None, typed)
    language = language_for(request)
    body, mistakes = body_of(typed, language, new=True)
    if mistakes:
        return await _wrong(request, signed_in, None, typed, mistakes)
    try:
        caller = signed_in.caller(form_key(given(form, "key")))
        made = (await parts_of(request).backends.booking.make_page(caller, orjson.dumps(body))).read(PageView)
    except BackendProblem as problem:
        return await _refused(request, signed_in, None, typed, problem)
    return RedirectResponse(f"/pages/{made.id}?said=added", status_code=303)


@router.post("/pages/preview")
async def preview(request: Request, signed_in: Form) -> Response:
    """The part of the page, while one types."""
    form, language = await request.form(), language_for(request)
    page = await _found(request, signed_in, given(form, "page_id")) if given(form, "page_id") else None
    typed = typed_in(form) if page is None or changeable(page) else typed_of(page)
    seen = await preview_of(request, signed_in, typed, page, {name: given(form, name) for name in _ASKED})
    reader = reader_of(request, signed_in)
    return render(request, "staff/page_preview.html", {"seen": seen}, language=language, zone=reader.zone)


@router.get("/pages/preview")
async def leave_preview() -> Response:
    return RedirectResponse("/pages", status_code=303)


@router.get("/pages/{page_id}")
async def show(request: Request, page_id: str, signed_in: Session) -> Response:
    page = await _found(request, signed_in, page_id)
    return await _page(request, signed_in, page, fresh(typed_of(page), page.version), {})


@router.post("/pages/{page_id}")
async def change(request: Request, page_id: str, signed_in: Form) -> Response:
    form, page = await request.form(), await _found(request, signed_in, page_id)
    typed = typed_in(form) if changeable(page) else typed_of(page)
    if any(given(form, name) for name in _LOOKS):
        return await _looked_at(request, signed_in, page, typed)
    language = language_for(request)
    body, mistakes = body_of(typed, language, new=False)
    if mistakes:
        return await _wrong(request, signed_in, page, typed, mistakes)
    try:
        tag = f'"r{seen_version(form)}"'
        booking = parts_of(request).backends.booking
        await booking.change_page(signed_in.caller(), page_id, orjson.dumps(body), if_match=tag)
    except VersionMismatch:
        return await _overtaken(request, signed_in, page_id, typed)
    except BackendProblem as problem:
        if problem.status == VersionMismatch.status:
            return await _overtaken(request, signed_in, page_id, typed)
        return await _refused(request, signed_in, page, typed, problem)
    return RedirectResponse(f"/pages/{page_id}?said=changed", status_code=303)


async def _found(request: Request, signed_in: SignedIn, page_id: str) -> PageView:
    return (await parts_of(request).backends.booking.page(signed_in.caller(), page_id)).read(PageView)


async def _looked_at(
    request: Request, signed_in: SignedIn, page: PageView | None, typed: Mapping[str, str]
) -> Response:
    """Nothing is saved: a row more or less, or a look at the free times."""
    form = await request.form()
    changed = after_step(given(form, "action"), typed, await _next_host(request, signed_in, typed))
    sheet = as_sent(form, changed or typed, {}, "", 200)
    return await _page(request, signed_in, page, sheet, {name: given(form, name) for name in _ASKED})


async def _next_host(request: Request, signed_in: SignedIn, typed: Mapping[str, str]) -> str:
    """Somebody who is not a host yet, where there is one."""
    hosting = {row["staff_id"] for row in rows_of(typed["hosts"])}
    staff = parts_of(request).staff
    found = await staff.search(signed_in.organization.id, "", after="", limit=len(hosting) + 1, disabled=False)
    return next((one.id for one in found if one.id not in hosting), signed_in.staff.id)


async def _wrong(
    request: Request,
    signed_in: SignedIn,
    page: PageView | None,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 422,
) -> Response:
    """What was typed, with a sentence beside each field that is wrong."""
    sheet = as_sent(await request.form(), typed, errors, text(language_for(request), "common.fix"), status)
    return await _page(request, signed_in, page, sheet, {})


async def _refused(
    request: Request, signed_in: SignedIn, page: PageView | None, typed: Mapping[str, str], problem: BackendProblem
) -> Response:
    if problem.status not in (403, 409, 422):
        raise problem
    language = language_for(request)
    found = {field_of(error["pointer"], typed): error["detail"] for error in problem.errors}
    if not found:
        found = {_WHERE.get(problem.code, "title"): problem.detail}
    empty = [name for name in _NEEDED if name in found and not typed[name]]
    found |= dict.fromkeys(empty, text(language, "common.missing"))
    return await _wrong(request, signed_in, page, typed, found, problem.status)


async def _overtaken(request: Request, signed_in: SignedIn, page_id: str, typed: Mapping[str, str]) -> Response:
    language, now = language_for(request), await _found(request, signed_in, page_id)
    current, names = typed_of(now), await _names(request, signed_in, now)

    def told(name: str) -> Difference:
        return Difference(text(language, f"scheduling.{label_of(name)}"), shown(name, current[name], names, language))

    sheet = overtaken(await request.form(), typed, current, now.version, told)
    return await _page(request, signed_in, now, sheet, {})


async def _page(
    request: Request, signed_in: SignedIn, page: PageView | None, sheet: Sheet, asked: Mapping[str, str]
) -> Response:
    """One form; ``page`` is None for a new one."""
    language, typed = language_for(request), sheet.typed
    seen = await preview_of(request, signed_in, typed, page, asked)
    names = await _names(request, signed_in, page) if page else {}
    if page and (troubles := troubles_of(page, names, language)):
        seen = replace(seen, troubles=troubles)
    address = f"/pages/{page.id if page else 'new'}"
    values = {
        "said": said_words(request.query_params.get("said", ""), language),
        "problem": sheet.problem,
        "sheet": sheet,
        "item": page,
        "key": secrets.token_hex(16),
        "seen": seen,
        "may_change": changeable(page),
        "address": address,
    }
    choices = await _choices(request, signed_in, typed, language)
    return staff_page(request, signed_in, "staff/page.html", values | choices, status=sheet.status, here=address)


async def _names(request: Request, signed_in: SignedIn, page: PageView) -> dict[str, str]:
    ids = [page.owner_id, *(host.staff_id for host in page.hosts)]
    return await parts_of(request).staff.names_of(signed_in.organization.id, ids)


async def _choices(
    request: Request, signed_in: SignedIn, typed: Mapping[str, str], language: Language
) -> dict[str, Any]:
    """What can be chosen, and what is although it could not be any more."""
    parts, caller, hosts = parts_of(request), signed_in.caller(), rows_of(typed["hosts"])
    query = {"limit": str(_LISTED), "archived": "true"}
    types = (await parts.backends.booking.menu_items(caller, "meeting-types", query)).read(MeetingTypeList).items
    bookables = (await parts.backends.booking.menu_items(caller, "bookables", query)).read(BookableList).items
    staff = await parts.staff.search(signed_in.organization.id, "", after="", limit=_LISTED, disabled=False)
    people = {one.id: one.name for one in staff}
    chosen = [one for one in (typed["owner_id"], *(row["staff_id"] for row in hosts)) if one and one not in people]
    people |= await parts.staff.names_of(signed_in.organization.id, chosen) if chosen else {}
    zones = [typed["time_zone"], signed_in.organization.time_zone, *(row["time_zone"] for row in hosts)]
    numbers = (whole_number(one, digits=9) for one in typed["durations"].split())
    lengths = [one for one in numbers if one is not None]
    return {
        "people": list(people.items()),
        "types": [(one.id, one.name) for one in types if not one.archived or one.id == typed["meeting_type_id"]],
        "bookables": [(one.id, one.name) for one in bookables if not one.archived or one.id == typed["bookable_id"]],
        "zones": times.zone_choices(clock.now(), language, *dict.fromkeys(zones)),
        "durations": list(dict.fromkeys([*lengths, *USUAL_DURATIONS])),
        "lengths": lengths,
        "hosts": hosts,
        "questions": rows_of(typed["questions"]),
        "days": DAYS,
        "currencies": [(one, one.upper()) for one in dict.fromkeys([*CURRENCIES, typed["price_currency"]]) if one],
    }
