"""The free times of a page as its makers see them: also of rules that are not saved, and why others are missing (X11).
No provider is called (G25).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.model.page import Page
from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import FreeTime, FreeTimes, WhyNot
from services.booking.model.spans import Span
from services.booking.usecases.know_page import KnowPage
from services.booking.usecases.read_page import ReadPages
from shared import clock

_AHEAD = timedelta(days=14)
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Ahead:
    """A page's times, closed or not."""

    setting: PageSetting
    length: timedelta
    times: FreeTimes


@dataclass(frozen=True)
class Missing:
    """``free`` where it is not."""

    setting: PageSetting
    span: Span
    why: WhyNot
    free: FreeTime | None


class PageTimesOfStaff:
    """``listed`` within a window, by default two weeks; ``missing`` for one start."""

    def __init__(self, read: ReadPages, know: KnowPage) -> None:
        self._read = read
        self._know = know

    async def listed(self, page: Page, length: timedelta, window: Span | None = None) -> Ahead:
        now = clock.now()
        setting = await self._read.one(page)
        known = await self._know(setting, window or Span(now, now + _AHEAD), length)
        return Ahead(setting, length, known.free(now))

    async def missing(self, page: Page, length: timedelta, at: datetime) -> Missing:
        now = clock.now()
        setting = await self._read.one(page)
        known = await self._know(setting, Span(at, at + _MOMENT), length)
        return Missing(setting, Span(at, at + length), known.why_not(at, now), known.free_at(at, now))
