"""Which calls a piece of work made, as a timeline tells them (X3)."""

import asyncio

import httpx
import pytest

from shared import http
from shared.contracts.provider_calls import MOST, ProviderCall
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.observability.calls import calls_noted, take_calls, telling, untold_calls
from shared.observability.http import provider_call
from shared.providers import ProviderUnavailable


async def ask(answer: httpx.Response | Exception, operation: str = "meetings.create") -> None:
    async def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with http.client("http://provider", transport=httpx.MockTransport(respond)) as client:
        with provider_call("zoom", operation):
            await http.send(client, "POST", "/secret/path?token=1")


def said(calls: list[ProviderCall]) -> list[tuple[str, str, str]]:
    return [(call.provider, call.operation, call.result) for call in calls]


async def test_a_call_is_noted_by_what_was_asked_and_how_it_was_answered_alone() -> None:
    with calls_noted() as calls:
        await ask(httpx.Response(201, json={"join_url": "https://zoom.example/j/1"}))
        assert said(calls) == [("zoom", "meetings.create", "201")]
        assert set(calls[0].model_dump()) == {"at", "provider", "operation", "result"}


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (httpx.ReadTimeout("late"), "timeout"),
        (httpx.ConnectError("refused"), "unreachable"),
        (httpx.RemoteProtocolError("cut"), "connection_lost"),
    ],
)
async def test_a_call_without_an_answer_says_so(error: Exception, result: str) -> None:
    with calls_noted() as calls:
        with pytest.raises(ProviderUnavailable):
            await ask(error)
        assert said(calls) == [("zoom", "meetings.create", result)]


async def test_a_call_that_never_began_is_none_and_one_within_another_is_its_own() -> None:
    with calls_noted() as calls:
        with provider_call("zoom", "meetings.create"):
            await ask(httpx.Response(400), "oauth.renew")
        assert said(calls) == [("zoom", "oauth.renew", "400")]


async def test_work_side_by_side_notes_its_own_calls() -> None:
    async def work(operation: str) -> list[tuple[str, str, str]]:
        with calls_noted() as calls:
            await ask(httpx.Response(200), operation)
            return said(calls)

    assert await asyncio.gather(work("a"), work("b")) == [[("zoom", "a", "200")], [("zoom", "b", "200")]]


async def test_an_event_takes_the_calls_and_what_is_untold_goes_on_with_the_row() -> None:
    with calls_noted():
        await ask(httpx.Response(503))
        row = untold_calls()
    with calls_noted(row):
        await ask(httpx.Response(201))
        event = telling(MeetingRevoked(appointment_id="apt_1", revision=1))
        assert [call.result for call in event.calls] == ["503", "201"]
        assert (take_calls(), untold_calls()) == ([], [])


async def test_very_many_tries_keep_the_newest() -> None:
    with calls_noted():
        for status in (503,) * MOST + (201,):
            await ask(httpx.Response(status))
        kept = take_calls()
    assert (len(kept), kept[-1].result) == (MOST, "201")


async def test_outside_of_any_work_nothing_is_noted() -> None:
    await ask(httpx.Response(200))
    assert take_calls() == []
