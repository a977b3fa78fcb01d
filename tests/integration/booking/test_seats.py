"""Seats of bookables, and Zoom users that host one meeting at a time whichever way it comes (C2, C3, C10)."""

import asyncio
from datetime import datetime
from typing import Any

import httpx

from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled
from tests.integration.booking.test_menus import made
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at


async def register(world: World, number: int = 0, **changes: Any) -> httpx.Response:
    """By a staff member of its own, so that nothing but the bookable is shared."""
    body = {"title": f"面談{number}", **a_slot_at(2, 13), "attendee_ids": [staff_of(number)], **changes}
    return await world.call("POST", "/appointments", body, staff_id=staff_of(number))


def staff_of(number: int) -> str:
    return f"stf_{number}"


async def people(world: World, count: int) -> None:
    for number in range(count):
        await world.staff(staff_of(number), f"担当{number}", zoom=False, calendar=False)


async def test_g01_fifty_racers_for_three_seats_make_three_winners(world: World, second_world: World) -> None:
    await people(world, 50)
    kind = await made(world, location="phone")
    booth = await made(world, "bookables", capacity=3, meeting_type_ids=[kind["id"]])
    chosen = {"meeting_type_id": kind["id"], "bookable_id": booth["id"]}
    answers = await asyncio.gather(
        *(register((world, second_world)[number % 2], number, **chosen) for number in range(50))
    )
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (3, 47)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"slot_taken"}
    seats = [row["seat"] async for row in world.stores.bookings.appointments.find({}, {"seat": 1})]
    assert sorted(seats) == [0, 1, 2]


async def test_a_seat_is_free_again_after_a_cancellation_and_kept_by_a_move(world: World) -> None:
    await people(world, 4)
    kind = await made(world, location="none")
    booth = await made(world, "bookables", capacity=2)
    chosen = {"meeting_type_id": kind["id"], "bookable_id": booth["id"]}
    first, second = [(await register(world, number, **chosen)).json() for number in (0, 1)]
    assert (await register(world, 2, **chosen)).status_code == 409
    moved = await world.call("PATCH", f"/appointments/{second['id']}", a_slot_at(2, 13, 30), staff_id=staff_of(1))
    assert moved.status_code == 200
    assert (await register(world, 2, **chosen)).status_code == 409
    await world.call("DELETE", f"/appointments/{first['id']}", staff_id=staff_of(0))
    third = await register(world, 3, **chosen)
    assert third.status_code == 201
    elsewhere = (await register(world, 0, **chosen, **a_slot_at(3, 13))).json()
    await register(world, 2, **chosen, **a_slot_at(3, 13))
    taken = await world.call("PATCH", f"/appointments/{elsewhere['id']}", a_slot_at(2, 13), staff_id=staff_of(0))
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")


async def test_c3_one_zoom_user_hosts_one_meeting_whichever_way_it_comes(world: World) -> None:
    """A bookable's Zoom user is the one that 山田 connected: proposals and schedules of 山田 claim the same."""
    await people(world, 3)
    kind = await made(world, location="zoom")
    booth = await made(world, "bookables", zoom_user_id=f"zoom-{TARO}", meeting_type_ids=[kind["id"]])
    chosen = {"meeting_type_id": kind["id"], "bookable_id": booth["id"]}
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(2, 13), a_slot_at(3, 13)])
    answers = await asyncio.gather(
        world.confirm(proposal),
        *(register(world, number, **chosen, allow_overlap=True) for number in range(3)),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409, 409], [answer.text for answer in answers]
    direct = {"title": "直接", **a_slot_at(2, 13), "kind": "web", "attendee_ids": [HANAKO], "organizer_id": TARO}
    assert (await world.call("POST", "/appointments", direct, staff_id=TARO)).status_code == 409


async def test_a_bookable_hosts_with_its_own_zoom_user_whoever_organizes(world: World) -> None:
    kind = await made(world, location="zoom")
    booth = await made(world, "bookables", zoom_user_id="zoom-booth")
    body = {"title": "面談", **a_slot_at(2, 13), "meeting_type_id": kind["id"], "bookable_id": booth["id"]}
    shown = (await world.call("POST", "/appointments", body)).json()
    await world.call("PATCH", f"/appointments/{shown['id']}", {"attendee_ids": [HANAKO], "organizer_id": HANAKO})
    events = await world.published()
    assert [event.data.appointment.zoom_user_id for event in events] == ["zoom-booth"] * len(events)
    assert len(events) == 2


