"""Load: at a fixed rate whatever the answers do, or with a fixed number under way."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def at_rate(per_second: float, jobs: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Start one job after the other on time; latencies are the jobs' own to take."""
    began = time.perf_counter()
    running: list[asyncio.Future[T]] = []
    for number, job in enumerate(jobs):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        running.append(asyncio.ensure_future(job()))
    return list(await asyncio.gather(*running))


async def in_flight(width: int, jobs: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """As many at once as ``width``, until all are done."""
    waiting = iter(jobs)
    results: list[T] = []

    async def worker() -> None:
        for job in waiting:
            results.append(await job())  # noqa: PERF401 - each is awaited before the next is taken

    await asyncio.gather(*(worker() for _ in range(width)))
    return results


async def for_seconds(width: int, seconds: float, jobs: Sequence[Callable[[], Awaitable[T]]]) -> tuple[list[T], float]:
    """The same until the time is over or nothing is left; answers also how long it took."""
    began = time.perf_counter()
    waiting = iter(jobs)
    results: list[T] = []

    async def worker() -> None:
        while time.perf_counter() - began < seconds and (job := next(waiting, None)):
            results.append(await job())

    await asyncio.gather(*(worker() for _ in range(width)))
    return results, time.perf_counter() - began
