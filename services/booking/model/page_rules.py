"""What a scheduling page's free times are made of: its rules, its hosts' hours, and what was booked on it (H2, H3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.contracts.api.page_times import TimeReason

Minutes = tuple[int, int]
"""``[from, until)`` in minutes of a local day; 1440 ends it."""


Reason = TimeReason


@dataclass(frozen=True)
class HostHours:
    """When a host can be booked, on the clocks of ``time_zone``. ``weekly`` is by weekday (0 is Monday); ``exceptions``
    replace a date's hours, ``holidays`` (given where the page keeps them) take them away where no exception stands.
    ``resources`` must be free where this host attends, beside their own time: their Zoom user, say.
    """

    staff_id: str
    time_zone: str
    weekly: Mapping[int, Collection[Minutes]]
    exceptions: Mapping[date, Collection[Minutes]] = field(default_factory=dict)
    holidays: Collection[date] = ()
    resources: Collection[str] = ()


@dataclass(frozen=True)
class PageRules:
    """``step``, buffers and ``minimum_notice`` in minutes; ``dates_off`` are dates of ``time_zone``. ``resources`` must
    be free whoever attends, and any one of ``seats`` where there are some.
    """

    time_zone: str
    hosts: Collection[HostHours]
    round_robin: bool = False
    step: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int = 0
    horizon_days: int = 60
    daily_limit: int | None = None
    weekly_limit: int | None = None
    dates_off: Collection[date] = ()
    resources: Collection[str] = ()
    seats: Collection[str] = ()


@dataclass(frozen=True)
class Booked:
    """A live appointment of the page; one that is moved does not count for its own new time."""

    start_at: datetime
    host_ids: Collection[str]
    booked_at: datetime
