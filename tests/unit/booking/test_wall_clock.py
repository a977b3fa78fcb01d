"""What clocks read around every change from 2024 to 2037, in all IANA zones (G6)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.cells import CELL, DAY_CELLS, cell_of
from services.booking.model.wall_clock import WallClock, day_number, day_numbered, week_of, weekday_of
from tests.unit.booking.zone_changes import FIRST, LAST, changes_of, different_zones

AROUND = timedelta(hours=14)


def test_g06_around_every_change_of_clocks_each_cell_reads_what_the_zone_says() -> None:
    changes = [(zone, at) for zone in different_zones() for at in changes_of(zone)]
    assert len(changes) > 800
    for zone, at in changes:
        first, last = cell_of(at - AROUND), cell_of(at + AROUND)
        clock = WallClock.of(zone, first, last)
        start_at = datetime.fromtimestamp(first * 300, UTC)
        for index in range(0, last - first, 7):
            local = (start_at + index * CELL).astimezone(ZoneInfo(zone))
            reading = cell_of(local.replace(tzinfo=UTC)) - clock.days.start * DAY_CELLS
            assert clock.lay(1 << reading) >> index & 1, (zone, local)
            assert not clock.lay(~(1 << reading)) >> index & 1, (zone, local)
        assert cell_of(at) in [each.first for each in clock.stretches[1:]], (zone, at)


def test_g06_no_zone_changes_otherwise_between_2024_and_2037() -> None:
    for zone in different_zones():
        clock = WallClock.of(zone, cell_of(FIRST), cell_of(LAST))
        assert [cell_of(at) for at in changes_of(zone)] == [each.first for each in clock.stretches[1:]], zone


def test_days_and_weeks_are_those_of_the_calendar() -> None:
    first = datetime(2026, 11, 30, tzinfo=UTC).date()
    numbers = range(day_number(first), day_number(first) + 14)
    assert [*map(weekday_of, numbers)] == [0, 1, 2, 3, 4, 5, 6] * 2
    assert [week_of(number) - week_of(numbers[0]) for number in numbers] == [0] * 7 + [1] * 7
    assert day_numbered(numbers[1]) == first + timedelta(days=1)
