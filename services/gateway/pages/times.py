"""Instants and zones as people read them on pages. Pure functions; the zone is always given, by its IANA name."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location, get_timezone_name

from shared import wording
from shared.problem import Language

_MIDNIGHT = time()
COMMON_ZONES = (
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Manila",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Jakarta",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Amsterdam",
    "Europe/Zurich",
    "Europe/Stockholm",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Toronto",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Vancouver",
    "America/Mexico_City",
    "Pacific/Honolulu",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
)
"""What the picker offers, besides the organization's and the browser's own zone."""

_CITIES: dict[str, dict[Language, str]] = {
    "Asia/Tokyo": {"ja": "日本", "en": "Japan"},
    "Asia/Kolkata": {"ja": "コルカタ", "en": "Kolkata"},
    "Asia/Ho_Chi_Minh": {"ja": "ホーチミン", "en": "Ho Chi Minh City"},
}
"""Where CLDR has no Japanese name, or the country says more."""


_PAST_MIDNIGHT = timedelta(hours=12)


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_or(name: str | None, default: str) -> str:
    """``name`` where it is an IANA zone, else ``default``."""
    return name if name and name in known_zones() else default


day = wording.day


def moment(at: datetime, zone: str, language: Language) -> str:
    """Day and time."""
    return wording.moment(at, ZoneInfo(zone), language)


def clock_span(start: datetime, end: datetime, zone: str, language: Language) -> str:
    """``13:00 ～ 14:00``; the end's day is named where it is another one."""
    return wording.clock_span(start, end, ZoneInfo(zone), language)


def span(start: datetime, end: datetime, zone: str, language: Language) -> str:
    """R8's line for one slot."""
    return wording.span(start, end, ZoneInfo(zone), language)


def days(start: datetime, end: datetime, zone: str, language: Language) -> str:
    """Whole days, in the organization's zone."""
    return wording.days(start, end, ZoneInfo(zone), language)


def span_or_days(start: datetime, end: datetime, zone: str, language: Language) -> str:
    """Where nothing says whether whole days are meant: from midnight to midnight they are."""
    whole = end > start and all(at.astimezone(ZoneInfo(zone)).time() == _MIDNIGHT for at in (start, end))
    return (days if whole else span)(start, end, zone, language)


def end_after(start: datetime, end: datetime) -> datetime:
    """``end``, on the next day where it lies past midnight; an end that far away is a slip, and stays one."""
    try:
        next_day = end + timedelta(days=1)
    except OverflowError:  # the last day of all
        return end
    return next_day if end < start and next_day - start < _PAST_MIDNIGHT else end


def offset(zone: str, at: datetime) -> str:
    """``GMT+9``, ``GMT-3:30`` or ``GMT`` as it holds at that instant."""
    minutes = (at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) // timedelta(minutes=1)
    if minutes == 0:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


@cache
def zone_city(zone: str, language: Language) -> str:
    if zone == "UTC":
        return "UTC"
    if zone in _CITIES:
        return _CITIES[zone][language]
    return get_timezone_location(zone, locale=language, return_city=True) or zone


@cache
def zone_name(zone: str, language: Language) -> str:
    """``日本標準時``; no summer or winter time, since a list of slots may hold both."""
    if zone.startswith("Etc/") or "/" not in zone:
        return zone
    try:
        return get_timezone_name(zone, locale=language, zone_variant="generic")
    except LookupError:
        return zone


def zone_label(zone: str, at: datetime, language: Language) -> str:
    """How the zone is called beside times: ``日本時間 (GMT+9)``."""
    return f"{zone_name(zone, language)} ({offset(zone, at)})" if zone != "UTC" else "UTC"


def zone_of_all(zone: str, instants: Sequence[datetime], language: Language) -> str:
    """How the zone is called beside several times: with its offset where that is the same for all (G6)."""
    labels = dict.fromkeys(zone_label(zone, at, language) for at in instants)
    return next(iter(labels)) if len(labels) == 1 else zone_name(zone, language)


def zone_choices(at: datetime, language: Language, *also: str) -> list[tuple[str, str]]:
    """(zone, label) for a picker, from west to east; ``also`` are offered where they are not common ones."""
    zones = dict.fromkeys([*COMMON_ZONES, *(name for name in also if name in known_zones())])
    by_offset = sorted(zones, key=lambda name: (at.astimezone(ZoneInfo(name)).utcoffset(), name))
    return [(name, f"({offset(name, at)}) {zone_city(name, language)}") for name in by_offset]
