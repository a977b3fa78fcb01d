"""Appointments after the choice: staff reschedule, change, cancel; others look on."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo


async def confirmed(world: World, slot: int = 0, **changes: Any) -> dict[str, Any]:
    proposal = await world.propose(**changes)
    answer = await world.confirm(proposal, slot)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = (await world.call("GET", f"/appointments/{answer.json()['id']}")).json()
    return shown


async def test_staff_see_the_whole_appointment(world: World) -> None:
    shown = await confirmed(world, note="内緒")
    assert (shown["status"], shown["version"], shown["note"]) == ("confirmed", 1, "内緒")
    assert (shown["meeting"]["status"], shown["calendar"]["status"]) == ("pending", "pending")
    assert shown["guest_url"].startswith("https://chosei.example/g/")
    effects = {(effect["effect"], effect["of"]) for effect in shown["effects"]}
    assert effects == {
        ("hold_release", TARO),
        ("hold_release", HANAKO),
        ("meeting", TARO),
        ("entry", TARO),
        ("entry", HANAKO),
        ("mail", "guest"),
        ("mail", "staff"),
        ("reminder", ""),
    }


async def test_rescheduling_moves_the_claims_and_tells_the_old_time(world: World) -> None:
    shown = await confirmed(world)
    start = in_tokyo(6, 9)
    answer = await world.call("PATCH", f"/appointments/{shown['id']}", {"start": start.isoformat()})
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 2
    assert datetime.fromisoformat(answer.json()["end"]) == start + timedelta(hours=1)
    (event,) = await world.published("booking.appointment_rescheduled.v1")
    assert (event.data.previous_start_at, event.data.appointment.revision) == (in_tokyo(2, 13), 2)
    claims = await world.stores.guards.of_staff("org_sample", [TARO], Span(in_tokyo(0, 0), in_tokyo(9, 0)))
    assert [claim.span.start_at for claim in claims[TARO]] == [start]
    await world.propose(slots=[a_slot_at(2, 13)])


async def test_rescheduling_passes_the_same_look_and_guard_as_a_confirmation(world: World) -> None:
    shown = await confirmed(world)
    other = await confirmed(world, slots=[a_slot_at(3, 10)])
    path = f"/appointments/{shown['id']}"
    taken = await world.call("PATCH", path, {"start": other["start"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    overlapped = await world.call("PATCH", path, {"start": other["start"], "allow_overlap": True})
    assert overlapped.status_code == 409
    past = await world.call("PATCH", path, {"start": in_tokyo(-1, 9).isoformat()})
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/start")
    await world.busy(HANAKO, read_at=clock.now() - timedelta(minutes=5))
    world.look.busy[HANAKO] = [BusyEntry("new", Span(in_tokyo(5, 9), in_tokyo(5, 10)))]
    busy = await world.call("PATCH", path, {"start": in_tokyo(5, 9).isoformat()})
    assert (busy.status_code, busy.json()["code"]) == (409, "slot_taken")
    world.look.down = {HANAKO}
    await world.busy(HANAKO, read_at=clock.now() - timedelta(minutes=16))
    unreadable = await world.call("PATCH", path, {"start": in_tokyo(5, 9).isoformat()})
    assert unreadable.status_code == 503
    assert (await world.call("GET", path)).json()["version"] == 1


async def test_bad_times_are_refused_with_a_pointer(world: World) -> None:
    shown = await confirmed(world)
    for body, pointer in (
        ({"end": shown["start"]}, "/end"),
        ({"start": in_tokyo(5, 9).isoformat(), "end": in_tokyo(7, 9).isoformat()}, "/end"),
        ({"start": (in_tokyo(5, 9) + timedelta(seconds=1)).isoformat()}, "/start"),
        ({"start": "9999-12-31T23:59:59-12:00"}, "/start"),
        ({"attendee_ids": ["stf_nobody"]}, "/attendee_ids/0"),
        ({"title": "a\nb"}, "/title"),
        ({"status": "canceled"}, "/status"),
    ):
        answer = await world.call("PATCH", f"/appointments/{shown['id']}", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_new_attendee_must_be_free_and_is_claimed(world: World) -> None:
    await world.staff("stf_third", "高橋")
    shown = await confirmed(world)
    await confirmed(world, slots=[a_slot_at(2, 13)], attendee_ids=["stf_third"], kind="visit")
    ids = [TARO, HANAKO, "stf_third"]
    taken = await world.call("PATCH", f"/appointments/{shown['id']}", {"attendee_ids": ids})
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    fewer = await world.call("PATCH", f"/appointments/{shown['id']}", {"attendee_ids": [HANAKO]})
    assert (fewer.status_code, fewer.json()["organizer_id"]) == (200, HANAKO)
    (event,) = await world.published("booking.appointment_changed.v1")
    assert event.data.appointment.zoom_user_id == f"zoom-{HANAKO}"


async def test_a_change_that_changes_nothing_makes_no_version(world: World) -> None:
    shown = await confirmed(world)
    body = {"start": shown["start"], "title": shown["title"]}
    answer = await world.call("PATCH", f"/appointments/{shown['id']}", body)
    assert answer.json()["version"] == 1
    assert await world.published("booking.appointment_changed.v1") == []


async def test_cancelling_frees_the_time_and_a_second_one_does_nothing(world: World) -> None:
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    first = await world.call("POST", f"{path}/cancel", {"message": "申し訳ありません"})
    second = await world.call("DELETE", path)
    assert [answer.json()["status"] for answer in (first, second)] == ["canceled"] * 2
    assert second.json()["version"] == 2
    assert len(await world.published("booking.appointment_canceled.v1")) == 1
    moved = await world.call("PATCH", path, {"title": "別"})
    assert (moved.status_code, moved.json()["code"]) == (409, "not_open")
    again = await world.propose(slots=[a_slot_at(2, 13)])
    assert (await world.confirm(again)).status_code == 201


async def test_the_guest_sees_that_it_was_cancelled(world: World) -> None:
    proposal = await world.propose()
    made = (await world.confirm(proposal)).json()
    await world.call("DELETE", f"/appointments/{made['id']}")
    page = (await world.guest("GET", proposal)).json()
    assert (page["status"], page["appointment"]["status"]) == ("confirmed", "canceled")


async def test_g01_rescheduling_two_appointments_to_one_time_at_once_moves_one(
    world: World, second_world: World
) -> None:
    first = await confirmed(world)
    second = await confirmed(world, slots=[a_slot_at(3, 10)])
    body = {"start": in_tokyo(6, 9).isoformat(), "allow_overlap": True}
    answers = await asyncio.gather(
        world.call("PATCH", f"/appointments/{first['id']}", body),
        second_world.call("PATCH", f"/appointments/{second['id']}", body),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_versions_and_rights_are_checked(world: World) -> None:
    await world.staff("stf_other", "高橋")
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    assert (await world.call("PATCH", path, {"note": "a"}, headers={"if-match": 'W/"r1"'})).status_code == 200
    assert (await world.call("DELETE", path, headers={"if-match": '"r1"'})).status_code == 412
    assert (await world.call("DELETE", path, staff_id="stf_other")).status_code == 403
    assert (await world.call("GET", path, staff_id="stf_other")).status_code == 200
    other = await world.call("GET", path, staff_id="stf_other", organization="org_other", role="admin")
    assert other.status_code == 404
    assert (await world.call("GET", "/appointments/apt_x")).status_code == 404


async def test_lists_are_earliest_first_within_a_window(world: World) -> None:
    made = [(await confirmed(world, slots=[a_slot_at(day, 9)]))["id"] for day in (4, 2, 3)]
    page = (await world.call("GET", "/appointments?limit=2")).json()
    rest = (await world.call("GET", f"/appointments?limit=2&cursor={page['next_cursor']}")).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == [made[1], made[2], made[0]]
    query = {"from": in_tokyo(3, 0).isoformat(), "to": in_tokyo(4, 0).isoformat(), "status": "confirmed"}
    answer = await world.client.get("/internal/appointments", params=query, headers=world.headers())
    assert [item["id"] for item in answer.json()["items"]] == [made[2]]
    for bad in ("from=yesterday", "cursor=x", "status=odd", "limit=1000"):
        assert (await world.call("GET", f"/appointments?{bad}")).status_code == 422


async def test_g22_a_reminder_stands_only_for_the_current_revision(world: World) -> None:
    shown = await confirmed(world)
    gone = await confirmed(world, slots=[a_slot_at(3, 10)])
    await world.call("PATCH", f"/appointments/{shown['id']}", {"start": in_tokyo(6, 9).isoformat()})
    await world.call("DELETE", f"/appointments/{gone['id']}")
    asked = [(shown["id"], 1), (shown["id"], 2), (gone["id"], 1), (gone["id"], 2), ("apt_x", 1)]
    body = {"items": [{"appointment_id": name, "revision": revision} for name, revision in asked]}
    answer = (await world.call("POST", "/reminders/check", body)).json()["items"]
    assert [item["stands"] for item in answer] == [False, True, False, False, False]


async def test_claims_show_holds_and_appointments(world: World) -> None:
    await confirmed(world)
    await world.propose(slots=[a_slot_at(5, 9)])
    query = {"staff_ids": f"{TARO},stf_free", "from": in_tokyo(0, 0).isoformat(), "to": in_tokyo(9, 0).isoformat()}
    answer = await world.client.get("/internal/claims", params=query, headers=world.headers())
    first, free = answer.json()["items"]
    assert [span["kind"] for span in first["spans"]] == ["appointment", "hold"]
    assert (free["staff_id"], free["spans"]) == ("stf_free", [])


async def test_an_appointment_has_a_length(world: World) -> None:
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    for start, end in ((in_tokyo(6, 9), in_tokyo(6, 9)), (in_tokyo(6, 9), in_tokyo(6, 8))):
        answer = await world.call("PATCH", path, {"start": start.isoformat(), "end": end.isoformat()})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/end")
    only_end = await world.call("PATCH", path, {"end": shown["start"]})
    assert (only_end.status_code, only_end.json()["errors"][0]["pointer"]) == (422, "/end")
