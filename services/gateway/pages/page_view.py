"""What a scheduling page shows of itself to guests, at every step (H5, H13): pure functions."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.gateway.pages import times
from services.gateway.pages.free_days import instant
from services.gateway.pages.guest_view import Reading, kind_word, office_time
from services.gateway.pages.pick import Pick
from services.gateway.pages.texts import text
from shared.contracts.api.page_guests import GuestPageView, PageSlotView
from shared.money import money_words
from shared.problem import Language


@dataclass(frozen=True)
class Choice:
    """A time in words: the one that was chosen, or one of those that remain."""

    start: str
    day: str
    hours: str
    office: tuple[str, ...]


def frame(page: GuestPageView, language: Language) -> dict[str, object]:
    return {
        "organization": page.organization,
        "product": page.product_name,
        "title": page.title,
        "hosts": page.host_names,
        "kind": kind_word(page.kind, language),
        "description": page.description,
        "price": money_words(page.price.amount, page.price.currency, language) if page.price else "",
        "takes_requests": page.takes_requests,
    }


def duration_of(page: GuestPageView, pick: Pick) -> int:
    return pick.duration if pick.duration in page.durations else page.durations[0]


def duration_words(minutes: int, language: Language) -> str:
    return text(language, "guest.minutes", n=minutes)


def choice_of(slot: PageSlotView, office_zone: str, reading: Reading) -> Choice:
    """With the page's own time beside where it differs (X12)."""
    return Choice(
        start=instant(slot.start),
        day=times.day(slot.start.astimezone(ZoneInfo(reading.zone)).date(), reading.language),
        hours=times.clock_span(slot.start, slot.end, reading.zone, reading.language),
        office=office_time(slot.start, slot.end, office_zone, reading),
    )
