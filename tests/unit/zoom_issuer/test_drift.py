"""What of a meeting's state at Zoom is another than was written, and which news only echo our own writes (E7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.zoom_issuer.drift import MeetingDrift, Suspicion, as_found, comparable, form_of_meeting, looks_other
from services.zoom_issuer.model import Actual
from services.zoom_issuer.providers.zoom import state_of
from services.zoom_issuer.usecases.hear_zoom import is_echo
from shared.drift import AS_WRITTEN, EntryState, KnownDrift, look_of
from tests.unit.zoom_issuer.test_model import a_row

START = datetime(2030, 12, 1, 4, tzinfo=UTC)
NOW = START - timedelta(days=1)
ACTUAL = Actual("81234567890", "con_1", "stf_1", "件名", START, 60, "Asia/Tokyo", host_user_id="z1")
AS_IT_IS = EntryState(START, START + timedelta(hours=1), "件名")
UNSUSPECTED = Suspicion(False, None, None, False, 0)
states = st.builds(
    EntryState,
    st.sampled_from([START, START + timedelta(hours=1)]),
    st.sampled_from([START + timedelta(hours=1), START + timedelta(hours=2)]),
    st.sampled_from(["件名", "別件", None]),
)


def test_a_meeting_as_written_raises_no_suspicion() -> None:
    assert not looks_other(ACTUAL, UNSUSPECTED, AS_IT_IS, NOW)


@pytest.mark.parametrize(
    "found",
    [None, replace(AS_IT_IS, start_at=START + timedelta(hours=1)), replace(AS_IT_IS, title="別件")],
    ids=["gone", "moved", "renamed"],
)
def test_what_stands_otherwise_does_once(found: EntryState | None) -> None:
    look = look_of(form_of_meeting(ACTUAL), found)
    told = replace(UNSUSPECTED, drift=MeetingDrift(KnownDrift("drf_1", look, 1), found, False))

    assert looks_other(ACTUAL, UNSUSPECTED, found, NOW)
    assert not looks_other(ACTUAL, told, found, NOW)
    assert looks_other(ACTUAL, told, AS_IT_IS, NOW)


def test_what_was_said_to_be_gone_and_is_there_is_looked_at() -> None:
    assert looks_other(ACTUAL, replace(UNSUSPECTED, missing_since=NOW), AS_IT_IS, NOW)


@pytest.mark.parametrize("at", [START, START + timedelta(minutes=30)])
def test_once_it_began_its_time_is_not_compared(at: datetime) -> None:
    """Zoom takes a start in the past for now, and an update with one leaves it."""
    later = EntryState(START + timedelta(minutes=3), START + timedelta(minutes=63), "件名")

    assert not looks_other(ACTUAL, UNSUSPECTED, later, at)
    assert looks_other(ACTUAL, UNSUSPECTED, replace(later, title="別件"), at)


@given(states)
def test_from_what_was_found_on_nothing_is_left_to_find(found: EntryState) -> None:
    assume(found.start_at and found.end_at and found.end_at > found.start_at)
    adopted = as_found(ACTUAL, found)

    assert look_of(form_of_meeting(adopted), comparable(adopted, found, NOW)) == AS_WRITTEN


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (
            {"topic": "T", "type": 2, "start_time": "2030-12-01T04:00:00Z", "duration": 60},
            EntryState(START, START + timedelta(hours=1), "T"),
        ),
        ({"topic": "T", "type": 8, "start_time": "2030-12-01T04:00:00Z", "duration": 60}, EntryState(None, None, "T")),
        ({"topic": "T", "type": 2}, EntryState(None, None, "T")),
        ({"type": 2, "start_time": "soon", "duration": 60}, EntryState(None, None, None)),
    ],
)
def test_zooms_words_become_a_state(body: dict[str, Any], state: EntryState) -> None:
    assert state_of(body) == state


@pytest.mark.parametrize(
    ("told", "echo"),
    [
        ({"topic": "件名"}, True),
        ({"topic": "別件"}, False),
        ({"start_time": "2030-12-01T04:00:00Z", "duration": 60}, True),
        ({"start_time": "2030-12-01T13:00:00+09:00"}, True),
        ({"start_time": "2030-12-01T05:00:00Z"}, False),
        ({"start_time": "nonsense"}, False),
        ({"duration": 90}, False),
        ({"agenda": "whatever"}, True),
    ],
)
def test_an_update_that_says_what_is_known_is_an_echo(told: dict[str, Any], echo: bool) -> None:
    row = a_row(actual=ACTUAL)

    assert is_echo(row, {"id": 81234567890, **told}) is echo
