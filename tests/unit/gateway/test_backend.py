"""What becomes of another service's answers."""

import httpx
import pytest

from services.gateway.providers.backend import Backend, BackendProblem, Reply
from shared.contracts.api.proposals import ProposalView
from shared.internal import Caller

CALLER = Caller("org_1", "stf_1", "member", "en", "req_1")


def a_backend(response: httpx.Response | Exception) -> Backend:
    def answer(_request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    return Backend("booking", httpx.AsyncClient(base_url="http://booking", transport=httpx.MockTransport(answer)))


async def _problem(response: httpx.Response | Exception) -> BackendProblem:
    with pytest.raises(BackendProblem) as caught:
        await a_backend(response).call("GET", "/internal/proposals", CALLER)
    return caught.value


async def test_a_problem_is_handed_on_with_its_words_and_its_retry_after() -> None:
    body = {"code": "slot_taken", "detail": "taken", "errors": [{"pointer": "/slots", "detail": "x"}]}
    problem = await _problem(httpx.Response(409, json=body, headers={"retry-after": "7"}))
    assert (problem.status, problem.code, problem.detail, problem.retry_after) == (409, "slot_taken", "taken", "7")
    assert problem.errors[0]["pointer"] == "/slots"


@pytest.mark.parametrize(
    "response",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500, json={"code": "internal"}),
        httpx.Response(401, json={"code": "unauthorized"}),
        httpx.Response(404, text="<html>"),
        httpx.Response(502, content=b"\xff"),
    ],
    ids=repr,
)
async def test_what_says_more_about_us_than_about_the_request_is_unavailable(
    response: httpx.Response | Exception,
) -> None:
    problem = await _problem(response)
    assert (problem.status, problem.code, problem.retry_after) == (503, "unavailable", "5")
    assert problem.detail == "This cannot be processed right now. Please try again in a moment."


def test_only_resources_with_a_version_have_an_entity_tag() -> None:
    assert Reply(httpx.Response(200, json={"version": 4})).etag == '"r4"'
    assert Reply(httpx.Response(200, json={"items": []})).etag is None
    assert Reply(httpx.Response(200, json=[1])).etag is None
    assert Reply(httpx.Response(200, text="2030年")).etag is None


@pytest.mark.parametrize("content", [b"<html>", b"{}", b"[]"])
async def test_an_answer_that_cannot_be_read_is_unavailable(content: bytes) -> None:
    answer = httpx.Response(200, content=content, headers={"content-type": "application/json"})
    reply = await a_backend(answer).call("GET", "/internal/proposals/prp_1", CALLER)
    with pytest.raises(BackendProblem) as caught:
        reply.read(ProposalView)
    assert (caught.value.status, caught.value.code) == (503, "unavailable")
    assert caught.value.detail == "This cannot be processed right now. Please try again in a moment."
