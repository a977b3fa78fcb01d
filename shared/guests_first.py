"""Who clicks does not wait for what follows: deliveries stand back while an answer is being made, and none starves."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from faststream import BaseMiddleware

_AHEAD = timedelta(milliseconds=50)
"""However many click: one delivery goes ahead each time this has passed."""
_LONGEST = timedelta(milliseconds=250)
"""An answer that takes longer is waiting itself, for a look at a calendar (G4), and keeps nobody back."""


class GuestsFirst:
    """One per process."""

    def __init__(self) -> None:
        self._answering = set[object]()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._line = asyncio.Lock()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around what somebody waits for."""
        answer = object()
        self._answering.add(answer)
        self._quiet.clear()
        too_long = asyncio.get_running_loop().call_later(_LONGEST.total_seconds(), self._let_go, answer)
        try:
            yield
        finally:
            too_long.cancel()
            self._let_go(answer)

    def _let_go(self, answer: object) -> None:
        self._answering.discard(answer)
        if not self._answering:
            self._quiet.set()

    async def turn(self) -> None:
        """Returns when nobody waits for an answer, or when it is this caller's turn all the same."""
        if self._quiet.is_set():
            return
        async with self._line:
            try:
                async with asyncio.timeout(_AHEAD.total_seconds()):
                    await self._quiet.wait()
            except TimeoutError:
                return


class StandsBack(BaseMiddleware[Any, Any]):
    """For the subscribers of a service that answers guests."""

    def __init__(self, msg: Any, /, *, context: Any, guests: GuestsFirst) -> None:
        super().__init__(msg, context=context)
        self._guests = guests

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        await self._guests.turn()
        return await call_next(msg)
