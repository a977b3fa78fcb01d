"""Which calendars count as busy and which one takes entries, whatever is lost of them (V8)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.calendar_sync.model.calendars import MAIN, CalendarChoice, ListedCalendar, Loss, mirror_id_of
from services.calendar_sync.providers.google_mapping import to_listed as from_google
from services.calendar_sync.providers.listing import may_list
from services.calendar_sync.providers.microsoft_mapping import to_listed as from_graph
from shared.contracts.calendar_sync import Provider

NAMES = ["a", "b", "c", "d"]
LISTED = [ListedCalendar(MAIN, "本人", True), *(ListedCalendar(one, one.upper(), True) for one in NAMES)]
CHOSEN = st.sets(st.sampled_from([MAIN, *NAMES]), min_size=1)
WHERE = st.sampled_from([MAIN, *NAMES])


def choice(busy: set[str], entries: str) -> CalendarChoice:
    return CalendarChoice.of(sorted(busy), entries, LISTED)


def test_without_a_choice_the_main_calendar_is_both() -> None:
    usual = CalendarChoice()
    assert (usual.busy, usual.entries, usual.read) == ((MAIN,), MAIN, (MAIN,))


@given(busy=CHOSEN, entries=WHERE, lost=st.lists(st.sampled_from(NAMES)))
def test_however_many_are_lost_something_counts_and_something_takes_entries(
    busy: set[str], entries: str, lost: list[str]
) -> None:
    left = choice(busy, entries)
    for one in lost:
        left = left.without(one)
    assert set(left.busy) == (busy - set(lost) or {MAIN})
    assert left.entries == (MAIN if entries in lost else entries)
    assert left.gone == set(lost)
    assert set(left.read) == {*left.busy, left.entries}
    assert len(left.read) == len(set(left.read))


@given(busy=CHOSEN, entries=WHERE, order=st.permutations(LISTED))
def test_a_choice_does_not_depend_on_the_order_in_which_it_was_named(
    busy: set[str], entries: str, order: list[ListedCalendar]
) -> None:
    named = [one.calendar_id for one in order if one.calendar_id in busy]
    assert CalendarChoice.of(named, entries, LISTED) == choice(busy, entries)


@given(busy=CHOSEN, entries=WHERE)
def test_a_calendar_that_takes_no_entries_counts_as_busy_still(busy: set[str], entries: str) -> None:
    left = choice(busy, entries).not_written(entries) if entries != MAIN else choice(busy, entries)
    assert (set(left.busy), left.entries, left.gone) == (busy, MAIN, frozenset())
    assert choice(busy, MAIN).not_written("a") == choice(busy, MAIN)


def test_what_is_lost_keeps_its_name_and_says_why() -> None:
    left = choice({MAIN, "a"}, "b").without("a").not_written("b")
    assert [(one.calendar_id, one.name, one.loss) for one in left.lost] == [
        ("a", "A", Loss.GONE),
        ("b", "B", Loss.READ_ONLY),
    ]


def test_each_calendar_has_a_mirror_of_its_own_the_main_one_the_connection_s() -> None:
    assert mirror_id_of("stf_1.google", MAIN) == "stf_1.google"
    assert mirror_id_of("stf_1.google", "a") != mirror_id_of("stf_1.google", "b")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"id": "x@y.jp", "summary": "x@y.jp", "primary": True, "accessRole": "owner"}, (MAIN, "x@y.jp", True)),
        ({"id": "c_1", "summary": "私用", "accessRole": "writer"}, ("c_1", "私用", True)),
        (
            {"id": "c_1", "summary": "長い", "summaryOverride": "短い", "accessRole": "reader"},
            ("c_1", "短い", False),
        ),
        ({"id": "c_1", "summary": "a", "accessRole": "writerWithoutPrivateAccess"}, ("c_1", "a", False)),
        ({"id": "c_1", "accessRole": "owner"}, ("c_1", "c_1", True)),
    ],
)
def test_google_s_roles_say_what_takes_entries(entry: dict[str, Any], expected: tuple[str, str, bool]) -> None:
    assert from_google(entry) == ListedCalendar(*expected)


def test_graph_s_flags_say_what_takes_entries() -> None:
    assert from_graph({"id": "A", "name": "予定表", "isDefaultCalendar": True, "canEdit": True}) == ListedCalendar(
        MAIN, "予定表", True
    )
    assert from_graph({"id": "B", "name": "祝日", "canEdit": False}) == ListedCalendar("B", "祝日", False)


def test_google_lists_calendars_with_its_scope_only() -> None:
    scope = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
    assert (may_list(Provider.GOOGLE, [scope]), may_list(Provider.GOOGLE, ["openid"])) == (True, False)
    assert may_list(Provider.MICROSOFT, [])
