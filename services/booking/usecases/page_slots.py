"""The free times of a page (H3): listed without a call to any provider (G25), and the nearest to one that is gone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.page import Page
from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import FreeTime, FreeTimes, no_times
from services.booking.model.spans import Span
from services.booking.problems import BACKWARDS, MALFORMED, UNKNOWN_DURATION, SlotTaken, Words, invalid
from services.booking.usecases.know_page import KnowPage
from services.booking.usecases.page_rules_of import Attending
from services.booking.usecases.read_page import ReadPages
from services.booking.views.page_guests import slots_view
from shared import clock
from shared.problem import Language

LONGEST = timedelta(days=93)
_USUAL = timedelta(days=31)
_NEAR = timedelta(days=14)
_NEAREST = 10
_TOO_FAR: Words = ("93日以内で指定してください。", "At most 93 days.")


@dataclass(frozen=True)
class SlotsQuery:
    """As it was asked; what is empty has a default."""

    from_at: str = ""
    until_at: str = ""
    duration: int | None = None
    time_zone: str = ""


class PageSlots:
    """``offered`` for a page's slug, ``nearest`` for whoever lost a time."""

    def __init__(self, read: ReadPages, know: KnowPage) -> None:
        self._read = read
        self._know = know

    async def offered(self, slug: str, asked: SlotsQuery, language: Language) -> tuple[FreeTimes, str]:
        """With the zone in which they are to be told. A page that is closed has none."""
        setting = await self._read.by_slug(slug)
        page = setting.page
        zone = asked.time_zone or page.time_zone
        length, window = length_of(page, asked.duration, language), window_of(asked, zone, language)
        if not setting.is_open:
            return no_times(length), zone
        return (await self._know(setting, window, length)).free(clock.now()), zone

    async def nearest(
        self,
        setting: PageSetting,
        span: Span,
        *,
        only: Attending | None = None,
        but: str | None = None,
    ) -> list[FreeTime]:
        """Those nearest to ``span``, which is gone, first (X12)."""
        window = Span(span.start_at - _NEAR, span.end_at + _NEAR)
        known = await self._know(setting, window, span.length, only=only, but=but)
        found = sorted(known.free(clock.now()), key=lambda one: abs(one.start_at - span.start_at))
        return [one for one in found if one.start_at != span.start_at][:_NEAREST]

    async def gone(
        self,
        setting: PageSetting,
        span: Span,
        zone: str,
        *,
        only: Attending | None = None,
        but: str | None = None,
    ) -> SlotTaken:
        """What a guest is told who lost ``span``, with the nearest that remain; an empty zone is the page's."""
        found = await self.nearest(setting, span, only=only, but=but)
        shown = slots_view(found, zone or setting.page.time_zone)
        return SlotTaken(extra={"slots": [one.model_dump(mode="json") for one in shown]})


def window_of(asked: SlotsQuery, zone: str, language: Language) -> Span:
    """Dates are whole days of ``zone``, the last one included. Raises 422."""
    start_at = _instant("?from", asked.from_at, zone, language) or clock.now()
    end_at = _instant("?to", asked.until_at, zone, language, days=1) or start_at + _USUAL
    if end_at <= start_at:
        raise invalid(language, ("?to", BACKWARDS))
    if end_at - start_at > LONGEST:
        raise invalid(language, ("?to", _TOO_FAR))
    return Span(start_at, end_at)


def length_of(page: Page, minutes: int | None, language: Language) -> timedelta:
    """The first where none was asked for. Raises 422."""
    if minutes is None:
        return timedelta(minutes=page.durations[0])
    if minutes not in page.durations:
        raise invalid(language, ("?duration", UNKNOWN_DURATION))
    return timedelta(minutes=minutes)


def _instant(pointer: str, text: str, zone: str, language: Language, *, days: int = 0) -> datetime | None:
    """``days`` are added to a date, not to an instant."""
    if not text:
        return None
    try:
        if "T" not in text:
            day = date.fromisoformat(text) + timedelta(days=days)
            found = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
        else:
            found = datetime.fromisoformat(text)
        at = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        at = None
    if at is None or not 2000 <= at.year < 2200:
        raise invalid(language, (pointer, MALFORMED))
    return at
