"""The grid of free time: cells of 5 minutes, numbered from 1970 (UTC); times off it take every cell that they touch.

A set of cells is one whole number, bit 0 for the first cell of the stretch in question: to unite, cut and shift sixty
days costs less than a microsecond each. What is stored is the same of a UTC month, as bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.booking.model.spans import Span

CELL = timedelta(minutes=5)
CELL_SECONDS = 300
DAY_CELLS = 24 * 60 // 5
DAY_BYTES = DAY_CELLS // 8
Cells = int


def cell_of(at: datetime) -> int:
    """The cell that ``at`` lies in."""
    return int(at.timestamp() // CELL_SECONDS)


def cell_after(at: datetime) -> int:
    """The first cell that begins at ``at`` or later."""
    return int(-(-at.timestamp() // CELL_SECONDS))


def cells_in(length: timedelta) -> int:
    """How many cells a length takes, a part of one as a whole."""
    return -(-length // CELL)


def cell_start(cell: int) -> datetime:
    return datetime.fromtimestamp(cell * CELL_SECONDS, UTC)


def cell_range(span: Span) -> tuple[int, int]:
    """Cells that the span touches, half-open."""
    return cell_of(span.start_at), cell_after(span.end_at)


@lru_cache(maxsize=256)
def filled(low: int, high: int) -> Cells:
    """``[low, high)``; none where that is empty. One question asks for the same few again and again."""
    return (1 << high) - (1 << low) if low < high else 0


def touched(spans: Iterable[Span], first: int, last: int) -> Cells:
    """Which of the cells ``[first, last)`` any of the spans touches."""
    ranges = [*map(cell_range, spans)]
    if not ranges:
        return 0
    cells = np.zeros(last - first, dtype=np.bool_)
    for low, high in ranges:
        cells[max(low, first) - first : max(high, first) - first] = True
    return int.from_bytes(np.packbits(cells, bitorder="little").tobytes(), "little")


@dataclass(frozen=True)
class Taken:
    """Cells from ``first`` on; beyond them nothing is taken."""

    first: int
    cells: Cells

    def between(self, first: int, last: int) -> Cells:
        """Which of the cells ``[first, last)`` are taken."""
        ahead = first - self.first
        return (self.cells >> ahead if ahead > 0 else self.cells << -ahead) & filled(0, last - first)


def any_within(cells: Cells, width: int) -> Cells:
    """Where a cell or any of the ``width - 1`` after it is set."""
    reach = 1
    while cells and reach < width:
        step = min(reach, width - reach)
        cells |= cells >> step
        reach += step
    return cells


def each_of(cells: Cells, count: int) -> NDArray[np.bool_]:
    """The first ``count`` cells one by one."""
    packed = np.frombuffer(cells.to_bytes(-(-count // 8), "little"), dtype=np.uint8)
    return np.unpackbits(packed, count=count, bitorder="little").view(np.bool_)


def spans_of(cells: Cells, start_at: datetime) -> list[Span]:
    """Runs of set cells as spans; ``start_at`` is where the first cell begins."""
    edges = cells ^ cells << 1
    changes = np.flatnonzero(each_of(edges, edges.bit_length())).tolist()
    origin = cell_start(cell_of(start_at))
    return [
        Span(origin + low * CELL, origin + high * CELL) for low, high in zip(changes[::2], changes[1::2], strict=True)
    ]


def bitset_of(spans: Iterable[Span], month: str) -> bytes:
    """A month's bitset of the given busy spans."""
    first, last = month_range(month)
    return touched(spans, first, last).to_bytes((last - first) // 8, "little")


def marked(copies: Sequence[Mapping[str, bytes]], first: int, last: int) -> Cells:
    """Which of the cells ``[first, last)`` any of the copies (bitsets by month) has set; a missing month sets none."""
    months = months_of(first, last)
    ranges = [month_range(month) for month in months]
    sizes = [(end - begin) // 8 for begin, end in ranges]
    rows = [copy.get(month, b"") for copy in copies for month in months]
    if not rows:
        return 0
    if [*map(len, rows)] != sizes * len(copies):
        rows = [bits.ljust(size, b"\0")[:size] for bits, size in zip(rows, sizes * len(copies), strict=True)]
    origin = ranges[0][0]
    low, high = (first - origin) // 8, (last - origin + 7) // 8
    packed = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(copies), -1)[:, low:high]
    found = int.from_bytes(np.bitwise_or.reduce(packed, axis=0).tobytes(), "little")
    return found >> (first - origin) % 8 & filled(0, last - first)


@lru_cache(maxsize=256)
def months_of(first: int, last: int) -> tuple[str, ...]:
    """UTC months of the cells ``[first, last)``, as ``2026-12``."""
    return tuple(Span(cell_start(first), cell_start(last)).months())


@lru_cache(maxsize=256)
def month_range(month: str) -> tuple[int, int]:
    """A UTC month's cells, half-open."""
    year, number = int(month[:4]), int(month[5:7])
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return cell_of(start), cell_of(end)
