"""Rooms in proposals and appointments (R7, V3): they exist, belong to the organizer's provider, and own their time."""

from typing import Any

import pytest

from shared.contracts.calendar_sync import (
    Building,
    CalendarConnected,
    Provider,
    Room,
    RoomResponded,
    RoomResponse,
    RoomsChanged,
)
from shared.contracts.people import Account
from tests.builders import ORGANIZATION
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at

FUJI, HAKONE, UMEDA = "rom_fuji", "rom_hakone", "rom_umeda"


@pytest.fixture(autouse=True)
async def _rooms(world: World) -> None:
    await world.hears(rooms(Provider.GOOGLE, **{FUJI: "富士", HAKONE: "箱根"}), subject=f"{ORGANIZATION}.google")
    await world.hears(rooms(Provider.MICROSOFT, **{UMEDA: "梅田"}), subject=f"{ORGANIZATION}.microsoft")


def rooms(provider: Provider, **names: str) -> RoomsChanged:
    found = [Room(room_id=key, name=name, building_ids=["bld_1"], capacity=4) for key, name in names.items()]
    return RoomsChanged(provider=provider, buildings=[Building(building_id="bld_1", name="本社")], rooms=found)


def a_slot_in(room_id: str | None, day: int = 2, hour: int = 13) -> dict[str, Any]:
    return {**a_slot_at(day, hour), "room_id": room_id}


async def proposed(world: World, *slots: dict[str, Any], **changes: Any) -> Any:
    return await world.call("POST", "/proposals", a_visit(*slots, **changes))


def a_visit(*slots: dict[str, Any], **changes: Any) -> dict[str, Any]:
    guest = {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}
    return {"kind": "visit", "attendee_ids": [TARO], "slots": list(slots), "guest": guest, **changes}


async def confirmed(world: World, room_id: str | None = FUJI, **changes: Any) -> dict[str, Any]:
    made = (await proposed(world, a_slot_in(room_id), **changes)).json()
    answer = await world.confirm(made)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = (await world.call("GET", f"/appointments/{answer.json()['id']}")).json()
    return shown


def refused(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["code"], [error["pointer"] for error in body.get("errors", [])]


async def test_r7_a_chosen_room_is_shown_with_its_name_and_goes_on_with_the_events(world: World) -> None:
    made = (await proposed(world, a_slot_in(FUJI), a_slot_in(None, 3))).json()
    assert [(slot["room_id"], slot["room_name"]) for slot in made["slots"]] == [(FUJI, "富士"), (None, None)]
    (event,) = await world.published("booking.slots_proposed.v1")
    assert [slot.room_name for slot in event.data.proposal.slots] == ["富士", None]
    appointment_id = (await world.confirm(made)).json()["id"]
    appointment = (await world.call("GET", f"/appointments/{appointment_id}")).json()
    assert appointment["room_id"] == FUJI
    assert appointment["room"] == {"id": FUJI, "name": "富士", "status": "pending"}
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.room_name == "富士"


async def test_an_unknown_room_is_refused_where_it_stands(world: World) -> None:
    answer = await proposed(world, a_slot_in(FUJI), a_slot_in("rom_nowhere", 3))
    assert refused(answer) == (422, "unknown_room", ["/slots/1/room_id"])


async def test_another_organization_s_rooms_are_unknown(world: World) -> None:
    told = rooms(Provider.GOOGLE, rom_theirs="彼らの部屋")
    await world.hears(told, subject="org_other.google", organizationid="org_other")
    assert refused(await proposed(world, a_slot_in("rom_theirs")))[1] == "unknown_room"


async def test_v3_a_room_of_the_other_provider_is_refused_at_proposing(world: World) -> None:
    assert refused(await proposed(world, a_slot_in(UMEDA))) == (422, "room_of_other_provider", ["/slots/0/room_id"])
    account = Account(email="x@example.jp")
    linked = CalendarConnected(staff_id=HANAKO, provider=Provider.MICROSOFT, account=account)
    await world.staff(HANAKO, "佐藤花子", calendar=False)
    await world.hears(linked, subject=HANAKO)
    theirs = {"attendee_ids": [TARO, HANAKO], "organizer_id": HANAKO, "allow_overlap": True}
    assert (await proposed(world, a_slot_in(UMEDA), **theirs)).status_code == 201


async def test_a_room_cannot_be_booked_from_no_calendar(world: World) -> None:
    await world.staff("stf_none", "無連携", calendar=False, zoom=False)
    answer = await proposed(world, a_slot_in(FUJI), attendee_ids=["stf_none"])
    assert refused(answer)[1] == "room_of_other_provider"


async def test_g02_a_held_room_is_refused_to_the_next_proposal_and_the_answer_says_so(world: World) -> None:
    await proposed(world, a_slot_in(FUJI))
    answer = await proposed(world, a_slot_in(FUJI), attendee_ids=[HANAKO])
    assert refused(answer) == (409, "slot_taken", ["/slots/0/room_id"])
    assert "会議室" in answer.json()["errors"][0]["detail"]
    assert (await proposed(world, a_slot_in(HAKONE), attendee_ids=[HANAKO])).status_code == 201


async def test_g01_two_proposals_cannot_confirm_the_same_room(world: World) -> None:
    first = (await proposed(world, a_slot_in(FUJI))).json()
    second = (await proposed(world, a_slot_in(FUJI), attendee_ids=[HANAKO], allow_overlap=True)).json()
    assert (await world.confirm(first)).status_code == 201
    answer = await world.confirm(second)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")


async def test_an_edit_may_add_a_slot_with_a_room_and_keeps_the_others(world: World) -> None:
    made = (await proposed(world, a_slot_in(FUJI))).json()
    kept = {"id": made["slots"][0]["id"]}
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"slots": [kept, a_slot_in(HAKONE, 3)]})
    assert [slot["room_name"] for slot in answer.json()["slots"]] == ["富士", "箱根"]
    again = [{name: slot[name] for name in slot} for slot in answer.json()["slots"]]
    assert (await world.call("PATCH", f"/proposals/{made['id']}", {"slots": again})).status_code == 200


