"""Steps, topics and tokens."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.zoom_issuer.model import Actual, Step, agenda_token, next_step, topic_of, wanted_of
from tests.builders import an_appointment, tomorrow_at

WANTED = wanted_of(an_appointment(), canceled=False)
ACTUAL = Actual("1", "con_1", WANTED.host_staff_id, WANTED.topic, WANTED.start_at, WANTED.minutes, WANTED.time_zone)


def test_what_stands_as_wanted_needs_nothing() -> None:
    assert next_step(WANTED, ACTUAL, attempt_unknown=False) is Step.NOTHING


def test_an_unknown_attempt_is_looked_for_before_anything_else() -> None:
    assert next_step(WANTED, None, attempt_unknown=True) is Step.LOOK


def test_a_moved_appointment_updates_its_meeting() -> None:
    moved = replace(WANTED, start_at=tomorrow_at(9))
    assert next_step(moved, ACTUAL, attempt_unknown=False) is Step.UPDATE


def test_a_former_hosts_meeting_goes_only_after_the_new_one_stands() -> None:
    other_host = replace(WANTED, host_staff_id="stf_hana")
    assert next_step(other_host, ACTUAL, attempt_unknown=False) is Step.RETIRE
    assert next_step(other_host, None, attempt_unknown=False, leftovers=1) is Step.CREATE
    theirs = replace(ACTUAL, host_staff_id="stf_hana")
    assert next_step(other_host, theirs, attempt_unknown=False, leftovers=1) is Step.CLEAN


@given(st.text(max_size=400))
def test_a_topic_is_never_empty_and_never_over_200_characters(title: str) -> None:
    assert 0 < len(topic_of(title)) <= 200


def test_lengths_are_rounded_up_to_whole_minutes() -> None:
    start = tomorrow_at(4)
    appointment = an_appointment(start_at=start).model_copy(update={"end_at": start + timedelta(seconds=61)})
    assert wanted_of(appointment, canceled=False).minutes == 2


def test_each_generation_has_a_token_of_its_own() -> None:
    assert agenda_token("apt_1", 1) != agenda_token("apt_1", 2)
