"""Staff record what became of an appointment (H11)."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from tests.integration.booking.conftest import Forward
from tests.integration.booking.test_registering import GUEST, registered
from tests.integration.booking.world import World, a_slot_at

SAID = "booking.outcome_recorded.v1"


async def record(world: World, made: dict[str, Any], outcome: str, **headers: str) -> httpx.Response:
    return await world.call("PUT", f"/appointments/{made['id']}/outcome", {"outcome": outcome}, headers=headers)


async def shown(world: World, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call("GET", f"/appointments/{made['id']}")).json()
    return found


async def test_h11_completed_is_suggested_once_the_time_has_passed(world: World, forward: Forward) -> None:
    made = await registered(world, guest=GUEST)
    assert (made["outcome"], made["suggested_outcome"]) == ("scheduled", None)
    forward(timedelta(days=4))
    assert (await shown(world, made))["suggested_outcome"] == "completed"
    answer = await record(world, made, "completed")
    assert (answer.status_code, answer.json()["outcome"], answer.json()["suggested_outcome"]) == (
        200,
        "completed",
        None,
    )
    assert answer.json()["changed_by"]["staff_id"] == "stf_taro"


async def test_h11_every_outcome_can_be_recorded_and_twice_says_it_once(world: World, forward: Forward) -> None:
    made = await registered(world, guest=GUEST)
    forward(timedelta(days=4))
    for outcome in ("completed", "rescheduled", "no_show", "canceled", "scheduled"):
        answers = await asyncio.gather(*(record(world, made, outcome) for _ in range(3)))
        assert {(answer.status_code, answer.json()["outcome"]) for answer in answers} == {(200, outcome)}
    told = [event.data.outcome for event in await world.published(SAID)]
    assert told == ["completed", "rescheduled", "no_show", "canceled", "scheduled"]
    assert (await shown(world, made))["status"] == "confirmed"
    assert await world.published("booking.appointment_canceled.v1") == []
    unknown = await record(world, made, "postponed")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/outcome")


async def test_h11_an_outcome_makes_no_revision_that_others_would_have_to_follow(world: World) -> None:
    made = await registered(world, guest=GUEST)
    assert (await record(world, made, "completed")).json()["version"] == made["version"]
    (event,) = await world.published(SAID)
    assert (event.aggregateversion, event.data.appointment.revision) == (made["version"], made["version"])
    assert await world.stores.bookings.standing([(made["id"], made["version"])])


async def test_h11_canceled_of_what_is_to_come_cancels_it(world: World) -> None:
    made = await registered(world, guest=GUEST)
    answer = await record(world, made, "canceled")
    assert (answer.json()["status"], answer.json()["outcome"]) == ("canceled", "canceled")
    assert len(await world.published("booking.appointment_canceled.v1")) == 1
    assert (await record(world, made, "canceled")).status_code == 200
    late = await record(world, made, "completed")
    assert (late.status_code, late.json()["code"]) == (409, "already_canceled")
    assert await world.published(SAID) == []


async def test_h11_a_move_begins_anew_and_another_change_keeps_the_outcome(world: World) -> None:
    made = await registered(world, guest=GUEST)
    await record(world, made, "no_show")
    renamed = (await world.call("PATCH", f"/appointments/{made['id']}", {"title": "別名"})).json()
    assert renamed["outcome"] == "no_show"
    moved = (await world.call("PATCH", f"/appointments/{made['id']}", a_slot_at(5, 10))).json()
    assert moved["outcome"] == "scheduled"


async def test_h11_a_change_at_the_same_time_loses_no_outcome(world: World, second_world: World) -> None:
    made = await registered(world, guest=GUEST)
    for n in range(5):
        path, outcome = f"/appointments/{made['id']}", "completed" if n % 2 else "no_show"
        answers = await asyncio.gather(
            record(world, made, outcome), second_world.call("PATCH", path, {"title": f"別名{n}"})
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        now = await shown(world, made)
        assert (now["outcome"], now["title"]) == (outcome, f"別名{n}")


async def test_h11_an_old_version_is_412(world: World) -> None:
    made = await registered(world, guest=GUEST)
    await world.call("PATCH", f"/appointments/{made['id']}", {"title": "別名"})
    assert (await record(world, made, "completed", **{"if-match": '"r1"'})).status_code == 412
    assert (await record(world, made, "completed", **{"if-match": '"r2"'})).status_code == 200


async def test_h11_lists_are_narrowed_to_an_outcome(world: World) -> None:
    first, other = await registered(world, guest=GUEST), await registered(world, guest=GUEST, **a_slot_at(4, 10))
    await record(world, first, "completed")
    found = {
        outcome: [one["id"] for one in (await world.call("GET", f"/appointments?outcome={outcome}")).json()["items"]]
        for outcome in ("completed", "scheduled")
    }
    assert found == {"completed": [first["id"]], "scheduled": [other["id"]]}


async def test_x3_the_timeline_tells_outcomes(world: World) -> None:
    made = await registered(world, guest=GUEST)
    await record(world, made, "completed")
    (event,) = await world.published(SAID)
    for _ in range(2):
        await world.subscribers.on_outcome_recorded(event)
    (told,) = (await world.call("GET", f"/appointments/{made['id']}/timeline")).json()["items"]
    assert told["facts"]["reason"] == "completed"
