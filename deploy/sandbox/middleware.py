"""Around every provider path: the faults in force, the latency asked for, and the call log.

A lost answer and a time-out end the TCP connection itself; ``HttpProtocol`` (used by ``__main__``) hands it
over in the scope. Where there is none (ASGI called in process) ``ConnectionLost`` is raised instead.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from deploy.sandbox.accounts import Provider
from deploy.sandbox.calls import Call
from deploy.sandbox.faults import TOKEN_FAULTS, FaultKind, FaultRule
from deploy.sandbox.world import World
from shared import clock

_CONNECTION = "chosei.sandbox.connection"
_TIMEOUT_S = 60.0
_SLOW_S = 5.0

ErrorBody = Callable[[int, str], dict[str, object]]
"""From the status and the path: an error of that status in the provider's own form."""


class ConnectionLost(Exception):
    """The connection ended without an answer."""


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, but requests know their connection so that a fault can cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions = self.scope.setdefault("extensions", {})
        assert extensions is not None
        extensions[_CONNECTION] = {"transport": self.transport}


async def _swallow(message: Message) -> None:
    """Takes the answer that nobody will see."""


async def _cut(scope: Scope, receive: Receive) -> None:
    connection = (scope.get("extensions") or {}).get(_CONNECTION)
    if connection is None:
        raise ConnectionLost
    connection["transport"].abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Returns when the caller hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


class ProviderMiddleware:
    """Lets everything through that is not below a provider's mount."""

    def __init__(self, app: ASGIApp, world: World, error_bodies: dict[Provider, ErrorBody]) -> None:
        self._app = app
        self._world = world
        self._error_bodies = error_bodies
        self._mounts = {provider.value: provider for provider in error_bodies}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        mount, _, rest = scope["path"].lstrip("/").partition("/")
        provider = self._mounts.get(mount)
        if provider is None:
            await self._app(scope, receive, send)
            return
        await _ProviderCall(self, scope, receive, send, provider, "/" + rest).run()


class _ProviderCall:
    """One request to one provider on its way through faults and log."""

    def __init__(
        self,
        owner: ProviderMiddleware,
        scope: Scope,
        receive: Receive,
        send: Send,
        provider: Provider,
        path: str,
    ) -> None:
        self._app, self._world = owner._app, owner._world
        self._error_body = owner._error_bodies[provider]
        self._scope, self._receive, self._send = scope, receive, send
        self._provider, self._path, self._method = provider, path, scope["method"]
        self._noted = Call(clock.now(), provider, self._method, path, status=None)

    async def run(self) -> None:
        rule = self._world.faults.draw(self._provider, self._method, self._path)
        self._noted.fault = rule.kind if rule else None
        self._world.calls.add(self._noted)
        await self._answer(rule)

    async def _answer(self, rule: FaultRule | None) -> None:
        if rule is None:
            await self._work(self._send)
        elif rule.kind is FaultKind.STATUS:
            await self._refuse(rule)
        elif rule.kind is FaultKind.SLOW:
            await asyncio.sleep(_SLOW_S if rule.delay_s is None else rule.delay_s)
            await self._work(self._send)
        elif rule.kind is FaultKind.TIMEOUT:
            await self._keep_waiting(_TIMEOUT_S if rule.delay_s is None else rule.delay_s)
        elif rule.kind is FaultKind.LOST_ANSWER:
            await self._work(_swallow)
            await asyncio.sleep(rule.delay_s or 0)
            await _cut(self._scope, self._receive)
        elif rule.kind in TOKEN_FAULTS:
            self._world.hit_tokens(rule, self._provider)
            await self._work(self._send)

    async def _work(self, send: Send) -> None:
        latency = self._world.settings.latency_s
        if latency:
            await asyncio.sleep(latency)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._noted.status = message["status"]
            await send(message)

        await self._app(self._scope, self._receive, noting)

    async def _refuse(self, rule: FaultRule) -> None:
        if rule.delay_s:
            await asyncio.sleep(rule.delay_s)
        status = self._noted.status = rule.status or 503
        body = orjson.dumps(self._error_body(status, self._path) if rule.body is None else rule.body)
        headers = {"content-type": "application/json"} | {name.lower(): value for name, value in rule.headers.items()}
        raw: list[Any] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        raw.append((b"content-length", str(len(body)).encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": raw})
        await self._send({"type": "http.response.body", "body": body})

    async def _keep_waiting(self, delay_s: float) -> None:
        try:
            await asyncio.wait_for(_gone(self._receive), delay_s)
        except TimeoutError:
            await _cut(self._scope, self._receive)
