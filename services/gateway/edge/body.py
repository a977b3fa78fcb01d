"""Bodies: read whole, up to a limit, before anything else looks at them; in the API they are JSON."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.problem import Problem, respond

_API = "/api/"
_BODILESS = ("GET", "HEAD", "OPTIONS")


class BodyTooLarge(Problem):
    """More than the limit."""

    code, status = "body_too_large", 413
    ja = "送信されたデータが大きすぎます(最大 {limit} バイト)。"
    en = "The body is too large (at most {limit} bytes)."


class UnsupportedMediaType(Problem):
    """A body that does not call itself JSON."""

    code, status = "unsupported_media_type", 415
    ja = "Content-Type は application/json にしてください。"
    en = "The Content-Type must be application/json."


class WholeBody:
    """ASGI middleware; what comes after it gets the body in one message, also found at ``scope["state"]["body"]``."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            body = await self._read(request, receive)
            if body is None:
                return
            if body and scope["path"].startswith(_API) and not _is_json(request):
                raise UnsupportedMediaType()
        except Problem as problem:
            await respond(request, problem)(scope, receive, send)
            return
        scope.setdefault("state", {})["body"] = body
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, request: Request, receive: Receive) -> bytes | None:
        """None where the client went away. Raises ``BodyTooLarge``."""
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._limit:
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


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
