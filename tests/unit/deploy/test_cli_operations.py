"""Operations from the command line: what the gateway is asked, and its answers in words."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from deploy.cli import operations as commands
from deploy.cli.__main__ import app
from deploy.cli.api import NotLetIn, NotReached, Refused, Target, reached

KEY = Target("http://chosei.example/", key="csk_secret")
LETTER = {
    "id": "notifier-3f2a",
    "service": "notifier",
    "queue": "notifier.booking.appointment_confirmed.v1",
    "event_id": "evt_1",
    "event_type": "chosei.booking.appointment_confirmed.v1",
    "subject": "apt_1",
    "occurred_at": "2026-11-27T00:00:00Z",
    "parked_at": "2026-11-27T01:00:00Z",
    "attempts": 6,
    "replays": 0,
    "error": "NotYet: waiting",
}
EFFECT = {
    "id": "owed_1",
    "service": "calendar_sync",
    "effect": "entry",
    "about": "apt_1",
    "of": "stf_1",
    "status": "waiting",
    "reason": "not_connected",
    "since": "2026-11-27T00:00:00Z",
    "until": "2099-11-27T02:30:00Z",
    "tries": 3,
}
Answer = Callable[[httpx.Request], httpx.Response]


def gateway(answers: Mapping[str, Any], asked: list[httpx.Request] | None = None) -> httpx.MockTransport:
    """Answers by method and path with JSON, or with a status and a problem."""

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        told = answers[f"{request.method} {request.url.path}"]
        status, body = told if isinstance(told, tuple) else (200, told)
        return httpx.Response(status, json=body)

    return httpx.MockTransport(answer)


async def test_every_page_of_a_list_is_read() -> None:
    pages = [
        {"items": [LETTER], "total": 2, "next_cursor": "c2", "unreachable": ["booking"]},
        {"items": [{**LETTER, "id": "notifier-2"}], "total": 2, "unreachable": []},
    ]
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=pages[len(asked) - 1])

    async with reached(KEY, httpx.MockTransport(answer)) as operations:
        found = await operations.dead_letters("notifier")
    assert [one.id for one in found.items] == ["notifier-3f2a", "notifier-2"]
    assert found.silent == {"booking": "unreachable"}
    assert [request.url.params.get("cursor") for request in asked] == [None, "c2"]
    assert {request.headers["authorization"] for request in asked} == {"Bearer csk_secret"}


async def test_a_reason_goes_with_what_is_given_up() -> None:
    asked: list[httpx.Request] = []
    answers = {"POST /api/v1/ops/dead-letters/notifier-3f2a/discard": LETTER}
    async with reached(KEY, gateway(answers, asked)) as operations:
        await operations.discard("notifier-3f2a", "the guest called")
    assert asked[0].content == b'{"reason":"the guest called"}'


async def test_an_id_that_was_typed_wrongly_leads_nowhere_else() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404, json={"code": "not_found", "detail": "Not found."})

    with pytest.raises(Refused):
        async with reached(KEY, httpx.MockTransport(answer)) as operations:
            await operations.retry("../reconcile?x")
    assert asked[0].url.raw_path == b"/api/v1/ops/effects/..%2Freconcile%3Fx/retry"


async def test_who_signs_in_signs_out_again() -> None:
    asked: list[httpx.Request] = []
    answers = {
        "POST /api/v1/sessions": (201, {"token": "tkn"}),
        "POST /api/v1/ops/reconcile": (202, {"count": 2}),
        "DELETE /api/v1/sessions/current": (204, None),
    }
    target = Target("http://chosei.example", login=("admin@example.jp", "pw"))
    async with reached(target, gateway(answers, asked)) as operations:
        assert (await operations.reconcile()).count == 2
    assert [request.method for request in asked] == ["POST", "POST", "DELETE"]
    assert asked[1].headers["authorization"] == "Bearer tkn"


async def test_who_signs_in_signs_out_again_where_something_is_refused_too() -> None:
    asked: list[httpx.Request] = []
    answers = {
        "POST /api/v1/sessions": (201, {"token": "tkn"}),
        "POST /api/v1/ops/reconcile": (409, {"code": "conflict", "detail": "Not now."}),
        "DELETE /api/v1/sessions/current": (204, None),
    }
    target = Target("http://chosei.example", login=("admin@example.jp", "pw"))
    with pytest.raises(Refused):
        async with reached(target, gateway(answers, asked)) as operations:
            await operations.reconcile()
    assert [request.method for request in asked] == ["POST", "POST", "DELETE"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"code": "unauthorized", "detail": "Please sign in."}, NotLetIn),
        (403, {"code": "insufficient_scope", "detail": "This API key lacks the scope."}, NotLetIn),
        (404, {"code": "not_found", "detail": "Not found."}, Refused),
        (409, {"code": "not_given_up", "detail": "It cannot be given up."}, Refused),
        (503, {"code": "unavailable", "detail": "Try again."}, NotReached),
        (502, "a proxy", NotReached),
        (200, {"something": "else"}, NotReached),
    ],
)
async def test_what_goes_wrong_is_told_apart(status: int, body: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        async with reached(KEY, gateway({"GET /api/v1/ops/pipeline": (status, body)})) as operations:
            await operations.pipeline()
    assert "csk_secret" not in str(caught.value)


async def test_nobody_there_is_told_without_the_key() -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(NotReached, match="does not answer"):
        async with reached(KEY, httpx.MockTransport(down)) as operations:
            await operations.pipeline()
    assert "csk_secret" not in repr(KEY)


async def test_x7_each_lists_ids_and_json_has_all_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    equal = [{**EFFECT, "id": f"owed_{number}"} for number in range(5)]
    answers = {"GET /api/v1/ops/dead-letters": {"items": [], "total": 0}, "GET /api/v1/ops/effects": {"items": equal}}
    monkeypatch.setattr(commands, "reached", partial(reached, transport=gateway(answers)))
    monkeypatch.setenv("CHOSEI_API_KEY", "csk_secret")

    async def said(*more: str) -> str:
        command = ["failed", "--waiting", "--url", "http://chosei.example", *more]
        return (await asyncio.to_thread(CliRunner().invoke, app, command)).stdout

    assert (await said()).startswith("5 x  waiting")
    assert [line.split()[0] for line in (await said("--each")).splitlines()] == [one["id"] for one in equal]
    assert len(json.loads(await said("--json"))["effects"]) == 5


async def test_what_lies_too_far_back_is_said_and_leaves_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "GET /api/v1/ops/dead-letters": {"items": [], "total": 0, "unseen": 4},
        "GET /api/v1/ops/effects": {"items": []},
        "POST /api/v1/ops/dead-letters/replay": (202, {"count": 1000, "unseen": 4}),
    }
    through = partial(reached, transport=gateway(answers))
    monkeypatch.setattr(commands, "reached", through)
    monkeypatch.setenv("CHOSEI_API_KEY", "csk_secret")
    runner = CliRunner()
    for command, said in (
        (["failed"], "first 1000 of their queues: 4"),
        (["replay", "--all"], "back into their queues: 1000"),
    ):
        ended = await asyncio.to_thread(runner.invoke, app, [*command, "--url", "http://chosei.example"])
        assert (ended.exit_code, said in ended.stdout) == (1, True), ended.output
        assert "queues: 4;" in ended.stdout
        plain = await asyncio.to_thread(runner.invoke, app, [*command, "--json", "--url", "http://chosei.example"])
        assert json.loads(plain.stdout)["unseen"] == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pipeline"], "CHOSEI_URL (or --url), where the gateway is, is not set"),
        (["pipeline", "--url", "http://x"], "CHOSEI_API_KEY (or --key-file) is not set"),
        (["pipeline", "--url", "http://x", "--key-file", "/nowhere/key"], "/nowhere/key cannot be read"),
        (["replay"], "name ids, or say --all"),
        (["retry", "owed_1", "--all"], "name ids, or say --all"),
        (["doctor", "mailer"], "no such service: mailer"),
    ],
)
def test_what_is_not_understood_ends_with_two(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHOSEI_URL", "CHOSEI_API_KEY", "CHOSEI_AMQP_URL", "CHOSEI_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 2
    assert words in ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["failed", "--demo", "--service", "notifer"],
        ["replay", "--all", "--service", "notifer", "--demo"],
        ["retry", "--all", "--service", "notifer", "--demo"],
        ["discard", "notifier-1", "--reason", " ", "--demo"],
        ["pipeline", "--url", "chosei.example"],
    ],
    ids=" ".join,
)
def test_what_is_mistyped_is_said_and_nothing_is_asked(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOSEI_API_KEY", "csk_secret")
    assert CliRunner().invoke(app, command).exit_code == 2


def test_a_demos_port_that_is_none_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOSEI_GATEWAY_PORT", "abc")
    ended = CliRunner().invoke(app, ["pipeline", "--demo"])
    assert (ended.exit_code, "CHOSEI_GATEWAY_PORT" in ended.stderr) == (2, True)
