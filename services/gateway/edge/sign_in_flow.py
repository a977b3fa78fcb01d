"""The cookie of a sign-in under way at an OpenID Connect provider: what binds the way back to the browser that left."""

import hmac
import secrets

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.gateway.settings import Settings
from shared import clock
from shared.crypto import UndecryptableValue

_COOKIE = "chosei_sign_in"
_PATH = "/oauth/oidc"
_SECONDS = 10 * 60


def _secret() -> str:
    return secrets.token_urlsafe(32)


class SignInFlow(BaseModel):
    """``state`` comes back with the browser, ``nonce`` in the ID token; ``verifier`` (PKCE) goes with the code."""

    model_config = ConfigDict(frozen=True)

    next_path: str
    state: str = Field(default_factory=_secret)
    nonce: str = Field(default_factory=_secret)
    verifier: str = Field(default_factory=_secret)
    until: int = 0


class SignInFlows:
    """Encrypted, ten minutes of real time, once: the callback drops it whatever comes of it."""

    def __init__(self, settings: Settings) -> None:
        self._ring = settings.session_ring
        self._secure = settings.secure

    def keep(self, response: Response, flow: SignInFlow) -> None:
        until = int(clock.real_now().timestamp()) + _SECONDS
        text = flow.model_copy(update={"until": until}).model_dump_json()
        response.set_cookie(
            _COOKIE,
            self._ring.encrypt(text.encode(), place=_COOKIE),
            max_age=_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path=_PATH,
        )

    def of(self, request: Request, state: str) -> SignInFlow | None:
        """None where this browser did not begin it, or too long ago."""
        try:
            text = self._ring.decrypt(request.cookies.get(_COOKIE, ""), place=_COOKIE)
            flow = SignInFlow.model_validate_json(text)
        except (UndecryptableValue, ValidationError):
            return None
        same = hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace"))
        return flow if same and flow.until > clock.real_now().timestamp() else None

    def drop(self, response: Response) -> None:
        response.delete_cookie(_COOKIE, path=_PATH, httponly=True, samesite="lax", secure=self._secure)
