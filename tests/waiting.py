"""Waiting for a condition instead of sleeping: the only place in the tests that sleeps."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 60.0
"""Of every wait that names no other: what others do takes far longer on a busy machine than at the desk, and what never
comes fails all the same.
"""
_RARELY = 0.5


async def eventually(probe: Callable[[], T | Awaitable[T]], *, timeout: float = _PATIENCE, interval: float = 0.02) -> T:
    """Return the first truthy value of ``probe``; raises ``AssertionError`` after ``timeout`` seconds. What takes long
    is asked for less and less often, since asking takes the processor from those who work on it.
    """
    began = time.monotonic()
    while True:
        value = probe()
        result = await value if inspect.isawaitable(value) else value
        if result:
            return result
        waited = time.monotonic() - began
        if waited > timeout:
            raise AssertionError(f"still {result!r} after {timeout} s")
        await asyncio.sleep(max(interval, min(waited / 10, _RARELY)))
