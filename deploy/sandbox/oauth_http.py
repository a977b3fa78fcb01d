"""What OAuth looks like over HTTP, for all providers: sign-in page, client credentials, bearer tokens.

The sign-in page is a form at the authorize URL itself: POST there with ``account`` (an address) and
``decision`` (``allow`` or ``deny``) answers 303 to the redirect URI.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.callbacks import address_allowed
from deploy.sandbox.oauth import OAuthRefused, OAuthServer, Refusal
from deploy.sandbox.pages import render
from deploy.sandbox.world import World


@dataclass(frozen=True)
class AuthorizeSpec:
    """How one provider's sign-in page differs from the others'."""

    provider: Provider
    title: str
    offline: Callable[[dict[str, str], bool], bool]
    """From the query and whether the account allowed the client before: does a refresh token come?"""
    extra: Callable[[str], dict[str, str]] = lambda scope: {}
    """More parameters of the way back, made from the scope granted (Google sends ``scope``)."""
    choose_scopes: bool = False
    """Whether the person may untick scopes (Google); the form then posts ``scope`` once for each one kept."""
    default_scope: str = ""
    """Granted when the query names none (Zoom: the scopes of the app)."""
    client_scopes: Mapping[str, str] = field(default_factory=dict)
    """In place of ``default_scope`` for these clients (Zoom: apps that an administrator manages)."""
    refusal: Callable[[Account, str], str] = lambda account, scope: ""
    """Why this account may not grant that scope; empty where it may."""
    unapproved: Mapping[str, str] = field(default_factory=dict)
    """With what the person may go back where the app is not approved; Zoom's page leads nowhere."""

    def scope_of(self, query: dict[str, str]) -> str:
        """What is asked for, or else what the client gets."""
        return query.get("scope") or self.client_scopes.get(query["client_id"], self.default_scope)


@dataclass(frozen=True)
class TokenCall:
    """A request to a token or revoke endpoint; the client was checked already."""

    client_id: str
    form: dict[str, str]

    def need(self, name: str) -> str:
        """A parameter, or ``INVALID_REQUEST``."""
        value = self.form.get(name)
        if not value:
            raise OAuthRefused(Refusal.INVALID_REQUEST)
        return value


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefused(Refusal.INVALID_CLIENT) from None
    return unquote_plus(client_id), unquote_plus(secret)


async def read_token_call(request: Request, oauth: OAuthServer) -> TokenCall:
    """Form and query parameters of a token call, its client checked (HTTP Basic or in the body)."""
    body = (await request.body()).decode("utf-8", "replace")
    form = dict(request.query_params) | dict(parse_qsl(body, keep_blank_values=True))
    basic = _basic(request.headers.get("authorization", ""))
    client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    oauth.check_client(client_id, secret)
    return TokenCall(client_id, form)


def bearer_token(request: Request) -> str | None:
    """The bearer token of a request, or None when it carries none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _address_back(redirect_uri: str, answer: dict[str, str]) -> str:
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return redirect_uri + joint + urlencode(answer)


def _back(redirect_uri: str, answer: dict[str, str]) -> Response:
    return RedirectResponse(_address_back(redirect_uri, answer), status_code=303)


def _problem_with(query: dict[str, str], oauth: OAuthServer) -> str | None:
    if query.get("client_id") not in oauth.rules.clients:
        return "unknown client_id"
    if not address_allowed(query.get("redirect_uri", "")):
        return "redirect_uri must be https, or http on loopback"
    if query.get("response_type") != "code":
        return "response_type must be code"
    if query.get("code_challenge") and query.get("code_challenge_method", "plain") != "S256":
        return "code_challenge_method must be S256"
    return None


def _page(world: World, spec: AuthorizeSpec, query: dict[str, str]) -> Response:
    scope = spec.scope_of(query)
    html = render(
        "authorize.html",
        title=spec.title,
        provider=spec.provider.value,
        accounts=world.accounts.of(spec.provider),
        hint=query.get("login_hint", "").lower(),
        scopes=scope.replace(",", " ").split(),
        choose_scopes=spec.choose_scopes,
    )
    return HTMLResponse(html)


def _refused_page(spec: AuthorizeSpec, problem: str, back: str = "") -> Response:
    html = render("refused.html", title=spec.title, provider=spec.provider.value, problem=problem, back=back)
    return HTMLResponse(html, status_code=400)


def _unapproved_page(spec: AuthorizeSpec, redirect_uri: str, state: dict[str, str]) -> Response:
    back = _address_back(redirect_uri, {**spec.unapproved, **state}) if spec.unapproved else ""
    return _refused_page(spec, "the app is not approved by this account's administrator", back)


def _allow(spec: AuthorizeSpec, oauth: OAuthServer, query: dict[str, str], account: Account, scope: str) -> Response:
    offline = spec.offline(query, oauth.has_grant(query["client_id"], account))
    code = oauth.issue_code(
        client_id=query["client_id"],
        account=account,
        redirect_uri=query["redirect_uri"],
        scope=scope,
        offline=offline,
        challenge=query.get("code_challenge") or None,
        nonce=query.get("nonce", ""),
    )
    answer = {"code": code, **({"state": query["state"]} if "state" in query else {}), **spec.extra(scope)}
    return _back(query["redirect_uri"], answer)


def add_authorize_page(router: APIRouter, path: str, world: World, oauth: OAuthServer, spec: AuthorizeSpec) -> None:
    """Serve the sign-in page at ``path`` (GET) and take its answer there (POST)."""

    async def show(request: Request) -> Response:
        query = dict(request.query_params)
        problem = _problem_with(query, oauth)
        return _refused_page(spec, problem) if problem else _page(world, spec, query)

    async def decide(request: Request) -> Response:
        query = dict(request.query_params)
        if problem := _problem_with(query, oauth):
            return _refused_page(spec, problem)
        form = await request.form()
        state = {"state": query["state"]} if "state" in query else {}
        if form.get("decision") != "allow":
            return _back(query["redirect_uri"], {"error": "access_denied", **state})
        account = world.accounts.find(spec.provider, str(form.get("account", "")))
        if account is None:
            return _refused_page(spec, "no such account")
        if not account.approved:
            return _unapproved_page(spec, query["redirect_uri"], state)
        kept = [str(scope) for scope in form.getlist("scope")] if spec.choose_scopes else []
        scope = " ".join(kept) or spec.scope_of(query)
        if refusal := spec.refusal(account, scope):
            return _refused_page(spec, refusal)
        return _allow(spec, oauth, query, account, scope)

    methods: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [("GET", show), ("POST", decide)]
    for method, endpoint in methods:
        router.add_route(path, endpoint, methods=[method], include_in_schema=False)
