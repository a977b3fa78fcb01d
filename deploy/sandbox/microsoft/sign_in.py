"""Microsoft's identity platform: a refresh adds a token and the old one stays valid; errors are AADSTS (facts 3.1)."""

import base64
import secrets
import uuid
from datetime import timedelta

import orjson
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.state import TENANT_ID
from deploy.sandbox.oauth import OAuthRefused, OAuthRules, OAuthServer, Refusal, Rotation, TokenSet
from deploy.sandbox.oauth_http import AuthorizeSpec, add_authorize_page, read_token_call
from deploy.sandbox.world import World
from shared import clock

RULES = OAuthRules(
    provider=Provider.MICROSOFT,
    rotation=Rotation.ADD,
    access_lifetime=timedelta(minutes=75),
    code_lifetime=timedelta(minutes=10),
    clients={"demo-microsoft-client": "demo-microsoft-secret"},
)
_ERRORS: dict[Refusal, tuple[int, str, int, str]] = {
    Refusal.INVALID_CLIENT: (401, "invalid_client", 7000215, "Invalid client secret provided."),
    Refusal.INVALID_REQUEST: (400, "invalid_request", 900144, "The request body must contain a required parameter."),
    Refusal.CODE_UNKNOWN: (400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."),
    Refusal.CODE_USED: (400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed."),
    Refusal.CODE_EXPIRED: (400, "invalid_grant", 70008, "The provided authorization code has expired."),
    Refusal.REDIRECT_MISMATCH: (400, "invalid_grant", 50011, "The redirect URI does not match."),
    Refusal.PKCE_FAILED: (400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge."),
    Refusal.UNSUPPORTED_GRANT: (400, "unsupported_grant_type", 70003, "The grant type is not supported."),
}
_NO_CONSENT = (65001, "The user or administrator has not consented to use the application.")
_DEAD = (400, "invalid_grant", 50173, "The provided grant has expired due to it being revoked.")


def error_answer(error: str, number: int, text: str) -> Resource:
    trace_id, correlation_id = str(uuid.uuid4()), str(uuid.uuid4())
    at = f"{clock.now():%Y-%m-%d %H:%M:%SZ}"
    more = f"Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {at}"
    return {
        "error": error,
        "error_description": f"AADSTS{number}: {text} {more}",
        "error_codes": [number],
        "timestamp": at,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }


def oauth_error(status: int) -> Resource:
    """What the token endpoint answers when nothing more is known."""
    if status >= 500 or status == 429:
        return error_answer("temporarily_unavailable", 90033, "A transient error has occurred. Please try again.")
    return error_answer("invalid_grant" if status == 400 else "invalid_client", 70000, "The request failed.")


def _refused(refused: OAuthRefused) -> Response:
    status, error, number, text = _ERRORS.get(refused.refusal, _DEAD)
    return JSONResponse(error_answer(error, number, text), status)


def _encoded(content: Resource) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def _id_token(account: Account, tokens: TokenSet) -> str:
    """Claims as clients read them; the signature is none that anyone could check."""
    now = int(clock.now().timestamp())
    claims: Resource = {
        "aud": tokens.grant.client_id,
        "iss": f"https://login.microsoftonline.com/{TENANT_ID}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + tokens.expires_in,
        "name": account.name,
        "oid": account.id,
        "preferred_username": account.email,
        "sub": account.id,
        "tid": TENANT_ID,
        "ver": "2.0",
    }
    if tokens.grant.nonce:
        claims["nonce"] = tokens.grant.nonce
    return f"{_encoded({'typ': 'JWT', 'alg': 'RS256'})}.{_encoded(claims)}.{secrets.token_urlsafe(24)}"


class SignIn:
    """The endpoints below ``/{tenant}``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.oauth = world.oauth_server(RULES)

    def add_to(self, router: APIRouter) -> OAuthServer:
        spec = AuthorizeSpec(
            provider=Provider.MICROSOFT,
            title="Microsoft アカウントにサインイン",
            offline=lambda query, known: "offline_access" in query.get("scope", "").split(),
            unapproved={
                "error": "access_denied",
                "error_description": "AADSTS90094: The grant requires admin permission.",
            },
        )
        base = "/{tenant}/oauth2/v2.0"
        add_authorize_page(router, f"{base}/authorize", self._world, self.oauth, spec)
        router.add_route(f"{base}/token", self.token, methods=["POST"], include_in_schema=False)
        discovery = "/{tenant}/v2.0/.well-known/openid-configuration"
        router.add_route(discovery, self.configuration, methods=["GET"], include_in_schema=False)
        return self.oauth

    async def token(self, request: Request) -> Response:
        try:
            call = await read_token_call(request, self.oauth)
            grant_type = call.need("grant_type")
            if grant_type == "authorization_code":
                verifier = call.form.get("code_verifier")
                redirect_uri = call.need("redirect_uri")
                tokens = self.oauth.redeem_code(call.client_id, call.need("code"), redirect_uri, verifier)
            elif grant_type == "refresh_token":
                tokens = self.oauth.refresh(call.client_id, call.need("refresh_token"))
            elif grant_type == "client_credentials":
                tokens = self.oauth.redeem_client(call.client_id, call.need("scope"))
            else:
                raise OAuthRefused(Refusal.UNSUPPORTED_GRANT)
        except OAuthRefused as refused:
            return _refused(refused)
        if self._lacks_consent(tokens):
            return JSONResponse(error_answer("invalid_grant", *_NO_CONSENT), 400)
        return JSONResponse(self._answer(tokens, call.form), headers={"Cache-Control": "no-store"})

    def _lacks_consent(self, tokens: TokenSet) -> bool:
        """The administrator's consent is missing, or was taken away since the code or token was handed out."""
        email = tokens.grant.account_email
        account = self._world.accounts.find(Provider.MICROSOFT, email) if email else None
        return account is not None and not account.approved

    def _answer(self, tokens: TokenSet, form: dict[str, str]) -> Resource:
        answer: Resource = {
            "token_type": "Bearer",
            "scope": " ".join(scope for scope in tokens.scope.split() if scope != "offline_access"),
            "expires_in": tokens.expires_in,
            "ext_expires_in": tokens.expires_in,
            "access_token": tokens.access_token,
        }
        if tokens.refresh_token:
            answer["refresh_token"] = tokens.refresh_token
        email = tokens.grant.account_email
        account = self._world.accounts.find(Provider.MICROSOFT, email) if email else None
        if account is not None and "openid" in tokens.scope.split():
            answer["id_token"] = _id_token(account, tokens)
        if account is not None and form.get("client_info"):
            answer["client_info"] = _encoded({"uid": account.id, "utid": TENANT_ID})
        return answer

    async def configuration(self, request: Request) -> Response:
        """The real addresses: clients (msal) take https only, and who was sent here finds the others here too."""
        base = f"https://login.microsoftonline.com/{request.path_params['tenant']}"
        return JSONResponse(
            {
                "issuer": f"https://login.microsoftonline.com/{TENANT_ID}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_modes_supported": ["query"],
                "response_types_supported": ["code"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            }
        )
