"""Zones as mails name them (G6), and the time in a reminder's subject (R27)."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=64)
def zone_or_none(name: str) -> ZoneInfo | None:
    """The zone, or nothing for a name that the time zone database does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str) -> ZoneInfo:
    return zone_or_none(name) or ZoneInfo("UTC")


def zone_label(zone: ZoneInfo, at: datetime) -> str:
    """``Asia/Tokyo, UTC+09:00``: the name, and what it means at this moment."""
    offset = at.astimezone(zone).strftime("%z")
    return f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"


def clock_face(at: datetime, zone: ZoneInfo) -> str:
    """R27: ``[AM]10:30``; noon is ``[PM]12:00``, midnight ``[AM]12:00``."""
    local = at.astimezone(zone)
    return f"[{'AM' if local.hour < 12 else 'PM'}]{(local.hour - 1) % 12 + 1:02}:{local:%M}"
