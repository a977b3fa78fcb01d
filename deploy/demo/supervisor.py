"""Keeps programs running: starts them, starts again what dies (with back-off), stops all in reverse order."""

import asyncio
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from deploy.demo.processes import Process, Program
from deploy.demo.state import Running, State

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
# A program that ran this long is taken as healthy: its next death is again its first.
_HEALTHY_SECONDS = 10.0


class Supervisor:
    """The processes of one demo, in tiers: programs of one tier stop together, later tiers first."""

    def __init__(self, folder: Path, state: State) -> None:
        self._folder = folder
        self._state = state
        self._processes: dict[str, Process] = {}
        self._tiers: dict[str, int] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._spawning = asyncio.Lock()
        self._stopping = False

    async def start(self, program: Program, *, tier: int) -> None:
        """Start and return when it is ready; from then on it is kept running."""
        self._tiers[program.name] = tier
        began = time.monotonic()
        process = await self._spawn(program)
        await process.until_ready()
        _note(f"{program.name} is ready after {time.monotonic() - began:.1f} s")
        self._keepers[program.name] = asyncio.create_task(self._keep(program))

    async def stop(self) -> None:
        """SIGTERM tier by tier, the last first; each process has its own grace."""
        async with self._spawning:
            self._stopping = True
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        for tier in sorted(set(self._tiers.values()), reverse=True):
            await asyncio.gather(*(process.stop() for process in self._of(tier)))
        self._state.processes.clear()
        self._record()

    def _of(self, tier: int) -> Iterable[Process]:
        return [process for name, process in self._processes.items() if self._tiers[name] == tier]

    async def _spawn(self, program: Program) -> Process:
        async with self._spawning:
            if self._stopping:
                raise asyncio.CancelledError
            process = await Process.start(program)
            self._processes[program.name] = process
            self._state.processes[program.name] = Running.of(process.pid)
            self._record()
            return process

    async def _keep(self, program: Program) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            code = await self._processes[program.name].until_ended()
            if time.monotonic() - began > _HEALTHY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            _note(f"{program.name} ended with {code}, again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self._state.restarts[program.name] = self._state.restarts.get(program.name, 0) + 1
            while not await self._spawned(program):
                await asyncio.sleep(_LONGEST_PAUSE_SECONDS)

    async def _spawned(self, program: Program) -> bool:
        """Whether this machine could start it now: it may be out of memory, of processes or of open files."""
        try:
            await self._spawn(program)
        except OSError as error:
            _note(f"{program.name} could not be started: {error}; again in {_LONGEST_PAUSE_SECONDS:.1f} s")
            return False
        return True

    def _record(self) -> None:
        self._state.write(self._folder)


def _note(line: str) -> None:
    """For whoever watches; what the demo announces goes to standard output alone."""
    print(line, file=sys.stderr, flush=True)
