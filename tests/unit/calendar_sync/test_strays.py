"""Which of a calendar's entries are ours and wanted no more, or twice (G13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.calendar_sync.model.busy import BusyEntry, BusyKind
from services.calendar_sync.model.entries import provider_key
from services.calendar_sync.model.strays import KnownPlace, may_be_strays, strays_among
from shared.contracts.calendar_sync import Provider

NOW = datetime(2026, 12, 1, tzinfo=UTC)
START, HOUR = NOW + timedelta(hours=4), timedelta(hours=1)
ROW = "hold/slt_1/stf_1"
GOOGLE, MICROSOFT = Provider.GOOGLE, Provider.MICROSOFT
STANDS = KnownPlace(ROW, own=True, present=True, generation=0, ends_at=START + HOUR, written=frozenset({"one"}))
REMOVED = replace(STANDS, present=False, written=frozenset(), removed=frozenset({"one"}), removed_at=NOW)
both = pytest.mark.parametrize("provider", list(Provider))


def an_entry(entry_id: str, marker: str = "", start_at: datetime = START, series_id: str = "") -> BusyEntry:
    return BusyEntry(entry_id, start_at, start_at + HOUR, BusyKind.BUSY, marker=marker, series_id=series_id)


def strays(place: KnownPlace, *entries: BusyEntry, provider: Provider = GOOGLE, after: timedelta = HOUR) -> set[str]:
    found = strays_among(entries, [place], provider, now=NOW, read_at=NOW + after)
    named = [place] if {one.series_id or one.entry_id for one in entries} & (place.written | place.removed) else []
    assert not found or may_be_strays(entries, named, provider, now=NOW, read_at=NOW + after)
    assert set(found.values()) <= {place.row_id}
    return set(found)


def key(generation: int = 0) -> str:
    return provider_key(ROW, generation)


@both
def test_g13_what_we_removed_and_is_there_again_is_to_go(provider: Provider) -> None:
    assert strays(REMOVED, an_entry("one"), an_entry("theirs"), provider=provider) == {"one"}


@both
def test_what_was_removed_while_the_reading_went_on_may_be_in_it(provider: Provider) -> None:
    assert strays(REMOVED, an_entry("one"), provider=provider, after=timedelta(0)) == set()


@both
def test_nothing_else_is_asked_where_all_that_is_seen_stands_as_it_should_or_is_theirs(provider: Provider) -> None:
    seen = [an_entry("one", key()), an_entry("theirs"), an_entry("over", key(1), NOW - 2 * HOUR)]
    assert not may_be_strays(seen, [STANDS], provider, now=NOW, read_at=NOW)
    assert may_be_strays([*seen, an_entry("two", key())], [STANDS], provider, now=NOW, read_at=NOW)


@both
def test_what_stands_as_it_is_wanted_is_no_stray(provider: Provider) -> None:
    assert strays(STANDS, an_entry("one", key()), provider=provider) == set()
    again = replace(REMOVED, present=True, written=frozenset({"one"}))
    assert strays(again, an_entry("one", key()), provider=provider) == set()


def test_g13_googles_id_is_ours_alone_so_that_a_second_entry_goes_wherever_it_stands() -> None:
    second = an_entry(key(1), key(1), START + 5 * HOUR)
    assert strays(STANDS, an_entry("one"), second) == {key(1)}


def test_g13_at_microsoft_a_second_entry_goes_where_it_stands_at_the_very_time() -> None:
    assert strays(STANDS, an_entry("two", key()), provider=MICROSOFT) == {"two"}
    assert strays(STANDS, an_entry("copy", key(), START + HOUR), provider=MICROSOFT) == set()


@both
def test_a_mark_of_another_installation_is_nothing_to_us(provider: Provider) -> None:
    foreign = provider_key("hold/of another/stf_1", 0)
    assert strays(STANDS, an_entry(foreign, foreign), provider=provider) == set()


@both
@pytest.mark.parametrize(
    "place",
    [
        replace(STANDS, under_way=True),
        replace(STANDS, written=frozenset()),
        replace(REMOVED, under_way=True),
        replace(REMOVED, own=False),
    ],
    ids=["create under way", "to be taken over", "removed and under way", "a colleague's"],
)
def test_g10_what_may_become_the_rows_own_is_left(provider: Provider, place: KnownPlace) -> None:
    assert strays(place, an_entry(key(), key()), an_entry("one"), provider=provider) <= place.written


@both
def test_what_is_over_stays_where_it_is(provider: Provider) -> None:
    assert strays(REMOVED, an_entry("one", start_at=NOW - 2 * HOUR), provider=provider) == set()


@both
def test_g13_of_a_series_the_series_is_meant(provider: Provider) -> None:
    instances = [an_entry(f"one_{number}", start_at=START + number * HOUR, series_id="one") for number in range(3)]
    assert strays(REMOVED, *instances, provider=provider) == {"one"}
