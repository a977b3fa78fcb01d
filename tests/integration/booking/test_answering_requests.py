"""What staff meet when they answer a request (H4): calendars, people and time have moved on, or somebody was faster."""

import asyncio
import itertools
import json
from datetime import timedelta
from typing import Any

import pytest

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared.contracts.booking import EndOfRequest
from shared.contracts.gateway import StaffDisabled
from shared.contracts.people import Person
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
from tests.integration.booking.page_requests import ADMIN, BOTH, a_host, a_page, book
from tests.integration.booking.test_contacts import contact, told
from tests.integration.booking.test_crashes import killed_at
from tests.integration.booking.test_timeline import timeline
from tests.integration.booking.world import HANAKO, TARO, World, in_tokyo

LONG = "長い説明です。\n" * 6_250


def something_at(day: int, hour: int) -> BusyEntry:
    start = in_tokyo(day, hour)
    return BusyEntry("entry-1", Span(start, start + timedelta(minutes=30)))


async def test_g04_a_calendar_that_filled_meanwhile_is_looked_at_and_staff_decide(
    world: World, forward: Forward
) -> None:
    made = await a_request(world)
    forward(timedelta(minutes=1))
    world.look.busy[TARO] = [something_at(2, 10)]
    refused = await answer(world, made, "approve")
    assert (refused.status_code, refused.json()["code"]) == (422, "slot_busy")
    assert (await shown(world, made))["status"] == "requested"
    assert (await answer(world, made, "approve", over=True)).json()["status"] == "confirmed"


async def test_g03_an_unreadable_calendar_confirms_nothing_until_staff_say_so(world: World, forward: Forward) -> None:
    made = await a_request(world)
    forward(timedelta(minutes=20))
    world.look.down.add(TARO)
    refused = await answer(world, made, "approve")
    assert (refused.status_code, refused.json()["code"]) == (503, "calendar_unreadable")
    assert (await answer(world, made, "approve", over=True)).json()["status"] == "confirmed"


async def test_h4_where_nobody_has_a_calendar_nobody_is_asked(world: World) -> None:
    await world.staff("stf_offline", "第三", calendar=False)
    made = await a_request(world, await a_page(world, hosts=[a_host("stf_offline")]))
    assert (await answer(world, made, "approve", **ADMIN)).status_code == 200
    assert world.look.asked == []


@pytest.mark.parametrize("word", ["approve", "decline"])
async def test_r14_50_000_characters_are_told_whole(world: World, word: str) -> None:
    made = await a_request(world)
    done = await answer(world, made, word, LONG)
    assert done.status_code == 200, done.text
    event = (await world.published())[-1]
    secrets = AppointmentSecrets.unseal(KeyRing.parse(BUS_KEYS), event.data.sealed, subject=made["id"])
    assert (secrets.guidance if word == "approve" else secrets.message) == LONG.strip()
    seen = (await of_guest(world, made, method="GET")).json()
    assert seen["guidance" if word == "approve" else "cancel_message"] == LONG.strip()


async def test_h4_what_is_too_long_is_refused_and_changes_nothing(world: World) -> None:
    made = await a_request(world)
    refused = await answer(world, made, "decline", "あ" * 100_001)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/message")
    assert (await shown(world, made))["status"] == "requested"


async def test_g01_of_guests_who_ask_for_one_time_one_is_heard(world: World, second_world: World) -> None:
    page = await a_page(world, offline=True)
    guests = [{"name": f"客{n}", "email": f"guest{n}@guest.example"} for n in range(8)]
    answers = await asyncio.gather(
        *(book((world, second_world)[n % 2], page, at(2, 10), guest=guest) for n, guest in enumerate(guests))
    )
    assert sorted(one.status_code for one in answers) == [202, *[409] * 7]
    lost = next(one for one in answers if one.status_code == 409).json()
    assert lost["code"] == "slot_taken"
    assert lost["slots"]
    assert len(await world.published(REQUESTED)) == 1


async def expire(world: World, made: dict[str, Any]) -> None:
    """As after its time; the service looks at what is due."""
    rows = world.stores.bookings.appointments
    past = in_tokyo(0, 0) - timedelta(days=1)
    only = {"_id": made["id"], "status": "requested"}
    await rows.update_one(only, {"$set": {"requested_until": past, "due_at": past}})
    await world.due.run_due()


ENDS_IN = {"approve": "confirmed", "decline": "canceled", "withdraw": "canceled", "expire": "canceled"}


