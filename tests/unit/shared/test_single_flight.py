"""Work shared by all who wait for it."""

import asyncio

import pytest

from shared.single_flight import NextFlight, SingleFlight, Turns
from tests.waiting import eventually


class Work:
    """Ends when ``may_end`` is set."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        await self.may_end.wait()
        return self.begun


async def test_those_who_ask_at_once_get_one_answer_and_later_ones_another() -> None:
    work, flight = Work(), SingleFlight[int]()
    asking = [asyncio.create_task(flight("a", work)) for _ in range(5)]
    await asyncio.sleep(0)
    work.may_end.set()
    assert await asyncio.gather(*asking) == [1] * 5
    assert await flight("a", work) == 2


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    work, flight = Work(), SingleFlight[int]()
    gone, waiting = (asyncio.create_task(flight("a", work)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    work.may_end.set()
    assert await waiting == 1
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_g05_who_asks_while_a_call_is_under_way_gets_the_answer_of_a_later_one() -> None:
    work, flight = Work(), NextFlight[int]()
    first = asyncio.create_task(flight("a", work))
    await eventually(lambda: work.begun == 1)
    later = [asyncio.create_task(flight("a", work)) for _ in range(5)]
    other = asyncio.create_task(flight("b", work))
    await eventually(lambda: work.begun == 2)
    work.may_end.set()
    assert await asyncio.gather(first, other, *later) == [2, 2] + [3] * 5
    assert await flight("a", work) == 4


async def test_a_call_that_takes_long_is_not_waited_for() -> None:
    work, flight = Work(), NextFlight[int](patience=0.01)
    waiting = [asyncio.create_task(flight("a", work)) for _ in range(2)]
    await eventually(lambda: work.begun == 1)
    waiting.append(asyncio.create_task(flight("a", work)))
    await eventually(lambda: work.begun == 2)
    work.may_end.set()
    assert await asyncio.gather(*waiting) == [2, 2, 2]


async def test_turns_are_taken_one_after_the_other_per_key() -> None:
    turns = Turns()

    async def took_turns(key: str) -> bool:
        async with turns.of(key) as waited:
            await asyncio.sleep(0)
            return waited

    assert await asyncio.gather(took_turns("a"), took_turns("a"), took_turns("b")) == [False, True, False]
