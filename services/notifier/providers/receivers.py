"""Servers that organizations named: one request to an address that was checked, or why there was none (G24).

The name is looked up here and the connection made to the address that was found good, so that no second look-up can
lead elsewhere; Host, SNI and certificate are the name's. No connection is used twice, since two names may share an
address. Redirects are not followed.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import httpx

from services.notifier.model.addresses import Policy
from services.notifier.model.webhooks import KEPT_BODY
from shared import http
from shared.contracts.api.webhooks import TryError

_PORTS = {"https": 443, "http": 80}
_READ_BYTES = 4 * KEPT_BODY
"""So much of an answer is read: what is kept of it, in whatever script."""
_READ_SECONDS = 3
_CONNECT_SECONDS = 5
"""So that a second address has its turn."""
_LOOKING_UP = 32
"""Names that are looked up at once; a resolver that hangs keeps a thread."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


class AddressRefused(Exception):
    """The name leads nowhere, or to where webhooks must not go. One error for both, so that nobody learns by it which
    names there are inside.
    """


@dataclass(frozen=True)
class Answer:
    """What came back: the body is cut."""

    status: int
    body: str
    retry_after: timedelta | None


class NoAnswer(Exception):
    """Nothing usable came back; it may have arrived all the same."""

    def __init__(self, error: TryError) -> None:
        self.error = error
        super().__init__(error)


class Receivers:
    """``resolve`` and ``verify`` are handed in by tests only."""

    def __init__(
        self,
        policy: Policy,
        timeout: timedelta,
        *,
        resolve: Resolve | None = None,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._timeout = timeout.total_seconds()
        self._threads = ThreadPoolExecutor(_LOOKING_UP, thread_name_prefix="webhook-names")
        self._resolve = resolve or self._look_up
        self._client = http.client(
            "", timeout=timeout, transport=http.single_use_transport(verify), headers={"user-agent": "Chosei-Webhook/1"}
        )

    async def check(self, url: str) -> None:
        """Raises ``AddressRefused``."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._addresses(_parsed(url))
        except TimeoutError as error:
            raise AddressRefused from error

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises ``NoAnswer``."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(_parsed(url), body, headers)
        except AddressRefused as error:
            raise NoAnswer(TryError.ADDRESS) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NoAnswer(TryError.TIMEOUT) from error
        except httpx.HTTPError as error:
            raise NoAnswer(TryError.TLS if _is_tls(error) else TryError.CONNECTION) from error

    async def close(self) -> None:
        await self._client.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _post(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The next address only where the former could not be connected to: nothing was sent there."""
        *others, last = await self._addresses(url)
        for address in others:
            try:
                return await self._ask(url, address, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._ask(url, last, body, headers)

    async def _ask(self, url: httpx.URL, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={**headers, "host": url.netloc.decode("ascii"), "accept-encoding": "identity"},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
            timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_SECONDS)),
        )
        answer = await self._client.send(request, stream=True)
        try:
            return Answer(answer.status_code, await _beginning(answer), _retry_after(answer))
        finally:
            await answer.aclose()

    async def _addresses(self, url: httpx.URL) -> list[str]:
        """Raises ``AddressRefused``."""
        host = url.raw_host.decode("ascii").strip("[]")
        port = url.port or _PORTS.get(url.scheme, 0)
        if not host or not port:
            raise AddressRefused
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise AddressRefused from error
        if not self._policy.allows_all(found, encrypted=url.scheme == "https"):
            raise AddressRefused
        return found

    async def _look_up(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(place[0]) for *_, place in found))


def _parsed(url: str) -> httpx.URL:
    """Raises ``AddressRefused``."""
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefused from error


async def _beginning(answer: httpx.Response) -> str:
    """As it came, whatever it claims to be packed with; what does not come in time is left out."""
    read = b""
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(_READ_SECONDS):
            async for chunk in answer.aiter_raw():
                read += chunk
                if len(read) >= _READ_BYTES:
                    break
    return read[:_READ_BYTES].decode("utf-8", "replace").replace("\x00", "")[:KEPT_BODY]


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """In seconds; dates are not worth a parser that outsiders feed."""
    text = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isascii() and text.isdecimal() and len(text) < 8 else None


def _is_tls(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
