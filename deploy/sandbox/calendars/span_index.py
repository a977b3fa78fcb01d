"""Finds the items of a calendar that may touch a window without looking at them all: buckets of a day."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

_DAY = 86_400
_LONG = 40
_FIRST, _LAST = datetime(1600, 1, 1, tzinfo=UTC), datetime(4500, 1, 1, tzinfo=UTC)


def clamped(at: datetime) -> datetime:
    """The bound of a window, no further away than any item may be."""
    return min(max(at, _FIRST), _LAST)


@dataclass
class SpanIndex:
    """Answers candidates: the caller compares exact times. Long or endless items always are."""

    _days: dict[int, set[str]] = field(default_factory=dict)
    _always: set[str] = field(default_factory=set)
    _placed: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    def put(self, item_id: str, start: datetime, end: datetime) -> None:
        """Place or move an item that takes ``[start, end)``."""
        self.remove(item_id)
        first = int(start.timestamp() // _DAY)
        last = max(first, int(end.timestamp() // _DAY))
        if last - first > _LONG:
            self.put_always(item_id)
            return
        self._placed[item_id] = (first, last)
        for day in range(first, last + 1):
            self._days.setdefault(day, set()).add(item_id)

    def put_always(self, item_id: str) -> None:
        """Place an item that may touch any window (a recurring one)."""
        self.remove(item_id)
        self._placed[item_id] = None
        self._always.add(item_id)

    def remove(self, item_id: str) -> None:
        if item_id not in self._placed:
            return
        days = self._placed.pop(item_id)
        if days is None:
            self._always.discard(item_id)
            return
        for day in range(days[0], days[1] + 1):
            bucket = self._days[day]
            bucket.discard(item_id)
            if not bucket:
                del self._days[day]

    def candidates(self, start: datetime | None, end: datetime | None) -> set[str]:
        """Ids that may overlap the window; an open side means from or for ever."""
        first = None if start is None else int(start.timestamp() // _DAY)
        last = None if end is None else int(end.timestamp() // _DAY)
        found = set(self._always)
        if first is not None and last is not None and last - first <= len(self._days):
            for day in range(first, last + 1):
                found |= self._days.get(day, set())
            return found
        for day, bucket in self._days.items():
            if (first is None or day >= first) and (last is None or day <= last):
                found |= bucket
        return found
