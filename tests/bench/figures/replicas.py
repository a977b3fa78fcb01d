"""Whole confirmations per second against the number of processes of each service; no aim, since what several can do
more depends on the machine's cores.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.bench.load import in_flight
from tests.bench.machine import Meter, Reading, resident_bytes
from tests.bench.options import Options
from tests.bench.rounds import Rounds, Spread, take
from tests.bench.system import System, running_system
from tests.bench.table import Row, Verdict
from tests.infrastructure.work import shares, work_done

_IN_FLIGHT = 32
_WHOLE = 64
_WARM_UP = 24
_ROUNDS = 3


@dataclass(frozen=True)
class _Taken:
    per_second: float
    cpu: float


async def throughput(options: Options) -> list[Row]:
    """A demo of its own for each number."""
    rows: list[Row] = []
    first: Spread | None = None
    for count in options.replicas:
        async with running_system(count) as system:
            await _confirm(system, _WARM_UP)
            before = await work_done(system.demo)
            rounds = await take(f"replicas {count}", _ROUNDS, options.others, _once(system))
            part = min(shares(system.demo, before, await work_done(system.demo)).values())
            megabytes = sum(resident_bytes(pid) for pid in system.service_pids.values()) / 1e6
        rate = rounds.spread(lambda one: one.per_second)
        first = first or rate
        rows.append(_row(count, rounds, rate, first, f"{megabytes:.0f} MB, the least busy did {part:.0%} of its part"))
    return rows


def _row(count: int, rounds: Rounds[_Taken], rate: Spread, first: Spread, beside: str) -> Row:
    cpu = rounds.spread(lambda one: one.cpu).median
    return Row(
        "replicas",
        f"whole confirmations, {_IN_FLIGHT} in flight, {count} of every service",
        f"{rate.text(1, ' /s')}, {cpu:.0f} ms CPU each, {beside}",
        ratio=f"{rate.median / first.median:.2f} x",
        verdict=Verdict.DISTURBED if rounds.disturbed else Verdict.INFO,
        rounds=rounds.label,
    )


def _once(system: System) -> Callable[[int], Awaitable[tuple[_Taken, float]]]:
    async def once(_number: int) -> tuple[_Taken, float]:
        reading = await _confirm(system, _WHOLE)
        return _Taken(_WHOLE / reading.seconds, reading.cpu / _WHOLE * 1000), reading.others

    return once


async def _confirm(system: System, count: int) -> Reading:
    offers = await system.prepare(count)
    await system.guests.open(_IN_FLIGHT)
    meter = Meter(system.pids, also_ours=[system.demo.pid("sandbox")])
    await in_flight(_IN_FLIGHT, [lambda o=offer: system.confirm_whole(o) for offer in offers])
    return meter.stop()
