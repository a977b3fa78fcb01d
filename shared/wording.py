"""Days and spans of time in words, the same on pages, in mails and in what is copied (R8). Pure; the zone is given."""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["ja", "en"]

_DAYS_JA = "月火水木金土日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(on: date, language: Language) -> str:
    """``2026年12月1日(火)`` or ``Tue, 1 Dec 2026``."""
    if language == "ja":
        return f"{on.year}年{on.month}月{on.day}日({_DAYS_JA[on.weekday()]})"
    return f"{_DAYS_EN[on.weekday()]}, {on.day} {_MONTHS_EN[on.month - 1]} {on.year}"


def moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """Day and time."""
    local = at.astimezone(zone)
    return f"{day(local, language)} {local:%H:%M}"


def clock_span(start_at: datetime, end_at: datetime, zone: ZoneInfo, language: Language) -> str:
    """``13:00 ～ 14:00``; the end's day is named where it is another one."""
    start, end = start_at.astimezone(zone), end_at.astimezone(zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else moment(end_at, zone, language)
    return f"{start:%H:%M} {'～' if language == 'ja' else '–'} {until}"


def span(start_at: datetime, end_at: datetime, zone: ZoneInfo, language: Language) -> str:
    """R8's line for one slot: ``2026年12月1日(火) 13:00 ～ 14:00``, ``Tue, 1 Dec 2026 13:00 – 14:00``."""
    return f"{day(start_at.astimezone(zone), language)} {clock_span(start_at, end_at, zone, language)}"


def days(start_at: datetime, end_at: datetime, zone: ZoneInfo, language: Language) -> str:
    """Of whole days: ``2026年12月1日(火)(終日)``, ``Tue, 1 Dec 2026 – Wed, 2 Dec 2026 (all day)``."""
    first = start_at.astimezone(zone).date()
    last = max(first, end_at.astimezone(zone).date() - timedelta(days=1))
    whole = "(終日)" if language == "ja" else " (all day)"
    until = f" {'～' if language == 'ja' else '–'} {day(last, language)}" if last > first else ""
    return f"{day(first, language)}{until}{whole}"
