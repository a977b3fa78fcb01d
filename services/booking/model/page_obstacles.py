"""What stands in the way of each start of a page, reason by reason: of the page as a whole, and of hosts who attend
together. Listing, booking and explaining all read these (G5, X11).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from operator import and_, or_
from zoneinfo import ZoneInfo

from services.booking.model.cells import (
    DAY_BYTES,
    DAY_CELLS,
    Cells,
    Taken,
    any_within,
    cell_after,
    cell_of,
    cells_in,
    filled,
    month_range,
    months_of,
)
from services.booking.model.claims import staff_resource
from services.booking.model.free_time import CalendarState, HostTime, busy_between
from services.booking.model.open_hours import on_dates, open_cells
from services.booking.model.page_rules import Booked, HostHours, PageRules, Reason
from services.booking.model.places import day_counted
from services.booking.model.spans import Span
from services.booking.model.wall_clock import WallClock, day_number, week_of

_CELL_MINUTES = 5


@dataclass(frozen=True)
class Known:
    """``hosts``: their calendars; where one was looked at, the look covered the buffers too. ``taken``: what others
    hold or have confirmed, by resource, the hosts' own time among them (G2). ``booked``: the page's live appointments
    from 31 days before the times in question to 31 days after.
    """

    hosts: Sequence[HostTime]
    taken: Mapping[str, Taken] = field(default_factory=dict)
    booked: Sequence[Booked] = ()


@dataclass(frozen=True)
class Grid:
    """``count`` starts from the cell ``first`` on, for a meeting of ``length`` cells between its buffers."""

    first: int
    count: int
    length: int
    before: int
    after: int

    @classmethod
    def of(cls, rules: PageRules, length: timedelta, window: Span) -> "Grid":
        """Starts within the window."""
        first, last = cell_after(window.start_at), cell_after(window.end_at)
        before, after = (cells_in(timedelta(minutes=each)) for each in (rules.buffer_before, rules.buffer_after))
        return cls(first, max(0, last - first), cells_in(length), before, after)

    @property
    def width(self) -> int:
        """Of a meeting with its buffers."""
        return self.before + self.length + self.after

    @property
    def meetings(self) -> tuple[int, int]:
        """Cells that any meeting takes."""
        return self.first, self.first + self.count - 1 + self.length

    @property
    def reaches(self) -> tuple[int, int]:
        """With the buffers."""
        first, last = self.meetings
        return first - self.before, last + self.after

    @property
    def everywhere(self) -> Cells:
        """All cells of the reaches."""
        first, last = self.reaches
        return filled(0, last - first)


@dataclass(frozen=True)
class Obstacles:
    """Where something stands in the way: ``of_starts`` by start, ``of_meetings`` by cell, no cell of the meeting may be
    set, ``of_reaches`` by cell, nor one of the buffers.
    """

    grid: Grid
    of_starts: Mapping[Reason, Cells] = field(default_factory=dict)
    of_meetings: Mapping[Reason, Cells] = field(default_factory=dict)
    of_reaches: Mapping[Reason, Cells] = field(default_factory=dict)

    @property
    def blocked(self) -> Cells:
        """By start, whatever the reason."""
        grid, meetings, reaches = self.grid, _united(self.of_meetings), _united(self.of_reaches)
        if grid.width == grid.length:
            meetings, reaches = 0, meetings | reaches
        found = any_within(meetings, grid.length) | any_within(reaches, grid.width)
        return (found | _united(self.of_starts)) & filled(0, grid.count)

    def reasons(self) -> list[Reason]:
        """Of the first start; a buffer is named where it alone is in the way."""
        grid, found = self.grid, [reason for reason, cells in self.of_starts.items() if cells & 1]
        found += [reason for reason, cells in self.of_meetings.items() if cells & filled(0, grid.length)]
        for reason, cells in self.of_reaches.items():
            if cells & filled(grid.before, grid.before + grid.length):
                found.append(reason)
            elif cells & filled(0, grid.width):
                found.append(reason if reason is Reason.UNREADABLE else Reason.BUFFER)
        return list(dict.fromkeys(found))


def _united(by_reason: Mapping[Reason, Cells]) -> Cells:
    return reduce(or_, by_reason.values(), 0)


def of_page(rules: PageRules, known: Known, grid: Grid, now: datetime) -> Obstacles:
    """What keeps everybody."""
    starts = WallClock.of(rules.time_zone, grid.first, grid.first + grid.count)
    of_starts = _of_the_clock(rules, known.booked, starts, now) | _too_early(rules, grid, now)
    of_meetings, of_reaches = {}, {}
    if rules.dates_off:
        of_meetings[Reason.DATE_OFF] = on_dates(rules.dates_off, WallClock.of(rules.time_zone, *grid.meetings))
    if rules.resources:
        of_reaches[Reason.RESOURCE] = _claimed(known, rules.resources, grid)
    return Obstacles(grid, of_starts | _seats(rules, known, grid), of_meetings, of_reaches)


def of_hosts(hosts: Collection[HostHours], known: Known, grid: Grid) -> Obstacles:
    """What keeps these from attending together. One of whom nothing is known is unreadable (G3)."""
    wanted = {host.staff_id for host in hosts}
    times = [host for host in known.hosts if host.staff_id in wanted]
    read = [host for host in times if host.state is CalendarState.KNOWN]
    unknown = len(times) < len(wanted) or any(host.state is CalendarState.UNKNOWN for host in times)
    reaches = {Reason.BUSY: busy_between(*grid.reaches, read)}
    if known.taken:
        reaches[Reason.CLAIMED] = _claimed(known, map(staff_resource, wanted), grid)
        own = [resource for host in hosts for resource in host.resources]
        reaches[Reason.RESOURCE] = _claimed(known, own, grid)
    reaches[Reason.UNREADABLE] = grid.everywhere if unknown else _unread(read, *grid.reaches)
    first, last = grid.meetings
    closed = open_cells(hosts, first, last) ^ filled(0, last - first)
    return Obstacles(grid, {}, {Reason.OUTSIDE_HOURS: closed}, reaches)


def only_holidays(host: HostHours, grid: Grid) -> bool:
    """Whether a closed first start would be open on an ordinary day."""
    first, _ = grid.meetings
    return open_cells([host], first, first + grid.length, holidays=False) == filled(0, grid.length)


def _of_the_clock(rules: PageRules, booked: Sequence[Booked], clock: WallClock, now: datetime) -> dict[Reason, Cells]:
    """What the page's clock forbids: starts off the step, beyond the horizon, on days and in weeks that are full."""
    found = {Reason.STEP: _off_step(rules.step, clock)}
    last_day = day_number(now.astimezone(ZoneInfo(rules.time_zone)).date()) + rules.horizon_days
    if clock.days[-1] > last_day:
        found[Reason.HORIZON] = clock.on(day > last_day for day in clock.days)
    if rules.daily_limit is not None or rules.weekly_limit is not None:
        counted = [day_number(day_counted(each.start_at, rules.time_zone)) for each in booked]
        days, weeks = _full(counted, rules.daily_limit), _full(map(week_of, counted), rules.weekly_limit)
        found[Reason.DAILY_LIMIT] = clock.on(day in days for day in clock.days)
        found[Reason.WEEKLY_LIMIT] = clock.on(week_of(day) in weeks for day in clock.days)
    return found


