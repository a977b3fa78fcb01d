"""Idempotency keys on every write of the API, scoped to the staff member, the API key or the guest: their
link, or their address where they book on a page (G8, X8).
"""

import contextlib
import hashlib
import re

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.edge import csrf
from services.gateway.edge.forwarding import booker_in, idempotency_key
from services.gateway.identity import bearer_of, key_of, session_of
from services.gateway.parts import parts_of
from services.gateway.providers.backend import Unavailable
from services.gateway.store.answers import StoredAnswer
from services.gateway.usecases.answer_once import AnswerOnce, Turn
from shared.crypto import token_hash
from shared.mongo import PyMongoError
from shared.observability.errors import brief
from shared.problem import Problem, respond

log = structlog.get_logger(__name__)
_GUEST = re.compile(r"/api/v1/guest/[a-z]+/([^/]+)")
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Idempotency:
    """ASGI middleware; needs the whole body at ``scope["state"]["body"]``. Without a key it does nothing."""

    def __init__(self, app: ASGIApp, *, answer_once: AnswerOnce) -> None:
        self._app = app
        self._answer_once = answer_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _UNSAFE or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        key = request.headers.get("idempotency-key")
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            idempotency_key(key)
            whose = await _whose(request)
            if whose is None:
                await self._app(scope, receive, send)
                return
            begun = await self._answer_once.begin(token_hash(f"{whose}\x1f{key}"), _fingerprint(request))
        except Problem as problem:
            await respond(request, problem)(scope, receive, send)
        except PyMongoError as error:
            log.warning("idempotency.failed", error=brief(error))
            await respond(request, Unavailable())(scope, receive, send)
        else:
            if isinstance(begun, StoredAnswer):
                await _replay(begun)(scope, receive, send)
            else:
                await self._work(begun, scope, receive, send)

    async def _work(self, turn: Turn, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer goes out when it is kept, so that no repeat can get another one."""
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        try:
            await self._app(scope, receive, collect)
        except Exception:
            await self._answer_once.give_up(turn)
            raise
        try:
            await self._answer_once.end(turn, _answer_of(messages))
        except PyMongoError as error:
            log.warning("idempotency.answer_not_kept", error=brief(error))
        for message in messages:
            await send(message)


async def _whose(request: Request) -> str | None:
    """None where nobody known asks, or a page's own token is missing: that answer is not worth keeping."""
    if link := _GUEST.match(request.scope["path"]):
        booker = booker_in(request.state.body) if "/guest/pages/" in link[0] else ""
        return f"guest/{link[1]}/{booker}" if booker else f"guest/{link[1]}"
    if (api_key := await key_of(request)) is not None:
        return f"key/{api_key.id}"
    session = await session_of(request)
    if session is None:
        return None
    if bearer_of(request) is None:
        try:
            parts_of(request).csrf.check(request, session.id, request.headers.get(csrf.HEADER))
        except csrf.CsrfRefused:
            return None
    return f"staff/{session.staff_id}"


def _fingerprint(request: Request) -> str:
    """Of method, address and body, whatever the order of its members."""
    body: bytes = request.state.body
    with contextlib.suppress(orjson.JSONDecodeError, TypeError, RecursionError):
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    scope = request.scope
    head = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}\n"
    return hashlib.sha256(head.encode() + body).hexdigest()


def _answer_of(messages: list[Message]) -> StoredAnswer:
    start = messages[0]
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
    return StoredAnswer(start["status"], headers, b"".join(message.get("body", b"") for message in messages[1:]))


def _replay(answer: StoredAnswer) -> Response:
    response = Response(answer.body, status_code=answer.status)
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    response.headers["Idempotency-Replayed"] = "true"
    return response
