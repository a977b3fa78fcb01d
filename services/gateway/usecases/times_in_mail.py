"""Free times of a scheduling page as text and HTML for a mail, each a link that opens the page with that time chosen
(H15).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlencode

from services.gateway.pages import times
from services.gateway.pages.texts import text
from services.gateway.providers.booking import Booking
from services.gateway.schemas.page_times import TimesInMail, TimesText
from shared.contracts.api.page_times import HostedTime
from shared.contracts.api.pages import PageView
from shared.internal import Caller
from shared.problem import FieldError, InvalidInput, Language

_LONGEST = timedelta(days=92)
_COLONS = ":："


class OfferTimes:
    """Raises 422 with a pointer for each time that is not free."""

    def __init__(self, booking: Booking) -> None:
        self._booking = booking

    async def __call__(self, caller: Caller, page_id: str, asked: TimesInMail) -> TimesText:
        page = (await self._booking.page(caller, page_id)).read(PageView)
        duration, starts = asked.duration or page.durations[0], sorted(set(asked.starts))
        if starts[-1] - starts[0] > _LONGEST:
            raise _invalid(caller.language, [("/starts", "times_too_far")])
        window = {"from": link_stamp(starts[0]), "to": link_stamp(starts[-1] + timedelta(seconds=1))}
        found = await self._booking.page_times(caller, page_id, window | {"duration": str(duration)})
        free = {slot.start: slot for slot in found.slots}
        gone = [f"/starts/{index}" for index, start in enumerate(asked.starts) if start not in free]
        if gone or not page.active or page.deleted:
            told = [(pointer, "times_gone") for pointer in gone] or [("/starts", "times_closed")]
            raise _invalid(caller.language, told)
        return times_text(page, [free[start] for start in starts], duration, asked.locale or caller.language)


def times_text(page: PageView, slots: Sequence[HostedTime], duration: int, language: Language) -> TimesText:
    zone = page.time_zone
    lines = [(times.span(one.start, one.end, zone, language), time_url(page, one.start, duration)) for one in slots]
    lead = text(language, "scheduling.mail_lead", title=page.title, duration=duration)
    named = times.zone_of_all(zone, [one.start for one in slots], language)
    zoned = text(language, "scheduling.mail_zone", zone=named)
    others = text(language, "scheduling.mail_others")
    plain = [lead, "", *(f"・{words}\n  {url}" for words, url in lines), "", zoned, f"{others} {page.url}"]
    rows = "".join(f'<li><a href="{escape(url)}">{escape(words)}</a></li>' for words, url in lines)
    html = [
        f"<p>{escape(lead)}</p>",
        f"<ul>{rows}</ul>",
        f'<p>{escape(zoned)}<br><a href="{escape(page.url)}">{escape(others.rstrip(_COLONS))}</a></p>',
    ]
    return TimesText(text="\n".join(plain) + "\n", html="\n".join(html) + "\n")


def time_url(page: PageView, start: datetime, duration: int) -> str:
    """The page with this time chosen; UTC, since the plus of an offset does not travel well."""
    return f"{page.url}?{urlencode({'start': link_stamp(start), 'duration': duration}, safe=':')}"


def link_stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _invalid(language: Language, found: Sequence[tuple[str, str]]) -> InvalidInput:
    errors: list[FieldError] = [
        {"pointer": pointer, "detail": text(language, f"scheduling.{key}")} for pointer, key in found
    ]
    return InvalidInput(errors=errors)
