"""Staff: the list for everybody; adding, changing, inviting, disabling for administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.gateway.edge.cursors import after, cursor_of
from services.gateway.identity import SignedIn, require_admin
from services.gateway.model import SignInState, Staff
from services.gateway.pages import invitation_mails, times
from services.gateway.pages.left_behind import Part, left_behind
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, seen_version, typed_in, understood
from services.gateway.parts import parts_of
from services.gateway.schemas.staff import StaffCreate, StaffPatch
from services.gateway.usecases.invite import StaffIsDisabled
from services.gateway.usecases.staff_changes import EmailTaken, LastAdmin
from services.gateway.usecases.zoom_users import BasicZoomUser, UnknownZoomUser, check_zoom_user
from shared import clock
from shared.problem import Language, NotFound, Problem, VersionMismatch

router = APIRouter()
FIELDS = ("name", "kana", "email", "role", "time_zone", "locale", "zoom_user")
_LISTED = 50
_SAID = ("added", "changed", "changed_address", "invited", "disabled", "enabled")
_BADGES = {
    SignInState.INVITED: "wait",
    SignInState.INVITATION_EXPIRED: "bad",
    SignInState.NONE: "bad",
}


@router.get("/members")
async def show(request: Request, signed_in: Session) -> Response:
    query, language, zone = request.query_params, language_for(request), signed_in.zone
    words, disabled = query.get("q", "").strip()[:100], query.get("show") == "disabled"
    found = await parts_of(request).staff.search(
        signed_in.organization.id, words, after=after(query.get("cursor")), limit=_LISTED + 1, disabled=disabled
    )
    asked = {"show": "disabled" if disabled else "", "q": words}
    more = urlencode(asked | {"cursor": cursor_of(found[_LISTED - 1].id)}) if len(found) > _LISTED else ""
    return staff_page(
        request,
        signed_in,
        "staff/members.html",
        {
            "items": [_row(staff, language, zone) for staff in found[:_LISTED]],
            "words": words,
            "disabled": disabled,
            "more_url": f"/members?{more}" if more else "",
            "may_change": signed_in.staff.is_admin,
            "uninvited": await invitation_mails.failed(request, signed_in) if signed_in.staff.is_admin else [],
        },
    )


def _row(staff: Staff, language: Language, zone: str) -> dict[str, object]:
    state = staff.sign_in_state(clock.now())
    badge = _BADGES.get(state)
    return {
        "staff": staff,
        "calendar": text(language, f"connections.{staff.calendar}") if staff.calendar else "",
        "badge": badge if not staff.disabled else None,
        "mail": invitation_mails.row_of(staff, language, zone),
        "state": text(language, f"members.state_{state}") if badge else "",
    }


@router.get("/members/new")
async def new(request: Request, signed_in: Session) -> Response:
    require_admin(signed_in)
    organization = signed_in.organization
    blank = dict.fromkeys(FIELDS, "")
    start = {"role": "member", "time_zone": organization.time_zone, "locale": organization.locale.value}
    return _page(request, signed_in, None, Sheet(blank | start))


@router.post("/members/new")
async def add(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    language, typed, form = language_for(request), await typed_in(request, FIELDS), await request.form()
    try:
        asked = understood(StaffCreate, typed, language)
        staff = await parts_of(request).add_staff(signed_in.organization, signed_in.staff, asked, signed_in.request_id)
    except (Mistyped, EmailTaken) as wrong:
        return _page(request, signed_in, None, _wrong(form, typed, wrong, language))
    return RedirectResponse(f"/members/{staff.id}?said=added", status_code=303)


@router.get("/members/{staff_id}")
async def show_one(request: Request, staff_id: str, signed_in: Session) -> Response:
    require_admin(signed_in)
    staff = await _found(request, signed_in, staff_id)
    left = await left_behind(request, signed_in, staff)
    return _page(request, signed_in, staff, fresh(_typed_of(staff), staff.version), left)


@router.post("/members/{staff_id}")
async def change(request: Request, staff_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    language, typed, form = language_for(request), await typed_in(request, FIELDS), await request.form()
    staff = await _found(request, signed_in, staff_id)
    try:
        patch = understood(StaffPatch, typed, language)
        if patch.zoom_user and patch.zoom_user != staff.zoom_user:
            await check_zoom_user(parts_of(request).backends.zoom_issuer, signed_in.caller(), patch.zoom_user)
        await _change(request, signed_in, staff_id, patch.model_dump(exclude_unset=True), seen_version(form))
    except (Mistyped, EmailTaken, LastAdmin, UnknownZoomUser, BasicZoomUser) as wrong:
        return _page(request, signed_in, staff, _wrong(form, typed, wrong, language))
    except VersionMismatch:
        return await _overtaken(request, signed_in, await _found(request, signed_in, staff_id), typed)
    link_ended = staff.invitation is not None and patch.email != staff.email
    said = "changed_address" if link_ended else "changed"
    return RedirectResponse(f"/members/{staff_id}?said={said}", status_code=303)


@router.post("/members/{staff_id}/{step}")
async def take_step(request: Request, staff_id: str, step: str, signed_in: Form) -> Response:
    """``invite``, ``disable`` and ``enable``: repeating one is harmless, so that no version is asked for."""
    require_admin(signed_in)
    parts, language = parts_of(request), language_for(request)
    try:
        if step == "invite":
            await parts.invite_staff(signed_in.staff, staff_id, signed_in.request_id)
        elif step in ("disable", "enable"):
            await _change(request, signed_in, staff_id, {"disabled": step == "disable"}, None)
        else:
            raise NotFound()
    except (LastAdmin, StaffIsDisabled) as problem:
        staff = await _found(request, signed_in, staff_id)
        known = fresh(_typed_of(staff), staff.version)
        sheet = replace(known, problem=problem.detail(language), status=problem.status)
        return _page(request, signed_in, staff, sheet)
    said = {"invite": "invited", "disable": "disabled", "enable": "enabled"}[step]
    return RedirectResponse(f"/members/{staff_id}?said={said}", status_code=303)


@router.get("/members/{staff_id}/{step}")
async def leave_step(staff_id: str, step: str) -> Response:
    """Reloading what a form answered."""
    return RedirectResponse("/members", status_code=303)


async def _found(request: Request, signed_in: SignedIn, staff_id: str) -> Staff:
    staff = await parts_of(request).staff.find_in(signed_in.organization.id, staff_id)
    if staff is None:
        raise NotFound()
    return staff


async def _change(
    request: Request, signed_in: SignedIn, staff_id: str, changes: dict[str, object], expected: int | None
) -> Staff:
    return await parts_of(request).change_staff(
        signed_in.organization.id, staff_id, changes, expected=expected, request_id=signed_in.request_id
    )


def _wrong(form: FormData, typed: Mapping[str, str], wrong: Mistyped | Problem, language: Language) -> Sheet:
    """What was typed, with a sentence beside each field that is wrong."""
    problem = text(language, "common.fix")
    if isinstance(wrong, Mistyped):
        return as_sent(form, typed, wrong.errors, problem, 422)
    place = "email" if isinstance(wrong, EmailTaken) else "role"
    return as_sent(form, typed, {place: wrong.detail(language)}, problem, wrong.status)


async def _overtaken(request: Request, signed_in: SignedIn, now: Staff, typed: dict[str, str]) -> Response:
    language, current = language_for(request), _typed_of(now)

    def told(name: str) -> Difference:
        return Difference(text(language, f"members.{name}"), _shown(name, current[name], language))

    return _page(request, signed_in, now, overtaken(await request.form(), typed, current, now.version, told))


def _typed_of(staff: Staff) -> dict[str, str]:
    """As the form would send it."""
    return {name: str(value) for name, value in staff.model_dump(mode="json", include=set(FIELDS)).items()}


def _shown(name: str, value: str, language: Language) -> str:
    if name == "role":
        return text(language, f"members.role_{value}")
    if name == "locale":
        return text(language, f"common.language_{value}")
    if name == "time_zone":
        return times.zone_label(value, clock.now(), language)
    return value or text(language, "common.dash")


def _page(
    request: Request, signed_in: SignedIn, staff: Staff | None, sheet: Sheet, left: Sequence[Part] | None = ()
) -> Response:
    """One member's form; ``staff`` is None for a new one. ``left`` is what a disabled one leaves to others."""
    language, said = language_for(request), request.query_params.get("said", "")
    sentence = text(language, f"members.said_{said}") if said in _SAID and staff and not sheet.problem else ""
    return staff_page(
        request,
        signed_in,
        "staff/member.html",
        {
            "said": sentence,
            "problem": sheet.problem,
            "sheet": sheet,
            "member": staff,
            "left": left,
            "state": staff.sign_in_state(clock.now()) if staff else SignInState.NONE,
            "mail": invitation_mails.row_of(staff, language, signed_in.zone) if staff else None,
            "zones": times.zone_choices(clock.now(), language, sheet.typed["time_zone"]),
        },
        status=sheet.status,
        here=f"/members/{staff.id}" if staff else "/members/new",
    )
