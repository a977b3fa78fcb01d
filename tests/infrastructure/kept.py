"""Virtual hosts and databases that the tests of one folder use one after the other: to make a service's queues and
indexes takes longer than most tests take with them.

What a test leaves behind is emptied after it, whether it passed or not; where that is not sure, it is thrown away.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """``make`` makes what nothing has used, ``empty`` says whether it is as good as that again, ``discard`` takes it
    away.
    """

    def __init__(
        self,
        make: Callable[[], Awaitable[T]],
        empty: Callable[[T], Awaitable[bool]],
        discard: Callable[[T], Awaitable[None]],
    ) -> None:
        self._make, self._empty, self._discard = make, empty, discard
        self._free: defaultdict[str, list[T]] = defaultdict(list)

    @asynccontextmanager
    async def lent(self, folder: str) -> AsyncIterator[T]:
        """One that holds nothing; tests of this folder alone have used it."""
        free = self._free[folder]
        one = free.pop() if free else await self._make()
        emptied = False
        try:
            yield one
            emptied = await self._empty(one)
        finally:
            if emptied:
                free.append(one)
            else:
                await self._discard(one)
