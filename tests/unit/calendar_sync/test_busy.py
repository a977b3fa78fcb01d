"""Bitsets of busy time and what counts as ours."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.calendar_sync.model.busy import (
    BusyEntry,
    BusyKind,
    OwnEntries,
    Window,
    busy_months,
    entry_key,
    month_bits,
    months_in,
    unpack,
)

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def cells(bits: bytes) -> set[int]:
    return {index for index in range(len(bits) * 8) if bits[index // 8] >> (index % 8) & 1}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return DECEMBER + timedelta(days=day - 1, hours=hour, minutes=minute)


def test_a_span_takes_the_cells_that_it_touches_least_significant_bit_first() -> None:
    bits = month_bits(DECEMBER, [(at(1, 0, 5), at(1, 0, 15))])
    assert bits[0] == 0b110
    assert len(bits) == 31 * 288 // 8


def test_times_off_the_grid_block_the_cells_they_touch() -> None:
    assert cells(month_bits(DECEMBER, [(at(1, 0, 7), at(1, 0, 11))])) == {1, 2}


def test_a_span_over_the_end_of_a_month_is_in_both() -> None:
    window = Window(at(31, 0), at(31, 0) + timedelta(days=2))
    months = busy_months(window, [(at(31, 23), at(31, 23) + timedelta(hours=2))])
    assert list(months) == ["2026-12", "2027-01"]
    assert cells(unpack(months["2027-01"])) == set(range(12))
    assert cells(unpack(months["2026-12"])) == set(range(31 * 288 - 12, 31 * 288))


def test_months_without_busy_time_are_said_too() -> None:
    months = busy_months(Window(at(1, 0), at(1, 0) + timedelta(days=62)), [])
    assert [cells(unpack(bits)) for bits in months.values()] == [set(), set()]


def test_a_window_that_ends_at_midnight_of_the_first_does_not_touch_that_month() -> None:
    assert [month.month for month in months_in(Window(at(1, 0), datetime(2027, 1, 1, tzinfo=UTC)))] == [12]


@given(
    st.lists(
        st.tuples(st.integers(-3_000, 50_000), st.integers(1, 3_000)).map(
            lambda pair: (DECEMBER + timedelta(minutes=pair[0]), DECEMBER + timedelta(minutes=pair[0] + pair[1]))
        ),
        max_size=8,
    )
)
def test_a_cell_is_set_exactly_when_some_span_touches_it(spans: list[tuple[datetime, datetime]]) -> None:
    found = cells(month_bits(DECEMBER, spans))
    for cell in range(0, 31 * 288, 7):
        start = DECEMBER + timedelta(minutes=5 * cell)
        touched = any(begin < start + timedelta(minutes=5) and end > start for begin, end in spans)
        assert (cell in found) == touched


def test_entries_of_ours_are_known_by_id_shared_uid_or_the_key_of_a_create_under_way() -> None:
    own = OwnEntries(frozenset({"id-1"}), frozenset({"uid-2"}), frozenset({"chosei3"}))

    def entry(entry_id: str, uid: str = "", marker: str = "") -> BusyEntry:
        return BusyEntry(entry_id, at(1, 1), at(1, 2), BusyKind.BUSY, ical_uid=uid, marker=marker)

    assert own.include(entry("id-1"))
    assert own.include(entry("copy", uid="uid-2"))
    assert own.include(entry("lost", marker="chosei3"))
    assert not own.include(entry("of another installation", marker="chosei4"))
    assert not own.include(entry("other", uid="uid-9"))


def test_an_entry_without_a_uid_is_not_ours_because_another_has_none() -> None:
    entry = BusyEntry("x", at(1, 1), at(1, 2), BusyKind.BUSY)
    assert not OwnEntries(frozenset(), frozenset({"uid"})).include(entry)


def test_an_entrys_key_is_stable_and_says_nothing() -> None:
    assert entry_key("stf_1", "abc") == entry_key("stf_1", "abc")
    assert "abc" not in entry_key("stf_1", "abc")
    assert entry_key("stf_1", "abc") != entry_key("stf_2", "abc")
