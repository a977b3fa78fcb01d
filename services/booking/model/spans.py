"""Half-open spans of time, and which days and months they touch (UTC)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """``[start_at, end_at)``, aware UTC."""

    start_at: datetime
    end_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start_at < other.end_at and other.start_at < self.end_at

    def contains(self, other: "Span") -> bool:
        return self.start_at <= other.start_at and other.end_at <= self.end_at

    @property
    def length(self) -> timedelta:
        return self.end_at - self.start_at

    def days(self) -> Iterator[date]:
        """UTC days that the span touches."""
        day, last = self.start_at.date(), (self.end_at - _INSTANT).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    def months(self) -> list[str]:
        """UTC months that the span touches, as ``2026-12``."""
        first, last = self.start_at, self.end_at - _INSTANT
        count = (last.year - first.year) * 12 + last.month - first.month
        return [
            f"{first.year + (first.month - 1 + step) // 12:04d}-{(first.month - 1 + step) % 12 + 1:02d}"
            for step in range(count + 1)
        ]
