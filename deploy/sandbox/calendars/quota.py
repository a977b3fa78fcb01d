"""Sliding windows of requests per key, as the providers' rate limits count them."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Quota:
    """At most ``limit`` requests per key in any ``window``; a limit of 0 lets everything through."""

    limit: int
    window: timedelta
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def take(self, key: str, now: datetime) -> bool:
        """Count one request; False when it is over the limit (and then it does not count)."""
        if self.limit <= 0:
            return True
        seen = self._seen.setdefault(key, deque())
        oldest = now - self.window
        while seen and seen[0] <= oldest:
            seen.popleft()
        if len(seen) >= self.limit:
            return False
        seen.append(now)
        return True
