"""Steps, topics and tokens; and that any order of events, answers and crashes ends in the same meeting."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.zoom_issuer.model import (
    Actual,
    Attempt,
    MeetingRow,
    Step,
    Wanted,
    agenda_token,
    is_urgent,
    last_moment,
    last_start,
    next_start,
    next_step,
    topic_of,
    wanted_of,
)
from shared.contracts.booking import Series
from tests.builders import an_appointment, tomorrow_at

WANTED = wanted_of(an_appointment(), canceled=False)
ACTUAL = Actual("1", "con_1", WANTED.host_staff_id, WANTED.topic, WANTED.start_at, WANTED.minutes, WANTED.time_zone)
BEFORE, AFTER = WANTED.start_at - timedelta(hours=2), WANTED.end_at
HOUR = timedelta(hours=1)


def an_attempt(wanted: Wanted = WANTED, token: str = "[x]") -> Attempt:
    return Attempt(
        at=BEFORE,
        token=token,
        connection_id="con_1",
        host_staff_id=wanted.host_staff_id,
        topic=wanted.topic,
        start_at=wanted.start_at,
        minutes=wanted.minutes,
        time_zone=wanted.time_zone,
        link_generation=wanted.link_generation,
    )


def a_row(**changes: Any) -> MeetingRow:
    values: dict[str, Any] = {
        "appointment_id": "apt_1",
        "organization_id": "org_1",
        "wanted": WANTED,
        "heard_at": BEFORE,
        "actual": None,
        "unsure": False,
        "attempt": None,
        "leftovers": (),
        "generation": 1,
        "version": 0,
        "tries": 0,
        "error": None,
        "announced_meeting": None,
        "announced_revision": 0,
        "announced_error": None,
        "announced_retry_at": None,
        "alarmed": False,
    }
    return MeetingRow(**{**values, **changes})


def test_what_stands_as_wanted_needs_nothing() -> None:
    assert next_step(a_row(actual=ACTUAL), BEFORE) is Step.NOTHING


def test_an_unknown_attempt_is_looked_for_before_anything_else() -> None:
    assert next_step(a_row(attempt=an_attempt()), BEFORE) is Step.LOOK
    assert next_step(a_row(attempt=an_attempt()), AFTER) is Step.LOOK
    canceled = replace(WANTED, exists=False, canceled=True)
    assert next_step(a_row(attempt=an_attempt(), wanted=canceled), AFTER) is Step.LOOK


def test_a_moved_appointment_updates_its_meeting() -> None:
    moved = replace(WANTED, start_at=tomorrow_at(9))
    assert next_step(a_row(wanted=moved, actual=ACTUAL), BEFORE) is Step.UPDATE


def test_a_change_whose_answer_is_not_known_is_made_again_although_it_seems_to_stand() -> None:
    assert next_step(a_row(actual=ACTUAL, unsure=True), BEFORE) is Step.UPDATE


def test_a_meeting_that_is_wanted_no_more_is_retired_before_it_goes() -> None:
    canceled = replace(WANTED, exists=False, canceled=True)
    assert next_step(a_row(wanted=canceled, actual=ACTUAL), BEFORE) is Step.RETIRE
    assert next_step(a_row(wanted=canceled, leftovers=(ACTUAL,)), BEFORE) is Step.CLEAN


def test_a_former_hosts_meeting_goes_only_after_the_new_one_stands() -> None:
    other_host = replace(WANTED, host_staff_id="stf_hana")
    assert next_step(a_row(wanted=other_host, actual=ACTUAL), BEFORE) is Step.RETIRE
    assert next_step(a_row(wanted=other_host, leftovers=(ACTUAL,)), BEFORE) is Step.CREATE
    theirs = replace(ACTUAL, host_staff_id="stf_hana")
    assert next_step(a_row(wanted=other_host, actual=theirs, leftovers=(ACTUAL,)), BEFORE) is Step.CLEAN


def test_c9_a_link_that_somebody_knows_who_may_not_attend_goes_after_another_stands() -> None:
    replaced = replace(WANTED, revision=2, link_generation=2)
    row = a_row(actual=ACTUAL, wanted=replaced, announced_meeting=ACTUAL.meeting_id)
    assert next_step(row, BEFORE) is Step.RETIRE
    retired = replace(row, actual=None, leftovers=(ACTUAL,))
    assert next_step(retired, BEFORE) is Step.CREATE
    another = replace(ACTUAL, meeting_id="2", link_generation=2)
    assert next_step(replace(retired, actual=another), BEFORE) is Step.CLEAN


def test_c9_a_link_that_nobody_was_told_stays() -> None:
    replaced = replace(WANTED, revision=2, link_generation=2)
    assert next_step(a_row(actual=ACTUAL, wanted=replaced), BEFORE) is Step.ADOPT


def test_once_it_is_over_nothing_is_made_and_what_nobody_was_told_of_goes() -> None:
    assert next_step(a_row(), AFTER) is Step.NOTHING
    assert next_step(a_row(actual=ACTUAL), AFTER) is Step.RETIRE
    moved = replace(WANTED, topic="other")
    assert next_step(a_row(actual=ACTUAL, announced_meeting="1", wanted=moved), AFTER) is Step.NOTHING


def test_every_row_has_a_last_moment_counted_from_the_end_or_from_the_last_word() -> None:
    assert last_moment(a_row(), HOUR) == WANTED.end_at + HOUR
    assert last_moment(a_row(heard_at=WANTED.end_at + HOUR), HOUR) == WANTED.end_at + 2 * HOUR


@pytest.mark.parametrize(
    ("before_start", "tries", "urgent"),
    [
        (timedelta(minutes=61), 50, False),
        (timedelta(minutes=60), 50, True),
        (timedelta(minutes=30), 1, False),
        (timedelta(minutes=30), 3, True),
        (timedelta(0), 1, True),
    ],
)
def test_g11_a_failure_is_urgent_in_time_before_the_start(before_start: timedelta, tries: int, urgent: bool) -> None:
    next_try_at = WANTED.start_at - before_start
    assert is_urgent(WANTED.start_at, next_try_at=next_try_at, tries=tries, warn_before=HOUR) is urgent


@given(st.text(max_size=400))
def test_a_topic_is_never_empty_and_never_over_200_characters(title: str) -> None:
    assert 0 < len(topic_of(title)) <= 200


def test_e3_a_topic_names_customer_and_deal_and_is_cut_at_a_whole_character() -> None:
    wanted = wanted_of(an_appointment(title="定例", topic="定例(ABC商事 / 新基幹)"), canceled=False)
    assert wanted.topic == "定例(ABC商事 / 新基幹)"
    assert topic_of("あ" * 199 + "👨\u200d👩\u200d👧") == "あ" * 199
    assert topic_of("あ" * 198 + "か\u3099" + "い") == "あ" * 198 + "か\u3099"


def test_lengths_are_rounded_up_to_whole_minutes() -> None:
    start = tomorrow_at(4)
    appointment = an_appointment(start_at=start).model_copy(update={"end_at": start + timedelta(seconds=61)})
    assert wanted_of(appointment, canceled=False).minutes == 2


def test_each_generation_has_a_token_of_its_own() -> None:
    assert agenda_token("apt_1", 1) != agenda_token("apt_1", 2)


@dataclass
class Life:
    """A row and what stands at Zoom. Each step may be answered, lost after it was done, or lost before."""

    row: MeetingRow | None = None
    zoom: dict[str, tuple[str, Actual]] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)

    def hear(self, wanted: Wanted) -> None:
        if self.row is None:
            self.row = a_row(wanted=wanted)
        elif self.row.wanted.revision < wanted.revision:
            self.row = replace(self.row, wanted=wanted)

    def step(self, answer: str = "answered") -> bool:
        """One step of the worker; false when nothing was left to do."""
        if self.row is None:
            return False
        step = next_step(self.row, BEFORE)
        if step is Step.NOTHING:
            self._tell(self.row)
            return False
        getattr(self, f"_{step}")(self.row, answer)
        return True

    def _tell(self, row: MeetingRow) -> None:
        self.row = replace(row, announced_meeting=row.actual.meeting_id if row.actual else None)
        if row.actual:
            self.told.add((row.actual.meeting_id, row.wanted.link_generation))

    def _adopt(self, row: MeetingRow, answer: str) -> None:
        assert row.actual is not None
        self.row = replace(row, actual=replace(row.actual, link_generation=row.wanted.link_generation))

    def _create(self, row: MeetingRow, answer: str) -> None:
        token = agenda_token("apt_1", row.generation)
        attempt = an_attempt(row.wanted, token)
        self.row = replace(row, attempt=attempt)
        if answer != "lost before":
            made = attempt.made(f"m{len(self.zoom)}/{row.generation}")
            self.zoom[made.meeting_id] = (token, made)
            if answer == "answered":
                self.row = replace(row, actual=made)

    def _look(self, row: MeetingRow, answer: str) -> None:
        if answer == "answered" and row.attempt is not None:
            found = [one for token, one in self.zoom.values() if token == row.attempt.token]
            for double in found[1:]:
                del self.zoom[double.meeting_id]
            actual = row.attempt.made(found[0].meeting_id) if found else row.actual
            self.row = replace(row, attempt=None, actual=actual)

    def _update(self, row: MeetingRow, answer: str) -> None:
        assert row.actual is not None
        wanted = row.wanted
        moved = replace(row.actual, topic=wanted.topic, start_at=wanted.start_at, minutes=wanted.minutes)
        if answer != "lost before":
            self.zoom[moved.meeting_id] = (self.zoom[moved.meeting_id][0], moved)
        answered = answer == "answered"
        self.row = replace(row, actual=moved if answered else row.actual, unsure=not answered)

    def _retire(self, row: MeetingRow, answer: str) -> None:
        assert row.actual is not None
        left = (*row.leftovers, row.actual)
        self.row = replace(row, leftovers=left, actual=None, unsure=False, generation=row.generation + 1)

    def _clean(self, row: MeetingRow, answer: str) -> None:
        if answer != "lost before":
            self.zoom.pop(row.leftovers[0].meeting_id, None)
        if answer == "answered":
            self.row = replace(row, leftovers=row.leftovers[1:])


REVISIONS = [
    WANTED,
    replace(WANTED, revision=2, start_at=WANTED.start_at + HOUR),
    replace(WANTED, revision=3),
    replace(WANTED, revision=4, host_staff_id="stf_hana"),
    replace(WANTED, revision=5, host_staff_id="stf_hana", exists=False),
    replace(WANTED, revision=6, host_staff_id="stf_hana"),
    replace(WANTED, revision=7, host_staff_id="stf_hana", link_generation=2),
    replace(WANTED, revision=8, host_staff_id="stf_hana", link_generation=3),
    replace(WANTED, revision=9, topic="別の件名", exists=False, canceled=True),
]
ANSWERS = st.lists(st.sampled_from(["answered", "lost after", "lost before"]), max_size=4)
LIVES = st.integers(min_value=1, max_value=len(REVISIONS)).flatmap(
    lambda many: st.lists(st.sampled_from(REVISIONS[:many]), max_size=4).flatmap(
        lambda repeats: st.permutations(REVISIONS[:many] + repeats).flatmap(
            lambda order: st.tuples(*(st.tuples(st.just(one), ANSWERS) for one in order))
        )
    )
)


@given(LIVES)
@settings(max_examples=150, deadline=None)
def test_g10_any_order_repetition_and_loss_ends_in_the_same_outside_state(
    life: tuple[tuple[Wanted, list[str]], ...],
) -> None:
    world = Life()
    for wanted, answers in life:
        world.hear(wanted)
        for answer in answers:
            world.step(answer)
    for _ in range(30):
        if not world.step():
            break
    else:
        raise AssertionError("it never comes to rest")
    newest = max((wanted for wanted, _ in life), key=lambda wanted: wanted.revision)
    standing = [(one.host_staff_id, one.topic, one.start_at) for _, one in world.zoom.values()]
    assert standing == ([(newest.host_staff_id, newest.topic, newest.start_at)] if newest.exists else [])
    generations = [{told for name, told in world.told if name == meeting_id} for meeting_id in world.zoom]
    assert all(known == {newest.link_generation} for known in generations), "no link serves two generations (C9)"


def test_of_a_series_the_occurrence_that_is_under_way_or_next_counts() -> None:
    weekly = wanted_of(an_appointment(series=Series(rrule="FREQ=WEEKLY;COUNT=3")), canceled=False)
    starts = [weekly.start_at + timedelta(days=7 * week) for week in range(3)]
    assert next_start(weekly, starts[0] - HOUR) == starts[0]
    assert next_start(weekly, starts[1] - HOUR) == starts[1]
    assert next_start(weekly, starts[2] + 9 * HOUR) == starts[2] == last_start(weekly)
