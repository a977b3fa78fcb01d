"""Deliveries stand back while guests are answered, and go on all the same."""

import asyncio

from shared.guests_first import GuestsFirst
from tests.waiting import eventually


async def test_a_delivery_waits_for_the_answer() -> None:
    guests, order = GuestsFirst(), list[str]()

    async def deliver() -> None:
        await guests.turn()
        order.append("delivered")

    with guests.answering():
        delivery = asyncio.create_task(deliver())
        await asyncio.sleep(0)
        order.append("answered")
    await delivery
    assert order == ["answered", "delivered"]


async def test_without_guests_nothing_waits() -> None:
    guests = GuestsFirst()
    with guests.answering():
        pass
    assert await goes_at_once(guests)


async def goes_at_once(guests: GuestsFirst) -> bool:
    turn = asyncio.create_task(guests.turn())
    await asyncio.sleep(0)
    gone = turn.done()
    turn.cancel()
    return gone


async def test_guests_who_never_stop_starve_no_delivery_and_let_one_go_at_a_time() -> None:
    guests, loop = GuestsFirst(), asyncio.get_running_loop()
    begun = loop.time()
    with guests.answering():
        async with asyncio.timeout(20):
            await asyncio.gather(*(guests.turn() for _ in range(4)))
    assert loop.time() - begun > 0.15


async def test_an_answer_that_itself_waits_for_somebody_keeps_no_delivery_back() -> None:
    guests = GuestsFirst()
    with guests.answering():
        await eventually(lambda: goes_at_once(guests))
        with guests.answering():
            assert not await goes_at_once(guests)
    assert await goes_at_once(guests)
