"""Slots as text, one per line, to be pasted into a mail (R8)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.booking.model.spans import Span

_DAYS = ("月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def slots_text(spans: Sequence[Span], *, zone: ZoneInfo, locale: str) -> str:
    """``2026年12月1日(火) 13:00 ～ 14:00`` or ``Tue, 1 Dec 2026 13:00 – 14:00``; an end on another day names it."""
    return "".join(f"{_line(span, zone, locale)}\n" for span in sorted(spans, key=lambda span: span.start_at))


def _line(span: Span, zone: ZoneInfo, locale: str) -> str:
    start, end = span.start_at.astimezone(zone), span.end_at.astimezone(zone)
    dash = "～" if locale == "ja" else "–"
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end, locale)} {end:%H:%M}"
    return f"{_day(start, locale)} {start:%H:%M} {dash} {last}"


def _day(at: datetime, locale: str) -> str:
    if locale == "ja":
        return f"{at.year}年{at.month}月{at.day}日({_DAYS[0][at.weekday()]})"
    return f"{_DAYS[1][at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year}"
