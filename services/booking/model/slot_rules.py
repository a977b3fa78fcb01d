"""What a candidate slot must be (R6): ahead of now, on half hours of the organization's zone, 30 minutes to 24 hours
long, and apart from the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.booking.model.spans import Span

STEP = timedelta(minutes=30)
LONGEST = timedelta(hours=24)


class Fault(StrEnum):
    """What is wrong with a slot."""

    PAST = "past"
    UNALIGNED = "unaligned"
    BACKWARDS = "backwards"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OVERLAPPING = "overlapping"


@dataclass(frozen=True)
class Finding:
    """``member`` is ``start`` or ``end`` of the slot at ``index`` of the request."""

    index: int
    member: str
    fault: Fault


def is_aligned(at: datetime, zone: ZoneInfo) -> bool:
    """Minutes 00 or 30 on the zone's own clocks."""
    local = at.astimezone(zone)
    return local.minute % 30 == 0 and local.second == 0 and local.microsecond == 0


def findings(new: Mapping[int, Span], kept: Sequence[Span], *, zone: ZoneInfo, now: datetime) -> list[Finding]:
    """All that is wrong with ``new`` (by their index in the request), beside slots that stay as they are."""
    found: list[Finding] = []
    before = list(kept)
    for index, span in new.items():
        found += _alone(index, span, zone, now)
        if span.start_at < span.end_at and any(span.overlaps(other) for other in before):
            found.append(Finding(index, "start", Fault.OVERLAPPING))
        before.append(span)
    return found


def _alone(index: int, span: Span, zone: ZoneInfo, now: datetime) -> list[Finding]:
    found = []
    if span.start_at <= now:
        found.append(Finding(index, "start", Fault.PAST))
    found += [
        Finding(index, member, Fault.UNALIGNED)
        for member, at in (("start", span.start_at), ("end", span.end_at))
        if not is_aligned(at, zone)
    ]
    if span.end_at <= span.start_at:
        found.append(Finding(index, "end", Fault.BACKWARDS))
    elif span.length < STEP:
        found.append(Finding(index, "end", Fault.TOO_SHORT))
    elif span.length > LONGEST:
        found.append(Finding(index, "end", Fault.TOO_LONG))
    return found
