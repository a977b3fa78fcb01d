"""The days of a month that have free times, as a calendar of weeks (H5, X6): pure, without request and clock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.gateway.pages import times
from services.gateway.pages.texts import text
from shared.contracts.api.page_guests import PageSlotView
from shared.problem import Language

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = 7
_SUNDAY = 6


@dataclass(frozen=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def read(cls, said: str) -> "Month | None":
        """``2026-12``; None for what is none."""
        found = _MONTH.fullmatch(said)
        month = cls(int(found[1]), int(found[2])) if found else None
        return month if month and 2000 <= month.year < 2199 and 1 <= month.number <= 12 else None

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.plus(1).first - timedelta(days=1)

    def plus(self, months: int) -> "Month":
        years, index = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, index + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True)
class Day:
    """A cell of the calendar. ``times`` is how many there are; ``label`` is what a screen reader says."""

    on: date
    times: int
    holiday: str
    label: str
    chosen: bool
    today: bool
    weekend: str


@dataclass(frozen=True)
class Time:
    """A free time to choose; ``start`` is how a link names it."""

    start: str
    time: str
    whole: str


def by_day(slots: Sequence[PageSlotView], zone: str) -> dict[date, list[PageSlotView]]:
    """Earliest first, by the day that the reader's clock shows."""
    found: dict[date, list[PageSlotView]] = {}
    for slot in slots:
        found.setdefault(slot.start.astimezone(ZoneInfo(zone)).date(), []).append(slot)
    return found


def weeks(
    month: Month,
    counts: Mapping[date, int],
    *,
    chosen: date | None,
    today: date,
    holidays: Mapping[date, str],
    language: Language,
) -> list[list[Day | None]]:
    """Rows of seven; None where a day is another month's. In Japan weeks begin on Sundays."""
    before = (month.first.weekday() - _first_weekday(language)) % _WEEK
    cells: list[Day | None] = [None] * before
    for number in range((month.last - month.first).days + 1):
        on = month.first + timedelta(days=number)
        count, holiday = counts.get(on, 0), holidays.get(on, "")
        said = text(language, "page_guests.day_times", n=count) if count else ""
        label = ", ".join(filter(None, (times.day(on, language), holiday, said)))
        weekend = {5: "sat", _SUNDAY: "sun"}.get(on.weekday(), "")
        cells.append(Day(on, count, holiday, label, on == chosen, on == today, weekend))
    cells += [None] * (-len(cells) % _WEEK)
    return [cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK)]


def weekdays(language: Language) -> list[tuple[str, str]]:
    """(short, whole) names in the order of ``weeks``."""
    short, whole = (text(language, f"page_guests.{name}").split(" ") for name in ("weekdays", "weekdays_whole"))
    first = _first_weekday(language)
    return [(short[(first + n) % _WEEK], whole[(first + n) % _WEEK]) for n in range(_WEEK)]


def month_name(month: Month, language: Language) -> str:
    names = text(language, "page_guests.months").split(" ")
    return text(language, "page_guests.month", year=month.year, month=names[month.number - 1])


def time_of(slot: PageSlotView, zone: str, language: Language) -> Time:
    """A time that the clock shows twice that day is told with its offset (G6)."""
    local = slot.start.astimezone(ZoneInfo(zone))
    is_read_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    which = f" ({times.offset(zone, slot.start)})" if is_read_twice else ""
    return Time(
        start=instant(slot.start),
        time=f"{local:%H:%M}{which}",
        whole=f"{times.span(slot.start, slot.end, zone, language)}{which}",
    )


def instant(at: datetime) -> str:
    """As links name it: in UTC, since the plus of an offset does not travel well."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _first_weekday(language: Language) -> int:
    return _SUNDAY if language == "ja" else 0
