"""Google's OAuth: a refresh brings no refresh token, and consent decides whether a code does (facts 2.1)."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from deploy.sandbox.accounts import Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.oauth import OAuthRefused, OAuthRules, OAuthServer, Refusal, Rotation, TokenSet
from deploy.sandbox.oauth_http import AuthorizeSpec, add_authorize_page, read_token_call
from deploy.sandbox.world import World

RULES = OAuthRules(
    provider=Provider.GOOGLE,
    rotation=Rotation.KEEP,
    access_lifetime=timedelta(seconds=3599),
    code_lifetime=timedelta(minutes=10),
    clients={"demo-google-client": "demo-google-secret"},
)
_ERRORS: dict[Refusal, tuple[int, str, str]] = {
    Refusal.INVALID_CLIENT: (401, "invalid_client", "The OAuth client was not found."),
    Refusal.INVALID_REQUEST: (400, "invalid_request", "Missing required parameter."),
    Refusal.CODE_UNKNOWN: (400, "invalid_grant", "Malformed auth code."),
    Refusal.CODE_USED: (400, "invalid_grant", "Bad Request"),
    Refusal.CODE_EXPIRED: (400, "invalid_grant", "Bad Request"),
    Refusal.REDIRECT_MISMATCH: (400, "redirect_uri_mismatch", "Bad Request"),
    Refusal.PKCE_FAILED: (400, "invalid_grant", "Invalid code verifier."),
    Refusal.UNSUPPORTED_GRANT: (400, "unsupported_grant_type", "Invalid grant_type."),
}
_DEAD = (400, "invalid_grant", "Token has been expired or revoked.")


def gives_refresh_token(query: dict[str, str], known: bool) -> bool:
    """Only offline, and only when the consent screen was shown: asked for, or the first time."""
    return query.get("access_type") == "offline" and ("consent" in query.get("prompt", "").split() or not known)


def oauth_error(status: int) -> Resource:
    """What the OAuth endpoints answer when nothing more is known."""
    if status >= 500 or status == 429:
        return {"error": "internal_failure", "error_description": "Backend Error"}
    return {"error": "invalid_grant" if status == 400 else "invalid_request", "error_description": "Bad Request"}


def _refused(refused: OAuthRefused) -> Response:
    status, error, description = _ERRORS.get(refused.refusal, _DEAD)
    return JSONResponse({"error": error, "error_description": description}, status)


def _answer(tokens: TokenSet) -> Response:
    answer: Resource = {
        "access_token": tokens.access_token,
        "expires_in": tokens.expires_in,
        "scope": tokens.scope,
        "token_type": "Bearer",
    }
    if tokens.refresh_token:
        answer["refresh_token"] = tokens.refresh_token
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def add_sign_in(router: APIRouter, world: World) -> OAuthServer:
    """Serve the three OAuth endpoints."""
    oauth = world.oauth_server(RULES)
    spec = AuthorizeSpec(
        provider=Provider.GOOGLE,
        title="Google でログイン",
        offline=gives_refresh_token,
        extra=lambda scope: {"scope": scope},
        choose_scopes=True,
    )
    add_authorize_page(router, "/o/oauth2/v2/auth", world, oauth, spec)

    async def token(request: Request) -> Response:
        try:
            call = await read_token_call(request, oauth)
            grant_type = call.need("grant_type")
            if grant_type == "authorization_code":
                verifier = call.form.get("code_verifier")
                redirect_uri = call.need("redirect_uri")
                return _answer(oauth.redeem_code(call.client_id, call.need("code"), redirect_uri, verifier))
            if grant_type == "refresh_token":
                return _answer(oauth.refresh(call.client_id, call.need("refresh_token")))
            raise OAuthRefused(Refusal.UNSUPPORTED_GRANT)
        except OAuthRefused as refused:
            return _refused(refused)

    async def revoke(request: Request) -> Response:
        form = await request.form()
        asked = form.get("token") or request.query_params.get("token") or ""
        if oauth.revoke(str(asked)):
            return JSONResponse({})
        return JSONResponse({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400)

    router.add_route("/token", token, methods=["POST"], include_in_schema=False)
    router.add_route("/revoke", revoke, methods=["POST"], include_in_schema=False)
    return oauth
