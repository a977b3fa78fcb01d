"""How many requests go to one mailbox at once, and silence while the provider asks for it, within this process.

Between replicas nothing is shared: one that goes over the limit is answered 429, and its rows and reads wait as asked.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.providers import ProviderThrottled


class Mailbox:
    """One person's calendar at one provider, in this process."""

    def __init__(self, concurrency: int) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._silent_until = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Raises ``ProviderThrottled`` without asking while the provider wants silence."""
        async with self._slots:
            left = self._silent_until - time.monotonic()
            if left > 0:
                raise ProviderThrottled("silence asked for", retry_after=timedelta(seconds=left))
            try:
                yield
            except ProviderThrottled as error:
                self._silent_until = time.monotonic() + error.retry_after.total_seconds()
                raise


class Mailboxes:
    """All mailboxes that this process has touched."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._known: dict[str, Mailbox] = {}

    def of(self, connection_id: str) -> Mailbox:
        return self._known.setdefault(connection_id, Mailbox(self._concurrency))
