"""What waits and what failed as the command line writes it."""

from collections.abc import Mapping
from typing import Any

from deploy.cli.listing import effect_lines, letter_lines, owed_lines, pipeline_lines, silent_lines
from shared.contracts.api.operations import DeadLetter, OwedEffect, Pipeline, Silence
from tests.unit.deploy.test_cli_operations import EFFECT, LETTER

IDLE = {
    "service": "booking",
    "at": "2026-11-27T00:00:00Z",
    "outbox": {"waiting": 0},
    "work": [],
    "bus": {"reachable": True},
    "effects": {"failed": 0, "waiting": 0},
}


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
    assert effect.endswith("not_connected, again at 2099-11-27 02:30 UTC")


def test_x7_many_equal_effects_are_one_line_and_each_has_its_own_where_that_is_asked_for() -> None:
    equal = [{**EFFECT, "id": f"owed_{number}", "of": f"stf_{number}"} for number in range(350)]
    later = {**EFFECT, "since": "2026-11-26T00:00:00Z", "until": "2099-11-27T02:10:00Z"}
    mail = {**EFFECT, "id": "owed_mail", "service": "notifier", "effect": "mail", "purpose": "confirmed"}
    effects = [OwedEffect.model_validate(one) for one in (*equal, later, mail)]
    group, hint, single = owed_lines(effects)
    assert group == (
        "351 x  waiting  calendar_sync  entry"
        "  not_connected, the oldest since 2026-11-26 00:00 UTC, again at 2099-11-27 02:10 UTC"
    )
    assert "--each" in hint
    assert single.startswith("owed_mail  waiting  notifier  mail of stf_1 (confirmed)")
    assert owed_lines(effects[:3]) == effect_lines(effects[:3])


def test_x7_a_next_try_that_lies_behind_us_is_said_to_be_due() -> None:
    due = OwedEffect.model_validate({**EFFECT, "until": "2026-11-20T02:30:00Z"})
    (line,) = effect_lines([due])
    assert line.endswith("not_connected, next in line, since 2026-11-20 02:30 UTC")
    assert owed_lines([due] * 4)[0].endswith("next in line, since 2026-11-20 02:30 UTC")


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
