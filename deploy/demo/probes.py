"""Questions that tell whether a program is up: cheap, because they are asked often, and they never raise."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_PATIENCE_SECONDS = 4

Question = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def _connection(host: str, port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def listens(host: str, port: int) -> Question:
    """Whether something accepts connections there."""

    async def ask() -> bool:
        with suppress(OSError, TimeoutError):
            async with _connection(host, port):
                return True
        return False

    return ask


def speaks_amqp(host: str, port: int) -> Question:
    """Whether a broker answers the protocol's greeting: its listener opens a moment before it does."""

    async def ask() -> bool:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with _connection(host, port) as (reader, writer):
                writer.write(b"AMQP\x00\x00\x09\x01")
                return await reader.readexactly(1) == b"\x01"
        return False

    return ask


def answers_ok(url: str) -> Question:
    """Whether a GET of ``url`` (plain http) is answered with 200."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    request = f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode()

    async def ask() -> bool:
        with suppress(OSError, TimeoutError):
            async with _connection(host, port) as (reader, writer):
                writer.write(request)
                status_line = await reader.readline()
                await reader.read()
                return status_line.split(b" ")[1:2] == [b"200"]
        return False

    return ask
