"""Bookings that staff confirm first (H4, G2): one answer wins, whoever else speaks hears how things stand."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from shared import clock
from shared.contracts.booking import EndOfRequest
from shared.contracts.sealed import AppointmentSecrets
from shared.crypto import KeyRing
from tests.builders import BUS_KEYS
from tests.integration.booking.asking import (
    CANCELED,
    CONFIRMED,
    REQUESTED,
    a_request,
    answer,
    at,
    ends,
    of_guest,
    shown,
)
from tests.integration.booking.conftest import Forward
from tests.integration.booking.page_requests import ADMIN, a_host, a_page, book, slots_of, visit
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at


async def test_h4_an_offline_page_takes_requests_and_nothing_is_made(world: World) -> None:
    page = await a_page(world, offline=True, request_hours=24)
    made = await a_request(world, page)
    assert (made["status"], made["meeting"]["status"], made["can_reschedule"]) == ("requested", "none", False)
    (event,) = await world.published()
    assert event.data.routing_key == REQUESTED
    assert event.data.appointment.page.page_id == page["id"]
    seen = await shown(world, made)
    assert (seen["status"], seen["outcome"], seen["calendar"]["status"]) == ("requested", "scheduled", "none")
    assert datetime.fromisoformat(seen["requested_until"]) == event.data.answer_by
    assert {(one["effect"], one["of"], one["purpose"]) for one in seen["effects"]} == {
        ("mail", "guest", "requested"),
        ("mail", "staff", "requested"),
    }
    assert await world.stores.bookings.standing([(made["id"], 1)]) == set()
    assert (await of_guest(world, made, method="GET")).json()["status"] == "requested"


async def test_h4_a_page_without_calendars_takes_requests_by_itself(world: World) -> None:
    await world.staff("stf_offline", "第三", calendar=False)
    page = await a_page(world, hosts=[a_host("stf_offline")])
    assert (await visit(world, "GET", page)).json()["takes_requests"] is True
    made = await a_request(world, page)
    approved = (await answer(world, made, "approve", **ADMIN)).json()
    assert (approved["status"], approved["calendar"]["status"]) == ("confirmed", "none")


async def test_g02_a_request_holds_its_time_for_pages_and_menus(world: World) -> None:
    page, other = await a_page(world, offline=True, daily_limit=1), await a_page(world)
    made = await a_request(world, page)
    assert at(2, 10) not in [slot["start"] for slot in await slots_of(world, other)]
    assert (await book(world, other, at(2, 10))).status_code == 409
    assert (await book(world, page, at(2, 15))).status_code == 409  # the day is full
    refused = await world.call("POST", "/proposals", {"attendee_ids": [TARO], "slots": [a_slot_at(2, 10)]})
    assert refused.status_code in (409, 422)
    await answer(world, made, "decline")
    assert (await book(world, other, at(2, 10))).status_code == 201
    assert (await book(world, page, at(2, 15))).status_code == 202


async def test_h4_approved_it_is_an_appointment_with_all_that_belongs_to_one(world: World) -> None:
    made = await a_request(world)
    answers = await asyncio.gather(*(answer(world, made, "approve", "お待ちしております。") for _ in range(3)))
    assert {(one.status_code, one.json()["status"]) for one in answers} == {(200, "confirmed")}
    (event,) = await world.published(CONFIRMED)
    assert (event.aggregateversion, event.data.appointment.wants_meeting) == (2, True)
    secrets = AppointmentSecrets.unseal(KeyRing.parse(BUS_KEYS), event.data.sealed, subject=made["id"])
    assert secrets.guidance == "お待ちしております。"
    seen = await shown(world, made)
    assert {one["effect"] for one in seen["effects"]} == {"meeting", "mail", "reminder"}
    late = await answer(world, made, "decline")
    assert (late.status_code, late.json()["code"]) == (409, "already_confirmed")
    assert await world.stores.bookings.standing([(made["id"], 2)])


async def test_h4_declined_it_is_over_and_its_time_free(world: World) -> None:
    page = await a_page(world, offline=True)
    made = await a_request(world, page)
    answers = await asyncio.gather(*(answer(world, made, "decline", "満席です。") for _ in range(3)))
    assert {(one.status_code, one.json()["status"]) for one in answers} == {(200, "canceled")}
    seen = await shown(world, made)
    assert (seen["outcome"], seen["cancel_message"]) == ("canceled", "満席です。")
    assert {(one["effect"], one["purpose"]) for one in seen["effects"]} == {("mail", "declined")}
    assert await ends(world) == [EndOfRequest.DECLINED]
    late = await answer(world, made, "approve")
    assert (late.status_code, late.json()["code"]) == (409, "already_canceled")
    assert (await a_request(world, page))["status"] == "requested"


@pytest.mark.parametrize("way", ["cancel", "delete", "outcome"])
async def test_h4_cancelling_a_request_declines_it(world: World, way: str) -> None:
    made = await a_request(world)
    path = f"/appointments/{made['id']}"
    calls = {
        "cancel": ("POST", f"{path}/cancel", {"message": ""}),
        "delete": ("DELETE", path, None),
        "outcome": ("PUT", f"{path}/outcome", {"outcome": "completed"}),
    }
    done = await world.call(*calls[way])
    if way == "outcome":
        assert (done.status_code, done.json()["code"]) == (409, "not_confirmed_yet")
        return
    assert (done.status_code, done.json()["status"]) == (200, "canceled")
    assert await ends(world) == [EndOfRequest.DECLINED]


async def test_h4_the_guest_takes_it_back(world: World) -> None:
    made = await a_request(world)
    taken_back = await of_guest(world, made, "/cancel")
    assert (taken_back.status_code, taken_back.json()["status"]) == (200, "canceled")
    assert await ends(world) == [EndOfRequest.WITHDRAWN]
    assert (await answer(world, made, "decline")).json()["status"] == "canceled"
    assert (await answer(world, made, "approve")).status_code == 409
    assert len(await ends(world)) == 1


async def test_h4_a_request_is_changed_only_by_an_answer(world: World) -> None:
    made = await a_request(world)
    refused = await world.call("PATCH", f"/appointments/{made['id']}", {"title": "別名"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_confirmed_yet")
    assert (await answer(world, made, "approve", staff_id=HANAKO)).status_code == 403


async def test_h4_nobody_answers_in_time(world: World, second_world: World, forward: Forward) -> None:
    page = await a_page(world, offline=True, request_hours=1)
    made = await a_request(world, page)
    forward(timedelta(hours=1, seconds=1))
    late = await answer(world, made, "approve")
    assert (late.status_code, late.json()["code"]) == (410, "request_expired")
    await asyncio.gather(world.due.run_due(), second_world.due.run_due())
    assert ((await shown(world, made))["status"], await ends(world)) == ("canceled", [EndOfRequest.EXPIRED])
    assert (await book(world, page, at(2, 10))).status_code == 202


async def test_h4_no_request_outlives_its_start(world: World) -> None:
    page = await a_page(world, offline=True, request_hours=14 * 24)
    made = await a_request(world, page)
    assert (await shown(world, made))["requested_until"] == made["start"]


async def test_h4_one_of_staff_and_guest_wins(world: World, second_world: World) -> None:
    page = await a_page(world, offline=True)
    won = Counter[str]()
    for n in range(6):
        made = await a_request(world, page, at(2, 10 + n))
        await asyncio.gather(
            answer(world, made, "approve"),
            answer(second_world, made, "decline"),
            of_guest(world, made, "/cancel"),
            of_guest(second_world, made, "/cancel"),
            answer(second_world, made, "approve"),
        )
        won[(await shown(world, made))["status"]] += 1
    events = [event for event in await world.published() if event.data.routing_key != REQUESTED]
    assert len({event.subject for event in events}) == 6
    confirmed = [event.subject for event in events if event.data.routing_key == CONFIRMED]
    ended = [event for event in events if event.data.routing_key == CANCELED]
    assert len(set(confirmed)) == len(confirmed)
    # a guest may cancel what was approved a moment ago; that is no request any more
    assert all(event.data.was_requested != (event.subject in confirmed) for event in ended)
    assert won["requested"] == 0


async def test_g02_of_two_that_hold_one_time_the_first_confirmed_wins(world: World) -> None:
    made = await a_request(world)
    body = {"attendee_ids": [TARO], "slots": [a_slot_at(2, 10), a_slot_at(3, 10)], "allow_overlap": True}
    proposal = await world.propose(**body)
    assert (await world.confirm(proposal)).status_code == 201
    refused = await answer(world, made, "approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    (event,) = await world.published(CONFIRMED)
    for _ in range(2):
        await world.subscribers.on_appointment_confirmed(event)
    assert (await shown(world, made))["status"] == "canceled"
    assert await ends(world) == [EndOfRequest.TAKEN]


async def test_g02_an_approved_request_takes_the_slots_of_proposals(world: World) -> None:
    made = await a_request(world)
    body = {"attendee_ids": [TARO], "slots": [a_slot_at(2, 10), a_slot_at(3, 10)], "allow_overlap": True}
    proposal = await world.propose(**body)
    assert (await answer(world, made, "approve")).status_code == 200
    assert (await world.confirm(proposal)).status_code == 409
    (event,) = await world.published(CONFIRMED)
    await world.subscribers.on_appointment_confirmed(event)
    slots = (await world.call("GET", f"/proposals/{proposal['id']}")).json()["slots"]
    assert [slot["status"] for slot in slots] == ["taken", "open"]


async def test_g02_approving_and_confirming_at_once_make_one(world: World, second_world: World) -> None:
    page = await a_page(world, offline=True)
    for n in range(4):
        made = await a_request(world, page, at(2, 10 + n))
        slots = [a_slot_at(2, 10 + n), a_slot_at(9, 10 + n)]
        proposal = await world.propose(attendee_ids=[TARO], slots=slots, allow_overlap=True)
        answers = await asyncio.gather(answer(world, made, "approve"), second_world.confirm(proposal))
        assert sorted(one.status_code for one in answers) in ([200, 409], [201, 409])


async def test_g08_a_request_twice_with_one_key_is_one(world: World) -> None:
    page = await a_page(world, offline=True)
    answers = await asyncio.gather(*(book(world, page, at(2, 10), {"idempotency-key": "k"}) for _ in range(4)))
    assert {(one.status_code, one.json()["id"]) for one in answers} == {(202, answers[0].json()["id"])}
    assert len(await world.published(REQUESTED)) == 1


async def test_v7_a_visit_has_its_code_once_it_is_confirmed(world: World) -> None:
    kind = {"name": "来社", "location": "visit"}
    made_type = await world.call("POST", "/meeting-types", kind, **ADMIN)
    assert made_type.status_code == 201, made_type.text
    page = await a_page(world, offline=True, meeting_type_id=made_type.json()["id"])
    made = await a_request(world, page)
    assert made["reception_code"] is None
    assert (await answer(world, made, "approve")).json()["reception_code"]


async def test_h4_requests_are_listed(world: World) -> None:
    made = await a_request(world)
    listed = (await world.call("GET", "/appointments?status=requested")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]


async def test_h4_an_answer_and_the_end_of_its_time_at_once_have_one_outcome(
    world: World, second_world: World, forward: Forward
) -> None:
    page = await a_page(world, offline=True, request_hours=1)
    made = [await a_request(world, page, at(2, 10 + n)) for n in range(6)]
    rows = world.stores.bookings.appointments
    await rows.update_many({}, {"$set": {"due_at": clock.now()}})  # its worker looks while staff still may answer
    forward(timedelta(minutes=55))
    await asyncio.gather(
        *(answer(world, one, "approve") for one in made),
        *(of_guest(second_world, one, "/cancel") for one in made[:3]),
        world.due.run_due(),
        second_world.due.run_due(),
    )
    for one in made[3:]:
        assert (await shown(world, one))["status"] == "confirmed"
    forward(timedelta(hours=1))
    await world.due.run_due()
    assert EndOfRequest.EXPIRED not in await ends(world)
