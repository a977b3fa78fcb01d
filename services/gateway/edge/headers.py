"""Headers of every answer, and what of the request's is not believed. What a handler sets itself wins."""

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.internal import REQUEST_ID

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors ",
    )
)
CONTENT_SECURITY_POLICY = _POLICY + "'none'"
_ALWAYS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_NO_FRAME = "x-frame-options"
"""It knows no list of sites: who may frame an answer with a policy of its own is said there alone."""
_STATIC_CACHE = "public, max-age=300"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_ONLY_GET = ("/oauth/",)
"""Paths whose GET does something, so that HEAD must not stand for it (G7)."""


def framed_by(origins: Sequence[str]) -> dict[str, str]:
    """Of an answer that these sites may show in a frame (H12); where there are none, nobody may."""
    return {"content-security-policy": _POLICY + " ".join(origins)} if origins else {}


class Headers:
    """ASGI middleware; answers HEAD as GET without the body."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always = dict(_ALWAYS)
        if secure:
            self._always["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._doubt(scope)
        head = scope["method"] == "HEAD" and not scope["path"].startswith(_ONLY_GET)
        if head:
            scope = {**scope, "method": "GET"}  # a copy: the server's own must go on saying HEAD, or it misses the body
        static = scope["path"].startswith("/static/")

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if static and message["status"] in (200, 304):
                    headers.setdefault("cache-control", _STATIC_CACHE)
                if request_id := scope.get("state", {}).get("request_id"):
                    headers.setdefault(REQUEST_ID, request_id)
                own_policy = "content-security-policy" in headers
                for name, value in self._always.items():
                    if not (own_policy and name == _NO_FRAME):
                        headers.setdefault(name, value)
            elif head:
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, completed)

    @staticmethod
    def _doubt(scope: Scope) -> None:
        """An odd request id would end in logs and events."""
        headers = MutableHeaders(scope=scope)
        if not _REQUEST_ID.fullmatch(headers.get(REQUEST_ID, "ok")):
            del headers[REQUEST_ID]
