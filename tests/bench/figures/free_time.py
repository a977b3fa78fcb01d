"""P6: the computation of free times beside the bare numpy AND of the same bitsets."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from services.booking.model.cells import bitset_of
from services.booking.model.free_time import CalendarState, HostTime
from services.booking.model.page_obstacles import Known
from services.booking.model.page_rules import HostHours, PageRules
from services.booking.model.page_times import free_times
from services.booking.model.spans import Span
from tests.bench.machine import Meter
from tests.bench.options import Options
from tests.bench.rounds import percentile, take
from tests.bench.table import Aim, Row, judged

_ATTENDEES = (1, 10, 100)
_SPANS = 2000
_DAYS = 60
_TIMES = 200
_NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
_WINDOW = Span(_NOW, _NOW + timedelta(days=_DAYS))
_READ = Span(_NOW - timedelta(days=1), _NOW + timedelta(days=400))
_HALF = timedelta(minutes=30)
_OFFICE = dict.fromkeys(range(5), ((540, 1020),))


async def computation(options: Options) -> list[Row]:
    """Both start at the stored bytes; ours ends with the starts that are free, the floor with the free cells."""
    return [await _row(options, attendees) for attendees in _ATTENDEES]


async def _row(options: Options, attendees: int) -> Row:
    hosts = [_host(number) for number in range(attendees)]
    rules = PageRules("Asia/Tokyo", [HostHours(host.staff_id, "Asia/Tokyo", _OFFICE) for host in hosts])
    known, months = Known(hosts), [host.months for host in hosts]

    async def once(_number: int) -> tuple[tuple[float, float], float]:
        meter = Meter(())
        bare = _median(lambda: _free_cells(months))
        ours = _median(lambda: free_times(rules, known, _HALF, _WINDOW, _NOW))
        return (ours * 1e6, bare * 1e6), meter.stop().others

    rounds = await take(f"P6, {attendees}", options.rounds, options.others, once)
    ratio = rounds.spread(lambda one: one[0] / one[1])
    return judged(
        "P6",
        f"free times of {attendees} attendees over {_DAYS} days",
        rounds.spread(lambda one: one[0]).text(0, " µs"),
        ratio.median,
        Aim(4, 2),
        floor=rounds.spread(lambda one: one[1]).text(0, " µs"),
        ratio=ratio.text(1, " x"),
        rounds=rounds.label,
        disturbed=rounds.disturbed,
    )


def _free_cells(hosts: Sequence[Mapping[str, bytes]]) -> int:
    """The bare AND: as little as can be done with the bitsets of these months."""
    free = 0
    for month in _WINDOW.months():
        packed = np.frombuffer(b"".join([months[month] for months in hosts]), dtype=np.uint8).reshape(len(hosts), -1)
        free += np.unpackbits(np.bitwise_and.reduce(~packed, axis=0), bitorder="little").size
    return free


def _median(work: Callable[[], object]) -> float:
    """CPU seconds of the process, so that strangers count for little."""
    taken = []
    for _ in range(_TIMES):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return percentile(taken, 0.5)


def _host(number: int) -> HostTime:
    """2,000 spans of a quarter of an hour over the year, another pattern for each."""
    busy = [
        Span(at, at + timedelta(minutes=15))
        for place in range(_SPANS)
        for at in [_READ.start_at + timedelta(minutes=5 * ((place * 57 + number * 11) % (400 * 288)))]
    ]
    return HostTime(
        f"stf_{number}", CalendarState.KNOWN, {month: bitset_of(busy, month) for month in _READ.months()}, window=_READ
    )
