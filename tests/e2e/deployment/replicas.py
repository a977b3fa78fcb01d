"""What a cluster does around the services, small: an address in front of each, and a second process behind it.

Taken off, a process gets no new connections and keeps those that it has.
"""

import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from deploy.credentials import SERVICES, load_or_create
from deploy.demo.demo import surroundings
from deploy.demo.front import Front
from deploy.demo.layout import HOST, Layout, Replica
from deploy.demo.probes import answers_ok
from deploy.demo.processes import Process
from deploy.demo.programs import service_program
from deploy.demo.state import Running
from deploy.service_settings import ASKS, settings_of
from tests.infrastructure.demo import RunningDemo
from tests.infrastructure.ports import free_ports


def fronts() -> dict[str, Front]:
    """One for each service, on ports of their own."""
    return {service: Front(port) for service, port in zip(SERVICES, free_ports(len(SERVICES)), strict=True)}


def through(fronts: Mapping[str, Front], own: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Settings by which services ask each other through these addresses, and ``own`` for each."""
    return {
        service: {**own, **{f"CHOSEI_{asked.upper()}_URL": fronts[asked].url for asked in ASKS.get(service, ())}}
        for service in SERVICES
    }


@asynccontextmanager
async def leading_to(fronts: Mapping[str, Front], layout: Layout) -> AsyncIterator[None]:
    """Open all addresses, leading to the demo's own processes."""
    for service, front in fronts.items():
        front.leads_to = (layout.service_port(service),)
        await front.start()
    try:
        yield
    finally:
        for front in fronts.values():
            await front.stop()


class Successor:
    """A second process of a service, with the settings of the first."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self.port = port

    @classmethod
    async def start(cls, service: str, layout: Layout, settings: Mapping[str, str]) -> "Successor":
        (port,) = free_ports(1)
        made = settings_of(service, surroundings(layout), load_or_create(layout.folder / "credentials.json"))
        program = replace(
            service_program(Replica(service, f"{service}-successor", port), layout.logs, {**made, **settings}),
            ready=answers_ok(f"http://{HOST}:{port}/startedz"),
        )
        process = await Process.start(program)
        await process.until_ready()
        return cls(process, port)

    def kill(self) -> None:
        self._process.kill()

    async def ended(self) -> int:
        return await self._process.until_ended()


def take_over(demo: RunningDemo, service: str, front: Front, port: int) -> Running:
    """New connections go to ``port``, and the demo's own process, which is answered with, is told to end."""
    former = demo.process(service)
    front.leads_to = (port,)
    os.kill(former.pid, signal.SIGTERM)
    return former
