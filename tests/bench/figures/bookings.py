"""P7 and P8: bookings answered per second beside the best peer, and fifty guests at one slot."""

import asyncio
import time
from dataclasses import dataclass

import orjson

from tests.bench.http1 import Answer
from tests.bench.load import for_seconds
from tests.bench.stage import Stage
from tests.bench.system import SMALL, Confirmed, Offer
from tests.bench.table import Aim, Row, Verdict, judged

_PEER = {1: 35, 8: 56, 32: 63}
"""The best peer's bookings per second by how many at once, on this kind of machine (performance.md)."""

_PREPARED_PER_SECOND = 75
_DRAIN_SECONDS = 120
_GUESTS = 50
_CLEAN = {"already_confirmed", "slot_taken"}
_RACE_SECONDS = 0.3


async def booking_rate(stage: Stage) -> list[Row]:
    """P7: answers only; what is behind may lag, and is waited for."""
    seconds = stage.options.p7_seconds
    rows = []
    for width, peer in _PEER.items():
        offers = await stage.system.prepare(_PREPARED_PER_SECOND * seconds, SMALL)
        jobs = [lambda o=offer: stage.system.confirm(o) for offer in offers]
        (confirmed, took), reading = await stage.measured_system(
            lambda w=width, j=jobs: for_seconds(w, seconds, j), width
        )
        rate = len(confirmed) / took
        drained = await _drained(stage, confirmed)
        row = judged(
            "P7",
            f"bookings answered, {width} at once, over {took:.0f} s of the 60",
            f"{rate:.0f} /s at {reading.cpu / len(confirmed) * 1000:.0f} ms CPU each, {drained}",
            rate / peer,
            Aim(2, 3, at_least=True),
            floor=f"peer {peer} /s",
            ratio=f"{rate / peer:.2f} x",
            rounds="1/1",
            disturbed=reading.others > stage.options.others,
        )
        rows.append(row)
    return rows


async def _drained(stage: Stage, confirmed: list[Confirmed]) -> str:
    began = time.perf_counter()
    try:
        await stage.system.until_whole(confirmed, seconds=_DRAIN_SECONDS)
    except TimeoutError as error:
        return f"NOT drained after {_DRAIN_SECONDS} s ({error})"
    return f"drained in {time.perf_counter() - began:.0f} s"


@dataclass(frozen=True)
class _Race:
    winners: int
    clean: int
    seconds: float

    @property
    def fair(self) -> bool:
        return self.winners == 1 and self.clean == _GUESTS - 1


async def races(stage: Stage) -> list[Row]:
    """P8: fifty guests confirm the same slot in the same moment, one slot after the other."""
    wanted = stage.options.races
    offers = await stage.system.prepare(wanted, SMALL)
    taken = [await _race(stage, offer) for offer in offers]
    fair = sum(race.fair for race in taken)
    slowest, median = max(race.seconds for race in taken), sorted(race.seconds for race in taken)[wanted // 2]
    all_fair = fair == wanted
    stretch = all_fair and slowest <= _RACE_SECONDS
    return [
        Row(
            "P8",
            f"{_GUESTS} guests at one slot: one winner, 49 clean 409",
            f"{fair} of {wanted}, {median:.2f} s a race, slowest {slowest:.2f} s",
            must="all",
            stretch=f"≤ {_RACE_SECONDS} s a race",
            verdict=Verdict.STRETCH if stretch else Verdict.MUST if all_fair else Verdict.MISSED,
            rounds=f"{wanted}/{wanted}",
        )
    ]


async def _race(stage: Stage, offer: Offer) -> _Race:
    await stage.system.guests.open(_GUESTS)
    began = time.perf_counter()
    answers = await asyncio.gather(*(stage.system.answer(offer) for _ in range(_GUESTS)))
    seconds = time.perf_counter() - began
    return _Race(sum(answer.status == 201 for answer in answers), sum(map(_is_clean, answers)), seconds)


def _is_clean(answer: Answer) -> bool:
    return answer.status == 409 and orjson.loads(answer.body).get("code") in _CLEAN