async def test_the_room_of_a_slot_does_not_change_under_its_id(world: World) -> None:
    made = (await proposed(world, a_slot_in(FUJI))).json()
    changed = {"id": made["slots"][0]["id"], "room_id": HAKONE}
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"slots": [changed]})
    assert refused(answer) == (422, "invalid", ["/slots/0/id"])


async def test_r28_the_room_of_an_appointment_is_changed_and_released(world: World) -> None:
    appointment = await confirmed(world)
    where = f"/appointments/{appointment['id']}"
    changed = (await world.call("PATCH", where, {"room_id": HAKONE})).json()
    assert (changed["room"]["name"], changed["version"]) == ("箱根", 2)
    assert (await proposed(world, a_slot_in(FUJI), attendee_ids=[HANAKO])).status_code == 201
    assert (
        refused(await proposed(world, a_slot_in(HAKONE), attendee_ids=[HANAKO], allow_overlap=True))[1] == "slot_taken"
    )
    released = (await world.call("PATCH", where, {"room_id": None})).json()
    assert (released["room_id"], released["room"]) == (None, None)
    (event, last) = await world.published("booking.appointment_changed.v1")
    assert (event.data.appointment.room_name, last.data.appointment.room_id) == ("箱根", None)


async def test_a_room_that_is_taken_is_not_given_to_an_appointment(world: World) -> None:
    await confirmed(world, HAKONE)
    appointment = await confirmed(world, FUJI, attendee_ids=[HANAKO])
    where = f"/appointments/{appointment['id']}"
    for more in ({}, {"allow_overlap": True}):
        answer = await world.call("PATCH", where, {"room_id": HAKONE, **more}, staff_id=HANAKO, role="admin")
        assert refused(answer) == (409, "slot_taken", ["/room_id"])
    answer = await world.call("PATCH", where, {"room_id": "rom_nowhere"}, role="admin")
    assert refused(answer) == (422, "unknown_room", ["/room_id"])


async def test_v3_what_the_room_says_is_shown_with_the_appointment(world: World) -> None:
    appointment = await confirmed(world)

    async def heard(response: str, revision: int = 1) -> dict[str, Any]:
        said = RoomResponded(
            appointment_id=appointment["id"], revision=revision, room_id=FUJI, response=RoomResponse(response)
        )
        await world.hears(said, subject=appointment["id"], version=revision)
        shown: dict[str, Any] = (await world.call("GET", f"/appointments/{appointment['id']}")).json()
        return shown

    assert (await heard("accepted"))["room"]["status"] == "accepted"
    shown = await heard("declined")
    assert shown["room"]["status"] == "declined"
    assert [(one["of"], one["status"], one["reason"]) for one in shown["effects"] if one["effect"] == "room"] == [
        (FUJI, "failed", "declined")
    ]
    await world.call("PATCH", f"/appointments/{appointment['id']}", {"title": "別の件"})
    assert (await heard("declined"))["room"]["status"] == "pending"
    assert (await heard("accepted", 2))["room"]["status"] == "accepted"
    assert (await heard("not_answering", 2))["room"]["status"] == "pending"


async def test_which_rooms_are_claimed_in_a_span(world: World) -> None:
    slot = a_slot_in(FUJI)
    await proposed(world, slot)
    asked = {"room_ids": [FUJI, HAKONE], "start": slot["start"], "end": slot["end"]}
    assert (await world.call("POST", "/rooms/claimed", asked)).json() == {"room_ids": [FUJI]}


async def test_v7_a_visit_that_moves_to_a_day_where_its_code_is_in_use_gets_another_one(world: World) -> None:
    first = await confirmed(world, None)
    made = (await proposed(world, a_slot_in(None, 5))).json()
    second_id = (await world.confirm(made)).json()["id"]
    same = {"$set": {"reception_code": first["reception_code"]}}
    await world.stores.bookings.appointments.update_one({"_id": second_id}, same)
    moved = await world.call("PATCH", f"/appointments/{second_id}", a_slot_at(2, 16))
    assert moved.status_code == 200, moved.text
    code = moved.json()["reception_code"]
    assert len(code) == 6
    assert code != first["reception_code"]
    (event,) = await world.published("booking.appointment_rescheduled.v1")
    assert event.data.appointment.reception_code == code


async def test_v7_an_outbound_appointment_carries_its_address_and_no_code(world: World) -> None:
    made = (await proposed(world, a_slot_in(None), kind="outbound", address="東京都港区1-2-3")).json()
    answer = (await world.confirm(made)).json()
    assert (answer["address"], answer["reception_code"], answer["meeting"]["status"]) == (
        "東京都港区1-2-3",
        None,
        "none",
    )
