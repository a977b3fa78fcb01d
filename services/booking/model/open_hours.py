"""In which cells a host can be booked at all: where their own wall clock reads a time within the hours of its local
day (H2, G6).
"""

from collections.abc import Collection, Iterable
from datetime import date

from services.booking.model.cells import DAY_BYTES, Cells, filled
from services.booking.model.page_rules import HostHours, Minutes
from services.booking.model.wall_clock import WallClock, day_number, weekday_of

_CELL_MINUTES = 5


def open_cells(hosts: Iterable[HostHours], first: int, last: int, *, holidays: bool = True) -> Cells:
    """The cells ``[first, last)`` in which all of ``hosts`` are open; hosts with the same hours are reckoned once."""
    cells = filled(0, last - first)
    known: list[tuple[object, ...]] = []
    for host in hosts:
        hours = (host.time_zone, host.weekly, host.exceptions, host.holidays)
        if hours not in known:
            known.append(hours)
            clock = WallClock.of(host.time_zone, first, last)
            cells &= clock.lay(_readings(host, clock.days, holidays=holidays))
    return cells


def on_dates(dates: Collection[date], clock: WallClock) -> Cells:
    """The cells of the clock that lie on any of ``dates``."""
    numbers = {*map(day_number, dates)}
    return clock.on(number in numbers for number in clock.days)


def _readings(host: HostHours, days: range, *, holidays: bool) -> Cells:
    """At which readings of their clock the host is open."""
    week = [_open(host.weekly.get(weekday, ())) for weekday in range(7)]
    first = weekday_of(days.start)
    by_day = (week * (len(days) // 7 + 2))[first : first + len(days)]
    closed: dict[date, Collection[Minutes]] = dict.fromkeys(host.holidays, ()) if holidays else {}
    for day, spans in (closed | {**host.exceptions}).items():
        if (number := day_number(day)) in days:
            by_day[number - days.start] = _open(spans)
    return int.from_bytes(b"".join(by_day), "little")


def _open(spans: Collection[Minutes]) -> bytes:
    """A day; times off the grid open only the cells that lie within them."""
    cells = 0
    for begin, end in spans:
        cells |= filled(-(-begin // _CELL_MINUTES), end // _CELL_MINUTES)
    return cells.to_bytes(DAY_BYTES, "little")
