"""Busy time: entries of a calendar as spans, and months as bitsets of 5-minute cells (one bit each, UTC)."""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

CELL = timedelta(minutes=5)


class BusyKind(StrEnum):
    """How surely the time is taken; both block."""

    BUSY = "busy"
    TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True)
class BusyEntry:
    """One entry of a calendar that takes time; never its title. ``marker`` is the key that its maker gave it, where
    that looks like one of ours (``model.entries.provider_key``).
    """

    entry_id: str
    start_at: datetime
    end_at: datetime
    kind: BusyKind
    etag: str = ""
    series_id: str = ""
    ical_uid: str = ""
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open [start_at, end_at): what a mirror covers."""

    start_at: datetime
    end_at: datetime

    def touches(self, start_at: datetime, end_at: datetime) -> bool:
        return start_at < self.end_at and end_at > self.start_at


@dataclass(frozen=True, slots=True)
class OwnEntries:
    """What our ledger says is ours: provider ids of a person's entries, UIDs that participants' copies share, and keys
    of entries whose create is under way. A marker alone proves nothing: copies and other installations bear some too.
    """

    entry_ids: frozenset[str] = frozenset()
    ical_uids: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def include(self, entry: BusyEntry) -> bool:
        """Occurrences of a series of ours are ours too (E6)."""
        known = entry.entry_id in self.entry_ids or entry.ical_uid in self.ical_uids or entry.marker in self.keys
        return known or (bool(entry.series_id) and entry.series_id in self.entry_ids | self.keys)


def entry_key(staff_id: str, entry_id: str) -> str:
    """An opaque name of an entry, the same in every look and over reconnecting."""
    return hashlib.sha256(f"{staff_id}/{entry_id}".encode()).hexdigest()[:24]


def month_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    return (month + timedelta(days=32)).replace(day=1)


def months_in(window: Window) -> Iterator[datetime]:
    """Every UTC month that the window touches, by its first instant."""
    month = month_of(window.start_at)
    while month < window.end_at:
        yield month
        month = next_month(month)


def month_bits(month: datetime, spans: Iterable[tuple[datetime, datetime]]) -> bytes:
    """The cells of one month that any span touches, least significant bit first."""
    end = next_month(month)
    cells = (end - month) // CELL
    bits = 0
    for start_at, end_at in spans:
        if end_at <= start_at:
            continue
        first = max(0, (start_at - month) // CELL)
        last = min(cells, -((month - end_at) // CELL))
        if first < last:
            bits |= ((1 << (last - first)) - 1) << first
    return bits.to_bytes(cells // 8, "little")


def pack(bits: bytes) -> str:
    """As it travels in ``BusyMonth``."""
    return base64.b64encode(zlib.compress(bits, 6)).decode()


def unpack(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def busy_months(window: Window, spans: list[tuple[datetime, datetime]]) -> dict[str, str]:
    """Packed bits by month (``2026-12``) for the whole window, months without busy time included."""
    return {f"{month:%Y-%m}": pack(month_bits(month, spans)) for month in months_in(window)}