async def test_h4_in_every_order_the_first_word_counts(world: World) -> None:
    """Only the guest may go back on it afterwards, as of any appointment."""
    page = await a_page(world, offline=True)
    orders = list(itertools.permutations(ENDS_IN))
    made = [await a_request(world, page, at(2 + n // 12, 8 + n % 12)) for n in range(len(orders))]
    for one, words in zip(made, orders, strict=True):
        for word in words:
            await _says(world, one, word)
            if word == words[0]:
                assert (await shown(world, one))["status"] == ENDS_IN[word]
    events = await world.published()
    for one, words in zip(made, orders, strict=True):
        own = [event for event in events if event.subject == one["id"]]
        approved = words[0] == "approve"
        assert [event.data.routing_key for event in own] == [REQUESTED, *([CONFIRMED] if approved else []), CANCELED]
        assert own[-1].data.was_requested != approved


async def _says(world: World, made: dict[str, Any], word: str) -> None:
    if word == "withdraw":
        await of_guest(world, made, "/cancel")
    elif word == "expire":
        await expire(world, made)
    else:
        await answer(world, made, word)


@pytest.mark.parametrize(
    ("word", "why"),
    [("decline", EndOfRequest.DECLINED), ("expire", EndOfRequest.EXPIRED), ("withdraw", EndOfRequest.WITHDRAWN)],
)
async def test_h4_everybody_sees_why_it_came_to_nothing(world: World, word: str, why: EndOfRequest) -> None:
    made = await a_request(world)
    assert made["requested_until"] is not None
    acts = {
        "decline": lambda: answer(world, made, "decline", "満席です。"),
        "expire": lambda: expire(world, made),
        "withdraw": lambda: of_guest(world, made, "/cancel"),
    }
    await acts[word]()
    seen = (await of_guest(world, made, method="GET")).json()
    assert (seen["status"], seen["end_of_request"], seen["can_cancel"]) == ("canceled", why, False)
    assert (await shown(world, made))["end_of_request"] == why
    for event in await world.published():
        await getattr(world.subscribers, "on_" + event.routing_key.split(".")[1])(event)
    told_of = [
        (one["type"].split(".")[2], one["facts"]["reason"])
        for one in await timeline(world, f"/appointments/{made['id']}")
    ]
    assert ("appointment_canceled", why) in told_of


async def test_h4_a_request_is_taken_back_whatever_the_page_allows(world: World) -> None:
    page = await a_page(world, offline=True, cancel={"allowed": False, "until": 0})
    made = await a_request(world, page)
    assert (made["can_cancel"], made["cancel_until"]) == (True, made["requested_until"])
    (event,) = await world.published(REQUESTED)
    assert (event.data.appointment.cancel_until, event.data.appointment.reschedule_until) == (
        event.data.answer_by,
        None,
    )
    assert (await of_guest(world, made, "/cancel")).json()["end_of_request"] == "withdrawn"


async def test_h7_who_asks_is_a_contact(world: World) -> None:
    made = await a_request(world)
    await told(world)
    assert [one["id"] for one in (await contact(world))["history"]] == [made["id"]]
    await answer(world, made, "decline")
    await told(world)
    assert (await contact(world))["email"] == "hanako@guest.example"


async def test_h14_a_sandbox_organization_takes_requests_of_its_own_only(world: World) -> None:
    page = await a_page(world, offline=True)
    await world.organization(sandbox=True)
    refused = await book(world, page, at(2, 10))
    assert (refused.status_code, refused.json()["code"]) == (422, "sandbox_organization")
    own = {"name": "佐藤花子", "email": f"{HANAKO}@example.jp"}
    assert (await book(world, page, at(2, 10), guest=own)).status_code == 202


async def test_h4_a_request_needs_attention_until_it_is_answered(world: World) -> None:
    made = await a_request(world)
    listed = (await world.call("GET", "/appointments?troubled=true")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    await answer(world, made, "decline")
    assert (await world.call("GET", "/appointments?troubled=true")).json()["items"] == []


async def test_h4_who_was_disabled_meanwhile_does_not_attend(world: World) -> None:
    made = await a_request(world, await a_page(world, offline=True, hosts=BOTH, assignment="all"))
    gone = Person(name="佐藤花子", email=f"{HANAKO}@example.jp")
    await world.hears(StaffDisabled(person=gone), subject=HANAKO)
    await answer(world, made, "approve")
    (event,) = await world.published(CONFIRMED)
    assert [one.staff_id for one in event.data.appointment.attendees] == [TARO]


@pytest.mark.parametrize("step", ["before the change", "between appointment and claims", "after the commit"])
async def test_g27_an_approval_that_is_killed_is_there_whole_or_not_at_all(
    world: World, booking_url: str, step: str
) -> None:
    made = await a_request(world)
    await killed_at(step, booking_url, json.dumps({"message": ""}), path=f"/appointments/{made['id']}/approve")
    stands = "confirmed" if step == "after the commit" else "requested"
    assert (await shown(world, made))["status"] == stands
    assert len(await world.published(CONFIRMED)) == (stands == "confirmed")
    assert (await answer(world, made, "approve")).json()["status"] == "confirmed"
    assert len(await world.published(CONFIRMED)) == 1
    assert await ends(world) == []