@lru_cache(maxsize=256)
def _off_step(step: int, clock: WallClock) -> Cells:
    of_day = sum(1 << cell for cell in range(DAY_CELLS) if cell * _CELL_MINUTES % step)
    return clock.lay(int.from_bytes(of_day.to_bytes(DAY_BYTES, "little") * len(clock.days), "little"))


def _full(counted: Iterable[int], limit: int | None) -> set[int]:
    """The days (or weeks) on which the limit is reached."""
    return set() if limit is None else {each for each, number in Counter(counted).items() if number >= limit}


def _too_early(rules: PageRules, grid: Grid, now: datetime) -> dict[Reason, Cells]:
    earliest = {
        Reason.PAST: cell_of(now) + 1,
        Reason.NOTICE: cell_after(now + timedelta(minutes=rules.minimum_notice)),
    }
    return {why: filled(0, min(cell - grid.first, grid.count)) for why, cell in earliest.items() if grid.first < cell}


def _seats(rules: PageRules, known: Known, grid: Grid) -> dict[Reason, Cells]:
    """Where every seat is taken somewhere in the reach."""
    if not rules.seats:
        return {}
    return {
        Reason.RESOURCE: reduce(and_, (any_within(_claimed(known, [seat], grid), grid.width) for seat in rules.seats))
    }


def _claimed(known: Known, resources: Iterable[str], grid: Grid) -> Cells:
    found = [known.taken[each] for each in {*resources} if each in known.taken]
    return reduce(or_, (each.between(*grid.reaches) for each in found), 0)


def _unread(hosts: Iterable[HostTime], first: int, last: int) -> Cells:
    """Where the copy of any of their calendars says nothing: beyond what was read, or in a month that is missing."""
    copied = [host for host in hosts if host.looked_at is None]
    windows = [host.window for host in copied if host.window is not None]
    if len(windows) < len(copied):
        return filled(0, last - first)
    cells = 0
    if windows:
        cells |= filled(0, cell_after(max([window.start_at for window in windows])) - first)
        cells |= filled(max(0, cell_of(min([window.end_at for window in windows])) - first), last - first)
    months = set(months_of(first, last))
    for month in {each for host in copied if not host.months.keys() >= months for each in months - host.months.keys()}:
        low, high = month_range(month)
        cells |= filled(max(low, first) - first, high - first)
    return cells
