"""A program of ``deploy/examples`` beside the tests: started as its README says, heard by the lines that it writes."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.waiting import eventually

EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "examples"


class ExampleProgram:
    """``said`` is every line that it wrote, read as JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[dict[str, Any]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        return [line for line in self.said if "specversion" in line]

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.said.append(json.loads(line))

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def example_program(
    script: str, *arguments: str, folder: Path, **variables: str
) -> AsyncIterator[ExampleProgram]:
    """It runs in ``folder`` and finds nothing of ours there or on its path."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(EXAMPLES / script), *arguments),
        cwd=folder,
        env={**kept, "PYTHONIOENCODING": "utf-8", **variables},
        stdout=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    program = ExampleProgram(process)
    listening = asyncio.create_task(program.listen())
    try:
        await eventually(lambda: program.said)
        assert "listening" in program.said[0]
        yield program
    finally:
        if process.returncode is None:
            await program.kill()
        await listening
