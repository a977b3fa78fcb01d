"""Gauges of what stands in the database, measured apart from the work: a stuck or slow worker still shows.

Every replica measures, so that none is special; each measurement must be a few reads by an index, and whoever reads the
gauges takes one replica's (``max by``). When one was last taken is a metric too, since a gauge keeps its last value.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from shared import clock
from shared.mongo import PyMongoError
from shared.observability import metrics
from shared.observability.errors import brief

log = structlog.get_logger(__name__)


class Watch:
    """Runs ``measure`` now and then, as long as the service runs; a ``Worker`` of the runtime."""

    def __init__(
        self, name: str, measure: Callable[[], Awaitable[None]], *, every: timedelta = timedelta(seconds=10)
    ) -> None:
        self._name = name
        self._measure = measure
        self._every = every.total_seconds()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._measure_for_ever())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _measure_for_ever(self) -> None:
        while True:
            try:
                await self._measure()
                metrics.record_measured(self._name, clock.real_now())
            except PyMongoError as error:
                log.warning("watch.not_measured", watch=self._name, error=brief(error))
            await asyncio.sleep(self._every)
