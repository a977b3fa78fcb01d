"""The grid of free time: cells of 5 minutes, numbered from 1970 (UTC); bitsets are read and written here alone.

A bitset holds one bit per cell of a UTC month, least significant bit first; times off the grid take every cell that
they touch.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.booking.model.spans import Span

CELL = timedelta(minutes=5)
CELL_SECONDS = 300
DAY_CELLS = 24 * 60 // 5
Cells = NDArray[np.bool_]


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


def touched(spans: Iterable[Span], first: int, last: int) -> Cells:
    """Which of the cells ``[first, last)`` any of the spans touches."""
    cells = np.zeros(last - first, dtype=np.bool_)
    for span in spans:
        low, high = cell_range(span)
        cells[max(low, first) - first : max(high, first) - first] = True
    return cells


def any_within(cells: Cells, width: int) -> Cells:
    """For each cell but the last ``width - 1``: whether it or any of the ``width - 1`` after it is set."""
    found, reach = cells, 1
    while reach < width:
        step = min(reach, width - reach)
        found = found[:-step] | found[step:]
        reach += step
    return found


def spans_of(cells: Cells, start_at: datetime) -> list[Span]:
    """Runs of set cells as spans; ``start_at`` is where the first cell begins."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], cells, [False])).astype(np.int8)))
    origin = cell_start(cell_of(start_at))
    return [
        Span(origin + int(low) * CELL, origin + int(high) * CELL)
        for low, high in zip(edges[::2], edges[1::2], strict=True)
    ]


def bitset_of(spans: Iterable[Span], month: str) -> bytes:
    """A month's bitset of the given busy spans."""
    first, last = month_range(month)
    return np.packbits(touched(spans, first, last), bitorder="little").tobytes()


def marked(copies: Sequence[Mapping[str, bytes]], first: int, last: int) -> Cells:
    """Which of the cells ``[first, last)`` any of the copies (bitsets by month) has set; a missing month sets none."""
    cells = np.zeros(last - first, dtype=np.bool_)
    for month in months_of(first, last):
        origin, end = month_range(month)
        size = (end - origin) // 8
        rows = [bits for copy in copies if (bits := copy.get(month)) is not None]
        if not rows:
            continue
        if {*map(len, rows)} != {size}:
            rows = [bits.ljust(size, b"\0")[:size] for bits in rows]
        low, high = max(first, origin), min(last, end)
        wanted = slice((low - origin) // 8, (high - origin + 7) // 8)
        packed = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), size)[:, wanted]
        found = np.unpackbits(np.bitwise_or.reduce(packed, axis=0), bitorder="little").view(np.bool_)
        offset = (low - origin) % 8
        cells[low - first : high - first] = found[offset : offset + high - low]
    return cells


def months_of(first: int, last: int) -> list[str]:
    """UTC months of the cells ``[first, last)``, as ``2026-12``."""
    return Span(cell_start(first), cell_start(last)).months()


@lru_cache(maxsize=256)
def month_range(month: str) -> tuple[int, int]:
    """A UTC month's cells, half-open."""
    year, number = int(month[:4]), int(month[5:7])
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return cell_of(start), cell_of(end)
