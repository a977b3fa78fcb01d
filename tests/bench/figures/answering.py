"""P1: how long a guest waits for the answer to a confirmation, beside the raw floor."""

from dataclasses import dataclass

from tests.bench.load import at_rate
from tests.bench.rounds import Rounds, percentile
from tests.bench.stage import Stage
from tests.bench.table import Aim, Row, judged

_PER_SECOND = 20
_REQUESTS = 60
_CONNECTIONS = 16
_P50 = Aim(1.8, 1.4)
_P99 = Aim(2.5, 1.8)


@dataclass(frozen=True)
class _Side:
    """Milliseconds of each answer, and CPU milliseconds per operation."""

    answers: list[float]
    cpu: float

    def at(self, share: float) -> float:
        return percentile(self.answers, share)


@dataclass(frozen=True)
class _Round:
    system: _Side
    floor: _Side

    def ratio(self, share: float) -> float:
        return self.system.at(share) / self.floor.at(share)


async def answer_time(stage: Stage) -> list[Row]:
    """At 20 a second, whatever the system does behind the answer."""

    async def once(_number: int) -> tuple[_Round, float]:
        offers = await stage.system.prepare(_REQUESTS)
        on_floor, floor = await stage.measured(
            stage.raw, lambda: at_rate(_PER_SECOND, [stage.raw.confirm] * _REQUESTS), _CONNECTIONS
        )
        jobs = [lambda o=offer: stage.system.confirm(o) for offer in offers]
        confirmed, system = await stage.measured_system(lambda: at_rate(_PER_SECOND, jobs), _CONNECTIONS)
        await stage.system.until_whole(confirmed)
        return _Round(
            _Side([each.seconds * 1000 for each in confirmed], system.cpu / _REQUESTS * 1000),
            _Side([seconds * 1000 for _, _, seconds in on_floor], floor.cpu / _REQUESTS * 1000),
        ), max(system.others, floor.others)

    rounds = await stage.rounds("P1", once)
    return [_row("p50", 0.5, _P50, rounds), _row("p99", 0.99, _P99, rounds)]


def _row(name: str, share: float, aim: Aim, rounds: Rounds[_Round]) -> Row:
    ratio = rounds.spread(lambda one: one.ratio(share))
    cpu = [rounds.spread(side).median for side in (lambda one: one.system.cpu, lambda one: one.floor.cpu)]
    return judged(
        "P1",
        f"answer of a confirmation at {_PER_SECOND}/s, {name}",
        f"{rounds.spread(lambda one: one.system.at(share)).text(1, ' ms')}, {cpu[0]:.0f} ms CPU/op",
        ratio.median,
        aim,
        floor=f"{rounds.spread(lambda one: one.floor.at(share)).text(1, ' ms')}, {cpu[1]:.0f} ms CPU/op",
        ratio=ratio.text(2, " x"),
        rounds=rounds.label,
        disturbed=rounds.disturbed,
    )
