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


class NextFlight(Generic[T]):
    """Callers of one key who come while a call is under way share the one after it, so that no answer is older than its
    question. A call that takes longer than ``patience`` seconds is not waited for.
    """

    def __init__(self, *, patience: float = 0.5) -> None:
        self._patience = patience
        self._flying: dict[Hashable, asyncio.Task[T]] = {}
        self._boarding: dict[Hashable, asyncio.Task[T]] = {}

    async def __call__(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        task = self._boarding.get(key)
        if task is None:
            task = asyncio.create_task(self._fly(key, work, self._flying.get(key)))
            self._boarding[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    async def _fly(self, key: Hashable, work: Callable[[], Awaitable[T]], before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before], timeout=self._patience)
        self._flying[key] = self._boarding.pop(key)
        return await work()

    def _landed(self, key: Hashable, done: asyncio.Task[T]) -> None:
        for tasks in (self._flying, self._boarding):
            if tasks.get(key) is done:
                del tasks[key]
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
