"""P13 and P14: memory of each service after the other figures, and how long ``make demo`` takes to be ready."""

import asyncio
import os
import time

from deploy.demo.layout import REPOSITORY
from tests.bench.machine import Meter, resident_bytes
from tests.bench.options import Options
from tests.bench.rounds import take
from tests.bench.stage import Stage
from tests.bench.table import Aim, Row, judged
from tests.infrastructure.demo import free_layout

_PATIENCE_SECONDS = 180


async def memory(stage: Stage) -> list[Row]:
    """P13."""
    return [
        judged(
            "P13",
            f"memory of {name} after the bench",
            f"{resident_bytes(pid) / 1e6:.0f} MB",
            resident_bytes(pid) / 1e6,
            Aim(130, 100, unit=" MB"),
        )
        for name, pid in sorted(stage.system.service_pids.items())
    ]


async def start_time(options: Options) -> list[Row]:
    """P14: from the command to everything ready and seeded, all that it needs being installed."""

    async def once(_number: int) -> tuple[float, float]:
        environment = {**os.environ, **_ports(), "DETACH": "1"}
        meter = Meter(())
        began = time.perf_counter()
        try:
            await _make("demo", environment)
            seconds = time.perf_counter() - began
        finally:
            await _make("demo-stop", environment)
        return seconds, meter.stop().others

    rounds = await take("P14", options.starts, float("inf"), once)
    seconds = rounds.spread(lambda taken: taken)
    return [
        judged(
            "P14",
            "make demo when installed: everything ready",
            seconds.text(1, " s"),
            seconds.median,
            Aim(15, 8, unit=" s"),
            rounds=rounds.label,
        )
    ]


def _ports() -> dict[str, str]:
    layout = free_layout()
    return {"CHOSEI_GATEWAY_PORT": str(layout.gateway_port), "CHOSEI_SANDBOX_PORT": str(layout.sandbox_port)}


async def _make(target: str, environment: dict[str, str]) -> None:
    child = await asyncio.create_subprocess_exec(
        *("make", "--no-print-directory", target),
        cwd=REPOSITORY,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await asyncio.wait_for(child.communicate(), _PATIENCE_SECONDS)
    if child.returncode:
        raise RuntimeError(f"make {target} ended with {child.returncode}: {errors.decode(errors='replace')[-300:]}")
