"""The calendar and the times that a guest chooses from, on a scheduling page and where an appointment is moved (H5,
H10): asked of booking for one month, with links to everything else.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.gateway.pages import times
from services.gateway.pages.free_days import (
    Day,
    Month,
    Time,
    by_day,
    instant,
    month_name,
    time_of,
    weekdays,
    weeks,
)
from services.gateway.pages.pick import Pick
from services.gateway.providers.backend import Reply
from shared import clock
from shared.contracts.api.page_guests import PageSlots, PageSlotView
from shared.problem import Language
from shared.public_holidays import public_holidays

Ask = Callable[[Mapping[str, str]], Awaitable[Reply]]
_MONTHS_AHEAD = 12
_MONTHS_AT_ONCE = 3
_MOMENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Offer:
    """``ask`` booking for times of this length. Addresses are relative to ``path``; ``office_zone`` is the page's."""

    ask: Ask
    path: str
    pick: Pick
    zone: str
    office_zone: str
    language: Language
    duration: int | None = None

    async def slots(self, first: date | str, last: date | str) -> list[PageSlotView]:
        """Of these dates in the reader's zone, both included, or between two instants."""
        query = {"from": str(first), "to": str(last), "time_zone": self.zone}
        if self.duration:
            query["duration"] = str(self.duration)
        return (await self.ask(query)).read(PageSlots).slots

    async def slot_at(self, start: datetime) -> PageSlotView | None:
        """None where that time is not (or no more) to be had."""
        found = await self.slots(instant(start), instant(start + _MOMENT))
        return next((slot for slot in found if slot.start == start), None)

    async def next_month(self, month: Month) -> tuple[Month, list[PageSlotView]] | None:
        """The first after ``month`` that has times, with them."""
        for ahead in range(1, _MONTHS_AHEAD + 1, _MONTHS_AT_ONCE):
            first, last = month.plus(ahead), month.plus(ahead + _MONTHS_AT_ONCE - 1)
            found = await self.slots(first.first, last.last)
            if found:
                return self._first_month(found)
        return None

    def _first_month(self, slots: Sequence[PageSlotView]) -> tuple[Month, list[PageSlotView]]:
        months = [Month.of(slot.start.astimezone(ZoneInfo(self.zone))) for slot in slots]
        return months[0], [slot for slot, month in zip(slots, months, strict=True) if month == months[0]]

    def at_its_day(self) -> "Offer":
        """Looking at the day of a time that was chosen and is not to be had."""
        pick = self.pick
        if pick.start is None or pick.day is not None:
            return self
        day = pick.start.astimezone(ZoneInfo(self.zone)).date()
        return replace(self, pick=replace(pick, day=day, month=Month.of(day)))

    def url(self, **changes: object) -> str:
        return self.pick.url(self.path, **changes)


@dataclass(frozen=True)
class Picker:
    """``later_times`` leads to the next month with times (or back to the first), where this one has none."""

    month: str
    weeks: list[list[Day | None]]
    weekdays: list[tuple[str, str]]
    day_urls: Mapping[date, str]
    earlier: str
    later: str
    later_times: str
    later_month: str
    holidays: list[str]
    day: str
    times: list[tuple[Time, str]]
    zone: str
    zone_label: str
    zones: list[tuple[str, str]]
    zone_action: str
    zone_query: Mapping[str, str]


async def picker_of(offer: Offer, *, current: datetime | None = None) -> Picker:
    """Of the month that was asked for; else the first with times. ``current`` is the time of an appointment that is
    moved: it is shown first, and is no choice.
    """
    now, offer = clock.now(), offer.at_its_day()
    today = now.astimezone(ZoneInfo(offer.zone)).date()
    month, found, following = await _month(offer, Month.of(today), current)
    days = by_day([slot for slot in found if slot.start != current], offer.zone)
    chosen = _day(offer, days, current)
    holidays = public_holidays(offer.office_zone, month.first, month.last, offer.language)
    counts = {day: len(slots) for day, slots in days.items()}
    this, shown_at = Month.of(today), _first_of(days, chosen) or now
    listed = [time_of(slot, offer.zone, offer.language) for slot in days[chosen]] if chosen else []
    return Picker(
        month=month_name(month, offer.language),
        weeks=weeks(month, counts, chosen=chosen, today=today, holidays=holidays, language=offer.language),
        weekdays=weekdays(offer.language),
        day_urls={day: offer.url(month=month, day=day, start=None) for day in days},
        earlier=offer.url(month=month.plus(-1), day=None, start=None) if month > this else "",
        later=offer.url(month=month.plus(1), day=None, start=None) if month < this.plus(_MONTHS_AHEAD) else "",
        later_times=offer.url(month=following, day=None, start=None) if following else "",
        later_month=month_name(following, offer.language) if following else "",
        holidays=[f"{times.day(day, offer.language)} {name}" for day, name in holidays.items()],
        day=times.day(chosen, offer.language) if chosen else "",
        times=[(one, offer.url(month=month, day=chosen, start=_start(one))) for one in listed],
        zone=offer.zone,
        zone_label=times.zone_label(offer.zone, shown_at, offer.language),
        zones=times.zone_choices(shown_at, offer.language, offer.office_zone, offer.zone),
        zone_action=offer.path,
        zone_query={name: said for name, said in offer.pick.query().items() if name not in ("time_zone", "start")},
    )


def _day(offer: Offer, days: Mapping[date, list[PageSlotView]], current: datetime | None) -> date | None:
    """The one that was asked for or the appointment's own where it has times, else the first."""
    wanted = offer.pick.day or (current.astimezone(ZoneInfo(offer.zone)).date() if current else None)
    return wanted if wanted in days else next(iter(days), None)


def _first_of(days: Mapping[date, list[PageSlotView]], chosen: date | None) -> datetime | None:
    return days[chosen][0].start if chosen else None


def _start(one: Time) -> datetime:
    return datetime.fromisoformat(one.start)


async def _month(offer: Offer, this: Month, current: datetime | None) -> tuple[Month, list[PageSlotView], Month | None]:
    """The month to show, its times, and where there are none, the next one that has some, or the first of all."""
    asked = offer.pick.month or (Month.of(current.astimezone(ZoneInfo(offer.zone))) if current else None)
    month = max(asked or this, this)
    found = await offer.slots(month.first, month.last)
    if any(slot.start != current for slot in found):
        return month, found, None
    following = await offer.next_month(month)
    if following is None and month > this:
        following = await offer.next_month(this.plus(-1))
    if following is None or offer.pick.month is not None:
        return month, [], following[0] if following else None
    return *following, None
