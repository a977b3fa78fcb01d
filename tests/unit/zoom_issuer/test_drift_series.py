"""Which of Zoom's occurrences is which of ours, and what of them a person changed (E6, E7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.zoom_issuer.drift import as_found, comparable, form_of_meeting
from services.zoom_issuer.drift_series import named, told_of_occurrences, with_names, with_recovered
from services.zoom_issuer.model import Actual, revives, same_times, wanted_of
from services.zoom_issuer.model_series import FoundOccurrence, OccurrenceWish, next_change, still_to_come
from services.zoom_issuer.providers import FoundMeeting
from services.zoom_issuer.providers.zoom_recurrence import occurrences_of
from services.zoom_issuer.usecases.hear_zoom import is_echo
from shared.contracts.booking import Series
from shared.drift import AS_WRITTEN, EntryState, changed_occurrences, gone_occurrences, look_of
from tests.builders import an_appointment
from tests.unit.zoom_issuer.test_model import a_row

FIRST = datetime(2030, 10, 15, 7, tzinfo=UTC)  # 09:00 in Berlin, where clocks change on the 27th
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
STARTS = [FIRST, FIRST + WEEK, FIRST + 2 * WEEK + HOUR, FIRST + 3 * WEEK + HOUR]
RULE = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
NOW = FIRST - WEEK
PLAIN = Actual("81234567890", "con_1", "stf_1", "件名", FIRST, 60, "Europe/Berlin", rrule=RULE)
SHOWN = tuple(FoundOccurrence(f"occ-{number}", at, 60, False) for number, at in enumerate(STARTS))
ACTUAL = with_names(PLAIN, SHOWN, NOW)
WANTED = wanted_of(
    an_appointment(
        start_at=FIRST, end_at=FIRST + HOUR, time_zone="Europe/Berlin", title="件名", series=Series(rrule=RULE)
    ),
    canceled=False,
)
acts = st.lists(st.sampled_from(["stays", "goes", "moves"]), min_size=4, max_size=4)


def told(actual: Actual, shown: tuple[FoundOccurrence, ...], now: datetime = NOW) -> EntryState:
    found = FoundMeeting(EntryState(None, None, "件名"), "", shown)
    return comparable(actual, told_of_occurrences(actual, found, now), now)


def done(acts: list[str]) -> tuple[FoundOccurrence, ...]:
    after = {"stays": {}, "goes": {"deleted": True}, "moves": {"minutes": 90}}
    shown = [
        replace(one, start_at=one.start_at + (2 * HOUR if act == "moves" else timedelta(0)), **after[act])
        for one, act in zip(SHOWN, acts, strict=True)
    ]
    return tuple(reversed(shown))


@given(acts)
def test_exactly_what_a_person_did_is_told_and_as_found_differs_from_what_is_wanted(acts: list[str]) -> None:
    form, found = form_of_meeting(ACTUAL), told(ACTUAL, done(acts))
    expected = [at for at, act in zip(STARTS, acts, strict=True) if act != "stays"]

    assert [one.original_start_at for one in changed_occurrences(form, found)] == expected
    assert list(gone_occurrences(form, found)) == [at for at, act in zip(STARTS, acts, strict=True) if act == "goes"]
    assert (look_of(form, found) == AS_WRITTEN) == (not expected)
    after = as_found(ACTUAL, found)
    assert same_times(WANTED, after)
    assert revives(WANTED, after) == ("goes" in acts)
    assert (next_change(WANTED.changed, after.changed, 60) is None) == (not expected)


@given(acts)
def test_what_was_followed_leaves_nothing_to_do(acts: list[str]) -> None:
    after = as_found(ACTUAL, told(ACTUAL, done(acts)))
    differing = [one for one in after.changed if (one["start_at"], one["minutes"]) != (one["original_start_at"], 60)]
    wanted = [*differing, *(one for one in after.changed if one["canceled"])]

    assert next_change(wanted, after.changed, 60) is None


def test_without_names_the_start_tells_and_the_one_that_is_left() -> None:
    moved = (*SHOWN[:2], replace(SHOWN[2], start_at=STARTS[2] + HOUR), SHOWN[3])
    two = (replace(SHOWN[0], start_at=STARTS[0] + HOUR), *moved[1:])

    assert named(PLAIN, moved, NOW)["occ-2"] == STARTS[2]
    assert "occ-2" not in named(PLAIN, two, NOW)
    assert changed_occurrences(form_of_meeting(PLAIN), told(PLAIN, two)) == ()


def test_what_zoom_does_not_show_is_no_proof_and_what_began_is_not_compared() -> None:
    moved = tuple(replace(one, start_at=one.start_at + HOUR) for one in SHOWN)

    assert changed_occurrences(form_of_meeting(ACTUAL), told(ACTUAL, SHOWN[2:])) == ()
    late = changed_occurrences(form_of_meeting(ACTUAL), told(ACTUAL, moved, STARTS[1]))
    assert [one.original_start_at for one in late] == STARTS[2:]


def test_a_cancelled_one_that_is_there_again_is_seen_to_stand() -> None:
    gone = OccurrenceWish(original_start_at=STARTS[1], start_at=STARTS[1], minutes=60, canceled=True)
    actual = replace(ACTUAL, changed=[gone])
    deleted = tuple(replace(one, deleted=number == 1) for number, one in enumerate(SHOWN))

    assert with_recovered(actual, FoundMeeting(EntryState(None, None, None), "", deleted), NOW) == actual
    stands = with_recovered(actual, FoundMeeting(EntryState(None, None, None), "", SHOWN), NOW)
    assert next_change([gone], stands.changed, 60) == (gone, STARTS[1])


@pytest.mark.parametrize(
    ("now", "expected"),
    [(NOW, (FIRST, 4)), (FIRST, (STARTS[1], 3)), (STARTS[2] + HOUR, (STARTS[3], 1)), (STARTS[3], (FIRST, 4))],
)
def test_a_series_that_has_begun_is_told_from_its_next_occurrence_on(
    now: datetime, expected: tuple[datetime, int]
) -> None:
    assert still_to_come(FIRST, 60, "Europe/Berlin", RULE, 4, now) == expected


def test_news_of_an_occurrence_echo_only_where_it_is_known_or_wanted() -> None:
    row = replace(a_row(), wanted=WANTED, actual=ACTUAL)
    here = {"occurrence_id": "1", "start_time": "2030-10-22T07:00:00Z", "duration": 60, "status": "available"}

    assert is_echo(row, {"id": 1, "occurrences": [here]})
    for other in ({"start_time": "2030-10-22T08:00:00Z"}, {"duration": 30}, {"status": "deleted"}, {"start_time": ""}):
        assert not is_echo(row, {"id": 1, "occurrences": [here | other]})


def test_occurrences_that_cannot_be_read_are_not_said() -> None:
    rows = [
        {"occurrence_id": "1", "start_time": "2030-10-22T07:00:00Z", "duration": 60},
        {"occurrence_id": "2", "start_time": "2030-10-29T08:00:00Z", "status": "deleted"},
        {"occurrence_id": "3", "start_time": "soon", "duration": 60},
        {"start_time": "2030-10-22T07:00:00Z", "duration": 60},
    ]

    found = occurrences_of({"occurrences": rows})
    assert [(one.occurrence_id, one.deleted) for one in found] == [("1", False), ("2", True)]
