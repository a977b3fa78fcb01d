"""Work shared by all who wait for the same thing in this process, and turns for those who would only disturb each
other. Both only save work: what must hold is decided by the database.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Callers of one key get the answer of the call that is under way."""

    def __init__(self) -> None:
        self._flying: dict[Hashable, asyncio.Task[T]] = {}

    async def __call__(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        task = self._flying.get(key)
        if task is None:

            async def run() -> T:
                return await work()

            task = asyncio.create_task(run())
            self._flying[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    def _landed(self, key: Hashable, done: asyncio.Task[T]) -> None:
        """A failure that nobody waited for any more is looked at here, or asyncio would complain of it."""
        self._flying.pop(key, None)
        if not done.cancelled():
            done.exception()


class Turns:
    """One at a time per key."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[bool]:
        """Answers whether one had to wait, so that what was read before may be out of date."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        waited = lock.locked()
        try:
            async with lock:
                yield waited
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)
