"""The monkey: kills a service every second or two, broker and database once each, and lets providers fail.

However slow the machine is, it leaves enough of the system up to get anywhere.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress

import httpx

from tests.infrastructure.demo import RunningDemo
from tests.waiting import eventually

SERVICES = ("gateway", "booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")

PROVIDER_FAULTS = [
    {"kind": "lost_answer", "share": 0.02},
    {"kind": "status", "status": 500, "share": 0.02},
    {"kind": "status", "status": 503, "share": 0.02, "headers": {"Retry-After": "1"}},
    {"kind": "status", "status": 429, "share": 0.02, "headers": {"Retry-After": "1"}},
    {"kind": "slow", "delay_s": 1.0, "share": 0.01},
    {"kind": "timeout", "delay_s": 15, "share": 0.01},
]
"""A tenth of all calls, in every way there is. Tokens are not revoked: that needs a person (G19 has its own test)."""


async def set_faults(client: httpx.AsyncClient, rules: list[dict[str, object]]) -> None:
    answer = await client.put("/inspect/faults", json={"rules": rules})
    answer.raise_for_status()


LOSES_ANSWERS = ("lost_answer", "timeout")
"""A lost answer of Zoom's token endpoint loses the rotated token for good, as in reality: a person must reconnect."""


def tenth_of_all_calls() -> list[dict[str, object]]:
    places = ({"provider": "zoom", "path": "/v2"}, {"provider": "google"}, {"provider": "microsoft"})
    rules: list[dict[str, object]] = [{**fault, **place} for place in places for fault in PROVIDER_FAULTS]
    tokens = {"provider": "zoom", "path": "/oauth"}
    rules += [{**fault, **tokens} for fault in PROVIDER_FAULTS if fault["kind"] not in LOSES_ANSWERS]
    smtp: list[dict[str, object]] = [
        {"provider": "smtp", "kind": "status", "status": 451, "share": 0.05},
        {"provider": "smtp", "kind": "lost_answer", "share": 0.05},
    ]
    return [*rules, *smtp]


_DOWN_AT_ONCE = 2


class Monkey:
    """Runs until it is told to stop and has killed everything at least once; ``kills`` counts what it did."""

    def __init__(self, demo: RunningDemo, seed: int) -> None:
        self._demo = demo
        self._random = random.Random(seed)
        self.kills: Counter[str] = Counter()

    async def rage(self, stop: asyncio.Event, *, broker_after: int = 8, database_after: int = 20) -> None:
        """A service every second or two, each of them once per round; broker and database once each."""
        once = {"rabbitmq": broker_after, "mongod": database_after}
        round_of: list[str] = []
        number = 0
        while not stop.is_set() or once or set(SERVICES) - set(self.kills):
            number += 1
            due = [name for name, after in once.items() if number >= after or stop.is_set()]
            round_of = round_of or self._random.sample(SERVICES, len(SERVICES))
            name = due[0] if due else round_of.pop()
            if self._demo.process(name).alive:
                await self._demo.kill(name)
                self.kills[name] += 1
                once.pop(name, None)
            await self._pause(stop)
            await eventually(self._most_are_up, timeout=120, interval=0.2)

    async def _most_are_up(self) -> bool:
        up = [await self._demo.is_up(name) for name in SERVICES]
        return up.count(False) < _DOWN_AT_ONCE

    async def _pause(self, stop: asyncio.Event) -> None:
        seconds = self._random.uniform(1.0, 2.0)
        if stop.is_set():
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=seconds)
