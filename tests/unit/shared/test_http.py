"""Clients: a call ends within its time-out as a whole, and what was sent and not answered is unknown (G10)."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from shared import http
from shared.providers import ProviderUnavailable


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
    begun = time.monotonic()
    async with a_client() as client:
        with pytest.raises(ProviderUnavailable) as raised:
            await http.send(client, "POST", "/meetings")
    assert raised.value.unknown
    assert time.monotonic() - begun < 1


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
