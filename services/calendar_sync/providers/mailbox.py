"""How many requests go to one mailbox at once and within its window (G20), and silence while the provider asks for it.

All within this process: between replicas nothing is shared, and one that goes over the limit is answered 429, and its
rows and reads wait as asked.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from shared.providers import ProviderThrottled

_ASKED: ContextVar["Mailbox | None"] = ContextVar("mailbox_asked", default=None)


@dataclass(frozen=True)
class Pace:
    """At most ``most`` requests in any ``window``."""

    most: int
    window: timedelta


class Mailbox:
    """One person's calendar at one provider, in this process."""

    def __init__(self, concurrency: int, pace: Pace) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._pace = pace
        self._requests: deque[float] = deque()
        self._silent_until = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Raises ``ProviderThrottled`` without asking while the provider wants silence. What is asked inside counts,
        request by request.
        """
        async with self._slots:
            left = self._silent_until - time.monotonic()
            if left > 0:
                raise ProviderThrottled("silence asked for", retry_after=timedelta(seconds=left))
            before = _ASKED.set(self)
            try:
                yield
            except ProviderThrottled as error:
                self._silent_until = time.monotonic() + error.retry_after.total_seconds()
                raise
            finally:
                _ASKED.reset(before)

    def count(self) -> None:
        """One request goes out; raises ``ProviderThrottled`` where it would be more than the window has room for."""
        now, window = time.monotonic(), self._pace.window.total_seconds()
        while self._requests and self._requests[0] <= now - window:
            self._requests.popleft()
        if len(self._requests) >= self._pace.most:
            free_in = self._requests[0] + window - now
            raise ProviderThrottled("pace of the mailbox", retry_after=timedelta(seconds=free_in))
        self._requests.append(now)


def count_request() -> None:
    """Before each single request of an adapter, retries too."""
    if (mailbox := _ASKED.get()) is not None:
        mailbox.count()


class Mailboxes:
    """All mailboxes that this process has touched."""

    def __init__(self, concurrency: int, pace: Pace) -> None:
        self._concurrency = concurrency
        self._pace = pace
        self._known: dict[str, Mailbox] = {}

    def of(self, connection_id: str) -> Mailbox:
        return self._known.setdefault(connection_id, Mailbox(self._concurrency, self._pace))