async def test_c10_a_room_is_booked_without_a_meeting_type_and_a_time_with_one(world: World) -> None:
    room = await made(world, "bookables", type="room", name="会議室")
    body = {"title": "会議", **a_slot_at(2, 13), "kind": "none", "bookable_id": room["id"]}
    assert (await world.call("POST", "/appointments", body)).status_code == 201
    again = await world.call("POST", "/appointments", {**body, "attendee_ids": [HANAKO]}, staff_id=HANAKO)
    assert (again.status_code, again.json()["code"]) == (409, "slot_taken")
    time = await made(world, "bookables", type="time")
    answer = await world.call("POST", "/appointments", {**body, "bookable_id": time["id"]})
    assert "/meeting_type_id" in [error["pointer"] for error in answer.json()["errors"]]
    other, booth = await made(world), await made(world, name="電話相談", location="phone")
    time = await made(world, "bookables", name="電話窓口", meeting_type_ids=[booth["id"]])
    chosen = {"meeting_type_id": other["id"], "bookable_id": time["id"]}
    answer = await world.call("POST", "/appointments", {"title": "x", **a_slot_at(5, 13), **chosen})
    assert answer.json()["code"] == "meeting_type_not_offered"


async def test_c5_another_tool_needs_no_zoom_and_its_place_is_told(world: World) -> None:
    await world.staff("stf_plain", "鈴木", zoom=False)
    place = "https://teams.example/l/1"
    slots = [a_slot_at(2, 13)]
    refused = await world.call(
        "POST",
        "/proposals",
        {"slots": slots, "guest": {"name": "田中"}, "send_mail": False, "platform": "link"},
        staff_id="stf_plain",
    )
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/place"]
    proposal = (
        await world.call(
            "POST",
            "/proposals",
            {"slots": slots, "guest": {"name": "田中"}, "send_mail": False, "platform": "link", "place": place},
            staff_id="stf_plain",
        )
    ).json()
    assert (proposal["kind"], proposal["platform"]) == ("web", "link")
    shown = (await world.confirm(proposal, email="a@example.jp")).json()
    assert (shown["place"], shown["meeting"]["status"]) == (place, "none")
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert (event.data.appointment.wants_meeting, event.data.appointment.zoom_user_id) == (False, None)


async def test_a_type_that_contradicts_what_was_said_beside_it_is_refused(world: World) -> None:
    visit, phone = await made(world, location="visit"), await made(world, name="電話相談", location="phone")
    for changes in ({"kind": "web", "meeting_type_id": visit["id"]}, {"meeting_type_id": phone["id"]}):
        answer = await world.call("POST", "/proposals", {"slots": [a_slot_at(2, 13)], **changes, "guest": GUEST})
        assert (answer.status_code, answer.json()["code"]) == (422, "mode_mismatch")
    proposal = await world.propose(meeting_type_id=visit["id"])
    assert (proposal["kind"], proposal["issue_reception_code"]) == ("visit", True)


GUEST = {"name": "田中花子", "email": "hanako@example.jp"}


async def test_c7_the_guest_sees_no_link_before_its_time_and_staff_do(world: World) -> None:
    place = "https://teams.example/l/2"
    reveal = {"link": "in_notice", "notices": [60]}
    later = await made(world, location="link", place=place, reveal=reveal)
    proposal = await world.propose(meeting_type_id=later["id"])
    shown = (await world.confirm(proposal)).json()
    assert (shown["place"], shown["meeting"]["join_url"]) == ("", None)
    assert shown["link_at"] is not None
    staff = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    assert (staff["place"], staff["link_at"]) == (place, shown["link_at"])


async def test_g09_the_notices_mails_wait_for_their_time_among_the_effects(world: World) -> None:
    reveal = {"link": "in_notice", "notices": [60]}
    later = await made(world, location="zoom", reveal=reveal)
    shown = (await world.confirm(await world.propose(meeting_type_id=later["id"]))).json()
    effects = (await world.call("GET", f"/appointments/{shown['id']}")).json()["effects"]
    notices = [effect for effect in effects if effect["purpose"] == "notice"]
    assert [(effect["of"], effect["status"]) for effect in notices] == [("guest", "waiting"), ("staff", "waiting")]
    assert datetime.fromisoformat(notices[0]["until"]) == datetime.fromisoformat(shown["link_at"])


async def test_g09_a_notice_that_came_too_late_ends_among_the_effects(world: World) -> None:
    later = await made(world, location="zoom", reveal={"link": "in_notice", "notices": [60]})
    shown = (await world.confirm(await world.propose(meeting_type_id=later["id"]))).json()
    data = ReminderCanceled(appointment_id=shown["id"], revision=1, reason=ReasonNotReminded.TOO_LATE, minutes=60)
    await world.hears(data, subject=shown["id"])
    effects = (await world.call("GET", f"/appointments/{shown['id']}")).json()["effects"]
    notices = [
        (effect["of"], effect["status"], effect["reason"]) for effect in effects if effect["purpose"] == "notice"
    ]
    assert notices == [("guest", "suppressed", "too_late"), ("staff", "suppressed", "too_late")]
    reminders = [effect["status"] for effect in effects if effect["effect"] == "reminder"]
    assert "suppressed" not in reminders
