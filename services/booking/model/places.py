"""Places on a page: how many appointments it takes on a day and in a week of its own zone (H2), whoever hosts them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Place:
    """One of the ``limit`` places that a page has on a day or in a week; without a limit none is counted. ``owner`` is
    the appointment.
    """

    page_id: str
    period: str
    """``D2026-12-01``, or ``W`` and the week's Monday."""
    owner: str
    limit: int | None = field(compare=False)

    @property
    def last_day(self) -> date:
        first = date.fromisoformat(self.period[1:])
        return first + timedelta(days=6) if self.period.startswith("W") else first


def day_counted(start_at: datetime, time_zone: str) -> date:
    """The day on which an appointment counts: its start's, in the page's zone."""
    return start_at.astimezone(ZoneInfo(time_zone)).date()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def places(
    page_id: str, owner: str, start_at: datetime, time_zone: str, *, daily_limit: int | None, weekly_limit: int | None
) -> Iterator[Place]:
    """The day's and the week's."""
    day = day_counted(start_at, time_zone)
    yield Place(page_id, f"D{day.isoformat()}", owner, daily_limit)
    yield Place(page_id, f"W{monday_of(day).isoformat()}", owner, weekly_limit)
