"""Heads of requests that are too long, or that do not come, on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn

from shared import http_server
from shared.runtime import server_config
from tests.infrastructure.ports import free_ports
from tests.unit.gateway.settings import some_settings
from tests.waiting import eventually

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def app(scope: dict[str, object], receive: object, send: object) -> None:
    """Answers every request."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]


@asynccontextmanager
async def connected() -> AsyncIterator[Streams]:
    (port,) = free_ports(1)
    config = server_config(app, some_settings(port=port))
    config.lifespan = "off"
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    await eventually(lambda: server.started)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = server.force_exit = True
        await serving


async def answers(streams: Streams, request: bytes) -> bytes:
    reader, writer = streams
    writer.write(request)
    return await reader.readuntil(b"ok")


async def test_requests_are_answered_one_after_the_other_on_a_connection() -> None:
    async with connected() as streams:
        for _ in range(3):
            assert b"200 OK" in await answers(streams, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        long = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n" + b"x" * 500_000
        assert b"200 OK" in await answers(streams, long), "a body is no head"


@pytest.mark.parametrize("head", [b"GET /%s HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nx: %s\r\n", b"GET / HTTP/1.1\r\n%s"])
async def test_g24_a_head_without_an_end_is_refused(head: bytes) -> None:
    filling = b"x: y\r\n" * 60_000 if head.endswith(b"\n%s") else b"x" * 400_000
    async with connected() as (reader, writer):
        writer.write(head % filling)
        said = b""
        with suppress(ConnectionError):  # what it did not read is thrown back
            while more := await reader.read(200):
                said += more
        assert said == b"" or said.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nhost:"])
async def test_g24_a_head_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.05)
    async with connected() as (reader, writer):
        writer.write(begun)
        with suppress(ConnectionError):  # what comes too late is thrown back
            assert await reader.read() == b""


async def test_g24_nor_is_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as streams:
        await answers(streams, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.05)
        streams[1].write(b"GET / HT")
        assert await streams[0].read() == b""
