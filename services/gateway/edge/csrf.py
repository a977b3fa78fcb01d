"""Requests that a browser was tricked into (CSRF): where they come from, and a token bound to the session."""

import hashlib
import hmac
import secrets

from fastapi import Request
from starlette.responses import Response

from services.gateway.settings import Settings
from shared.crypto import KeyRing
from shared.problem import Problem

VISIT_COOKIE = "chosei_visit"
HEADER = "x-csrf-token"


class CsrfRefused(Problem):
    """The request does not come from one of our pages."""

    code, status = "csrf_refused", 403
    ja = "このページの有効期限が切れました。ページを再読み込みして、もう一度お試しください。"
    en = "This page has expired. Please reload it and try again."


def keyed_hash(ring: KeyRing, key_id: str, *parts: str) -> str:
    return hmac.new(ring.keys[key_id], "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


class Csrf:
    """Tokens are made anew for each page and hold as long as the session and its key."""

    def __init__(self, settings: Settings) -> None:
        self._ring = settings.session_ring
        self._origin = settings.public_url.rstrip("/")
        self._secure = settings.secure

    def token(self, bound_to: str) -> str:
        """``bound_to`` is a session's id, or a visit's where nobody is signed in."""
        salt, key_id = secrets.token_urlsafe(9), self._ring.current
        return f"{key_id}.{salt}.{keyed_hash(self._ring, key_id, 'csrf', bound_to, salt)}"

    def check(self, request: Request, bound_to: str, given: str | None) -> None:
        """Raises ``CsrfRefused``."""
        self.check_origin(request)
        key_id, _, rest = (given or "").partition(".")
        salt, _, mac = rest.partition(".")
        if not bound_to or key_id not in self._ring.keys:
            raise CsrfRefused()
        if not hmac.compare_digest(mac.encode(), keyed_hash(self._ring, key_id, "csrf", bound_to, salt).encode()):
            raise CsrfRefused()

    def check_origin(self, request: Request) -> None:
        """A browser says where a request comes from; what says nothing is no browser. Raises ``CsrfRefused``."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise CsrfRefused()
        origin = request.headers.get("origin")
        if origin is not None and origin not in (self._origin, str(request.base_url).rstrip("/")):
            raise CsrfRefused()

    def visit(self, request: Request, response: Response) -> str:
        """The id of a visit before signing in; set as a cookie where there is none."""
        known = request.cookies.get(VISIT_COOKIE)
        if known:
            return known
        made = secrets.token_urlsafe(16)
        response.set_cookie(VISIT_COOKIE, made, httponly=True, samesite="lax", secure=self._secure, path="/")
        return made
