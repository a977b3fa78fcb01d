"""The address in front of several processes: connections go to each in turn, past those that are away."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.demo.front import Front
from deploy.demo.layout import HOST, REPOSITORY
from deploy.demo.probes import listens
from deploy.demo.processes import Process as Running
from deploy.demo.processes import Program
from tests.infrastructure.ports import free_ports
from tests.waiting import eventually

LONGEST = 2**22


class Process:
    """Answers every line with its name and the line."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, HOST, self.port, limit=LONGEST)

    async def die(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        while line := await reader.readline():
            writer.write(self.name.encode() + b" " + line)
        writer.close()


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Front, Process, Process]]:
    port, *places = free_ports(3)
    processes = [Process(name, place) for name, place in zip(("first", "second"), places, strict=True)]
    for process in processes:
        await process.start()
    front = Front(port, places)
    await front.start()
    yield front, processes[0], processes[1]
    await front.stop()
    for process in processes:
        await process.die()


async def said(front: Front, line: bytes = b"hello\n") -> bytes:
    reader, writer = await asyncio.open_connection(HOST, front.port)
    writer.write(line)
    answer = await reader.readline()
    writer.close()
    return answer


async def test_connections_go_to_each_process_in_turn(pair: tuple[Front, Process, Process]) -> None:
    front, *_ = pair
    answers = [await said(front) for _ in range(4)]
    assert sorted(answers) == [b"first hello\n"] * 2 + [b"second hello\n"] * 2


async def test_a_connection_stays_where_it_is_and_carries_whatever_comes(pair: tuple[Front, Process, Process]) -> None:
    front, *_ = pair
    reader, writer = await asyncio.open_connection(HOST, front.port, limit=LONGEST)
    long = b"x" * 1_000_000 + b"\n"
    answers = set()
    for line in (b"one\n", long, b"three\n"):
        writer.write(line)
        answers.add((await reader.readline()).partition(b" ")[0])
    writer.close()
    assert len(answers) == 1


async def test_a_process_that_is_away_gets_none(pair: tuple[Front, Process, Process]) -> None:
    front, first, _ = pair
    await first.die()
    assert [await said(front) for _ in range(3)] == [b"second hello\n"] * 3
    assert front.refused == 0


async def test_whoever_was_put_through_to_one_that_dies_is_cut_off(pair: tuple[Front, Process, Process]) -> None:
    front, first, second = pair
    reader, writer = await asyncio.open_connection(HOST, front.port)
    writer.write(b"hello\n")
    await reader.readline()
    await first.die()
    await second.die()
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


async def test_where_nobody_is_callers_are_cut_off_and_counted(pair: tuple[Front, Process, Process]) -> None:
    front, first, second = pair
    await first.die()
    await second.die()
    reader, writer = await asyncio.open_connection(HOST, front.port)
    with suppress(ConnectionError):
        assert await reader.read() == b""
    await eventually(lambda: front.refused == 1)
    writer.close()


async def test_the_program_leads_from_each_address_to_its_own_processes(tmp_path: Path) -> None:
    places = dict(zip(("first", "second"), free_ports(2), strict=True))
    processes = [Process(name, place) for name, place in places.items()]
    fronts = [Front(port) for port in free_ports(2)]
    ways = [f"{front.port}={process.port}" for front, process in zip(fronts, processes, strict=True)]
    program = Program(
        name="front",
        command=(sys.executable, "-m", "deploy.demo.front", *ways),
        folder=REPOSITORY,
        log=tmp_path / "front.log",
        ready=listens(HOST, fronts[-1].port),
        environment={},
    )
    for process in processes:
        await process.start()
    running = await Running.start(program)
    try:
        await running.until_ready()
        assert [await said(front) for front in fronts] == [b"first hello\n", b"second hello\n"]
    finally:
        await running.stop()
        for process in processes:
            await process.die()
