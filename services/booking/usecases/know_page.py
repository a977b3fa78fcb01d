"""What is known of a page's times, read at one moment: rules, calendars, claims, and what was booked on it. No provider
is called (G25), unless a look is asked for (G4).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.booking.model.claims import staff_resource
from services.booking.model.page import Page
from services.booking.model.page_obstacles import Known
from services.booking.model.page_rules import Booked, PageRules
from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import FreeTime, FreeTimes, WhyNot, free_time_at, free_times, why_not
from services.booking.model.spans import Span
from services.booking.store.page_bookings import PageBookings
from services.booking.store.taken import TakenTimes
from services.booking.usecases.availability import Availability, Evidence
from services.booking.usecases.page_rules_of import Attending, all_resources, rules_of

_FAIRNESS = timedelta(days=31)


@dataclass(frozen=True)
class KnownPage:
    """``setting`` and all that decides about its times within ``window``; ``but`` is the appointment that is moved."""

    setting: PageSetting
    rules: PageRules
    known: Known
    evidence: Evidence
    window: Span
    length: timedelta
    only: Attending | None = None
    but: str | None = None

    def free(self, now: datetime) -> FreeTimes:
        return free_times(self.rules, self.known, self.length, self.window, now)

    def free_at(self, start_at: datetime, now: datetime) -> FreeTime | None:
        return free_time_at(self.rules, self.known, self.length, start_at, now)

    def why_not(self, start_at: datetime, now: datetime) -> WhyNot:
        return why_not(self.rules, self.known, self.length, start_at, now)

    def of(self, staff_ids: Sequence[str]) -> "KnownPage":
        """For a meeting of just these."""
        only = Attending(staff_ids)
        rules = rules_of(self.setting, self.window, only)
        return replace(self, rules=rules, only=only, evidence=self.evidence.of(staff_ids))


class KnowPage:
    """``only`` where just these attend, as in a move."""

    def __init__(self, availability: Availability, taken: TakenTimes, bookings: PageBookings) -> None:
        self._availability = availability
        self._taken = taken
        self._bookings = bookings

    async def __call__(
        self,
        setting: PageSetting,
        window: Span,
        length: timedelta,
        *,
        only: Attending | None = None,
        but: str | None = None,
    ) -> KnownPage:
        """Of meetings that start within ``window``."""
        page, rules = setting.page, rules_of(setting, window, only)
        people = [host.staff_id for host in rules.hosts]
        reached = page.terms.reach(Span(window.start_at, window.end_at + length))
        wanted = [*map(staff_resource, people), *all_resources(rules)]
        counted = Span(window.start_at - _FAIRNESS, window.end_at + _FAIRNESS)
        evidence, taken, booked = await asyncio.gather(
            self._availability.evidence(page.organization_id, people, [reached], staff=setting.staff),
            self._taken.within(page.organization_id, wanted, reached, but=but),
            self._booked(page, counted, but),
        )
        known = Known(self._availability.copies(evidence), taken, booked)
        return KnownPage(setting, rules, known, evidence, window, length, only, but)

    async def _booked(self, page: Page, counted: Span, but: str | None) -> Sequence[Booked]:
        """Only limits and fairness go by them."""
        matters = page.is_round_robin or page.daily_limit or page.weekly_limit
        return await self._bookings.live(page.page_id, counted, but=but) if matters else ()

    async def looked_at(self, page: KnownPage, span: Span) -> KnownPage:
        """With a look at the calendars of those who attend, buffers included, where their copies are too old (G4)."""
        known = await self._availability.looked_at(
            page.setting.page.organization_id,
            page.evidence,
            page.setting.page.terms.reach(span),
            page.but or page.setting.page.page_id,
        )
        return replace(page, known=replace(page.known, hosts=known))

    async def claimed_anew(self, page: KnownPage) -> KnownPage:
        """The same calendars with the claims and bookings of now."""
        newer = await self(page.setting, page.window, page.length, only=page.only, but=page.but)
        return replace(page, known=replace(newer.known, hosts=page.known.hosts))
