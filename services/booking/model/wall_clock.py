"""What a zone's wall clock reads over a stretch of cells (G6): in a gap no cell reads the hour that is left out, in a
fold two cells read the same.

A reading is a number too: cells of 5 minutes that a clock counts from its own 1 January 1970. Every offset in use since
1972 is a multiple of 5 minutes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.booking.model.cells import CELL_SECONDS, DAY_BYTES, DAY_CELLS, Cells, cell_of, cell_start, filled

_EPOCH = date(1970, 1, 1).toordinal()
_NONE, _WHOLE = bytes(DAY_BYTES), b"\xff" * DAY_BYTES


@dataclass(frozen=True)
class Stretch:
    """Cells ``[first, last)`` in which the clock reads the cell's number plus ``ahead``."""

    first: int
    last: int
    ahead: int


@dataclass(frozen=True)
class WallClock:
    """Of a zone over the cells ``[first, last)``; ``days`` are numbered from 1970 and cover all readings."""

    stretches: tuple[Stretch, ...]
    days: range

    @classmethod
    def of(cls, zone: str, first: int, last: int) -> "WallClock":
        return _clock(zone, first, last)

    def lay(self, readings: Cells) -> Cells:
        """From what holds at each reading, from the first of ``days`` on, to what holds in each cell."""
        first, origin = self.stretches[0].first, self.days.start * DAY_CELLS
        cells = 0
        for each in self.stretches:
            part = readings >> each.first + each.ahead - origin & filled(0, each.last - each.first)
            cells |= part << each.first - first
        return cells

    def on(self, days: Iterable[bool]) -> Cells:
        """The cells that lie on those of ``days`` that are given as true."""
        return self.lay(int.from_bytes(b"".join([_WHOLE if each else _NONE for each in days]), "little"))


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH


def day_numbered(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


def weekday_of(number: int) -> int:
    """0 is Monday."""
    return (number + 3) % 7


def week_of(number: int) -> int:
    """Weeks begin on Monday."""
    return (number + 3) // 7


@lru_cache(maxsize=256)
def _clock(zone: str, first: int, last: int) -> WallClock:
    """Many ask for the same hours of the same zone, within one question and one after the other."""
    stretches = tuple(_stretches(zone, first, last))
    low = min(each.first + each.ahead for each in stretches) // DAY_CELLS
    high = max(each.last - 1 + each.ahead for each in stretches) // DAY_CELLS
    return WallClock(stretches, range(low, high + 1))


def _stretches(zone: str, first: int, last: int) -> Iterator[Stretch]:
    changes = [
        change
        for year in range(_year_of(first), _year_of(last - 1) + 1)
        for change in _changes(zone, year)
        if change.first < last and change.last > first
    ]
    begins, ahead = first, changes[0].ahead
    for change in changes[1:]:
        if change.ahead != ahead:
            yield Stretch(begins, change.first, ahead)
            begins, ahead = change.first, change.ahead
    yield Stretch(begins, last, ahead)


@lru_cache(maxsize=2048)
def _changes(zone: str, year: int) -> tuple[Stretch, ...]:
    """The stretches of one UTC year."""
    clock = ZoneInfo(zone)
    begin, end = (cell_of(datetime(each, 1, 1, tzinfo=UTC)) for each in (year, year + 1))
    found: list[Stretch] = []
    begins, ahead, seen = begin, _ahead(clock, begin), begin
    for day in range(begin, end, DAY_CELLS):
        evening = day + DAY_CELLS - 1
        while _ahead(clock, evening) != ahead:
            seen = _first_other(clock, seen, evening, ahead)
            found.append(Stretch(begins, seen, ahead))
            begins, ahead = seen, _ahead(clock, seen)
        seen = evening
    return (*found, Stretch(begins, end, ahead))


def _first_other(clock: ZoneInfo, low: int, high: int, ahead: int) -> int:
    """The first cell in which the clock is not ``ahead`` any more; it is at ``low``, and not at ``high``."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _ahead(clock, middle) == ahead else (low, middle)
    return high


def _ahead(clock: ZoneInfo, cell: int) -> int:
    offset = datetime.fromtimestamp(cell * CELL_SECONDS, clock).utcoffset() or timedelta()
    return int(offset.total_seconds()) // CELL_SECONDS


def _year_of(cell: int) -> int:
    return cell_start(cell).year
