"""Signing in at the company's OpenID Connect provider (X8): there, back, and out. Nothing of it exists where none is
configured.
"""

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.sign_in_flow import SignInFlow
from services.gateway.pages.rendering import language_for
from services.gateway.pages.session import begin, safe_path, sign_in_page
from services.gateway.pages.texts import text
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.providers.oidc import OidcProvider
from services.gateway.usecases.oidc_sign_in import OidcLinkedElsewhere, OidcUnknown, OidcUnverified
from shared.problem import NotFound, Problem
from shared.providers import ProviderError, ProviderUnavailable

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)
_CALLBACK = "/oauth/oidc/callback"


def _provider(parts: GatewayParts) -> OidcProvider:
    """Raises ``NotFound`` where none is configured."""
    if parts.oidc is None:
        raise NotFound()
    return parts.oidc


def _back_to(parts: GatewayParts, path: str) -> str:
    return parts.settings.public_url.rstrip("/") + path


@router.get("/sign-in/oidc")
async def leave(request: Request) -> Response:
    """To the provider; the way back is bound to this browser by a cookie."""
    parts = parts_of(request)
    provider = _provider(parts)
    flow = SignInFlow(next_path=safe_path(request.query_params.get("next", "")))
    try:
        url = await provider.authorize_url(
            redirect_uri=_back_to(parts, _CALLBACK), state=flow.state, nonce=flow.nonce, verifier=flow.verifier
        )
    except ProviderError as error:
        return _refused(request, error, flow.next_path)
    response = RedirectResponse(url, status_code=303)
    parts.sign_in_flows.keep(response, flow)
    return response


@router.get(_CALLBACK)
async def come_back(request: Request) -> Response:
    """A new session, never the one of before, for whoever the provider says it is."""
    parts, given = parts_of(request), request.query_params
    provider = _provider(parts)
    async with parts.limits.guest(request, token=""):
        flow = parts.sign_in_flows.of(request, given.get("state", ""))
        if flow is None:
            response = _page(request, "oidc_stale", 400)
        elif given.get("error") or not given.get("code"):
            denied = given.get("error") == "access_denied"
            log.info("oidc.refused_there", denied=denied)
            response = _page(request, "oidc_denied" if denied else "oidc_failed", 403, flow.next_path)
        else:
            response = await _finish(request, provider, flow)
    parts.sign_in_flows.drop(response)
    return response


async def _finish(request: Request, provider: OidcProvider, flow: SignInFlow) -> Response:
    parts = parts_of(request)
    try:
        identity = await provider.who(
            request.query_params["code"],
            redirect_uri=_back_to(parts, _CALLBACK),
            nonce=flow.nonce,
            verifier=flow.verifier,
        )
        signed = await parts.oidc_sign_in(identity, request.state.request_id)
    except ProviderError as error:
        return _refused(request, error, flow.next_path)
    except (OidcUnverified, OidcUnknown, OidcLinkedElsewhere) as problem:
        log.info("oidc.refused_here", code=problem.code)
        return _said(request, problem, flow.next_path)
    return await begin(request, signed, flow.next_path)


@router.get("/sign-in/oidc/out")
async def sign_out_there(request: Request) -> Response:
    """After signing out here: the provider's own session, where it knows how to end it."""
    parts = parts_of(request)
    provider = _provider(parts)
    try:
        url = await provider.end_session_url(_back_to(parts, "/sign-in"))
    except ProviderError as error:
        return _refused(request, error, "")
    return RedirectResponse(url or "/sign-in", status_code=303)


def _refused(request: Request, error: ProviderError, next_path: str) -> Response:
    away = isinstance(error, ProviderUnavailable)
    log.warning("oidc.failed", error=str(error))
    return _page(request, "oidc_away" if away else "oidc_failed", 503 if away else 403, next_path)


def _said(request: Request, problem: Problem, next_path: str) -> Response:
    sentence = problem.detail(language_for(request))
    return sign_in_page(request, next_page=next_path, problem=sentence, status=problem.status)


def _page(request: Request, key: str, status: int, next_path: str = "") -> Response:
    sentence = text(language_for(request), f"signin.{key}")
    return sign_in_page(request, next_page=next_path, problem=sentence, status=status)
