"""``python -m tests.bench`` (``make bench``): takes the figures and prints the table. It measures: a missed figure
does not make it fail.
"""

import logging
import os
import sys
import time
import traceback
from collections.abc import Awaitable, Callable

import structlog
import uvloop

from tests.bench.figures.answering import answer_time
from tests.bench.figures.bookings import booking_rate, races
from tests.bench.figures.free_time import computation
from tests.bench.figures.pages import twenty_hosts, views, views_of_a_full_calendar
from tests.bench.figures.reminders import reminder_tick, seven_o_clock
from tests.bench.figures.replicas import throughput
from tests.bench.figures.running import memory, start_time
from tests.bench.figures.whole import click_to_mails, click_to_mails_slow, cpu_and_rate
from tests.bench.floor.steps import count
from tests.bench.options import Options
from tests.bench.stage import Stage, set_stage
from tests.bench.table import Row, not_taken, render

ON_STAGE: tuple[tuple[tuple[str, ...], str, Callable[[Stage], Awaitable[list[Row]]]], ...] = (
    (("P1",), "answer of a confirmation", answer_time),
    (("P2",), "click to both mails", click_to_mails),
    (("P2b",), "click to both mails, providers at 150 ms", click_to_mails_slow),
    (("P3", "P9"), "CPU and rate of whole confirmations", cpu_and_rate),
    (("P8",), "fifty guests at one slot", races),
    (("P12",), "bookings with 20 attendees against 1", twenty_hosts),
    (("P4",), "60-day views per second", views),
    (("P5",), "a 60-day view of a full calendar", views_of_a_full_calendar),
    (("P7",), "bookings answered per second", booking_rate),
    (("P11",), "a tick with many reminders filed", reminder_tick),
    (("P13",), "memory of each service", memory),
)

BY_ITSELF: tuple[tuple[str, str, Callable[[Options], Awaitable[list[Row]]]], ...] = (
    ("P14", "make demo when installed", start_time),
    ("P6", "computation of free times", computation),
    ("P10", "the reminders of 7:00", seven_o_clock),
    ("replicas", "whole confirmations by processes of each service", throughput),
)


async def bench(options: Options) -> list[Row]:
    rows: list[Row] = []
    for id_, name, take in BY_ITSELF:
        if options.wants(id_):
            rows += await _taken((id_,), name, lambda t=take: t(options))
    wanted = [figure for figure in ON_STAGE if options.wants(*figure[0])]
    if not wanted:
        return rows
    try:
        async with set_stage(options) as stage:
            for ids, name, on_stage in wanted:
                rows += await _taken(ids, name, lambda t=on_stage: t(stage))
    except Exception as error:
        done = {row.id for row in rows}
        reason = _brief(error)
        rows += [not_taken(each, name, reason) for ids, name, _ in wanted for each in ids if each not in done]
    return rows


async def _taken(ids: tuple[str, ...], name: str, take: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    began = time.perf_counter()
    try:
        rows = await take()
    except Exception as error:
        reason = _brief(error)
        rows = [not_taken(each, name, reason) for each in ids]
    print(f"{', '.join(ids)} took {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


def _brief(error: Exception) -> str:
    """For the table; the whole of it goes beside."""
    traceback.print_exception(error)
    return f"{type(error).__name__}: {error}".splitlines()[0][:160]


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    options = Options()
    began = time.perf_counter()
    rows = uvloop.run(bench(options))
    print(f"\n{os.cpu_count()} cores, rounds thrown out above {options.others} cores of other processes")
    print(f"one confirmation, as the framework floor repeats it: {count()}\n")
    print(render(rows))
    print(f"\ntaken in {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
