"""Deliveries stand back while guests are answered, and go on all the same."""

import asyncio
import time

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
    await asyncio.wait_for(guests.turn(), 0.01)


async def test_guests_who_never_stop_starve_no_delivery_and_let_one_go_at_a_time() -> None:
    guests, begun = GuestsFirst(), time.monotonic()
    with guests.answering():
        await asyncio.gather(*(guests.turn() for _ in range(4)))
    assert 0.15 < time.monotonic() - begun < 2


async def test_an_answer_that_itself_waits_for_somebody_keeps_no_delivery_back() -> None:
    guests = GuestsFirst()

    async def goes_at_once() -> bool:
        begun = time.monotonic()
        await guests.turn()
        return time.monotonic() - begun < 0.01

    with guests.answering():
        await eventually(goes_at_once)
        with guests.answering():
            assert not await goes_at_once()
    assert await goes_at_once()
