"""Delivers change notifications to callback addresses in the background, one at a time per receiver."""

import asyncio
from collections.abc import Callable

import structlog

from deploy.sandbox.callbacks import Callback, Callbacks

log = structlog.get_logger(__name__)

_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_RETRIED = frozenset({429, 500, 502, 503, 504})
_LINGER_S = 0.05


class Courier:
    """Keeps one task per receiver while there is something to send.

    ``pack`` answers the next callback when it is about to go out, or None when there is nothing left, so that
    changes in quick succession can share one notification. Not part of the state kept over restarts.
    """

    def __init__(self, callbacks: Callbacks, linger_s: float = _LINGER_S) -> None:
        self._callbacks = callbacks
        self._linger_s = linger_s
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def wake(self, receiver: str, pack: Callable[[], Callback | None]) -> None:
        """Something is to be sent to ``receiver``; returns at once."""
        task = self._tasks.get(receiver)
        if task is None or task.done():
            self._tasks[receiver] = asyncio.get_running_loop().create_task(self._work(receiver, pack))

    async def _work(self, receiver: str, pack: Callable[[], Callback | None]) -> None:
        await asyncio.sleep(self._linger_s)
        while (callback := pack()) is not None:
            if not await self._send(callback):
                log.info("notification.dropped", url=callback.url)
        self._tasks.pop(receiver, None)

    async def _send(self, callback: Callback) -> bool:
        for pause in (*_PAUSES_S, None):
            answer = await self._callbacks.send(callback, timeout_s=10)
            if answer is not None and answer.status_code not in _RETRIED:
                return answer.is_success
            if pause is not None:
                await asyncio.sleep(pause)
        return False
