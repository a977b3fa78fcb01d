"""``chosei`` as an operator runs it, from anywhere, with these variables and no others of ours."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.demo.layout import REPOSITORY


@dataclass(frozen=True)
class Said:
    """How it ended, and what it wrote."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)

    @property
    def lines(self) -> list[str]:
        return self.output.splitlines()


async def chosei(*arguments: str, **variables: str) -> Said:
    clean: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith("CHOSEI_")}
    child = await asyncio.create_subprocess_exec(
        *(REPOSITORY / "deploy" / "cli" / "chosei", *arguments),
        cwd="/",
        env={**clean, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await child.communicate()
    return Said(child.returncode or 0, output.decode(), errors.decode())
