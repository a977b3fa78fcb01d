"""Starts the processes of both floors on a broker and a database that run already."""

import base64
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.layout import HOST, REPOSITORY
from deploy.demo.probes import answers_ok
from deploy.demo.processes import Process, Program
from tests.bench.floor.steps import SERVICES
from tests.infrastructure.ports import free_ports


@dataclass(frozen=True)
class Stores:
    """Broker and database that floors and system share; ``pids`` are their processes."""

    amqp_url: str
    mongo_url: str
    pids: tuple[int, ...]


@dataclass(frozen=True)
class RunningFloor:
    """Where a floor takes confirmations, and the processes that carry them out."""

    url: str
    pids: tuple[int, ...]


@dataclass(frozen=True)
class _Starter:
    stores: Stores
    logs: Path
    stack: AsyncExitStack

    async def start(self, role: str, name: str, next_url: str = "") -> tuple[str, int]:
        (port,) = free_ports(1)
        url = f"http://{HOST}:{port}"
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        program = Program(
            name=name,
            command=(sys.executable, "-m", "tests.bench.floor", role),
            folder=REPOSITORY,
            log=self.logs / f"{name}.log",
            ready=answers_ok(f"{url}/readyz"),
            environment={
                "CHOSEI_PORT": str(port),
                "CHOSEI_AMQP_URL": self.stores.amqp_url,
                "CHOSEI_MONGO_URL": self.stores.mongo_url,
                "CHOSEI_BUS_KEYS": f"bus:{key}",
                "CHOSEI_DATA_KEYS": f"data:{key}",
                "FLOOR_NEXT_URL": next_url,
            },
        )
        process = await Process.start(program)
        self.stack.push_async_callback(process.stop)
        await process.until_ready()
        return url, process.pid


@asynccontextmanager
async def raw_floor(stores: Stores, logs: Path) -> AsyncIterator[RunningFloor]:
    """Gateway's place and booking's place, nothing behind."""
    async with AsyncExitStack() as stack:
        starter = _Starter(stores, logs, stack)
        behind, behind_pid = await starter.start("raw", "floor-raw")
        url, pid = await starter.start("front", "floor-raw-front", behind)
        yield RunningFloor(url, (behind_pid, pid))


@asynccontextmanager
async def framework_floor(stores: Stores, logs: Path) -> AsyncIterator[RunningFloor]:
    """One process in the place of each of the six services."""
    async with AsyncExitStack() as stack:
        starter = _Starter(stores, logs, stack)
        started = {service: await starter.start(service, f"floor-{service}") for service in SERVICES}
        url, pid = await starter.start("front", "floor-gateway", started["booking"][0])
        yield RunningFloor(url, (pid, *(pid for _, pid in started.values())))
