"""Whether a time is free: one pure function over busy bitsets, claims and rules, for the listing and for the check
before the guard alike (G5).
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.booking.model.cells import Cells, cell_range, marked, touched
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.spans import Span


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
    if busy_cells(span, known, tolerated):
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


def busy_cells(span: Span, hosts: Iterable[HostTime], tolerated: Sequence[Tolerated] = ()) -> Cells:
    """The cells of ``span`` in which any of ``hosts`` is busy beyond what is tolerated."""
    first, last = cell_range(span)
    accepted: defaultdict[str, list[Span]] = defaultdict(list)
    for each in tolerated:
        accepted[each.staff_id].append(each.span)
    counted = [host for host in hosts if host.state is not CalendarState.NONE]
    busy = busy_between(first, last, [host for host in counted if not _is_copy_of(accepted, host)])
    for host in counted:
        if _is_copy_of(accepted, host):
            busy |= marked([host.months], first, last) & ~touched(accepted[host.staff_id], first, last)
    return busy


def _is_copy_of(wanted: Container[str], host: HostTime) -> bool:
    """A look tells without what is tolerated."""
    return host.staff_id in wanted and host.looked_at is None


def busy_between(first: int, last: int, hosts: Sequence[HostTime]) -> Cells:
    """The cells ``[first, last)`` in which any of ``hosts`` is busy, whatever is known of their calendars otherwise."""
    looked = [each for host in hosts if host.looked_at for each in host.looked_at]
    return marked([host.months for host in hosts if host.looked_at is None], first, last) | touched(looked, first, last)
