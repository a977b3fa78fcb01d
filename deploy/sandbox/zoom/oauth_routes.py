"""Zoom's OAuth: codes of 5 minutes, access tokens of an hour, refresh tokens that are replaced at every use."""

from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.oauth import OAuthRefused, OAuthRules, OAuthServer, Refusal, Rotation, TokenSet
from deploy.sandbox.oauth_http import AuthorizeSpec, TokenCall, add_authorize_page, read_token_call
from deploy.sandbox.world import World
from deploy.sandbox.zoom.access import ADMIN_SCOPES, APP_SCOPES
from deploy.sandbox.zoom.apps import ADMIN_APP, CLIENTS, ServerApps
from deploy.sandbox.zoom.views import Links, account_id

RULES = OAuthRules(
    provider=Provider.ZOOM,
    rotation=Rotation.REPLACE,
    access_lifetime=timedelta(hours=1),
    code_lifetime=timedelta(minutes=5),
    clients=CLIENTS,
    one_grant_per_account=True,
)


def _admins_only(account: Account, scope: str) -> str:
    """An app that reaches a whole account is for its administrators to allow."""
    return "only an administrator of the account may add this app" if ":admin" in scope and not account.admin else ""


_PAGE = AuthorizeSpec(
    provider=Provider.ZOOM,
    title="Zoom でサインイン",
    offline=lambda query, known: True,
    default_scope=APP_SCOPES,
    client_scopes={ADMIN_APP: ADMIN_SCOPES},
    refusal=_admins_only,
)
_ERRORS: dict[Refusal, tuple[str, str, int | None]] = {
    Refusal.INVALID_CLIENT: ("Invalid client_id or client_secret", "invalid_client", None),
    Refusal.INVALID_REQUEST: ("Bad Request", "invalid_request", None),
    Refusal.UNSUPPORTED_GRANT: ("unsupported grant type", "unsupported_grant_type", None),
    Refusal.CODE_UNKNOWN: ("Invalid authorization code", "invalid_grant", 4733),
    Refusal.CODE_USED: ("Invalid authorization code", "invalid_grant", 4734),
    Refusal.CODE_EXPIRED: ("Invalid authorization code", "invalid_grant", 4733),
    Refusal.REDIRECT_MISMATCH: ("Redirect URI mismatch.", "invalid_request", 4709),
    Refusal.PKCE_FAILED: ("Invalid code verifier", "invalid_grant", None),
    Refusal.TOKEN_DEAD: ("Invalid Token!", "invalid_grant", None),
}


def _refused(refusal: Refusal) -> Response:
    reason, error, code = _ERRORS[refusal]
    body: dict[str, object] = {"reason": reason, "error": error}
    if code is not None:
        body |= {"errorMessage": reason, "errorCode": code}
    return JSONResponse(body, status_code=400)


def _grant(world: World, oauth: OAuthServer, call: TokenCall) -> TokenSet:
    kind = call.need("grant_type")
    if kind == "authorization_code":
        redirect_uri, verifier = call.need("redirect_uri"), call.form.get("code_verifier")
        return oauth.redeem_code(call.client_id, call.need("code"), redirect_uri, verifier)
    if kind == "refresh_token":
        return oauth.refresh(call.client_id, call.need("refresh_token"))
    if kind == "account_credentials":
        return _server_to_server(world, oauth, call)
    raise OAuthRefused(Refusal.UNSUPPORTED_GRANT)


def _server_to_server(world: World, oauth: OAuthServer, call: TokenCall) -> TokenSet:
    """An account that is not there, and one that the app does not belong to, are a bad request to Zoom."""
    wanted = call.need("account_id")
    scopes = world.state(ServerApps).scopes_for(call.client_id, wanted)
    if scopes is None or wanted not in {account_id(account) for account in world.accounts.of(Provider.ZOOM)}:
        raise OAuthRefused(Refusal.INVALID_REQUEST)
    return oauth.redeem_client(call.client_id, scopes, wanted)


def add_oauth(router: APIRouter, world: World, links: Links) -> OAuthServer:
    """The three endpoints below ``/oauth``; answers the server that knows the tokens."""
    oauth = world.oauth_server(replace(RULES, clients=CLIENTS | world.state(ServerApps).secrets()))
    add_authorize_page(router, "/oauth/authorize", world, oauth, _PAGE)

    async def token(request: Request) -> Response:
        try:
            tokens = _grant(world, oauth, await read_token_call(request, oauth))
        except OAuthRefused as refused:
            return _refused(refused.refusal)
        body: dict[str, object] = {
            "access_token": tokens.access_token,
            "token_type": "bearer",
            "expires_in": tokens.expires_in,
            "scope": tokens.scope,
            "api_url": links.api,
        }
        if tokens.refresh_token is not None:
            body["refresh_token"] = tokens.refresh_token
        return JSONResponse(body)

    async def revoke(request: Request) -> Response:
        try:
            call = await read_token_call(request, oauth)
            oauth.revoke(call.need("token"))
        except OAuthRefused as refused:
            return _refused(refused.refusal)
        return JSONResponse({"status": "success"})

    router.add_route("/oauth/token", token, methods=["POST"], include_in_schema=False)
    router.add_route("/oauth/revoke", revoke, methods=["POST"], include_in_schema=False)
    return oauth
