"""The reader's language: on pages the cookie ``lang``, then Accept-Language; in the API Accept-Language alone (X6)."""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.problem import Language, language_of

LANGUAGE_COOKIE = "lang"


def language_of_request(request: Request, default: Language = "ja") -> Language:
    """On page paths the middleware has already put the cookie's choice first."""
    return language_of(request.headers.get("accept-language"), default)


class PageLanguage:
    """ASGI middleware: on pages the cookie's choice replaces what the browser asks for, for all who look later."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/api/"):
            chosen = Request(scope).cookies.get(LANGUAGE_COOKIE)
            if chosen in ("ja", "en"):
                MutableHeaders(scope=scope)["accept-language"] = chosen
        await self._app(scope, receive, send)
