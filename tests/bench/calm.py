"""Waiting until the servers have nothing left to do, so that one round does not pay for another."""

import asyncio
import time
from collections.abc import Iterable

from tests.bench.machine import cpu_seconds, family

_LOOK_SECONDS = 0.4
_CALM_CORES = 0.3
_PATIENCE_SECONDS = 30.0


async def calm(pids: Iterable[int]) -> None:
    """Returns after the patience at the latest: mirrors of calendars never rest for long."""
    processes = family(pids)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        before = cpu_seconds(processes)
        await asyncio.sleep(_LOOK_SECONDS)
        if (cpu_seconds(processes) - before) / _LOOK_SECONDS < _CALM_CORES:
            return
