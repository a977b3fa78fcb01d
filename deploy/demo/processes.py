"""One child process: how it is started, when it counts as ready, how it ends.

Every child leads a process group of its own and is told to stop when its parent dies, so that nothing outlives a
supervisor that was killed.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PASSED_ON = ("HOME", "LANG", "PATH", "TMPDIR", "TZ", "USER")
_POLL_SECONDS = 0.05


class NotReady(Exception):
    """A process ended or kept silent before it was ready."""

    def __init__(self, name: str, log: Path, reason: str) -> None:
        super().__init__(f"{name} {reason}; its log is {log}")
        self.log = log


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run. ``ready`` is asked until it is true; ``grace_seconds`` lie between SIGTERM and SIGKILL; a program
    with ``niceness`` lets the others have the processor first.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    log: Path
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str]
    grace_seconds: float = 15.0
    ready_seconds: float = 90.0
    niceness: int = 0


def inherited_environment() -> dict[str, str]:
    """The few variables a child may see of ours: settings of one demo must not leak into another's processes."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


class Process:
    """A running program."""

    def __init__(self, program: Program, child: asyncio.subprocess.Process) -> None:
        self.program = program
        self.child = child

    @classmethod
    async def start(cls, program: Program) -> "Process":
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                *("nice", f"-n{program.niceness}", "setpriv", "--pdeathsig", "TERM", "--"),
                *program.command,
                cwd=program.folder,
                env=inherited_environment() | dict(program.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return cls(program, child)

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def alive(self) -> bool:
        return self.child.returncode is None

    async def until_ready(self) -> None:
        """Return when the program answers; raises ``NotReady`` when it ends first or takes too long."""
        deadline = time.monotonic() + self.program.ready_seconds
        while not await self.program.ready():
            if not self.alive:
                raise NotReady(self.program.name, self.program.log, f"ended with {self.child.returncode}")
            if time.monotonic() > deadline:
                raise NotReady(self.program.name, self.program.log, "did not become ready")
            await asyncio.sleep(_POLL_SECONDS)

    async def until_ended(self) -> int:
        """Wait for the end, however it comes, and take away what it left in its group."""
        code = await self.child.wait()
        self._signal_group(signal.SIGKILL)
        return code

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL to the whole group once the grace is over."""
        if self.alive:
            with suppress(ProcessLookupError):
                self.child.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.child.wait(), self.program.grace_seconds)
        self._signal_group(signal.SIGKILL)
        await self.child.wait()

    def kill(self) -> None:
        """SIGKILL to the whole group, now."""
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, number)
