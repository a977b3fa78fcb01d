"""Signing in and out, and the start page."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.csrf import CsrfRefused
from services.gateway.edge.limits import address_of
from services.gateway.identity import drop_session_cookie, page_visitor, set_session_cookie
from services.gateway.pages.reader import Form
from services.gateway.pages.rendering import language_for, remember_language, render
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.usecases.sign_in import NewSession
from shared.problem import Problem

router = APIRouter()
HOME = "/proposals"


@router.get("/")
async def start(request: Request) -> Response:
    needed = await parts_of(request).setup.is_needed()
    return RedirectResponse("/setup" if needed else HOME, status_code=303)


@router.get("/sign-in")
async def sign_in_form(request: Request) -> Response:
    if await page_visitor(request) is not None:
        return RedirectResponse(safe_path(request.query_params.get("next", "")), status_code=303)
    asked = request.query_params
    key = "signed_out" if "out" in asked else "lost" if "lost" in asked else "needed" if asked.get("next") else ""
    said = text(language_for(request), f"signin.{key}") if key else ""
    mark = "ok" if key == "signed_out" else "wait"
    return sign_in_page(
        request, next_page=asked.get("next", ""), said=said, mark=mark, elsewhere=asked.get("out") == "oidc"
    )


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    parts, form = parts_of(request), await request.form()
    email, password = str(form.get("email", "")).strip(), str(form.get("password", ""))
    next_page = str(form.get("next", ""))
    if not email or not password:
        sentence = text(language_for(request), "signin.missing")
        return sign_in_page(request, next_page=next_page, email=email, problem=sentence, status=422)
    try:
        parts.csrf.check(request, parts.csrf.visit(request, Response()), str(form.get("csrf_token", "")))
        signed = await parts.sign_in(email, password, address_of(request))
    except Problem as problem:
        key = {CsrfRefused.code: "common.expired_form", "too_many_requests": "signin.too_many"}
        sentence = text(language_for(request), key.get(problem.code, "signin.wrong"))
        return sign_in_page(request, next_page=next_page, email=email, problem=sentence, status=problem.status)
    return await begin(request, signed, safe_path(next_page))


async def begin(request: Request, signed: NewSession, target: str) -> Response:
    """Signed in, and from now on in the language that the person chose, where they chose one. The session that this
    browser had is over: whoever kept its token has nothing.
    """
    if (before := await page_visitor(request)) is not None:
        await parts_of(request).sessions.end(before.session_id)
    response = RedirectResponse(target, status_code=303)
    set_session_cookie(response, signed.token, parts_of(request).settings)
    if signed.staff.language_chosen:
        remember_language(request, response, signed.staff.locale.value)
    return response


@router.get("/sign-out")
async def leave_sign_out() -> Response:
    """Where signing in leads after a sign-out that found no session."""
    return RedirectResponse(HOME, status_code=303)


@router.post("/sign-out")
async def sign_out(request: Request, signed_in: Form) -> Response:
    parts = parts_of(request)
    by_oidc = await parts.sessions.end(signed_in.session_id)
    response = RedirectResponse(f"/sign-in?out={'oidc' if by_oidc else '1'}", status_code=303)
    drop_session_cookie(response, parts.settings)
    return response


def safe_path(target: str) -> str:
    """Only a path of ours, so that nobody can be sent elsewhere after signing in."""
    try:
        parsed = urlsplit(target)
    except ValueError:  # brackets that hold no address
        return HOME
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parsed.netloc and "\\" not in target
    return target if ours and parsed.path != "/sign-in" else HOME


def sign_in_page(
    request: Request,
    *,
    next_page: str = "",
    email: str = "",
    problem: str = "",
    said: str = "",
    mark: str = "ok",
    elsewhere: bool = False,
    status: int = 200,
) -> Response:
    """``elsewhere``: the session at the OpenID Connect provider goes on."""
    parts, language = parts_of(request), language_for(request)
    name = parts.settings.oidc_name or text(language, "signin.oidc_company")
    values = {
        "next": next_page,
        "email": email,
        "problem": problem,
        "said": said,
        "mark": mark,
        "oidc": name if parts.oidc else "",
        "elsewhere": elsewhere and parts.oidc is not None,
    }
    return gate_page(request, "sign_in.html", values, status=status)


def gate_page(request: Request, template: str, values: Mapping[str, object], *, status: int = 200) -> Response:
    """A form for people without a session: its CSRF token is bound to the cookie of this visit."""
    csrf, carrier = parts_of(request).csrf, Response()
    visit = csrf.visit(request, carrier)
    page = render(
        request, template, {"csrf": csrf.token(visit), **values}, language=language_for(request), status=status
    )
    for name, value in carrier.raw_headers:
        if name == b"set-cookie":
            page.raw_headers.append((name, value))
    return page
