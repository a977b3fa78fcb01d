"""HTTP clients. The only module that makes httpx clients, so that time-outs, pools and tracing are set once."""

import asyncio
import math
import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import httpx

from shared.observability.calls import answered
from shared.observability.http import trace_headers
from shared.providers import ProviderUnavailable

__all__ = [
    "AsyncClient",
    "ConnectTimeout",
    "HTTPError",
    "Response",
    "TimeoutException",
    "client",
    "internal_client",
    "json_object",
    "send",
    "single_use_transport",
]

AsyncClient = httpx.AsyncClient
ConnectTimeout = httpx.ConnectTimeout
HTTPError = httpx.HTTPError
TimeoutException = httpx.TimeoutException
Response = httpx.Response

KEEP_ALIVE = timedelta(seconds=20)
"""How long an idle connection is kept; shorter than any server's own limit, so that none is reused as it closes."""

INTERNAL_KEEP_ALIVE = timedelta(seconds=3)
"""The same among ourselves; a stopping service drains for longer than that (``ServiceSettings.drain``)."""

USER_AGENT = "chosei/0.1"

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this process believes, read once: it is a hundred certificates and more."""
    return httpx.create_ssl_context(trust_env=False)


class _Pools(httpx.AsyncBaseTransport):
    """Many small pools for one large one, whose own cost per request grows with the number of its connections.

    The first pool with room is taken, so that few connections stay warm; where none has, callers wait in turn for the
    next room in any. Answers are read whole before they are handed on: nothing here streams.
    """

    _SIZE = 8

    def __init__(self, max_connections: int, keep_alive: timedelta) -> None:
        limits = httpx.Limits(
            max_connections=self._SIZE,
            max_keepalive_connections=self._SIZE,
            keepalive_expiry=keep_alive.total_seconds(),
        )
        verify = _trusted()
        count = math.ceil(max_connections / self._SIZE)
        self._pools = [httpx.AsyncHTTPTransport(verify=verify, limits=limits, trust_env=False) for _ in range(count)]
        self._taken = [0] * count
        self._room = asyncio.Semaphore(max_connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with self._room:
            return await self._answer(request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        number = next(number for number, taken in enumerate(self._taken) if taken < self._SIZE)
        self._taken[number] += 1
        try:
            answer = await self._pools[number].handle_async_request(request)
            try:
                body = b"".join([chunk async for chunk in answer.aiter_raw()])
            finally:
                await answer.aclose()
        finally:
            self._taken[number] -= 1
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.aclose()


class _Client(httpx.AsyncClient):
    """Bounds a call as a whole by its time-out, which httpx applies to each phase and each read (G10 counts on it)."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(limit):
                return await super().send(request, **options)
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"no answer within {limit} s", request=request) from error


def client(
    base_url: str,
    *,
    timeout: timedelta = timedelta(seconds=20),
    headers: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    max_connections: int = 64,
    keep_alive: timedelta = KEEP_ALIVE,
) -> httpx.AsyncClient:
    """A pooled client for one server; ``timeout`` bounds each call as a whole, from the pool to the answer's end."""
    return _Client(
        base_url=base_url,
        timeout=httpx.Timeout(timeout.total_seconds()),
        headers={"user-agent": USER_AGENT, **(headers or {})},
        transport=transport or _Pools(max_connections, keep_alive),
        follow_redirects=False,
        trust_env=False,
    )


def single_use_transport(verify: ssl.SSLContext | None = None) -> httpx.AsyncBaseTransport:
    """For servers that users named: no connection serves a second request, and answers may be read in part."""
    return httpx.AsyncHTTPTransport(
        verify=verify or _trusted(),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=False,
    )


def internal_client(
    base_url: str,
    token: str,
    *,
    timeout: timedelta = timedelta(seconds=15),
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client for another service of ours, authenticated by the caller's own token; the trace goes with each call."""
    made = client(
        base_url,
        timeout=timeout,
        headers={"authorization": f"Bearer {token}"},
        max_connections=128,
        keep_alive=INTERNAL_KEEP_ALIVE,
        transport=transport,
    )
    made.event_hooks["request"].append(_add_trace)
    return made


async def _add_trace(request: httpx.Request) -> None:
    request.headers.update(trace_headers())


async def send(client: httpx.AsyncClient, method: str, url: str, **arguments: Any) -> httpx.Response:
    """Ask a provider and wait; whatever happened after sending is unknown, not failed (G10)."""
    try:
        response = await client.request(method, url, **arguments)
    except _NOT_SENT as error:
        answered("unreachable")
        raise ProviderUnavailable(type(error).__name__) from error
    except httpx.HTTPError as error:
        answered("timeout" if isinstance(error, httpx.TimeoutException) else "connection_lost")
        raise ProviderUnavailable(type(error).__name__, unknown=True) from error
    answered(str(response.status_code))
    return response


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; empty where there is none."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
