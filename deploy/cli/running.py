"""Running a module of a service in a process of its own, with that service's settings and nothing of ours.

What services know of themselves stays theirs: this side knows names of modules and reads their lines of JSON.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.cli.environments import Environment

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How it ended, and every line of its output that was a JSON object."""

    code: int
    said: list[Mapping[str, object]]


class Run(Protocol):
    """``services.SERVICE.module`` with arguments; an empty module is the service itself."""

    async def __call__(self, environment: Environment, module: str, *arguments: str) -> Ended: ...


async def run_module(environment: Environment, module: str, *arguments: str) -> Ended:
    """What it writes on stderr is left out: a traceback may quote settings."""
    name = ".".join(part for part in ("services", environment.service, module) if part)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("CHOSEI_")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name, *arguments),
        cwd=ROOT,
        env=clean | dict(environment.variables),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await child.communicate()
    return Ended(child.returncode or 0, [said for line in output.splitlines() if (said := _object(line))])


def has_module(service: str, module: str) -> bool:
    return (ROOT / "services" / service / f"{module}.py").is_file()


def _object(line: bytes) -> Mapping[str, object]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
