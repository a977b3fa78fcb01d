"""「候補を3つ提案」(X12): the earliest common free times on different working days, within working hours of a zone."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.claims import Claim
from services.booking.model.free_time import HostTime, obstacle
from services.booking.model.slot_rules import STEP
from services.booking.model.spans import Span

FIRST_HOUR, LAST_HOUR = 9, 18
HORIZON = timedelta(days=60)
_SATURDAY = 5


@dataclass(frozen=True)
class Wish:
    """``count`` times of ``length``, none on one day with another, from ``from_at`` on."""

    from_at: datetime
    length: timedelta
    count: int


def suggested(
    wish: Wish, hosts: Sequence[HostTime], claims: Sequence[Claim], zone: ZoneInfo, days_off: Collection[date] = ()
) -> list[Span]:
    """The earliest of each working day that nothing stands in the way of; every claim does, held ones too (G2).
    ``days_off`` are weekdays on which nobody works, such as public holidays.
    """
    found: list[Span] = []
    for day in working_days(wish.from_at, zone, days_off):
        if len(found) == wish.count:
            break
        free = (span for span in candidates(day, wish.length, zone) if _is_free(span, wish, hosts, claims))
        found += [span for span in (next(free, None),) if span is not None]
    return found


def working_days(from_at: datetime, zone: ZoneInfo, days_off: Collection[date]) -> Iterator[date]:
    first = from_at.astimezone(zone).date()
    for number in range(HORIZON.days):
        day = first + timedelta(days=number)
        if day.weekday() < _SATURDAY and day not in days_off:
            yield day


def candidates(day: date, length: timedelta, zone: ZoneInfo) -> Iterator[Span]:
    """Spans on half hours of the wall clock that end with the working day; none begins at an hour that a change of
    clocks leaves out.
    """
    opening = datetime.combine(day, time(FIRST_HOUR), zone)
    closing = datetime.combine(day, time(LAST_HOUR), zone).astimezone(UTC)
    for number in range((LAST_HOUR - FIRST_HOUR) * 2):
        wall = opening + number * STEP
        start_at = wall.astimezone(UTC)
        if start_at.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None) and start_at + length <= closing:
            yield Span(start_at, start_at + length)


def _is_free(span: Span, wish: Wish, hosts: Sequence[HostTime], claims: Sequence[Claim]) -> bool:
    begins_in_time = span.start_at >= wish.from_at
    claimed = any(claim.span.overlaps(span) for claim in claims)
    return begins_in_time and not claimed and obstacle(span, hosts, (), (), wish.from_at - timedelta.resolution) is None
