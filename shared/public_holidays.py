"""Public holidays of the country that a zone belongs to (X6, X12): Japan's; other zones have none here.

The library loads every country of the world when it is first imported: that is left to the first question and a thread.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from functools import cache

from shared.problem import Language

_COUNTRIES = {"Asia/Tokyo": "JP"}
_LANGUAGES: Mapping[Language, str] = {"ja": "ja", "en": "en_US"}


async def public_holidays(zone: str, first: date, last: date, language: Language = "ja") -> dict[date, str]:
    """Their names by day, both ends included, in order."""
    country = _COUNTRIES.get(zone)
    if country is None:
        return {}
    years = range(first.year, last.year + 1)
    known = [await asyncio.to_thread(_of_year, country, year, language) for year in years]
    return {day: name for names in known for day, name in names.items() if first <= day <= last}


@cache
def _of_year(country: str, year: int, language: Language) -> dict[date, str]:
    import holidays

    return dict(sorted(holidays.country_holidays(country, years=year, language=_LANGUAGES[language]).items()))
