"""The storm: wires to broker and database are cut, go silent or refuse, and providers go down altogether, one after
the other, beside the monkey's kills.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import httpx

from tests.chaos.monkey import set_faults, tenth_of_all_calls
from tests.infrastructure.wire import Wire

_WIRES = ("broker", "database")
_HARMS = ("cut", "silent", "refuses")
_DOWN: Mapping[str, dict[str, object]] = {
    "zoom": {"provider": "zoom", "path": "/v2", "kind": "status", "status": 503},
    "google": {"provider": "google", "kind": "status", "status": 503},
    "microsoft": {"provider": "microsoft", "kind": "status", "status": 503},
    "mail": {"provider": "smtp", "kind": "status", "status": 451},
}
ACTS = (*(f"{wire} {harm}" for wire in _WIRES for harm in _HARMS), *(f"{name} down" for name in _DOWN))


class Storm:
    """Runs until it is told to stop and every act took place; ``acts`` counts them. ``seconds`` is how long one takes
    at most.
    """

    def __init__(self, wires: Mapping[str, Wire], sandbox: httpx.AsyncClient, seed: int, *, seconds: float) -> None:
        self._wires = wires
        self._sandbox = sandbox
        self._random = random.Random(seed)
        self._seconds = seconds
        self.acts: Counter[str] = Counter()

    async def blow(self, stop: asyncio.Event) -> None:
        """At the end everything is well again."""
        await set_faults(self._sandbox, tenth_of_all_calls())
        left: list[str] = []
        try:
            while not stop.is_set() or set(ACTS) - set(self.acts):
                left = left or self._random.sample(ACTS, len(ACTS))
                act = left.pop()
                await self._act(act)
                self.acts[act] += 1
                await self._pause(0.5, stop)
        finally:
            for wire in self._wires.values():
                wire.heal()
            await set_faults(self._sandbox, [])

    async def _act(self, act: str) -> None:
        name, harm = act.split(" ")
        length = self._random.uniform(self._seconds / 2, self._seconds)
        if harm == "down":
            await set_faults(self._sandbox, [_DOWN[name], *tenth_of_all_calls()])
            await asyncio.sleep(length)
            await set_faults(self._sandbox, tenth_of_all_calls())
            return
        wire = self._wires[name]
        if harm == "cut":
            wire.cut()
            return
        (wire.silence if harm == "silent" else wire.refuse)()
        await asyncio.sleep(length)
        wire.heal()

    async def _pause(self, least: float, stop: asyncio.Event) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), self._random.uniform(least, 3 * least))
