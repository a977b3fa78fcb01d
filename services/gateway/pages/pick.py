"""What a link to a scheduling page says so far (H5): everything may be missing, and what makes no sense is missing too.
The links of the next steps carry it on, tracking included (H6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError

from services.gateway.pages.free_days import Month, instant
from services.gateway.pages.times import known_zones
from shared.contracts.api.page_guests import Utm

UTM_NAMES = tuple(f"utm_{name}" for name in Utm.model_fields)


@dataclass(frozen=True)
class Pick:
    """``start`` was chosen; a ``day`` or a ``month`` is looked at. ``language`` is what the link asks for."""

    duration: int | None = None
    month: Month | None = None
    day: date | None = None
    start: datetime | None = None
    time_zone: str = ""
    language: str = ""
    utm: tuple[tuple[str, str], ...] = ()
    embed: bool = False
    """In a frame of another site (H12)."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Pick":
        zone, minutes = query.get("time_zone", ""), query.get("duration", "")
        day = _date(query.get("day", ""))
        return cls(
            duration=int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else None,
            month=Month.read(query.get("month", "")) or (Month.of(day) if day else None),
            day=day,
            start=instant_or_none(query.get("start", "")),
            time_zone=zone if zone in known_zones() else "",
            language=query.get("lang", ""),
            embed=query.get("embed") == "1",
            utm=tuple((name, query[name]) for name in UTM_NAMES if _fits(name, query.get(name, ""))),
        )

    def query(self) -> dict[str, str]:
        said = {
            "duration": str(self.duration or ""),
            "month": str(self.month or ""),
            "day": self.day.isoformat() if self.day else "",
            "start": instant(self.start) if self.start else "",
            "time_zone": self.time_zone,
            "lang": self.language,
            "embed": "1" if self.embed else "",
            **dict(self.utm),
        }
        return {name: value for name, value in said.items() if value}

    def in_zone(self, zone: str) -> "Pick":
        """Chosen in a form; the address keeps it where it is none."""
        return replace(self, time_zone=zone) if zone in known_zones() else self

    def url(self, path: str, **changes: Any) -> str:
        """``path`` with what is picked, and ``changes`` to it."""
        query = urlencode(replace(self, **changes).query())
        return f"{path}?{query}" if query else path

    def onward(self, path: str) -> str:
        """To a page of another kind: only how it is read goes along."""
        return Pick(time_zone=self.time_zone, language=self.language, embed=self.embed).url(path)


def instant_or_none(said: str) -> datetime | None:
    """A plus that a link holds unquoted has become a space."""
    try:
        at = datetime.fromisoformat(said.replace(" ", "+"))
        return at.astimezone(UTC) if at.tzinfo and 2000 <= at.year < 2199 else None
    except (ValueError, OverflowError):
        return None


def _date(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2199 else None


def _fits(name: str, said: str) -> bool:
    """What booking would refuse is not worth a guest."""
    try:
        return bool(said) and bool(Utm.model_validate({name: said}))
    except ValidationError:
        return False
