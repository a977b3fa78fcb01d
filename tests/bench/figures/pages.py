"""P4, P5 and P12: views of a scheduling page over the gateway, and bookings on it."""

import time
from collections.abc import Awaitable, Callable

from tests.bench.load import in_flight
from tests.bench.pages import DAY, NIGHT, BenchPage, a_page, book, book_many, view
from tests.bench.rounds import percentile
from tests.bench.stage import Stage
from tests.bench.table import Aim, Row, judged

_PEER = 9.7
"""The best peer's 60-day views per second with 200 appointments, 8 at once (performance.md)."""
_APPOINTMENTS = 200
_WIDTH = 8
_VIEWS = 160
_ONE_BY_ONE = 60
_BOOKINGS = 48
_MANY = 20


async def views(stage: Stage) -> list[Row]:
    """P4."""
    page = await a_page(stage.system, stage.system.staff[30:31], DAY, 30)
    await book_many(stage.system, page, range(_APPOINTMENTS))
    listed = await view(stage.system, page)

    async def once(_number: int) -> tuple[tuple[float, float], float]:
        jobs = [lambda: view(stage.system, page)] * _VIEWS
        _, reading = await stage.measured_system(lambda: in_flight(_WIDTH, jobs), _WIDTH)
        return (_VIEWS / reading.seconds, reading.cpu / _VIEWS * 1000), reading.others

    rounds = await stage.rounds("P4", once)
    rate = rounds.spread(lambda one: one[0])
    cpu = rounds.spread(lambda one: one[1]).median
    return [
        judged(
            "P4",
            f"60-day views, {_APPOINTMENTS} appointments, {_WIDTH} at once, {listed} times each",
            f"{rate.text(0, ' /s')}, {cpu:.1f} ms CPU each",
            rate.median / _PEER,
            Aim(40, 90, at_least=True),
            floor=f"peer {_PEER} /s",
            ratio=f"{rate.median / _PEER:.1f} x",
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        )
    ]


async def views_of_a_full_calendar(stage: Stage) -> list[Row]:
    """P5: the same times are listed on both sides: the appointments lie outside the hours of the page."""
    full, empty = stage.system.staff[31:32], stage.system.staff[32:33]
    count = stage.options.p5_appointments
    night = await a_page(stage.system, full, NIGHT, 10)
    await book_many(stage.system, night, range(count))
    pages = [await a_page(stage.system, hosts, DAY, 30) for hosts in (full, empty)]

    async def once(_number: int) -> tuple[tuple[float, float], float]:
        taken = [await stage.measured_system(lambda p=page: _one_by_one(stage, p), 1) for page in pages]
        (mine, bare) = [percentile(seconds, 0.5) * 1000 for seconds, _ in taken]
        return (mine, bare), max(reading.others for _, reading in taken)

    rounds = await stage.rounds("P5", once)
    ratio = rounds.spread(lambda one: one[0] / one[1])
    return [
        judged(
            "P5",
            f"p50 of a 60-day view at {count} appointments of the host",
            rounds.spread(lambda one: one[0]).text(1, " ms"),
            ratio.median,
            Aim(1.3, 1.1),
            floor=f"at 0: {rounds.spread(lambda one: one[1]).text(1, ' ms')}",
            ratio=ratio.text(2, " x"),
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        )
    ]


async def twenty_hosts(stage: Stage) -> list[Row]:
    """P12: all attend; what follows the answers is waited for between the sides."""
    many = await a_page(stage.system, stage.system.staff[:_MANY], NIGHT, 15)
    one = await a_page(stage.system, stage.system.staff[_MANY : _MANY + 1], NIGHT, 15)

    async def once(number: int) -> tuple[tuple[float, float], float]:
        numbers = range(number * _BOOKINGS, (number + 1) * _BOOKINGS)
        rates, others = [], []
        for page in (one, many):
            reading = (await stage.measured_system(_bookings(stage, page, numbers), _WIDTH))[1]
            rates.append(_BOOKINGS / reading.seconds)
            others.append(reading.others)
            await stage.system.calm()
        return (rates[1], rates[0]), max(others)

    rounds = await stage.rounds("P12", once)
    ratio = rounds.spread(lambda taken: taken[0] / taken[1])
    return [
        judged(
            "P12",
            f"bookings on a page with {_MANY} attendees, {_WIDTH} at once",
            rounds.spread(lambda taken: taken[0]).text(0, " /s"),
            ratio.median,
            Aim(0.4, 0.55, at_least=True),
            floor=f"with 1: {rounds.spread(lambda taken: taken[1]).text(0, ' /s')}",
            ratio=ratio.text(2, " x"),
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        )
    ]


def _bookings(stage: Stage, page: BenchPage, numbers: range) -> Callable[[], Awaitable[list[str]]]:
    return lambda: in_flight(_WIDTH, [lambda n=number: book(stage.system, page, n) for number in numbers])


async def _one_by_one(stage: Stage, page: BenchPage) -> list[float]:
    taken = []
    for _ in range(_ONE_BY_ONE):
        began = time.perf_counter()
        await view(stage.system, page)
        taken.append(time.perf_counter() - began)
    return taken
