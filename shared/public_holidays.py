"""Public holidays of the country that a zone belongs to (X6, X12): Japan's; other zones have none here."""

from collections.abc import Mapping
from datetime import date

import jpholiday

from shared.problem import Language

_JAPAN = "Asia/Tokyo"
_SUBSTITUTE = " 振替休日"
_ENGLISH: Mapping[str, str] = {
    "元日": "New Year's Day",
    "成人の日": "Coming of Age Day",
    "建国記念の日": "National Foundation Day",
    "天皇誕生日": "Emperor's Birthday",
    "春分の日": "Vernal Equinox Day",
    "昭和の日": "Showa Day",
    "憲法記念日": "Constitution Day",
    "みどりの日": "Greenery Day",
    "こどもの日": "Children's Day",
    "海の日": "Marine Day",
    "山の日": "Mountain Day",
    "敬老の日": "Respect for the Aged Day",
    "秋分の日": "Autumnal Equinox Day",
    "スポーツの日": "Sports Day",
    "文化の日": "Culture Day",
    "勤労感謝の日": "Labor Thanksgiving Day",
    "国民の休日": "Citizens' Holiday",
}


def public_holidays(zone: str, first: date, last: date, language: Language = "ja") -> dict[date, str]:
    """Their names by day, both ends included, in order."""
    if zone != _JAPAN:
        return {}
    return {day: _named(name, language) for day, name in jpholiday.between(first, last)}


def _named(name: str, language: Language) -> str:
    """The library knows Japanese names only; a day in lieu is named after the day that it stands for."""
    if language == "ja":
        return name.removesuffix(_SUBSTITUTE) + ("(振替休日)" if name.endswith(_SUBSTITUTE) else "")
    own = name.removesuffix(_SUBSTITUTE)
    return _ENGLISH.get(own, own) + (" (in lieu)" if own != name else "")
