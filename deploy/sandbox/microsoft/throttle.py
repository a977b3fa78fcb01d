"""Outlook's limits per app and mailbox: four requests at once, 10,000 in ten minutes (facts 3.6)."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.sandbox.microsoft.errors import over_concurrency, too_many_requests
from deploy.sandbox.microsoft.state import MicrosoftState
from shared import clock


class Throttle:
    """Counts what is under way per mailbox.

    The sandbox's latency passes before a request gets here, so those that got here less than one latency ago were
    under way together with this one when it came in; they count as well.
    """

    def __init__(self, state: MicrosoftState, latency_s: float) -> None:
        self._state = state
        self._latency_s = latency_s
        self._under_way: dict[str, int] = {}
        self._lately: dict[str, deque[float]] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """One request to the mailbox ``key``; raises 429 for the fifth at once and over the quota."""
        settings = self._state.settings
        if settings.mailbox_concurrency and self._together(key) >= settings.mailbox_concurrency:
            raise over_concurrency()
        if not self._state.quota.take(key, clock.now()):
            raise too_many_requests(60)
        self._note(key)
        self._under_way[key] = self._under_way.get(key, 0) + 1
        try:
            if settings.service_time_s:
                await asyncio.sleep(settings.service_time_s)
            yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]

    def _together(self, key: str) -> int:
        under_way = self._under_way.get(key, 0)
        if not self._latency_s:
            return under_way
        now = time.monotonic()
        lately = self._lately.setdefault(key, deque())
        while lately and lately[0] <= now - self._latency_s:
            lately.popleft()
        return max(under_way, len(lately))

    def _note(self, key: str) -> None:
        if self._latency_s:
            self._lately.setdefault(key, deque()).append(time.monotonic())
