"""The same request again, or twice at once (G8)."""

import asyncio

from tests.integration.booking.world import World


async def test_g08_the_same_request_under_the_same_key_gets_the_same_appointment(world: World) -> None:
    proposal = await world.propose()
    body = {"slot_id": proposal["slots"][0]["id"], "name": "田中花子"}
    first = await world.guest("POST", proposal, "/confirm", body, **{"idempotency-key": "k1"})
    again = await world.guest("POST", proposal, "/confirm", body, **{"idempotency-key": "k1"})
    other = await world.guest("POST", proposal, "/confirm", {**body, "name": "別人"}, **{"idempotency-key": "k1"})
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_g08_twins_under_one_key_that_wait_for_each_other_get_the_same_answer(
    world: World, second_world: World
) -> None:
    proposal = await world.propose()
    body = {"slot_id": proposal["slots"][0]["id"], "name": "田中花子"}
    calls = [
        (world, second_world)[number % 2].guest("POST", proposal, "/confirm", body, **{"idempotency-key": "k1"})
        for number in range(6)
    ]
    answers = await asyncio.gather(*calls)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.text for answer in answers}) == 1
