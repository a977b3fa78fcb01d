"""Expands RFC 5545 rules (RRULE, RDATE, EXDATE lines) into the local starts of occurrences within a window.

Rules work on wall-clock times of the series' zone, so that a meeting at ten stays at ten over a DST change.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""A window for what ends by itself."""
_MOST = 3000
_SOON = timedelta(days=8 * 366)
_TOO_OFTEN = re.compile(r"FREQ=(?:SECOND|MINUTE|HOUR)LY", re.IGNORECASE)
_UNTIL = re.compile(r"UNTIL=(\d{8}(?:T\d{6}Z?)?)", re.IGNORECASE)


class BadRule(Exception):
    """A recurrence line that cannot be understood."""

    def __init__(self, line: str) -> None:
        super().__init__(f"not a recurrence rule: {line}")


def parse_stamp(text: str, zone: ZoneInfo) -> datetime:
    """The local time of an RFC 5545 date or date-time; raises ``ValueError``."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007
    if text.endswith("Z"):
        instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return instant.astimezone(zone).replace(tzinfo=None)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007


def rule_set(lines: list[str], first: datetime, zone: ZoneInfo) -> Any:
    """The rules as one set; ``first`` is the series' local start. Raises ``BadRule``."""
    rules = rruleset()
    for line in lines:
        head, _, value = str(line).partition(":")
        name = head.split(";")[0].upper()
        try:
            if name == "RRULE":
                rules.rrule(_rule(value, first, zone))
            elif name in ("RDATE", "EXDATE"):
                for stamp in value.split(","):
                    (rules.rdate if name == "RDATE" else rules.exdate)(parse_stamp(stamp.strip(), zone))
            else:
                raise BadRule(str(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadRule(str(line)) from error
    return rules


def _rule(value: str, first: datetime, zone: ZoneInfo) -> Any:
    """Not more often than daily, and one that ever happens: dateutil would look for its first time for ever."""
    local = _UNTIL.sub(lambda found: "UNTIL=" + _local_until(found.group(1), zone), value)
    if _TOO_OFTEN.search(local):
        raise ValueError("too often")
    rule = rrulestr(local, dtstart=first)
    if next(iter(rule.replace(count=None, until=first + _SOON)), None) is None:
        raise ValueError("never")
    return rule


def _local_until(stamp: str, zone: ZoneInfo) -> str:
    if len(stamp) == 8:
        return f"{stamp}T235959"
    return parse_stamp(stamp, zone).strftime("%Y%m%dT%H%M%S")


def local_starts(
    lines: list[str],
    first: datetime,
    zone: ZoneInfo,
    window: tuple[datetime, datetime],
    length: timedelta,
) -> Iterator[datetime]:
    """Local starts of the occurrences of ``length`` that overlap the window, in order, 3000 at most."""
    begin = window[0].astimezone(zone).replace(tzinfo=None) - length
    end = window[1].astimezone(zone).replace(tzinfo=None)
    rules = rule_set(lines, first, zone)
    for count, start in enumerate(rules.xafter(begin, inc=True)):
        if start >= end or count >= _MOST:
            return
        if start > begin or not length:
            yield start
