"""The slow and obvious model of a page's free times: every five minutes is tried, and minute by minute each clock on
the wall is read with zoneinfo alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.cells import DAY_CELLS, Taken, cell_of, touched
from services.booking.model.free_time import CalendarState
from services.booking.model.page_rules import HostHours, PageRules
from services.booking.model.spans import Span

MINUTE = timedelta(minutes=1)
FIVE = 5 * MINUTE


@dataclass(frozen=True)
class SlowHost:
    """``busy`` as it is in the calendar, ``claimed`` of our own; ``window`` is what was read of the calendar."""

    busy: tuple[Span, ...] = ()
    claimed: tuple[Span, ...] = ()
    state: CalendarState = CalendarState.NONE
    window: Span | None = None


@dataclass(frozen=True)
class SlowPage:
    rules: PageRules
    hosts: dict[str, SlowHost]
    booked: tuple[datetime, ...]
    now: datetime

    def times(self, length: timedelta, window: Span) -> Iterator[tuple[datetime, set[str]]]:
        """Starts with those who could attend."""
        at = datetime.fromtimestamp(window.start_at.timestamp() // 300 * 300, UTC)
        while at < window.end_at:
            if at >= window.start_at and self._starts(at) and self._on_no_date_off(at, length):
                able = {host.staff_id for host in self.rules.hosts if self._can(host, at, length)}
                if able and (self.rules.round_robin or len(able) == len(self.rules.hosts)):
                    yield at, able
            at += FIVE

    def _starts(self, at: datetime) -> bool:
        rules, local = self.rules, self._local(at)
        last_day = self._local(self.now).date() + timedelta(days=rules.horizon_days)
        days = [self._local(each).date() for each in self.booked]
        weeks = [day.isocalendar()[:2] for day in days]
        return (
            (local.hour * 60 + local.minute) % rules.step == 0
            and at > self.now
            and at >= self.now + timedelta(minutes=rules.minimum_notice)
            and local.date() <= last_day
            and (rules.daily_limit is None or days.count(local.date()) < rules.daily_limit)
            and (rules.weekly_limit is None or weeks.count(local.date().isocalendar()[:2]) < rules.weekly_limit)
        )

    def _on_no_date_off(self, at: datetime, length: timedelta) -> bool:
        return not any(self._local(minute).date() in self.rules.dates_off for minute in minutes(at, at + length))

    def _can(self, host: HostHours, at: datetime, length: timedelta) -> bool:
        known = self.hosts[host.staff_id]
        before, after = (timedelta(minutes=each) for each in (self.rules.buffer_before, self.rules.buffer_after))
        reach = widened(Span(at - before, at + length + after))
        taken = [*known.claimed, *(known.busy if known.state is CalendarState.KNOWN else ())]
        unread = known.state is CalendarState.UNKNOWN or (
            known.state is CalendarState.KNOWN and (known.window is None or not known.window.contains(reach))
        )
        return (
            not unread
            and not any(widened(each).overlaps(reach) for each in taken)
            and all(is_open(host, minute) for minute in minutes(at, at + length))
        )

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.rules.time_zone))


def is_open(host: HostHours, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(host.time_zone))
    day: date = local.date()
    spans = host.exceptions.get(day)
    if spans is None:
        spans = () if day in host.holidays else host.weekly.get(day.weekday(), ())
    return any(begin <= local.hour * 60 + local.minute < end for begin, end in spans)


def minutes(start_at: datetime, end_at: datetime) -> Iterator[datetime]:
    while start_at < end_at:
        yield start_at
        start_at += MINUTE


def widened(span: Span) -> Span:
    """To the whole five minutes that it touches."""
    start = datetime.fromtimestamp(span.start_at.timestamp() // 300 * 300, UTC)
    end = datetime.fromtimestamp(-(-span.end_at.timestamp() // 300) * 300, UTC)
    return Span(start, end)


def taken_in(spans: Sequence[Span]) -> Taken:
    """As the store answers it: from a midnight on, whole days."""
    if not spans:
        return Taken(0, 0)
    first = cell_of(min(span.start_at for span in spans)) // DAY_CELLS * DAY_CELLS
    return Taken(first, touched(spans, first, cell_of(max(span.end_at for span in spans)) + DAY_CELLS))
