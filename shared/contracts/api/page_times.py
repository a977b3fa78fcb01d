"""The free times of a scheduling page as staff see them: who could attend, why others are missing (H2, X11)."""

from datetime import datetime
from enum import StrEnum

from shared.contracts.api.fields import Id, Instant, Request, View
from shared.contracts.api.menus import Minutes
from shared.contracts.api.pages import HostNotice, HostTrouble, PageCreate


class TimeReason(StrEnum):
    """Why a time is not offered (X11): of the page as a whole, or of one host."""

    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    STEP = "step"
    DATE_OFF = "date_off"
    DAILY_LIMIT = "daily_limit"
    WEEKLY_LIMIT = "weekly_limit"
    RESOURCE = "resource"
    """The page's room, Zoom user or every seat is taken, or a host's own."""
    OUTSIDE_HOURS = "outside_hours"
    HOLIDAY = "holiday"
    """Within the weekly hours, were it not a public holiday."""
    BUSY = "busy"
    CLAIMED = "claimed"
    BUFFER = "buffer"
    """Only a buffer meets busy or claimed time."""
    UNREADABLE = "unreadable"


class PagePreviewRequest(Request):
    """Rules that are not saved yet; ``page_id`` where they are to be those of a page that is there, whose bookings
    count. ``duration`` is the first one where it is left out; ``at`` asks why a meeting could not start then.
    """

    page: PageCreate
    page_id: Id | None = None
    duration: Minutes | None = None
    at: Instant | None = None


class HostedTime(View):
    """A free time in the page's zone. Of a round robin ``host_ids`` are those who could attend, the fairest first."""

    start: datetime
    end: datetime
    host_ids: list[str]


class MissingAtHost(View):
    """Empty and null where this host could attend."""

    staff_id: str
    reasons: list[TimeReason]
    trouble: HostTrouble | None = None


class WhyMissing(View):
    """``free`` where a meeting could start then: ``host_ids`` as in ``HostedTime``; ``reasons`` keep everybody."""

    start: datetime
    end: datetime
    free: bool
    host_ids: list[str]
    reasons: list[TimeReason]
    hosts: list[MissingAtHost]


class PageTimes(View):
    """Earliest first. ``why`` answers the ``at`` of a preview."""

    slots: list[HostedTime]
    time_zone: str
    duration: int
    takes_requests: bool
    notices: list[HostNotice]
    why: WhyMissing | None = None
