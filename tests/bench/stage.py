"""What a figure is taken on: the running system, both floors, and how rounds are judged."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from tests.bench.floor import driving
from tests.bench.floor.processes import RunningFloor, framework_floor, raw_floor
from tests.bench.http1 import Client
from tests.bench.load import in_flight
from tests.bench.machine import Meter, Reading
from tests.bench.options import Options
from tests.bench.rounds import Rounds, take
from tests.bench.system import System, running_system
from tests.bench.watch import Watch, watching

T = TypeVar("T")
_WARM_UP = 24
_IDLE_SECONDS = 0.5


@dataclass
class Floor:
    """One of the two floors, with what is heard of it."""

    running: RunningFloor
    client: Client
    watch: Watch

    async def confirm(self) -> tuple[str, float, float]:
        return await driving.confirm(self.client)

    async def confirm_whole(self) -> tuple[str, float, float]:
        """Returns when all events of it were heard."""
        confirmed = await self.confirm()
        await self.watch.until({confirmed[0]: driving.AFTERMATH})
        return confirmed

    async def until_whole(self, confirmed: list[tuple[str, float, float]]) -> None:
        await self.watch.until({token: driving.AFTERMATH for token, _, _ in confirmed})

    def mailed_after(self, confirmed: tuple[str, float, float]) -> float:
        token, clicked_at, _ = confirmed
        return self.watch.seen[token].mailed_at - clicked_at


@dataclass
class Stage:
    """Everything is warm when it is handed out."""

    options: Options
    system: System
    raw: Floor
    framework: Floor

    async def rounds(self, name: str, once: Callable[[int], Awaitable[tuple[T, float]]]) -> Rounds[T]:
        return await take(name, self.options.rounds, self.options.others, once)

    async def measured(self, floor: Floor, work: Callable[[], Awaitable[T]], connections: int) -> tuple[T, Reading]:
        """CPU of a floor with the broker's and the database's, less what these two draw when it is idle."""
        await floor.client.open(connections)
        idle = await self._idle_draw()
        meter = Meter((*floor.running.pids, *self.system.stores.pids))
        result = await work()
        reading = meter.stop()
        reading.cpu = max(0.0, reading.cpu - idle * reading.seconds)
        return result, reading

    async def measured_system(self, work: Callable[[], Awaitable[T]], connections: int) -> tuple[T, Reading]:
        """CPU of all services with the broker's and the database's; their idle draw is theirs."""
        await self.system.guests.open(connections)
        meter = Meter(self.system.pids, also_ours=[self.system.demo.pid("sandbox")])
        result = await work()
        return result, meter.stop()

    async def _idle_draw(self) -> float:
        """Cores that broker and database use for the services' looking around."""
        meter = Meter(self.system.stores.pids)
        await asyncio.sleep(_IDLE_SECONDS)
        reading = meter.stop()
        return reading.cpu / reading.seconds


@asynccontextmanager
async def set_stage(options: Options) -> AsyncIterator[Stage]:
    """Start the demo, then both floors on its broker and database; confirm a few times on each."""
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(running_system())
        logs = system.demo.logs
        raw = await stack.enter_async_context(raw_floor(system.stores, logs))
        framework = await stack.enter_async_context(framework_floor(system.stores, logs))
        heard = await stack.enter_async_context(watching(system.stores.amqp_url, driving.ROUTING_KEYS, driving.read))
        stage = Stage(
            options, system, Floor(raw, Client(raw.url), heard), Floor(framework, Client(framework.url), heard)
        )
        await _warm_up(stage)
        yield stage


async def _warm_up(stage: Stage) -> None:
    await in_flight(4, [stage.raw.confirm] * _WARM_UP)
    await in_flight(4, [stage.framework.confirm_whole] * _WARM_UP)
    offers = await stage.system.prepare(_WARM_UP)
    await in_flight(4, [lambda o=offer: stage.system.confirm_whole(o) for offer in offers])
    await stage.system.calm()
