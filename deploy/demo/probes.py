"""Questions that tell whether a program is up: all of them fail fast and never raise."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx


async def accepts_connections(host: str, port: int) -> bool:
    """Whether something listens there."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            await writer.wait_closed()
            return True
    return False


async def speaks_amqp(host: str, port: int) -> bool:
    """Whether a broker answers the protocol header: its listener opens a moment before it does."""
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"AMQP\x00\x00\x09\x01")
                return await reader.readexactly(1) == b"\x01"
            finally:
                writer.close()
    return False


def answers_ok(url: str) -> Callable[[], Awaitable[bool]]:
    """A question that is true once a GET of ``url`` is answered with 200."""

    async def ask() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                return (await client.get(url)).status_code == httpx.codes.OK
        except (httpx.TransportError, OSError):
            return False

    return ask


def listens(host: str, port: int) -> Callable[[], Awaitable[bool]]:
    """A question that is true once something listens there."""
    return lambda: accepts_connections(host, port)
