"""P2, P2b, P3 and P9: the whole of a confirmation, beside the framework floor with as many persisted steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.bench.load import at_rate, in_flight
from tests.bench.rounds import percentile
from tests.bench.stage import Stage
from tests.bench.system import Confirmed, Offer
from tests.bench.table import Aim, Row, judged
from tests.chaos.monkey import set_faults

_ONE_AT_A_TIME = 2.0
_CLICKS = 10
_IN_FLIGHT = 32
_WHOLE = 64
_PROVIDER_SECONDS = 0.15
_CHAIN = 1
"""The longest necessary chain of provider calls before both mails: Zoom's create. With fresh copies there is no look,
and entries and holds are not waited for.
"""


async def click_to_mails(stage: Stage) -> list[Row]:
    """P2: one confirmation at a time, providers answering at once."""

    async def once(_number: int) -> tuple[tuple[float, float], float]:
        offers = await stage.system.prepare(_CLICKS)
        on_floor, floor = await stage.measured(
            stage.framework, lambda: at_rate(_ONE_AT_A_TIME, [stage.framework.confirm_whole] * _CLICKS), 4
        )
        confirmed, system = await stage.measured_system(lambda: _clicks(stage, offers), 4)
        mine = percentile([stage.system.mailed_after(each) for each in confirmed], 0.5)
        bare = percentile([stage.framework.mailed_after(each) for each in on_floor], 0.5)
        return (mine * 1000, bare * 1000), max(system.others, floor.others)

    rounds = await stage.rounds("P2", once)
    ratio = rounds.spread(lambda one: one[0] / one[1])
    return [
        judged(
            "P2",
            "click to both mails, p50",
            rounds.spread(lambda one: one[0]).text(0, " ms"),
            ratio.median,
            Aim(2.0, 1.4),
            floor=rounds.spread(lambda one: one[1]).text(0, " ms"),
            ratio=ratio.text(2, " x"),
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        )
    ]


async def click_to_mails_slow(stage: Stage) -> list[Row]:
    """P2b: the same with every provider taking 150 ms."""

    async def once(_number: int) -> tuple[float, float]:
        offers = await stage.system.prepare(_CLICKS)
        async with _slow_providers(stage):
            confirmed, system = await stage.measured_system(lambda: _clicks(stage, offers), 4)
        return percentile([stage.system.mailed_after(each) for each in confirmed], 0.5) * 1000, system.others

    rounds = await stage.rounds("P2b", once)
    chain = _CHAIN * _PROVIDER_SECONDS * 1000
    above = rounds.spread(lambda taken: taken - chain)
    return [
        judged(
            "P2b",
            "the same with providers at 150 ms, above their chain",
            above.text(0, " ms"),
            above.median,
            Aim(60, 30, unit=" ms"),
            floor=f"chain {chain:.0f} ms",
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        )
    ]


@dataclass(frozen=True)
class _Throughput:
    per_second: float
    cpu: float


async def cpu_and_rate(stage: Stage) -> list[Row]:
    """P3 and P9 from the same rounds: 32 in flight, each until everything that follows has happened."""

    async def once(_number: int) -> tuple[tuple[_Throughput, _Throughput], float]:
        offers = await stage.system.prepare(_WHOLE)
        _, floor = await stage.measured(
            stage.framework, lambda: in_flight(_IN_FLIGHT, [stage.framework.confirm_whole] * _WHOLE), _IN_FLIGHT
        )
        jobs = [lambda o=offer: stage.system.confirm_whole(o) for offer in offers]
        _, system = await stage.measured_system(lambda: in_flight(_IN_FLIGHT, jobs), _IN_FLIGHT)
        sides = [_Throughput(_WHOLE / one.seconds, one.cpu / _WHOLE * 1000) for one in (system, floor)]
        return (sides[0], sides[1]), max(system.others, floor.others)

    rounds = await stage.rounds("P3, P9", once)
    cpu, rate = (
        rounds.spread(lambda one: one[0].cpu / one[1].cpu),
        rounds.spread(lambda one: one[0].per_second / one[1].per_second),
    )
    return [
        judged(
            "P3",
            f"CPU per confirmed appointment, {_IN_FLIGHT} in flight",
            rounds.spread(lambda one: one[0].cpu).text(0, " ms"),
            cpu.median,
            Aim(2.0, 1.5),
            floor=rounds.spread(lambda one: one[1].cpu).text(0, " ms"),
            ratio=cpu.text(2, " x"),
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        ),
        judged(
            "P9",
            f"whole confirmations, {_IN_FLIGHT} in flight",
            rounds.spread(lambda one: one[0].per_second).text(1, " /s"),
            rate.median,
            Aim(0.5, 0.75, at_least=True),
            floor=rounds.spread(lambda one: one[1].per_second).text(1, " /s"),
            ratio=rate.text(2, " x"),
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        ),
    ]


async def _clicks(stage: Stage, offers: list[Offer]) -> list[Confirmed]:
    return await at_rate(_ONE_AT_A_TIME, [lambda o=offer: stage.system.confirm_whole(o) for offer in offers])


@asynccontextmanager
async def _slow_providers(stage: Stage) -> AsyncIterator[None]:
    async with httpx.AsyncClient(base_url=stage.system.demo.sandbox_url, timeout=10) as sandbox:
        await set_faults(
            sandbox,
            [
                {"provider": provider, "kind": "slow", "delay_s": _PROVIDER_SECONDS}
                for provider in ("zoom", "google", "microsoft")
            ],
        )
        try:
            yield
        finally:
            await set_faults(sandbox, [])
