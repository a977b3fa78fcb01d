"""The reader's own account: profile, password, what is remembered from the last proposal (R11, R12, R14, R16)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.limits import TooManyRequests, address_of
from services.gateway.identity import SignedIn
from services.gateway.model import Defaults, Staff
from services.gateway.pages import times
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import follow_language, language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, seen_version, typed_in, understood
from services.gateway.pages.zoom_budget import own_budget
from services.gateway.parts import parts_of
from services.gateway.schemas.staff import MePatch
from services.gateway.usecases.passwords import PasswordWrong
from services.gateway.usecases.staff_changes import own_choice
from shared import clock
from shared.problem import Language, VersionMismatch

router = APIRouter()
FIELDS = ("name", "kana", "time_zone", "locale")
_SAID = ("saved", "password", "forgotten")


@router.get("/account")
async def show(request: Request, signed_in: Session) -> Response:
    return await _page(request, signed_in, _sheet_of(signed_in.staff))


@router.post("/account")
async def change(request: Request, signed_in: Form) -> Response:
    language, form, typed = language_for(request), await request.form(), await typed_in(request, FIELDS)
    staff = signed_in.staff
    try:
        patch = understood(MePatch, _asked(typed), language)
        changed = await parts_of(request).change_staff(
            signed_in.organization.id,
            staff.id,
            own_choice(patch.model_dump(exclude_unset=True)),
            expected=seen_version(form),
            request_id=signed_in.request_id,
        )
    except Mistyped as mistyped:
        sheet = as_sent(form, typed, mistyped.errors, text(language, "common.fix"), 422)
        return await _page(request, signed_in, sheet)
    except VersionMismatch:
        return await _overtaken(request, signed_in, typed)
    response = RedirectResponse("/account?said=saved", status_code=303)
    if _language_of(changed) != _language_of(staff):
        follow_language(request, response, _language_of(changed))
    return response


@router.post("/account/password")
async def change_password(request: Request, signed_in: Form) -> Response:
    """Needs the one in use; ends all other sessions."""
    parts, language, form = parts_of(request), language_for(request), await request.form()
    body = {name: given(form, name) for name in ("current_password", "password")}
    try:
        asked = understood(MePatch, body, language)
        await parts.check_password(signed_in.staff, asked.current_password, address_of(request))
        await parts.change_staff(
            signed_in.organization.id,
            signed_in.staff.id,
            {},
            expected=None,
            request_id=signed_in.request_id,
            password=body["password"],
            keep_session=signed_in.session_id,
        )
    except (Mistyped, PasswordWrong, TooManyRequests) as wrong:
        errors = wrong.errors if isinstance(wrong, Mistyped) else {"current_password": wrong.detail(language)}
        status = 422 if isinstance(wrong, Mistyped) else wrong.status
        sheet = replace(_sheet_of(signed_in.staff), errors=errors, problem=text(language, "common.fix"), status=status)
        return await _page(request, signed_in, sheet)
    return RedirectResponse("/account?said=password", status_code=303)


@router.post("/account/forget")
async def forget(request: Request, signed_in: Form) -> Response:
    """The next proposal starts from the beginning."""
    await parts_of(request).staff.remember(signed_in.staff.id, Defaults(), set(Defaults.model_fields))
    return RedirectResponse("/account?said=forgotten", status_code=303)


@router.post("/account/feed")
async def make_feed(request: Request, signed_in: Form) -> Response:
    """The answer shows the address; nothing else ever does (X8)."""
    _, url = await parts_of(request).calendar_feeds.make(signed_in.staff)
    return await _page(request, signed_in, _sheet_of(signed_in.staff), feed_url=url)


@router.post("/account/feed/end")
async def end_feed(request: Request, signed_in: Form) -> Response:
    await parts_of(request).calendar_feeds.end(signed_in.staff)
    return RedirectResponse("/account#feed", status_code=303)


@router.get("/account/feed/end")
@router.get("/account/{step}")
async def leave_step() -> Response:
    """Reloading what a form answered."""
    return RedirectResponse("/account", status_code=303)


def _language_of(staff: Staff) -> Language | None:
    """The one that the person chose."""
    return staff.locale.value if staff.language_chosen else None


def _asked(typed: Mapping[str, str]) -> dict[str, object]:
    """As the API takes it: who chooses no language or zone follows the browser's and the organization's."""
    follows = {"locale": "language_chosen", "time_zone": "zone_chosen"}
    kept = {name: value for name, value in typed.items() if value or name not in follows}
    return kept | {flag: False for name, flag in follows.items() if name not in kept}


def _sheet_of(staff: Staff) -> Sheet:
    typed = {"name": staff.name, "kana": staff.kana, "time_zone": staff.time_zone if staff.zone_chosen else ""}
    return fresh(typed | {"locale": _language_of(staff) or ""}, staff.version)


async def _overtaken(request: Request, signed_in: SignedIn, typed: dict[str, str]) -> Response:
    language = language_for(request)
    now = await parts_of(request).staff.find(signed_in.staff.id) or signed_in.staff
    current = _sheet_of(now).typed

    def told(name: str) -> Difference:
        return Difference(text(language, f"members.{name}"), _shown(name, current[name], signed_in, language))

    return await _page(request, signed_in, overtaken(await request.form(), typed, current, now.version, told))


def _shown(name: str, value: str, signed_in: SignedIn, language: Language) -> str:
    """In the words of the form."""
    if name == "locale":
        return text(language, f"common.language_{value}" if value else "account.locale_follow")
    if name == "time_zone":
        follows = text(language, "account.zone_follow", zone=_office_zone(signed_in, language))
        return times.zone_label(value, clock.now(), language) if value else follows
    return value or text(language, "common.dash")


def _office_zone(signed_in: SignedIn, language: Language) -> str:
    return times.zone_label(signed_in.organization.time_zone, clock.now(), language)


async def _feed(request: Request, signed_in: SignedIn, url: str) -> dict[str, str]:
    feed, language = await parts_of(request).calendar_feeds.of(signed_in.staff), language_for(request)

    def said(at: datetime | None) -> str:
        return times.moment(at, signed_in.zone, language) if at else ""

    return {"url": url, "made": said(feed.made_at if feed else None), "read": said(feed.read_at if feed else None)}


async def _page(request: Request, signed_in: SignedIn, sheet: Sheet, *, feed_url: str = "") -> Response:
    language, said, staff = language_for(request), request.query_params.get("said", ""), signed_in.staff
    return staff_page(
        request,
        signed_in,
        "staff/account.html",
        {
            "said": text(language, f"account.said_{said}") if said in _SAID and not sheet.problem else "",
            "problem": sheet.problem,
            "sheet": sheet,
            "feed": await _feed(request, signed_in, feed_url),
            "role": text(language, f"members.role_{staff.role}"),
            "defaults": staff.defaults,
            "has_defaults": staff.defaults != Defaults(),
            "office_zone": _office_zone(signed_in, language),
            "zoom_left": await own_budget(request, signed_in),
            "zones": times.zone_choices(clock.now(), language, sheet.typed["time_zone"]),
        },
        status=sheet.status,
        here="/account",
    )
