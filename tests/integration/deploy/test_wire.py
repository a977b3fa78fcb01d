"""The wire that tests cut between the services and their servers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.infrastructure.wire import Wire, laid_to
from tests.waiting import eventually


@asynccontextmanager
async def an_echo() -> AsyncIterator[Wire]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1024):
                writer.write(data)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, laid_to(server.sockets[0].getsockname()[1]) as wire:
        yield wire


@asynccontextmanager
async def connected(wire: Wire) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    try:
        yield reader, writer
    finally:
        writer.close()


@asynccontextmanager
async def said(wire: Wire) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that works."""
    async with connected(wire) as (reader, writer):
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        yield reader, writer


async def test_what_goes_in_comes_out_however_much_it_is() -> None:
    async with an_echo() as wire:
        async with said(wire) as (reader, writer):
            much = bytes(range(256)) * 4096

            async def write() -> None:
                writer.write(much)
                await writer.drain()

            writing = asyncio.create_task(write())
            assert await reader.readexactly(len(much)) == much
            await writing
        await eventually(lambda: wire.connections == 0)


async def test_a_cut_ends_what_is_there_and_lets_others_in() -> None:
    async with an_echo() as wire, said(wire) as (reader, _):
        assert wire.cut() == 2
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        async with said(wire):
            pass


async def test_silence_holds_back_and_loses_nothing() -> None:
    async with an_echo() as wire, said(wire) as (reader, writer):
        wire.silence()
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.2)
        async with connected(wire) as (late, latecomer):
            latecomer.write(b"too")
            wire.heal()
            assert (await reader.readexactly(3), await late.readexactly(3)) == (b"two", b"too")


async def test_who_comes_while_it_refuses_is_sent_away() -> None:
    async with an_echo() as wire:
        wire.refuse()
        async with connected(wire) as (reader, writer):
            writer.write(b"one")
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
        wire.heal()
        async with said(wire):
            pass
