"""Whether a time is free: one pure function over busy bitsets, claims and rules, for the listing and for the check
before the guard alike (G5).

A bitset holds one bit per 5-minute cell of a UTC month, least significant bit first; times off the grid block every
cell they touch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.spans import Span

CELL = timedelta(minutes=5)
_CELL_SECONDS = 300
Cells = NDArray[np.bool_]


class CalendarState(StrEnum):
    """``none``: never connected, only claims count. ``unknown``: broken, unread or stale; not free time (G3)."""

    NONE = "none"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Obstacle(StrEnum):
    """Why a time cannot be had."""

    PAST = "past"
    CLAIMED = "claimed"
    BUSY = "busy"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class HostTime:
    """What is known of one attendee's calendar: bitsets by month within the window that was read, or what a look at
    the exact span answered (without the entries that are tolerated).
    """

    staff_id: str
    state: CalendarState
    months: Mapping[str, bytes] = field(default_factory=dict)
    looked_at: tuple[Span, ...] | None = None
    window: Span | None = None

    def knows(self, span: Span) -> bool:
        """Whether the whole of ``span`` was read: what lies beyond the window, or in a month that is missing, is
        unknown and not free (G3).
        """
        if self.looked_at is not None:
            return True
        reached = self.window is not None and self.window.contains(span)
        return reached and all(month in self.months for month in span.months())


@dataclass(frozen=True)
class Tolerated:
    """Busy time that was known and accepted when the slot was proposed (G2)."""

    staff_id: str
    span: Span


def obstacle(
    span: Span,
    hosts: Sequence[HostTime],
    claims: Iterable[Claim],
    tolerated: Sequence[Tolerated],
    now: datetime,
    seen: Sequence[str] = (),
) -> Obstacle | None:
    """What stands in the way of ``span``, or None. ``claims`` are others' claims on the resources of the meeting;
    beyond the window the word of those counts who were looked at when it was proposed (``seen``).
    """
    if span.start_at <= now:
        return Obstacle.PAST
    if any(claim.kind is ClaimKind.CONFIRMED and claim.span.overlaps(span) for claim in claims):
        return Obstacle.CLAIMED
    known = [host for host in hosts if host.state is CalendarState.KNOWN]
    if busy_cells(span, known, tolerated).any():
        return Obstacle.BUSY
    return Obstacle.UNREADABLE if unreadable(span, hosts, seen) else None


def unreadable(span: Span, hosts: Sequence[HostTime], seen: Sequence[str] = ()) -> list[str]:
    """Those whose calendar cannot be read in ``span``; beyond its window it need not be where it was ``seen``."""
    return [
        host.staff_id
        for host in hosts
        if host.state is CalendarState.UNKNOWN
        or (host.state is CalendarState.KNOWN and host.staff_id not in seen and not host.knows(span))
    ]


def busy_cells(span: Span, hosts: Sequence[HostTime], tolerated: Sequence[Tolerated] = ()) -> Cells:
    """The cells of ``span`` in which any of ``hosts`` is busy beyond what is tolerated."""
    first, last = _cell_range(span)
    busy = np.zeros(last - first, dtype=np.bool_)
    for host in hosts:
        if host.state is CalendarState.NONE:
            continue
        cells = _cells_of(host, span, first, last)
        for accepted in tolerated:
            if accepted.staff_id == host.staff_id and host.looked_at is None:
                cells &= ~_touched([accepted.span], first, last)
        busy |= cells
    return busy


def spans_of(cells: Cells, start_at: datetime) -> list[Span]:
    """Runs of busy cells as spans; ``start_at`` is where the first cell begins."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], cells, [False])).astype(np.int8)))
    origin = _cell_start(int(start_at.timestamp()) // _CELL_SECONDS)
    return [
        Span(origin + int(low) * CELL, origin + int(high) * CELL)
        for low, high in zip(edges[::2], edges[1::2], strict=True)
    ]


def bitset_of(spans: Iterable[Span], month: str) -> bytes:
    """A month's bitset of the given busy spans."""
    first, last = _month_range(month)
    return np.packbits(_touched(list(spans), first, last), bitorder="little").tobytes()


def _cells_of(host: HostTime, span: Span, first: int, last: int) -> Cells:
    if host.looked_at is not None:
        return _touched(host.looked_at, first, last)
    cells = np.zeros(last - first, dtype=np.bool_)
    for month in span.months():
        bits = host.months.get(month)
        if bits is None:
            continue
        origin, end = _month_range(month)
        low, high = max(first, origin), min(last, end)
        part = np.frombuffer(bits, dtype=np.uint8)[(low - origin) // 8 : (high - origin + 7) // 8]
        offset = (low - origin) % 8
        found = np.unpackbits(part, bitorder="little")[offset : offset + high - low].astype(np.bool_)
        cells[low - first : low - first + found.size] = found
    return cells


def _touched(spans: Sequence[Span], first: int, last: int) -> Cells:
    cells = np.zeros(last - first, dtype=np.bool_)
    for span in spans:
        low, high = _cell_range(span)
        cells[max(low, first) - first : max(high, first) - first] = True
    return cells


def _cell_range(span: Span) -> tuple[int, int]:
    """Cells since 1970 that the span touches, half-open."""
    return int(span.start_at.timestamp()) // _CELL_SECONDS, int(-(-span.end_at.timestamp() // _CELL_SECONDS))


def _cell_start(cell: int) -> datetime:
    return datetime.fromtimestamp(cell * _CELL_SECONDS, UTC)


def _month_range(month: str) -> tuple[int, int]:
    year, number = int(month[:4]), int(month[5:7])
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return int(start.timestamp()) // _CELL_SECONDS, int(end.timestamp()) // _CELL_SECONDS
