"""The sandbox as a program of its own, as the services see it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.accounts import Account
from deploy.demo.layout import HOST
from deploy.demo.processes import Process
from deploy.demo.programs import sandbox_program
from tests.infrastructure.ports import free_ports


@dataclass(frozen=True)
class Sandbox:
    """Where the stand-ins listen. ``clock_file`` is the one that ``POST /inspect/clock`` moves."""

    base_url: str
    smtp_port: int
    clock_file: Path


@asynccontextmanager
async def running_sandbox(
    folder: Path, accounts: Sequence[Account], environment: Mapping[str, str] | None = None
) -> AsyncIterator[Sandbox]:
    """A sandbox that knows ``accounts``; killed at the end."""
    port, smtp_port = free_ports(2)
    folder.mkdir(parents=True, exist_ok=True)
    seed = folder / "sandbox-seed.json"
    seed.write_text(json.dumps({"accounts": [account.for_sandbox() for account in accounts]}))
    program = sandbox_program(
        port=port,
        smtp_port=smtp_port,
        seed=seed,
        clock_file=folder / "clock.json",
        logs=folder,
        extra=environment or {},
    )
    process = await Process.start(program)
    try:
        await process.until_ready()
        yield Sandbox(f"http://{HOST}:{port}", smtp_port, folder / "clock.json")
    finally:
        process.kill()
        await process.until_ended()
