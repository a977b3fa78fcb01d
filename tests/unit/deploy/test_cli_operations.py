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
from deploy.cli.listing import effect_lines, letter_lines, owed_lines, pipeline_lines, silent_lines
from shared.contracts.api.operations import DeadLetter, OwedEffect, Pipeline, Silence

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
    "until": "2026-11-27T02:30:00Z",
    "tries": 3,
}
IDLE = {
    "service": "booking",
    "at": "2026-11-27T00:00:00Z",
    "outbox": {"waiting": 0},
    "work": [],
    "bus": {"reachable": True},
    "effects": {"failed": 0, "waiting": 0},
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


def a_pipeline(*services: Mapping[str, Any], stages: list[Any] | None = None) -> Pipeline:
    told = {"at": "2026-11-27T00:00:00Z", "services": list(services), "stages": stages or [], "totals": {}}
    return Pipeline.model_validate(told)


def test_services_stand_under_one_another_and_one_that_is_silent_says_so() -> None:
    booking = {"service": "booking", "status": "ok", "operations": {**IDLE, "outbox": {"waiting": 7}}}
    silent = {"service": "notifier", "status": "unreachable", "operations": None}
    head, first, second = pipeline_lines(a_pipeline(booking, silent))
    assert head.split() == ["service", "outbox", "queued", "due", "parked", "failed", "waiting"]
    assert first.split() == ["booking", "7", "0", "0", "0", "0", "0"]
    assert second.endswith("cannot be reached")
    for silence, words in (("slow", "too slow to answer"), ("failing", "answers with an error of its own")):
        assert pipeline_lines(a_pipeline({**silent, "silence": silence}))[1].endswith(words)


def test_x7_who_is_too_slow_is_not_called_away() -> None:
    lines = silent_lines({"notifier": Silence.SLOW, "booking": Silence.UNREACHABLE})
    assert lines == [
        "booking cannot be reached: what it holds is missing here",
        "notifier is reached but too slow to answer: what it holds is missing here",
    ]


def test_what_needs_somebody_is_a_line_of_its_own() -> None:
    troubled = {
        **IDLE,
        "work": [{"name": "meetings", "waiting": 1, "held": 0, "failing": 2}],
        "bus": {"reachable": True, "queues": [{"name": "q", "waiting": 4, "consumers": 0, "parked": 0}]},
        "connections": [{"provider": "zoom", "staff_id": "stf_1", "status": "broken", "waiting": 4}],
        "budgets": [{"provider": "zoom", "user_id": "u", "requests_left": 0, "resets_at": "2026-11-28T00:00:00Z"}],
        "mirror": [
            {"kind": "hold", "state": "orphaned", "count": 3},
            {"kind": "entry", "state": "missing", "count": 0},
        ],
    }
    lines = pipeline_lines(a_pipeline({"service": "booking", "status": "ok", "operations": troubled}))[2:]
    assert lines == [
        "booking: nobody consumes q (4 wait)",
        "booking: 2 rows of meetings end in an error: see the log",
        "booking: zoom of stf_1 is broken (4 wait for it)",
        "booking: zoom user u has no requests left today",
        "booking: 3 x hold orphaned at the provider",
    ]


def test_x7_what_nobody_tried_yet_is_told_beside_all_that_is_due() -> None:
    backlog = {"name": "meetings", "waiting": 350, "held": 16, "failing": 0}
    untried = {"untried": 300, "oldest_untried_at": "2026-11-27T00:01:02Z"}
    work = [{**backlog, **untried}, {**backlog, "name": "sweeps", "waiting": 2}]
    lines = pipeline_lines(a_pipeline({"service": "booking", "status": "ok", "operations": {**IDLE, "work": work}}))
    assert lines[1].split()[3] == "352"
    assert lines[2:] == ["booking: 300 of 350 due meetings not tried yet, the oldest since 2026-11-27 00:01:02 UTC"]


def test_stages_are_told_in_seconds() -> None:
    stage = {"stage": "mail_sent", "count": 84, "median_seconds": 0.81, "p95_seconds": 2.12, "slowest_seconds": 9}
    assert pipeline_lines(a_pipeline(stages=[stage]))[1] == (
        "mail_sent: half within 0.8 s, 95 % within 2.1 s, slowest 9.0 s, of 84"
    )


def test_ids_stand_in_front_of_reasons() -> None:
    (letter,) = letter_lines([DeadLetter.model_validate(LETTER)])
    assert letter.startswith("notifier-3f2a  parked  notifier  chosei.booking.appointment_confirmed.v1  apt_1  6 tries")
    assert letter.endswith("NotYet: waiting")
    (effect,) = effect_lines([OwedEffect.model_validate(EFFECT)])
    assert effect.startswith("owed_1  waiting  calendar_sync  entry of stf_1  apt_1  3 tries")
    assert effect.endswith("not_connected, again at 2026-11-27 02:30 UTC")


def test_x7_many_equal_effects_are_one_line_and_each_has_its_own_where_that_is_asked_for() -> None:
    equal = [{**EFFECT, "id": f"owed_{number}", "of": f"stf_{number}"} for number in range(350)]
    later = {**EFFECT, "since": "2026-11-26T00:00:00Z", "until": "2026-11-27T02:10:00Z"}
    mail = {**EFFECT, "id": "owed_mail", "service": "notifier", "effect": "mail", "purpose": "confirmed"}
    effects = [OwedEffect.model_validate(one) for one in (*equal, later, mail)]
    group, hint, single = owed_lines(effects)
    assert group == (
        "351 x  waiting  calendar_sync  entry"
        "  not_connected, the oldest since 2026-11-26 00:00 UTC, again at 2026-11-27 02:10 UTC"
    )
    assert "--each" in hint
    assert single.startswith("owed_mail  waiting  notifier  mail of stf_1 (confirmed)")
    assert owed_lines(effects[:3]) == effect_lines(effects[:3])


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


def test_one_try_is_one() -> None:
    (letter,) = letter_lines([DeadLetter.model_validate({**LETTER, "attempts": 1})])
    assert "  1 try  " in letter


def test_what_is_very_long_is_cut_and_what_commands_take_is_not() -> None:
    longest = {
        **LETTER,
        "id": f"notifier-{'f' * 90}",
        "subject": "s" * 400,
        "error": "Odd: line\n\x1b[31mline " + "e" * 400,
    }
    long, short = letter_lines([DeadLetter.model_validate(one) for one in (longest, LETTER)])
    assert long.startswith(f"{longest['id']}  parked")
    assert f"{'s' * 59}…  6 tries" in long
    assert "Odd: line [31mline eee" in long
    assert long.endswith("e…")
    assert len(long) < 600
    assert short.endswith("NotYet: waiting")


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
