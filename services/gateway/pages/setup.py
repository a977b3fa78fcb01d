"""The first organization and its administrator, made once with the code from the log."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from services.gateway.edge.limits import address_of
from services.gateway.identity import set_session_cookie
from services.gateway.pages import times
from services.gateway.pages.rendering import language_for
from services.gateway.pages.session import HOME, gate_page
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.schemas.setup import SetupRequest
from shared import clock
from shared.problem import Problem, field_error

router = APIRouter()
FIELDS = ("code", "organization", "time_zone", "locale", "name", "kana", "email")


@router.get("/setup")
async def show(request: Request) -> Response:
    if not await parts_of(request).setup.is_needed():
        return RedirectResponse(HOME, status_code=303)
    blank = dict.fromkeys(FIELDS, "") | {"time_zone": "Asia/Tokyo", "locale": language_for(request)}
    return _form(request, blank)


@router.post("/setup")
async def set_up(request: Request) -> Response:
    parts, form, language = parts_of(request), await request.form(), language_for(request)
    password = str(form.get("password", ""))
    typed = {name: str(form.get(name, "")).strip() for name in FIELDS}
    try:
        parts.csrf.check(request, parts.csrf.visit(request, Response()), str(form.get("csrf_token", "")))
        asked = SetupRequest.model_validate(_body(typed, password))
        await parts.setup(asked, getattr(request.state, "request_id", ""), address_of(request))
        signed = await parts.sign_in(asked.admin.email, password, address_of(request))
    except ValidationError as error:
        errors = {_field(item["loc"]): field_error(item, language)["detail"] for item in error.errors()}
        return _form(request, typed, errors=errors, problem=text(language, "common.fix"), status=422)
    except Problem as problem:
        return _form(request, typed, problem=problem.detail(language), status=problem.status)
    response = RedirectResponse("/connections?said=set_up", status_code=303)
    set_session_cookie(response, signed.token, parts.settings)
    return response


def _body(typed: dict[str, str], password: str) -> dict[str, Any]:
    organization = {"name": typed["organization"], "time_zone": typed["time_zone"], "locale": typed["locale"]}
    admin = {name: typed[name] for name in ("name", "kana", "email")} | {"password": password}
    return {"code": typed["code"], "organization": organization, "admin": admin}


def _field(place: tuple[int | str, ...]) -> str:
    """``organization/name`` is the form's ``organization``; the others are called alike."""
    return "organization" if place == ("organization", "name") else str(place[-1]) if place else ""


def _form(
    request: Request,
    typed: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    zones = times.zone_choices(clock.now(), language_for(request), typed["time_zone"])
    values = {"typed": typed, "errors": errors or {}, "problem": problem, "zones": zones}
    return gate_page(request, "setup.html", values, status=status)
