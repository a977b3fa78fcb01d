"""Bodies: read whole, up to a limit and within a time, before anything else looks at them; in the API they are JSON,
elsewhere no files.
"""

import asyncio
from datetime import timedelta

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.problem import Problem, respond

_API = "/api/"
_DIGITS = 18
"""A length that is written longer is too long, whatever it is."""
_BODILESS = ("GET", "HEAD", "OPTIONS")


class BodyTooLarge(Problem):
    """More than the limit."""

    code, status = "body_too_large", 413
    ja = "送信されたデータが大きすぎます(最大 {limit} バイト)。"
    en = "The body is too large (at most {limit} bytes)."


class BodyTooSlow(Problem):
    """Whoever sends so slowly holds a connection for nothing."""

    code, status = "body_too_slow", 408
    ja = "データの送信に時間がかかりすぎました。もう一度お試しください。"
    en = "The body took too long to arrive. Please try again."

    def __init__(self) -> None:
        super().__init__(headers={"Connection": "close"})


class UnsupportedMediaType(Problem):
    """A body that does not call itself JSON in the API, or that brings files to a page: none takes any."""

    code, status = "unsupported_media_type", 415
    ja = "Content-Type は {wanted} にしてください。"
    en = "The Content-Type must be {wanted}."


class WholeBody:
    """ASGI middleware; what comes after it gets the body in one message, also found at ``scope["state"]["body"]``."""

    def __init__(self, app: ASGIApp, *, limit: int, patience: timedelta) -> None:
        self._app = app
        self._limit = limit
        self._patience = patience.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            body = await self._read_in_time(request, receive)
            if body is None:
                return
            if body:
                _check_kind(scope["path"], request.headers.get("content-type", ""))
        except Problem as problem:
            await respond(request, problem)(scope, receive, send)
            return
        scope.setdefault("state", {})["body"] = body
        await self._app(scope, _replay(body, receive), send)

    async def _read_in_time(self, request: Request, receive: Receive) -> bytes | None:
        """Raises ``BodyTooSlow``, ``BodyTooLarge``."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._read(request, receive)
        except TimeoutError:
            raise BodyTooSlow() from None

    async def _read(self, request: Request, receive: Receive) -> bytes | None:
        """None where the client went away. Raises ``BodyTooLarge``."""
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and (len(declared) > _DIGITS or int(declared) > self._limit):
            raise BodyTooLarge(limit=self._limit)
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._limit:
                raise BodyTooLarge(limit=self._limit)
            chunks.append(chunk)
            if not message.get("more_body"):
                return b"".join(chunks)


def _check_kind(path: str, content_type: str) -> None:
    """Raises ``UnsupportedMediaType``."""
    media_type = content_type.partition(";")[0].strip().lower()
    if path.startswith(_API):
        if not (media_type.startswith("application/") and media_type.endswith(("/json", "+json"))):
            raise UnsupportedMediaType(wanted="application/json")
    elif media_type.startswith("multipart/"):
        raise UnsupportedMediaType(wanted="application/x-www-form-urlencoded")


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
