"""Clients: a call ends within its time-out as a whole, and what was sent and not answered is unknown (G10)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from shared import http
from shared.providers import ProviderUnavailable
from tests.waiting import eventually


class Trickle(httpx.AsyncByteStream):
    """A body of which something comes again and again, and never the end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b"."


def trickling(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=Trickle())


def a_client() -> httpx.AsyncClient:
    timeout = timedelta(seconds=0.2)
    return http.client("http://provider", timeout=timeout, transport=httpx.MockTransport(trickling))


async def test_g10_an_answer_that_trickles_ends_with_the_time_out_and_is_unknown() -> None:
    async with a_client() as client, asyncio.timeout(20):
        with pytest.raises(ProviderUnavailable) as raised:
            await http.send(client, "POST", "/meetings")
    assert raised.value.unknown


async def test_a_time_out_of_one_call_bounds_that_call() -> None:
    async with http.client("http://provider", transport=httpx.MockTransport(trickling)) as client:
        with pytest.raises(http.TimeoutException):
            await client.get("/", timeout=0.05)


async def test_who_gives_up_from_outside_is_cancelled_not_timed_out() -> None:
    async with http.client("http://provider", transport=httpx.MockTransport(trickling)) as client:
        asking = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_whom_to_believe_is_read_once_for_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    async with http.client("http://one"):
        monkeypatch.setattr(httpx, "create_ssl_context", None)
        async with http.client("http://other"), http.single_use_transport():
            pass


class Server:
    """Answers with the number of the connection; ``drop`` hangs up on the next request, ``held`` paths wait until they
    are let go.
    """

    def __init__(self) -> None:
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.drop = False
        self.held: dict[bytes, asyncio.Event] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = str(self.connections).encode()
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while asked := await reader.readuntil(b"\r\n\r\n"):
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                await asyncio.sleep(0.02)
                if (held := self.held.get(asked.split()[1])) is not None:
                    await held.wait()
                self.at_once -= 1
                if self.drop:
                    break
                head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nx-twice: a\r\nx-twice: b\r\n\r\n" % len(number)
                writer.write(head + number)
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, str]]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with listening:
        yield made, f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def test_connections_are_kept_and_no_more_are_made_than_asked_at_once(server: tuple[Server, str]) -> None:
    made, url = server
    async with http.client(url) as client:
        for _ in range(5):
            answer = await client.get("/")
            assert (answer.text, answer.headers.get_list("x-twice")) == ("1", ["a", "b"])
        await asyncio.gather(*(client.get("/") for _ in range(20)))
        await asyncio.gather(*(client.get("/") for _ in range(20)))
    assert made.connections == 20


async def test_no_more_connections_than_allowed_are_used_at_once(server: tuple[Server, str]) -> None:
    made, url = server
    async with http.client(url, max_connections=16) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert made.most_at_once == 16


async def test_who_waits_for_room_gets_the_first_that_there_is(server: tuple[Server, str]) -> None:
    made, url = server
    made.held = {b"/soon": asyncio.Event(), b"/late": asyncio.Event()}
    async with http.client(url, max_connections=16) as client:
        soon = [asyncio.create_task(client.get("/soon")) for _ in range(8)]
        await eventually(lambda: made.at_once == 8)
        late = [asyncio.create_task(client.get("/late")) for _ in range(8)]
        await eventually(lambda: made.at_once == 16)
        waiting = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0)
        made.held[b"/soon"].set()
        await eventually(waiting.done)
        made.held[b"/late"].set()
        await asyncio.gather(*soon, *late)


async def test_no_more_are_at_work_than_asked_also_where_small_pools_do_not_divide_it(
    server: tuple[Server, str],
) -> None:
    made, url = server
    async with http.client(url, max_connections=3) as client:
        await asyncio.gather(*(client.get("/") for _ in range(12)))
    assert made.most_at_once == 3


async def test_g10_who_hangs_up_without_an_answer_leaves_the_outcome_unknown(server: tuple[Server, str]) -> None:
    made, url = server
    async with http.client(url) as client:
        await client.get("/")
        made.drop = True
        with pytest.raises(ProviderUnavailable) as raised:
            await http.send(client, "DELETE", "/meetings/1")
    assert raised.value.unknown


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with http.client("http://127.0.0.1:9") as client:
        with pytest.raises(ProviderUnavailable) as raised:
            await http.send(client, "POST", "/meetings")
    assert not raised.value.unknown
