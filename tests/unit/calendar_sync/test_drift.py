"""How an entry stands compared with what was written, and how much may be missing (V6, G17)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.ledger import Row, RowKind, WrittenEntry
from services.calendar_sync.providers import google_mapping, microsoft_mapping
from services.calendar_sync.providers.protocol import Reading, Seen
from services.calendar_sync.usecases.notice_drift import is_suspect
from shared.contracts.calendar_sync import Provider
from shared.contracts.drift import DriftKind
from shared.contracts.envelope import Cause
from shared.drift import (
    AS_WRITTEN,
    GONE,
    EntryState,
    KnownDrift,
    OccurrenceState,
    changed_occurrences,
    differs_as_a_whole,
    form_of,
    gone_occurrences,
    is_mass_deletion,
    kind_of,
    look_of,
    not_believing,
    text_digest,
)

START = datetime(2026, 12, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
TITLE = "ABC株式会社:田中花子 様"
FORM = form_of(START, START + HOUR, TITLE)
AS_IT_IS = EntryState(START, START + HOUR, TITLE)
WINDOW = Window(START - 24 * HOUR, START + 24 * HOUR)
states = st.builds(
    EntryState,
    st.sampled_from([START, START + HOUR]),
    st.sampled_from([START + HOUR, START + 2 * HOUR]),
    st.sampled_from([TITLE, "別件", None]),
)


def a_row(**changes: Any) -> Row:
    values: dict[str, Any] = {
        "row_id": "entry/apt_1/stf_1/google",
        "organization_id": "org_1",
        "kind": RowKind.ENTRY,
        "about": "apt_1",
        "staff_id": "stf_1",
        "slot_id": None,
        "provider": Provider.GOOGLE,
        "present": True,
        "participants": (),
        "after": (),
        "revision": 1,
        "wanted_version": 1,
        "generation": 0,
        "written": WrittenEntry("stf_1.google", Provider.GOOGLE, "e", "uid", 0, "digest", 1, False, FORM),
        "attempted": None,
        "tries": 0,
        "cause": Cause.outside("req_1"),
        "traceparent": None,
        "ends_at": START + HOUR,
        "caused_at": START,
    }
    return Row(**{**values, **changes})


def test_a_title_that_a_provider_trimmed_is_as_written() -> None:
    long = "件名 " * 100
    form = form_of(START, START + HOUR, f" {long}")
    assert look_of(form, EntryState(START, START + HOUR, long[:255])) == AS_WRITTEN
    assert look_of(FORM, EntryState(START, START + HOUR, None)) == AS_WRITTEN


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (None, DriftKind.DELETED),
        (EntryState(START + HOUR, START + 2 * HOUR, TITLE), DriftKind.MOVED),
        (EntryState(START, START + 2 * HOUR, "別件"), DriftKind.MOVED),
        (EntryState(None, None, TITLE), DriftKind.MOVED),
        (EntryState(START, START + HOUR, "別件"), DriftKind.CHANGED),
        (EntryState(START, START + HOUR, ""), DriftKind.CHANGED),
    ],
)
def test_a_drift_has_a_kind(found: EntryState | None, kind: DriftKind) -> None:
    assert look_of(FORM, found) != AS_WRITTEN
    assert kind_of(FORM, found) is kind


@pytest.mark.parametrize(
    ("missing", "coming", "frozen"),
    [
        (1, 1, False),
        (3, 3, False),
        (3, 9, False),
        (4, 4, True),
        (4, 1000, True),
        (2, 10, True),
        (1, 10, False),
        (3, 31, False),
    ],
)
def test_g17_more_than_three_or_a_tenth_is_too_much(missing: int, coming: int, frozen: bool) -> None:
    assert is_mass_deletion(missing, coming) is frozen


@given(st.lists(st.one_of(st.none(), states), min_size=1, max_size=8), st.booleans())
def test_any_repetition_of_readings_suspects_only_what_is_new(seen: list[EntryState | None], whole: bool) -> None:
    """As the worker would settle it each time: told once, and never again until it changes."""
    row = a_row()
    for state in [one for one in seen for _ in range(3)]:
        reading = Reading([], frozenset({"e"}), whole=whole, states={"e": state} if state else {})
        look = look_of(FORM, state)
        assert is_suspect(row, reading, WINDOW, START - HOUR) == (look != row.known_look)
        row = replace(row, drift=KnownDrift("drf_1", look, 1) if look != AS_WRITTEN else None)
        assert not is_suspect(row, reading, WINDOW, START - HOUR)


def test_what_a_whole_reading_leaves_out_is_suspected_only_within_its_window() -> None:
    nothing = Reading([], whole=True)
    assert is_suspect(a_row(), nothing, WINDOW, START - HOUR)
    assert not is_suspect(a_row(), nothing, Window(START + 2 * HOUR, START + 24 * HOUR), START - HOUR)
    assert not is_suspect(a_row(missing_since=START), nothing, WINDOW, START - HOUR)
    assert not is_suspect(a_row(written=None), nothing, WINDOW, START - HOUR)


def test_g17_what_was_missing_and_is_back_is_looked_at() -> None:
    assert is_suspect(a_row(missing_since=START), Reading([], states={"e": AS_IT_IS}), WINDOW, START - HOUR)
    assert a_row(missing_since=START).known_look == GONE


def test_both_providers_say_how_an_entry_stands() -> None:
    google = {
        "id": "chosei1",
        "status": "confirmed",
        "summary": TITLE,
        "transparency": "transparent",
        "start": {"dateTime": "2026-12-01T13:00:00+09:00"},
        "end": {"dateTime": "2026-12-01T14:00:00+09:00"},
    }
    assert google_mapping.to_state(google, "Asia/Tokyo") == replace(AS_IT_IS, description="")
    assert google_mapping.to_state({**google, "status": "cancelled"}, "Asia/Tokyo") is None
    assert google_mapping.to_state({**google, "start": {"dateTime": "soon"}}, "Asia/Tokyo") == replace(
        AS_IT_IS, start_at=None, description=""
    )
    graph = {
        "id": "A",
        "subject": TITLE,
        "showAs": "free",
        "start": {"dateTime": "2026-12-01T04:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T05:00:00.0000000", "timeZone": "UTC"},
    }
    assert microsoft_mapping.to_state(graph, "Asia/Tokyo") == AS_IT_IS
    assert microsoft_mapping.to_state({**graph, "isCancelled": True}, "Asia/Tokyo") is None
    bare = {name: value for name, value in graph.items() if name != "subject"}
    assert microsoft_mapping.to_state(bare, "Asia/Tokyo") == replace(AS_IT_IS, title=None)


OCCURRENCES = [OccurrenceState(at, at, at + HOUR) for at in (START, START + 24 * HOUR, START + 48 * HOUR)]
SERIES = form_of(START, START + HOUR, TITLE, OCCURRENCES)
GONE_ONE = OccurrenceState(START + 24 * HOUR, None, None)
MOVED_ONE = OccurrenceState(START + 48 * HOUR, START + 50 * HOUR, START + 51 * HOUR)


def test_g17_an_occurrence_of_which_nothing_is_said_is_as_written() -> None:
    assert look_of(SERIES, AS_IT_IS) == AS_WRITTEN
    assert gone_occurrences(SERIES, AS_IT_IS) == ()


def test_occurrences_that_stand_otherwise_are_told_one_by_one() -> None:
    found = replace(AS_IT_IS, occurrences=(OCCURRENCES[0], GONE_ONE, MOVED_ONE))
    assert changed_occurrences(SERIES, found) == (GONE_ONE, MOVED_ONE)
    assert not differs_as_a_whole(SERIES, found)
    less = not_believing(found, gone_occurrences(SERIES, found))
    assert changed_occurrences(SERIES, less) == (MOVED_ONE,)
    assert len({look_of(SERIES, one) for one in (found, less, AS_IT_IS)}) == 3


def test_of_a_series_that_was_moved_as_a_whole_no_occurrence_is_compared() -> None:
    found = replace(AS_IT_IS, start_at=START + HOUR, end_at=START + 2 * HOUR, occurrences=(MOVED_ONE,))
    assert changed_occurrences(SERIES, found) == ()
    assert differs_as_a_whole(SERIES, found)


def test_a_reading_without_an_occurrence_that_is_to_come_is_suspect() -> None:
    row = a_row(written=WrittenEntry("stf_1.google", Provider.GOOGLE, "e", "uid", 0, "digest", 1, False, SERIES))
    wide = Window(START - 24 * HOUR, START + 96 * HOUR)
    seen = [Seen(one.start_at, one.end_at, TITLE) for one in OCCURRENCES]
    for shown, now, suspect in ((seen, START, False), (seen[1:], START, True), (seen[1:], START + 2 * HOUR, False)):
        reading = Reading([], whole=True, series={"e": frozenset(shown)})
        assert is_suspect(row, reading, wide, now) is suspect
    elsewhere = Reading([], series={"e": frozenset([Seen(START + 5 * HOUR, START + 6 * HOUR, TITLE)])})
    assert is_suspect(row, elsewhere, wide, START)
    assert is_suspect(row, Reading([], whole=True), wide, START + 2 * HOUR)
    assert not is_suspect(row, Reading([]), wide, START)


def test_e4_another_text_of_a_series_is_suspect_until_what_was_written_shows() -> None:
    form = form_of(START, START + HOUR, TITLE, OCCURRENCES, "メモ")
    row = a_row(written=WrittenEntry("stf_1.google", Provider.GOOGLE, "e", "uid", 0, "digest", 1, False, form))
    wide = Window(START - 24 * HOUR, START + 96 * HOUR)

    def suspect(row: Row, text: str | None) -> bool:
        seen = frozenset(Seen(one.start_at, one.end_at, TITLE, text) for one in OCCURRENCES)
        return is_suspect(row, Reading([], whole=True, series={"e": seen}), wide, START)

    assert [suspect(row, text) for text in (None, "メモ", "別のメモ")] == [False, False, True]
    rebuilt = replace(form, also=text_digest("別のメモ"))
    overwritten = a_row(written=WrittenEntry("stf_1.google", Provider.GOOGLE, "e", "uid", 0, "d", 1, False, rebuilt))
    assert [suspect(overwritten, text) for text in ("メモ", "別のメモ")] == [True, False]


def test_e4_another_description_is_no_difference_of_the_whole_by_itself() -> None:
    form = form_of(START, START + HOUR, TITLE, OCCURRENCES, "メモ")
    found = replace(AS_IT_IS, description="別のメモ", occurrences=(MOVED_ONE,))
    assert not differs_as_a_whole(form, found)
    assert look_of(form, found) != look_of(form, replace(found, description="メモ")) != AS_WRITTEN
