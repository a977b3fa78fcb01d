"""The organization's settings: administrators change them, members read them (R2, R18, R20, R27, V6, X5, X10, H14)."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn, require_admin
from services.gateway.model import Organization
from services.gateway.pages import times
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, seen_version, typed_in, understood, whole_number
from services.gateway.parts import parts_of
from services.gateway.schemas.organization import OrganizationPatch
from shared import clock
from shared.problem import Language, VersionMismatch

router = APIRouter()
FIELDS = (
    "name",
    "product_name",
    "locale",
    "time_zone",
    "mail_format",
    "mail_links",
    "reminder_time",
    "minimum_slots",
    "drift_policy",
    "allow_zoom_basic",
    "count_deletions",
    "sandbox",
    "retention_days",
)
_SWITCHES = ("allow_zoom_basic", "count_deletions", "sandbox")
_NUMBERS = ("minimum_slots", "retention_days")
_PLAIN = ("name", "product_name", "reminder_time", *_NUMBERS)


@router.get("/settings")
async def show(request: Request, signed_in: Session) -> Response:
    organization = signed_in.organization
    return _page(request, signed_in, fresh(_typed_of(organization), organization.version))


@router.post("/settings")
async def change(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    parts, language, form = parts_of(request), language_for(request), await request.form()
    typed = await typed_in(request, FIELDS)
    try:
        patch = understood(OrganizationPatch, _body(typed), language)
        await parts.change_organization(
            signed_in.organization.id, patch, expected=seen_version(form), request_id=signed_in.request_id
        )
    except Mistyped as mistyped:
        for name in mistyped.errors.keys() & set(_NUMBERS):
            mistyped.errors[name] = text(language, f"settings.{name}_odd")
        sheet = as_sent(form, typed, mistyped.errors, text(language, "common.fix"), 422)
        return _page(request, signed_in, sheet)
    except VersionMismatch:
        return await _overtaken(request, signed_in, typed)
    return RedirectResponse("/settings?said=saved", status_code=303)


async def _overtaken(request: Request, signed_in: SignedIn, typed: dict[str, str]) -> Response:
    language = language_for(request)
    now = await parts_of(request).organizations.find(signed_in.organization.id) or signed_in.organization
    current = _typed_of(now)

    def told(name: str) -> Difference:
        return Difference(text(language, f"settings.{name}"), _shown(name, current[name], language))

    return _page(request, signed_in, overtaken(await request.form(), typed, current, now.version, told))


def _typed_of(organization: Organization) -> dict[str, str]:
    """As the form would send them."""
    values = organization.model_dump(mode="json", include=set(FIELDS))
    switches = {name: "1" if values[name] else "" for name in _SWITCHES}
    return {name: str(value) for name, value in values.items()} | switches


def _body(typed: dict[str, str]) -> dict[str, object]:
    numbers = {name: whole_number(typed[name].strip(), digits=4) for name in _NUMBERS}
    return {
        **typed,
        **{name: typed[name].strip() if number is None else number for name, number in numbers.items()},
        **{name: typed[name] == "1" for name in _SWITCHES},
    }


def _shown(name: str, value: str, language: Language) -> str:
    """A setting in words."""
    if name in _PLAIN:
        return value
    if name == "time_zone":
        return times.zone_label(value, clock.now(), language)
    if name == "locale":
        return text(language, f"common.language_{value}")
    return text(language, f"settings.{name}_{value or 'no'}")


def _facts(values: Mapping[str, str], language: Language) -> list[tuple[str, str, str]]:
    """For those who may only read: what it is called, how it is set, what that does."""
    return [
        (text(language, f"settings.{name}"), _shown(name, values[name], language), _does(name, values[name], language))
        for name in FIELDS
    ]


def _does(name: str, value: str, language: Language) -> str:
    choice = name in ("mail_format", "mail_links", "drift_policy", *_SWITCHES)
    return text(language, f"settings.{name}_{value or 'no'}_hint" if choice else f"settings.{name}_hint")


def _page(request: Request, signed_in: SignedIn, sheet: Sheet) -> Response:
    language, may_change = language_for(request), signed_in.staff.is_admin
    saved = may_change and request.query_params.get("said") == "saved"
    return staff_page(
        request,
        signed_in,
        "staff/settings.html",
        {
            "said": text(language, "settings.saved") if saved else "",
            "problem": sheet.problem,
            "sheet": sheet,
            "may_change": may_change,
            "shown": [] if may_change else _facts(sheet.typed, language),
            "zones": times.zone_choices(clock.now(), language, sheet.typed["time_zone"]),
        },
        status=sheet.status,
        here="/settings",
    )
