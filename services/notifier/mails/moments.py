"""Times as people read them, always in a named zone (G6)."""

from datetime import datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Language = Literal["ja", "en"]

_DAYS_JA = "月火水木金土日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=64)
def zone_or_none(name: str) -> ZoneInfo | None:
    """The zone, or nothing for a name that the time zone database does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str) -> ZoneInfo:
    return zone_or_none(name) or ZoneInfo("UTC")


def day(at: datetime, language: Language) -> str:
    if language == "ja":
        return f"{at.year}年{at.month}月{at.day}日({_DAYS_JA[at.weekday()]})"
    return f"{_DAYS_EN[at.weekday()]}, {at.day} {_MONTHS_EN[at.month - 1]} {at.year}"


def moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    local = at.astimezone(zone)
    return f"{day(local, language)} {local:%H:%M}"


def span(start_at: datetime, end_at: datetime, zone: ZoneInfo, language: Language) -> str:
    """As R8 writes it; the end's day is named where it differs."""
    start, end = start_at.astimezone(zone), end_at.astimezone(zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{day(end, language)} {end:%H:%M}"
    dash = "～" if language == "ja" else "–"
    return f"{day(start, language)} {start:%H:%M} {dash} {until}"


def zone_label(zone: ZoneInfo, at: datetime) -> str:
    """``Asia/Tokyo, UTC+09:00``: the name, and what it means at this moment."""
    offset = at.astimezone(zone).strftime("%z")
    return f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"


def clock_face(at: datetime, zone: ZoneInfo) -> str:
    """R27: ``[AM]10:30``; noon is ``[PM]12:00``, midnight ``[AM]12:00``."""
    local = at.astimezone(zone)
    return f"[{'AM' if local.hour < 12 else 'PM'}]{(local.hour - 1) % 12 + 1:02}:{local:%M}"
