"""The free times of a scheduling page (H2, H3): one pure function that lists them, decides whether one can be booked
(G5), and explains why one is missing (X11).

A meeting lies within open time for its whole length; its buffers must be free too, but need not be open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import overload

import numpy as np
from numpy.typing import NDArray

from services.booking.model.cells import CELL_SECONDS, cell_of, cell_start, each_of, filled
from services.booking.model.page_obstacles import Grid, Known, of_hosts, of_page, only_holidays
from services.booking.model.page_rules import Booked, HostHours, PageRules, Reason
from services.booking.model.spans import Span

_FAIR = timedelta(days=30)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class FreeTime:
    """``host_ids`` are those who attend; of a round robin those who could, the fairest first."""

    start_at: datetime
    end_at: datetime
    host_ids: tuple[str, ...]

    @property
    def span(self) -> Span:
        return Span(self.start_at, self.end_at)


@dataclass(frozen=True)
class FreeTimes(Sequence[FreeTime]):
    """Earliest first; the times are made one by one as they are read."""

    starts: NDArray[np.int64]
    """Cells."""
    length: timedelta
    host_ids: Sequence[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> FreeTime: ...
    @overload
    def __getitem__(self, index: slice) -> "FreeTimes": ...
    def __getitem__(self, index: int | slice) -> "FreeTime | FreeTimes":
        if isinstance(index, slice):
            return FreeTimes(self.starts[index], self.length, self.host_ids[index])
        start_at = cell_start(int(self.starts[index]))
        return FreeTime(start_at, start_at + self.length, self.host_ids[index])


@dataclass(frozen=True)
class WhyNot:
    """Nothing anywhere of a time that can be had; of a round robin one host without reasons is enough."""

    page: tuple[Reason, ...]
    hosts: dict[str, tuple[Reason, ...]] = field(default_factory=dict)


def free_times(rules: PageRules, known: Known, length: timedelta, window: Span, now: datetime) -> FreeTimes:
    """Those that start within ``window``."""
    ahead = now + timedelta(days=rules.horizon_days + 2)
    reached = Span(min(max(window.start_at, now), ahead), min(window.end_at, ahead))
    grid = Grid.of(rules, length, reached)
    if not grid.count or not rules.hosts:
        return no_times(length)
    possible = of_page(rules, known, grid, now).blocked ^ filled(0, grid.count)
    groups = [[host] for host in rules.hosts] if rules.round_robin else [rules.hosts]
    free = [possible & ~of_hosts(group, known, grid).blocked for group in groups]
    chosen = np.flatnonzero(each_of(reduce(or_, free), grid.count))
    starts = grid.first + chosen
    ids = [host.staff_id for host in rules.hosts]
    if rules.round_robin:
        able = np.array([each_of(cells, grid.count)[chosen] for cells in free])
        return FreeTimes(starts, length, _fairest(ids, known.booked, able, starts))
    return FreeTimes(starts, length, [tuple(ids)] * len(starts))


def no_times(length: timedelta) -> FreeTimes:
    return FreeTimes(np.zeros(0, dtype=np.int64), length, ())


def free_time_at(
    rules: PageRules, known: Known, length: timedelta, start_at: datetime, now: datetime
) -> FreeTime | None:
    """The one that starts then, if it can be had: what is asked before a booking (G5)."""
    found = free_times(rules, known, length, Span(start_at, start_at + timedelta.resolution), now)
    return found[0] if found else None


def why_not(rules: PageRules, known: Known, length: timedelta, start_at: datetime, now: datetime) -> WhyNot:
    """All that keeps a meeting from starting then."""
    on_grid = cell_start(cell_of(start_at))
    grid = Grid.of(rules, length, Span(on_grid, on_grid + timedelta.resolution))
    page = of_page(rules, known, grid, now).reasons()
    if start_at != on_grid:
        page = [Reason.STEP, *(reason for reason in page if reason is not Reason.STEP)]
    return WhyNot(tuple(page), {host.staff_id: _why(host, known, grid) for host in rules.hosts})


def _why(host: HostHours, known: Known, grid: Grid) -> tuple[Reason, ...]:
    holiday = Reason.HOLIDAY if only_holidays(host, grid) else Reason.OUTSIDE_HOURS
    found = of_hosts([host], known, grid).reasons()
    return tuple(holiday if reason is Reason.OUTSIDE_HOURS else reason for reason in found)


def _fairest(
    ids: Sequence[str], booked: Sequence[Booked], free: NDArray[np.bool_], starts: NDArray[np.int64]
) -> list[tuple[str, ...]]:
    """By start those who are free: who attends the fewest of the page's appointments within 30 days, of these who was
    booked longest ago, of these by id.
    """
    last = {each: max((one.booked_at for one in booked if each in one.host_ids), default=_NEVER) for each in ids}
    rank = {each: place for place, each in enumerate(sorted(ids, key=lambda each: (last[each], each)))}
    reach, at = int(_FAIR.total_seconds()), starts * CELL_SECONDS
    keys = np.empty(free.shape, dtype=np.int64)
    for row, each in enumerate(ids):
        mine = np.sort(np.array([int(one.start_at.timestamp()) for one in booked if each in one.host_ids], np.int64))
        near = np.searchsorted(mine, at + reach, side="right") - np.searchsorted(mine, at - reach, side="left")
        keys[row] = near * len(ids) + rank[each]
    keys[~free] = np.iinfo(np.int64).max
    order, count = np.argsort(keys, axis=0).T.tolist(), free.sum(axis=0).tolist()
    return [tuple(ids[row] for row in rows[:able]) for rows, able in zip(order, count, strict=True)]
