"""One pure function says whether a time is free (G5), whatever the zone and the grid."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.cells import CELL, bitset_of, spans_of
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.free_time import (
    CalendarState,
    HostTime,
    Obstacle,
    Tolerated,
    busy_cells,
    obstacle,
)
from services.booking.model.spans import Span

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SLOT = Span(datetime(2026, 12, 1, 4, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC))
ZONES = st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Some minutes to two days, around a change of months and of clocks."""
    zone = ZoneInfo(draw(ZONES))
    wall = draw(st.datetimes(datetime(2026, 10, 24), datetime(2026, 11, 2)))  # noqa: DTZ001 - clocks on a wall
    start = wall.replace(second=0, microsecond=0, tzinfo=zone).astimezone(UTC)
    return Span(start, start + timedelta(minutes=draw(st.integers(1, 2880))))


WINDOW = Span(datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def known(*busy: Span, staff_id: str = "stf", window: Span = WINDOW) -> HostTime:
    months = {month: bitset_of(busy, month) for month in window.months()}
    return HostTime(staff_id, CalendarState.KNOWN, months, window=window)


def widened(span: Span) -> Span:
    """To the whole cells that it touches."""
    step = CELL.total_seconds()
    start = datetime.fromtimestamp(span.start_at.timestamp() // step * step, UTC)
    end = datetime.fromtimestamp(-(-span.end_at.timestamp() // step) * step, UTC)
    return Span(start, end)


@given(spans(), st.lists(spans(), max_size=5))
def test_g05_a_time_is_busy_exactly_where_a_cell_is_touched(wanted: Span, busy: list[Span]) -> None:
    found = bool(busy_cells(wanted, [known(*busy)]))
    assert found == any(widened(span).overlaps(widened(wanted)) for span in busy)


@given(spans(), st.lists(spans(), max_size=5))
def test_g05_bitsets_and_a_look_say_the_same(wanted: Span, busy: list[Span]) -> None:
    looked = HostTime("stf", CalendarState.KNOWN, looked_at=tuple(busy))
    copied = busy_cells(wanted, [known(*busy)])
    assert copied == busy_cells(wanted, [looked])


@given(spans(), st.lists(spans(), max_size=5))
def test_what_is_tolerated_whole_is_no_obstacle(wanted: Span, busy: list[Span]) -> None:
    accepted = [Tolerated("stf", span) for span in busy]
    assert not busy_cells(wanted, [known(*busy)], accepted)


@given(st.lists(spans(), max_size=4), spans())
def test_runs_of_cells_become_spans_that_block_the_same(busy: list[Span], wanted: Span) -> None:
    cells = busy_cells(wanted, [known(*busy)])
    again = busy_cells(wanted, [known(*spans_of(cells, wanted.start_at))])
    assert cells == again


def test_any_busy_attendee_stands_in_the_way() -> None:
    free, busy = known(staff_id="a"), known(SLOT, staff_id="b")
    assert obstacle(SLOT, [free, busy], [], [], NOW) is Obstacle.BUSY
    assert obstacle(SLOT, [free], [], [], NOW) is None


def test_g03_an_unknown_calendar_is_not_an_empty_one() -> None:
    unknown = HostTime("a", CalendarState.UNKNOWN)
    assert obstacle(SLOT, [unknown], [], [], NOW) is Obstacle.UNREADABLE
    assert obstacle(SLOT, [HostTime("a", CalendarState.NONE)], [], [], NOW) is None


def test_g03_what_lies_beyond_the_window_is_not_free() -> None:
    short = known(staff_id="a", window=Span(WINDOW.start_at, SLOT.end_at - CELL))
    assert obstacle(SLOT, [short], [], [], NOW) is Obstacle.UNREADABLE
    assert obstacle(SLOT, [short], [], [], NOW, seen=["a"]) is None
    assert obstacle(SLOT, [HostTime("a", CalendarState.KNOWN, looked_at=())], [], [], NOW) is None


def test_g17_a_month_that_is_missing_is_not_an_empty_one() -> None:
    gap = HostTime("a", CalendarState.KNOWN, {"2026-11": bitset_of([], "2026-11")}, window=WINDOW)
    assert obstacle(SLOT, [gap], [], [], NOW) is Obstacle.UNREADABLE


def test_what_an_unknown_calendar_once_said_is_not_believed() -> None:
    stale = HostTime("a", CalendarState.UNKNOWN, {"2026-12": bitset_of([SLOT], "2026-12")})
    assert obstacle(SLOT, [stale], [], [], NOW) is Obstacle.UNREADABLE


def test_g02_confirmed_claims_block_and_held_ones_do_not() -> None:
    held = Claim("staff:a", ClaimKind.HELD, "prp_2", "slt", SLOT)
    confirmed = Claim("staff:a", ClaimKind.CONFIRMED, "apt_2", "", SLOT)
    assert obstacle(SLOT, [], [held], [], NOW) is None
    assert obstacle(SLOT, [], [confirmed], [], NOW) is Obstacle.CLAIMED


def test_what_has_begun_is_over() -> None:
    assert obstacle(SLOT, [], [], [], SLOT.start_at) is Obstacle.PAST
