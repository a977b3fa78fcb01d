"""Meeting types and bookables (C2, C5, C7, C10): one page lists both, administrators change them."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import form_key
from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages import menu_sheets
from services.gateway.pages.menu_sheets import BOOKABLES, TYPES, Noun
from services.gateway.pages.menu_words import place_words, reveal_words
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, seen_version
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import ZoomUserStatus, ZoomUserView
from services.gateway.usecases.zoom_users import (
    BasicZoomUser,
    UnknownZoomUser,
    check_zoom_user,
    listed_users,
    lost_users,
)
from shared.contracts.api.menus import BookableList, BookableView, MeetingTypeList, MeetingTypeView
from shared.problem import Language, NotFound

router = APIRouter()
_LISTED = 200
"""More than anybody offers on one page; what lies beyond is reached by the API."""
_NEEDED = ("name", "duration_minutes", "capacity")
_SAID = ("added", "changed", "archived", "deleted", "restored")


@router.get("/menus")
async def show(request: Request, signed_in: Session) -> Response:
    language, archived = language_for(request), request.query_params.get("show") == "archived"
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    query = {"limit": str(_LISTED), "archived": "true"}
    types = (await booking.menu_items(caller, TYPES, query)).read(MeetingTypeList).items
    bookables = (await booking.menu_items(caller, BOOKABLES, query)).read(BookableList).items
    names = {item.id: item.name for item in types}
    staff = await parts_of(request).staff.names_of(
        signed_in.organization.id, [item.staff_id for item in bookables if item.staff_id]
    )
    said = request.query_params.get("said", "")
    lost = await _lost(request, signed_in, [item.zoom_user_id for item in bookables if not item.archived])
    return staff_page(
        request,
        signed_in,
        "staff/menus.html",
        {
            "said": text(language, f"menus.said_{said}") if said in _SAID else "",
            "archived": archived,
            "may_change": signed_in.staff.is_admin,
            "lost": lost,
            "types": [_type_row(item, language) for item in types if item.archived == archived],
            "bookables": [
                _bookable_row(item, names, staff, language) for item in bookables if item.archived == archived
            ],
        },
        here="/menus?show=archived" if archived else "/menus",
    )


def _type_row(item: MeetingTypeView, language: Language) -> dict[str, Any]:
    return {
        "item": item,
        "place": place_words(item, language),
        "length": text(language, "menus.minutes_long", minutes=item.duration_minutes),
        "reveal": reveal_words(item.location, item.reveal.link, item.reveal.notices, language),
    }


def _bookable_row(
    item: BookableView, types: Mapping[str, str], staff: Mapping[str, str], language: Language
) -> dict[str, Any]:
    offered = [types[one] for one in item.meeting_type_ids if one in types]
    with_whom = [staff.get(item.staff_id or "", ""), item.room_name or ""]
    return {
        "item": item,
        "capacity": text(language, "menus.capacity_of", capacity=item.capacity),
        "with": [word for word in with_whom if word],
        "offered": offered,
    }


@router.get("/menus/{noun}/new")
async def new(request: Request, noun: Noun, signed_in: Session) -> Response:
    require_admin(signed_in)
    return await _page(request, signed_in, noun, None, Sheet(menu_sheets.blank(noun)))


@router.post("/menus/{noun}/new")
async def add(request: Request, noun: Noun, signed_in: Form) -> Response:
    require_admin(signed_in)
    form = await request.form()
    typed = menu_sheets.typed_in(noun, form)
    try:
        await _check_user(request, signed_in, typed.get("zoom_user_id", ""), None)
        body, key = menu_sheets.body_of(noun, typed), given(form, "key")
        caller = signed_in.caller(form_key(key))
        await parts_of(request).backends.booking.make_menu_item(caller, noun, body)
    except (UnknownZoomUser, BasicZoomUser) as wrong:
        return await _wrong_user(request, signed_in, None, typed, wrong)
    except BackendProblem as problem:
        return await _refused(request, signed_in, noun, None, typed, problem)
    return RedirectResponse("/menus?said=added", status_code=303)


@router.get("/menus/{noun}/{item_id}")
async def show_one(request: Request, noun: Noun, item_id: str, signed_in: Session) -> Response:
    require_admin(signed_in)
    item = await _found(request, signed_in, noun, item_id)
    return await _page(request, signed_in, noun, item, fresh(menu_sheets.typed_of(item), item.version))


@router.post("/menus/{noun}/{item_id}")
async def change(request: Request, noun: Noun, item_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    form = await request.form()
    typed = menu_sheets.typed_in(noun, form)
    item = await _found(request, signed_in, noun, item_id)
    try:
        await _check_user(request, signed_in, typed.get("zoom_user_id", ""), item)
        body, tag = menu_sheets.body_of(noun, typed), f'"r{seen_version(form)}"'
        await parts_of(request).backends.booking.change_menu_item(signed_in.caller(), noun, item_id, body, if_match=tag)
    except (UnknownZoomUser, BasicZoomUser) as wrong:
        return await _wrong_user(request, signed_in, item, typed, wrong)
    except BackendProblem as problem:
        if problem.status == 412:
            return await _overtaken(request, signed_in, noun, item_id, typed)
        return await _refused(request, signed_in, noun, item, typed, problem)
    return RedirectResponse("/menus?said=changed", status_code=303)


@router.post("/menus/{noun}/{item_id}/{step}")
async def take_step(request: Request, noun: Noun, item_id: str, step: str, signed_in: Form) -> Response:
    """``up``, ``down``, ``archive``, ``restore``: repeating one is harmless, so that no version is asked for."""
    require_admin(signed_in)
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    if step == "archive":
        return RedirectResponse(f"/menus?said={await _archive(request, signed_in, noun, item_id)}", status_code=303)
    if step == "restore":
        try:
            await booking.change_menu_item(caller, noun, item_id, menu_sheets.packed({"archived": False}))
        except BackendProblem as problem:
            return await _not_restored(request, signed_in, noun, item_id, problem)
        return RedirectResponse("/menus?said=restored", status_code=303)
    if step not in ("up", "down"):
        raise NotFound()
    reply = await booking.menu_items(caller, noun, {"limit": str(_LISTED)})
    listed = reply.read(MeetingTypeList) if noun == TYPES else reply.read(BookableList)
    behind = menu_sheets.behind([item.id for item in listed.items], item_id, up=step == "up")
    if behind is not menu_sheets.STAYS:
        await booking.change_menu_item(caller, noun, item_id, menu_sheets.packed({"after": behind}))
    return RedirectResponse(f"/menus#{item_id}", status_code=303)


@router.get("/menus/{noun}/{item_id}/{step}")
async def leave_step() -> Response:
    """Reloading what a form answered."""
    return RedirectResponse("/menus", status_code=303)


async def _found(request: Request, signed_in: SignedIn, noun: Noun, item_id: str) -> MeetingTypeView | BookableView:
    reply = await parts_of(request).backends.booking.menu_item(signed_in.caller(), noun, item_id)
    return reply.read(MeetingTypeView) if noun == TYPES else reply.read(BookableView)


async def _archive(request: Request, signed_in: SignedIn, noun: Noun, item_id: str) -> str:
    """What became of it: only what was used is kept. Somebody else may have been faster."""
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    try:
        await booking.delete_menu_item(caller, noun, item_id)
        await booking.menu_item(caller, noun, item_id)
    except BackendProblem as problem:
        if problem.status != NotFound.status:
            raise
        return "deleted"
    return "archived"


async def _check_user(
    request: Request, signed_in: SignedIn, user_id: str, item: MeetingTypeView | BookableView | None
) -> None:
    """What stood before may go on standing. Raises ``UnknownZoomUser``, ``BasicZoomUser``."""
    kept = item.zoom_user_id if isinstance(item, BookableView) else None
    if user_id != kept:
        zoom = parts_of(request).backends.zoom_issuer
        await check_zoom_user(zoom, signed_in.caller(), user_id, of_bookable=True)


async def _wrong_user(
    request: Request,
    signed_in: SignedIn,
    item: MeetingTypeView | BookableView | None,
    typed: dict[str, str],
    wrong: UnknownZoomUser | BasicZoomUser,
) -> Response:
    language = language_for(request)
    errors = {"zoom_user_id": wrong.detail(language)}
    sheet = as_sent(await request.form(), typed, errors, text(language, "common.fix"), wrong.status)
    return await _page(request, signed_in, BOOKABLES, item, sheet)


async def _refused(
    request: Request,
    signed_in: SignedIn,
    noun: Noun,
    item: MeetingTypeView | BookableView | None,
    typed: dict[str, str],
    problem: BackendProblem,
) -> Response:
    """What was typed, with a sentence beside each field that is wrong."""
    language = language_for(request)
    errors = _errors(problem, typed, language)
    sheet = as_sent(await request.form(), typed, errors, text(language, "common.fix"), problem.status)
    return await _page(request, signed_in, noun, item, sheet)


async def _not_restored(
    request: Request, signed_in: SignedIn, noun: Noun, item_id: str, problem: BackendProblem
) -> Response:
    """Its form, with what is in the way."""
    item, language = await _found(request, signed_in, noun, item_id), language_for(request)
    sheet = fresh(menu_sheets.typed_of(item), item.version)
    errors = _errors(problem, sheet.typed, language)
    sheet = replace(sheet, errors=errors, problem=text(language, "common.fix"), status=problem.status)
    return await _page(request, signed_in, noun, item, sheet)


def _errors(problem: BackendProblem, typed: Mapping[str, str], language: Language) -> dict[str, str]:
    """By field; what was left empty is called missing."""
    if problem.status not in (409, 422):
        raise problem
    found = {menu_sheets.field_of(error["pointer"], typed): error["detail"] for error in problem.errors}
    empty = [name for name in _NEEDED if name in found and not typed[name].strip()]
    return found | dict.fromkeys(empty, text(language, "common.missing"))


async def _overtaken(
    request: Request, signed_in: SignedIn, noun: Noun, item_id: str, typed: dict[str, str]
) -> Response:
    language, now = language_for(request), await _found(request, signed_in, noun, item_id)
    current = menu_sheets.typed_of(now)

    def told(name: str) -> Difference:
        return Difference(
            text(language, f"menus.{menu_sheets.label_of(name)}"), menu_sheets.shown(name, current[name], language)
        )

    sheet = overtaken(await request.form(), typed, current, now.version, told)
    return await _page(request, signed_in, noun, now, sheet)


async def _page(
    request: Request, signed_in: SignedIn, noun: Noun, item: MeetingTypeView | BookableView | None, sheet: Sheet
) -> Response:
    """One form; ``item`` is None for a new one."""
    values: dict[str, Any] = {"problem": sheet.problem, "sheet": sheet, "item": item, "noun": noun}
    values |= {"key": secrets.token_hex(16), "notices": range(1, menu_sheets.NOTICES + 1)}
    if noun == BOOKABLES:
        values |= await _choices(request, signed_in, sheet)
        values["lost"] = await _lost(
            request, signed_in, [item.zoom_user_id if isinstance(item, BookableView) else None]
        )
    return staff_page(
        request,
        signed_in,
        "staff/menu_type.html" if noun == TYPES else "staff/menu_bookable.html",
        values,
        status=sheet.status,
        here=f"/menus/{noun}/{item.id if item else 'new'}",
    )


async def _choices(request: Request, signed_in: SignedIn, sheet: Sheet) -> dict[str, Any]:
    """What a bookable can be made of: types, staff, and rooms and Zoom users where they can be read."""
    parts, caller, chosen = parts_of(request), signed_in.caller(), sheet.typed["meeting_type_ids"].split()
    query = {"limit": str(_LISTED), "archived": "true"}
    types = (await parts.backends.booking.menu_items(caller, TYPES, query)).read(MeetingTypeList).items
    staff = await parts.staff.search(signed_in.organization.id, "", after="", limit=_LISTED, disabled=False)
    people = {one.id: one.name for one in staff}
    if (kept := sheet.typed["staff_id"]) and kept not in people:
        people |= await parts.staff.names_of(signed_in.organization.id, [kept])
    try:
        rooms = [(room.id, room.name) for room in (await parts.backends.calendar_sync.rooms(caller)).rooms]
    except BackendProblem:
        rooms = []
    if (kept := sheet.typed["room_id"]) and kept not in dict(rooms):
        rooms.append((kept, kept))
    return {
        "types": [item for item in types if not item.archived or item.id in chosen],
        "chosen": chosen,
        "staff": list(people.items()),
        "rooms": rooms,
        "zoom_users": await _zoom_users(request, signed_in, sheet.typed["zoom_user_id"]),
    }


async def _lost(request: Request, signed_in: SignedIn, user_ids: Iterable[str | None]) -> set[str]:
    """Zoom users of bookables that an administrator should map anew."""
    asked = {one for one in user_ids if one} if signed_in.staff.is_admin else set()
    return await lost_users(parts_of(request).backends.zoom_issuer, signed_in.caller(), asked)


async def _zoom_users(request: Request, signed_in: SignedIn, chosen: str) -> list[tuple[str, str]] | None:
    """Who can be chosen, and who is; None where there is no list to choose from."""
    users, language = (
        await listed_users(parts_of(request).backends.zoom_issuer, signed_in.caller()),
        language_for(request),
    )
    if users is None:
        return None
    able = [one for one in users if one.user_id == chosen or (one.allowed and one.status is ZoomUserStatus.ACTIVE)]
    named = [(one.user_id, _user_words(one, language)) for one in able]
    if not chosen or chosen in dict(named):
        return named
    return [*named, (chosen, text(language, "menus.zoom_user_lost_option", user=chosen))]


def _user_words(user: ZoomUserView, language: Language) -> str:
    """``会議室A (room-a@example.jp) · ライセンス``."""
    name = f"{user.name} ({user.email})" if user.name else user.email
    return f"{name} · {text(language, f'zoom.plan_{user.plan}')}"
