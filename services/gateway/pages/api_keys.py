"""API keys (X8) on a page of administrators: the list, making one, whose secret is shown this once, and revoking it."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.cursors import after, cursor_of
from services.gateway.identity import SignedIn, require_admin
from services.gateway.model import ApiKey, ApiKeyState, Scope
from services.gateway.pages import times
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, understood
from services.gateway.parts import parts_of
from services.gateway.schemas.api_keys import ApiKeyCreate, ApiKeyView
from services.gateway.usecases.api_keys import NewApiKey
from shared import clock
from shared.problem import Language, NotFound

router = APIRouter()
log = structlog.get_logger(__name__)
HERE = "/settings/api-keys"
_LISTED = 50
_DAYS = ("", "30", "90", "365")
_BADGES = {ApiKeyState.ACTIVE: "ok", ApiKeyState.EXPIRED: "", ApiKeyState.PAUSED: "wait"}
_NOUNS = tuple(dict.fromkeys(scope.partition(":")[0] for scope in Scope))


@router.get(HERE)
async def show(request: Request, signed_in: Session) -> Response:
    require_admin(signed_in)
    said = "revoked" if request.query_params.get("said") == "revoked" else ""
    return await _page(request, signed_in, said=said)


@router.post(HERE)
async def make(request: Request, signed_in: Form) -> Response:
    """The answer shows the secret; nothing else ever does."""
    require_admin(signed_in)
    language, form = language_for(request), await request.form()
    typed = {"name": given(form, "name"), "days": given(form, "days")}
    chosen = [scope for scope in form.getlist("scopes") if isinstance(scope, str)]
    days = typed["days"] if typed["days"] in _DAYS else ""
    ends = {"expires_at": clock.now() + timedelta(days=int(days))} if days else {}
    try:
        asked = understood(ApiKeyCreate, {"name": typed["name"], "scopes": chosen, **ends}, language)
    except Mistyped as mistyped:
        if "scopes" in mistyped.errors:
            mistyped.errors["scopes"] = text(language, "apikeys.scopes_missing")
        return await _page(request, signed_in, typed=typed, chosen=chosen, errors=mistyped.errors)
    return await _page(request, signed_in, made=await parts_of(request).make_api_key(signed_in.staff, asked))


@router.get(HERE + "/{key_id}/revoke")
async def ask(request: Request, key_id: str, signed_in: Session) -> Response:
    """What ends."""
    require_admin(signed_in)
    known = await parts_of(request).api_keys.find_in(signed_in.organization.id, key_id)
    if known is None:
        return RedirectResponse(HERE, status_code=303)
    row = await _rows(request, signed_in, [known])
    return staff_page(request, signed_in, "staff/api_key_revoke.html", {"item": row[0]})


@router.post(HERE + "/{key_id}/revoke")
async def revoke(request: Request, key_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    if not await parts_of(request).api_keys.revoke(signed_in.organization.id, key_id, clock.now()):
        raise NotFound()
    log.info("api_key.revoked", api_key_id=key_id, staff_id=signed_in.staff.id)
    return RedirectResponse(f"{HERE}?said=revoked", status_code=303)


async def _rows(request: Request, signed_in: SignedIn, keys: list[ApiKey]) -> list[dict[str, object]]:
    language, zone = language_for(request), signed_in.zone
    makers = await parts_of(request).staff.those(signed_in.organization.id, {key.created_by for key in keys})
    views = [ApiKeyView.of(key, makers.get(key.created_by)) for key in keys]
    return [
        {
            "key": view,
            "badge": _BADGES[view.state],
            "scopes": [_scope_words(scope, language) for scope in view.scopes],
            "made": times.moment(view.created_at, zone, language),
            "used": times.moment(view.last_used_at, zone, language) if view.last_used_at else "",
            "ends": times.moment(view.expires_at, zone, language) if view.expires_at else "",
        }
        for view in views
    ]


def _scope_words(scope: Scope, language: Language) -> str:
    noun, _, verb = scope.partition(":")
    return text(language, f"apikeys.{verb}_of", noun=text(language, f"apikeys.noun_{noun}"))


async def _page(
    request: Request,
    signed_in: SignedIn,
    *,
    said: str = "",
    made: NewApiKey | None = None,
    typed: Mapping[str, str] | None = None,
    chosen: list[str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    language, cursor = language_for(request), request.query_params.get("cursor")
    start = after(cursor)
    found = await parts_of(request).api_keys.list_of(signed_in.organization.id, after=start, limit=_LISTED + 1)
    scopes = {noun: [scope.value for scope in Scope if scope.startswith(f"{noun}:")] for noun in _NOUNS}
    return staff_page(
        request,
        signed_in,
        "staff/api_keys.html",
        {
            "said": text(language, "apikeys.said_revoked") if said else "",
            "problem": text(language, "common.fix") if errors else "",
            "items": await _rows(request, signed_in, found[:_LISTED]),
            "more": cursor_of(found[_LISTED - 1].id) if len(found) > _LISTED else "",
            "made": made,
            "scopes": scopes,
            "chosen": chosen or [],
            "typed": typed or {"name": "", "days": ""},
            "days": [(days, text(language, f"apikeys.days_{days or 'none'}")) for days in _DAYS],
            "errors": errors or {},
        },
        status=422 if errors else 200,
        here=HERE,
    )
