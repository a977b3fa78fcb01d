"""In which cells a host can be booked at all: where their own wall clock reads a time within the hours of its local
day (H2, G6).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import numpy as np

from services.booking.model.cells import DAY_CELLS, Cells
from services.booking.model.page_rules import HostHours, Minutes
from services.booking.model.wall_clock import WallClock, day_number, weekday_of

_CELL_MINUTES = 5


def open_cells(hosts: Iterable[HostHours], first: int, last: int, *, holidays: bool = True) -> Cells:
    """The cells ``[first, last)`` in which all of ``hosts`` are open; hosts with the same hours are reckoned once."""
    cells = np.ones(last - first, dtype=np.bool_)
    known: list[tuple[object, ...]] = []
    for host in hosts:
        hours = (host.time_zone, host.weekly, host.exceptions, host.holidays)
        if hours not in known:
            known.append(hours)
            clock = WallClock.of(host.time_zone, first, last)
            cells &= clock.lay(_by_day(host, clock.days, holidays=holidays))
    return cells


def without_dates(dates: Collection[date], clock: WallClock) -> Cells:
    """The cells of the clock that lie on none of ``dates``."""
    by_day = np.ones((len(clock.days), DAY_CELLS), dtype=np.bool_)
    by_day[_rows(dates, clock.days)] = False
    return clock.lay(by_day)


def _by_day(host: HostHours, days: range, *, holidays: bool) -> Cells:
    week = np.zeros((7, DAY_CELLS), dtype=np.bool_)
    for weekday, spans in host.weekly.items():
        _open(week[weekday], spans)
    by_day: Cells = week[weekday_of(np.arange(days.start, days.stop))]
    if holidays:
        by_day[_rows(host.holidays, days)] = False
    _except(by_day, host.exceptions, days)
    return by_day


def _except(by_day: Cells, exceptions: Mapping[date, Collection[Minutes]], days: range) -> None:
    for day, spans in exceptions.items():
        if (number := day_number(day)) in days:
            row = by_day[number - days.start]
            row[:] = False
            _open(row, spans)


def _open(row: Cells, spans: Collection[Minutes]) -> None:
    """Times off the grid open only the cells that lie within them."""
    for begin, end in spans:
        row[-(-begin // _CELL_MINUTES) : end // _CELL_MINUTES] = True


def _rows(dates: Collection[date], days: range) -> list[int]:
    return [number - days.start for day in dates if (number := day_number(day)) in days]
