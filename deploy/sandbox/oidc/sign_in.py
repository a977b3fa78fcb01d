"""OpenID Connect Core 1.0 with the code flow only. ID tokens live in real time, as whoever verifies them does."""

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.callbacks import address_allowed
from deploy.sandbox.oauth import OAuthRefused, OAuthRules, Refusal, Rotation, TokenSet
from deploy.sandbox.oauth_http import AuthorizeSpec, add_authorize_page, bearer_token, read_token_call
from deploy.sandbox.oidc.state import OidcState
from deploy.sandbox.world import World
from shared import clock

RULES = OAuthRules(
    provider=Provider.OIDC,
    rotation=Rotation.REPLACE,
    access_lifetime=timedelta(minutes=10),
    code_lifetime=timedelta(minutes=1),
    clients={"demo-oidc-client": "demo-oidc-secret"},
)


class SignIn:
    """The endpoints; the issuer is the mount's own address."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._oauth = world.oauth_server(RULES)
        self.issuer = f"{world.settings.base_url}/{Provider.OIDC}"

    @property
    def _state(self) -> OidcState:
        return self._world.state(OidcState)

    def add_to(self, router: APIRouter) -> None:
        spec = AuthorizeSpec(
            provider=Provider.OIDC, title="会社のアカウントでサインイン", offline=lambda query, known: False
        )
        add_authorize_page(router, "/authorize", self._world, self._oauth, spec)
        add = router.add_route
        add("/.well-known/openid-configuration", self.configuration, methods=["GET"], include_in_schema=False)
        add("/jwks", self.keys, methods=["GET"], include_in_schema=False)
        add("/token", self.token, methods=["POST"], include_in_schema=False)
        add("/userinfo", self.userinfo, methods=["GET"], include_in_schema=False)
        add("/logout", self.sign_out, methods=["GET"], include_in_schema=False)

    async def configuration(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/logout",
                "scopes_supported": ["openid", "email", "profile"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        )

    async def keys(self, request: Request) -> Response:
        self._state.signing_key()
        return JSONResponse({"keys": [key.public_jwk() for key in self._state.keys]})

    async def token(self, request: Request) -> Response:
        try:
            call = await read_token_call(request, self._oauth)
            if call.need("grant_type") != "authorization_code":
                raise OAuthRefused(Refusal.UNSUPPORTED_GRANT)
            verifier = call.form.get("code_verifier")
            tokens = self._oauth.redeem_code(call.client_id, call.need("code"), call.need("redirect_uri"), verifier)
        except OAuthRefused as refused:
            known = refused.refusal is Refusal.INVALID_CLIENT
            return JSONResponse({"error": "invalid_client" if known else "invalid_grant"}, 401 if known else 400)
        answer = {"access_token": tokens.access_token, "token_type": "Bearer", "expires_in": tokens.expires_in}
        answer |= {"scope": tokens.scope, "id_token": self._state.sign(self._claims_for(tokens))}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def userinfo(self, request: Request) -> Response:
        try:
            access = self._oauth.authenticate(bearer_token(request) or "")
        except OAuthRefused:
            return JSONResponse({"error": "invalid_token"}, 401)
        account = self._world.accounts.find(Provider.OIDC, access.grant.account_email or "")
        return JSONResponse(_person(account)) if account else JSONResponse({"error": "invalid_token"}, 401)

    async def sign_out(self, request: Request) -> Response:
        """Nobody has a session here; the way back is the client's own."""
        back = request.query_params.get("post_logout_redirect_uri", "")
        known = request.query_params.get("client_id") in RULES.clients
        if not known or not address_allowed(back):
            return JSONResponse({"error": "invalid_request"}, 400)
        state = request.query_params.get("state")
        return RedirectResponse(f"{back}?{urlencode({'state': state})}" if state else back, 303)

    def _claims_for(self, tokens: TokenSet) -> dict[str, object]:
        account = self._world.accounts.find(Provider.OIDC, tokens.grant.account_email or "")
        assert account is not None
        now = int(clock.real_now().timestamp())
        told = _person(account) | {
            "iss": self.issuer,
            "aud": tokens.grant.client_id,
            "iat": now,
            "exp": now + tokens.expires_in,
            **({"nonce": tokens.grant.nonce} if tokens.grant.nonce else {}),
        }
        told |= self._state.claims.get(account.email.lower(), {})
        return {name: value for name, value in told.items() if value is not None}


def _person(account: Account) -> dict[str, object]:
    return {"sub": account.id, "email": account.email, "email_verified": True, "name": account.name}
