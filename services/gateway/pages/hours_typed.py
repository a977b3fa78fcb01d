"""Hours and dates as people type them, and back: ``9:00-12:00, 13:00-17:00``, a date a line."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shared.contracts.api.pages import OpenSpan

Spans = list[dict[str, str]]
_TIME = r"(\d{1,2})(?::(\d{1,2}))?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|–|—|~|〜|to|から)\s*{_TIME}")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_OFF = {"", "off", "closed", "休み", "休", "休日"}


class Unreadable(ValueError):
    """``line`` counts from one, 0 where there are no lines."""

    def __init__(self, line: int = 0) -> None:
        self.line = line
        super().__init__(f"line {line}")


def spans_of(typed: str) -> Spans:
    """Raises ``Unreadable``."""
    spans = []
    for part in re.split(r"[,、;\n]+", unicodedata.normalize("NFKC", typed)):
        if not part.strip():
            continue
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise Unreadable()
        start, end = _clock(found[1], found[2]), _clock(found[3], found[4])
        if not start < end or start == "24:00":
            raise Unreadable()
        spans.append({"start": start, "end": end})
    return spans


def spans_text(spans: Iterable[OpenSpan]) -> str:
    return ", ".join(f"{span.start}-{span.end}" for span in spans)


def exceptions_of(typed: str) -> dict[str, Spans]:
    """By date; nothing behind a date is a day off. Raises ``Unreadable`` with the line."""
    found: dict[str, Spans] = {}
    for number, line in _lines(typed):
        matched = _DATE.match(line)
        if matched is None:
            raise Unreadable(number)
        rest = line[matched.end() :].strip(" :\t")
        try:
            day, spans = _day(matched), [] if rest.lower() in _OFF else spans_of(rest)
        except ValueError as error:
            raise Unreadable(number) from error
        found.setdefault(day, []).extend(spans)
    return found


def exceptions_text(exceptions: Mapping[date, Sequence[OpenSpan]]) -> str:
    return "\n".join(f"{day.isoformat()} {spans_text(spans)}".strip() for day, spans in sorted(exceptions.items()))


def dates_of(typed: str) -> list[str]:
    """Raises ``Unreadable`` with the line."""
    found = []
    for number, line in _lines(typed):
        for part in re.split(r"[,、\s]+", line.strip()):
            matched = _DATE.fullmatch(part)
            if matched is None:
                raise Unreadable(number)
            try:
                found.append(_day(matched))
            except ValueError as error:
                raise Unreadable(number) from error
    return list(dict.fromkeys(found))


def dates_text(dates: Iterable[date]) -> str:
    return "\n".join(day.isoformat() for day in dates)


def _lines(typed: str) -> list[tuple[int, str]]:
    lines = unicodedata.normalize("NFKC", typed).split("\n")
    return [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]


def _day(found: re.Match[str]) -> str:
    return date(int(found[1]), int(found[2]), int(found[3])).isoformat()


def _clock(hours: str, minutes: str | None) -> str:
    hour, minute = int(hours), int(minutes or 0)
    if hour > 24 or minute > 59 or minute % 5 or (hour == 24 and minute):
        raise Unreadable()
    return f"{hour:02d}:{minute:02d}"
