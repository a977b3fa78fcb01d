"""Zoom's limits as Chosei keeps them (C4, G20): what a Zoom user may still be asked today, when waiting rows go on, and
until when changes of one meeting are gathered. Pure functions; days are UTC days.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SETTLED = timedelta(seconds=1)
"""Zoom's clock may be behind ours."""
_SPREAD_MOST = timedelta(seconds=60)
_SPREAD_OVER = timedelta(days=7)
"""After a reset a meeting this far ahead, and every later one, goes on ``_SPREAD_MOST`` after the most urgent."""


@dataclass(frozen=True)
class DailyLimit:
    """``most`` requests per Zoom user and day; the last ``reserve`` of them only for meetings that start before the
    next reset, since those cannot wait for it.
    """

    most: int
    reserve: int

    def allowed(self, start_at: datetime, now: datetime) -> int:
        """How many requests of the day may have been made once one for a meeting with this start has gone out."""
        most = self.most if start_at < next_reset(now) else self.most - self.reserve
        return max(most, min(1, self.most))


@dataclass(frozen=True)
class Gathering:
    """Changes of one meeting are one update: ``quiet`` after the newest, at most ``most`` after the first, and at once
    where a start is less than ``rush`` away.
    """

    quiet: timedelta
    most: timedelta
    rush: timedelta

    def until(self, first_at: datetime, newest_at: datetime, start_at: datetime) -> datetime:
        """When the update goes out; ``start_at`` is the earlier of the old and the new start."""
        return min(newest_at + self.quiet, first_at + self.most, max(newest_at, start_at - self.rush))


def day_of(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


def next_reset(now: datetime) -> datetime:
    """The next 00:00 UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def goes_on_at(until: datetime, start_at: datetime, key: str) -> datetime:
    """When a row that waited for a reset goes on: soonest meetings first, and not all in one second."""
    ahead = min(max(start_at - until, timedelta(0)), _SPREAD_OVER)
    jitter = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2]) / 2**16
    return until + _SETTLED + _SPREAD_MOST * (ahead / _SPREAD_OVER) + timedelta(seconds=jitter)
