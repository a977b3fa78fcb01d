"""The sandbox as a process of its own, as the services see it.

Most of a second of processor time would go into its imports each time, so it is forked from a process that has done
them once per run.
"""

import json
import multiprocessing
import os
import runpy
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.accounts import Account
from deploy.demo.layout import HOST
from deploy.demo.programs import sandbox_program
from tests.infrastructure.ports import free_ports
from tests.waiting import eventually

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["deploy.sandbox.__main__", __name__])


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
    process = _FORKS.Process(target=_run, args=(program.environment, str(program.log)))
    process.start()

    async def ready() -> bool:
        assert process.exitcode is None, f"the sandbox ended with {process.exitcode}; its log is {program.log}"
        return await program.ready()

    try:
        await eventually(ready, timeout=program.ready_seconds)
        yield Sandbox(f"http://{HOST}:{port}", smtp_port, folder / "clock.json")
    finally:
        process.kill()
        process.join()
        process.close()


def _run(environment: Mapping[str, str], log: str) -> None:
    """In the fork: as ``python -m deploy.sandbox`` with these variables and no others, until its parent is gone."""
    for name in [name for name in os.environ if name.startswith("CHOSEI_")]:
        del os.environ[name]
    os.environ.update(environment)
    with open(log, "ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    runpy.run_module("deploy.sandbox", run_name="__main__")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
