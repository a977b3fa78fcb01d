"""Rooms at both providers (V3): read through an administrator's connection, booked with the organizer's entry, released
with it, and what they answer.
"""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.booking import AppointmentCanceled, AppointmentChanged, AppointmentRescheduled, SlotsWithdrawn
from tests.builders import a_proposal, a_slot, an_appointment, tomorrow_at
from tests.integration.calendar_sync.conftest import World, attending, confirmed, patiently, proposed

FUJI, HAKONE, UMEDA = (
    "c_fuji@resource.calendar.google.com",
    "c_hakone@resource.calendar.google.com",
    "room-umeda@example.jp",
)
GOOGLE, MICROSOFT = "stf_admin", "stf_taro"
BOTH = pytest.mark.parametrize(
    ("staff_id", "room_name", "address"),
    [(GOOGLE, "富士", FUJI), (MICROSOFT, "梅田", UMEDA)],
    ids=["google", "microsoft"],
)


async def known(world: World, staff_id: str = GOOGLE) -> dict[str, Any]:
    answer = await world.service.get("/internal/rooms", headers=world.identity(staff_id))
    body: dict[str, Any] = answer.raise_for_status().json()
    return body


async def room_ids(world: World, staff_id: str) -> dict[str, str]:
    """By name, once they are read."""
    await world.connect(staff_id, rooms=True)

    async def read() -> dict[str, str]:
        return {room["name"]: room["id"] for room in (await known(world, staff_id))["rooms"]}

    return await patiently(read)


async def standing(world: World, address: str, staff_id: str = GOOGLE) -> list[dict[str, Any]]:
    """What stands in the room's own calendar, declined invitations left out."""
    way, key = ("google", "calendar") if "google" in address else ("microsoft", "user")
    items = (await world.outside.get(f"/inspect/{way}/events", params={key: address})).json()["items"]
    return [
        item for item in items if not any(one.get("responseStatus") == "declined" for one in item.get("attendees", []))
    ]


async def busy(world: World, staff_id: str, ids: list[str], hour: int) -> dict[str, bool | None]:
    at = tomorrow_at(hour)
    body = {"room_ids": ids, "start": at.isoformat(), "end": (at + timedelta(hours=1)).isoformat()}
    answer = await world.service.post("/internal/rooms/busy", json=body, headers=world.identity(staff_id))
    return {item["id"]: item["busy"] for item in answer.raise_for_status().json()["items"]}


def responses(world: World) -> list[tuple[str, int, str]]:
    found = world.bus.of("calendar_sync.room_responded.v1")
    return [(event["room_id"], event["revision"], event["response"]) for event in found]


async def answered(world: World, *expected: tuple[str, int, str]) -> None:
    """By the provider's own doing, never the guest's (X3)."""
    await patiently(lambda: responses(world)[-len(expected) :] == list(expected))
    said_by = {event["actor"] for event in world.bus.heard if event["type"].endswith("room_responded.v1")}
    assert said_by <= {"provider:google", "provider:microsoft"}


def at_room(staff_id: str, room_id: str | None, room_name: str | None, **more: Any) -> Any:
    people = attending(staff_id)
    return an_appointment(
        organizer_id=staff_id, attendees=people, room_id=room_id, room_name=room_name, wants_meeting=False, **more
    )


async def test_v3_buildings_and_rooms_are_read_through_an_administrator_s_connection_and_told(world: World) -> None:
    assert await known(world) == {"status": "not_connected", "buildings": [], "rooms": []}
    await room_ids(world, GOOGLE)
    shown = await known(world)
    assert shown["status"] == "ready"
    assert [(one["name"], one["provider"]) for one in shown["buildings"]] == [
        ("本社", "google"),
        ("渋谷オフィス", "google"),
    ]
    assert "プロジェクター" not in {one["name"] for one in shown["rooms"]}
    (told,) = await patiently(lambda: world.bus.of("calendar_sync.rooms_changed.v1"))
    assert [one["name"] for one in told["rooms"]] == [one["name"] for one in shown["rooms"]]
    assert "resource.calendar.google.com" not in str(told)

    await world.connect(MICROSOFT, rooms=True)

    async def both() -> bool:
        return [one["name"] for one in (await known(world))["buildings"]] == [
            "本社",
            "渋谷オフィス",
            "大阪支社",
            "名古屋支社",
        ]

    await patiently(both)
    shown = await known(world)
    lists = {one["id"]: one["name"] for one in shown["buildings"]}
    assert {one["name"]: [lists[ref] for ref in one["building_ids"]] for one in shown["rooms"]}["栄"] == ["名古屋支社"]


async def test_staff_are_asked_for_calendars_only_and_read_no_rooms(world: World) -> None:
    await world.connect(GOOGLE)
    assert "admin.directory" not in await world.begin(GOOGLE)
    assert "admin.directory" in await world.begin(GOOGLE, rooms=True)
    assert (await known(world))["status"] == "not_connected"


async def test_who_unticks_the_extra_scope_is_connected_without_rooms(world: World) -> None:
    scopes = [
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.calendars.readonly",
    ]
    made = await world.connect(GOOGLE, rooms=True, scope=scopes)
    assert made.json()["status"] == "connected"
    answer = await world.service.get("/internal/connections", headers=world.identity(GOOGLE))
    assert {item["provider"]: item["rooms"] for item in answer.json()["items"]}["google"] is False


async def test_what_cannot_be_read_is_unreadable_and_what_was_known_stays(world: World) -> None:
    before = await room_ids(world, GOOGLE)
    await world.faults({"provider": "google", "path": "/admin/", "kind": "status", "status": 500})
    await world.service.post("/internal/rooms/read", headers=world.identity(GOOGLE))

    async def unreadable() -> bool:
        return (await known(world))["status"] == "unreadable"

    await patiently(unreadable)
    assert {room["name"]: room["id"] for room in (await known(world))["rooms"]} == before
    await world.faults()
    await world.service.post("/internal/rooms/read", headers=world.identity(GOOGLE))

    async def ready() -> bool:
        return (await known(world))["status"] == "ready"

    await patiently(ready)


async def test_after_the_connection_ended_no_room_is_offered(world: World) -> None:
    await room_ids(world, MICROSOFT)
    await world.service.delete("/internal/connections/microsoft", headers=world.identity(MICROSOFT))

    async def gone() -> bool:
        return await known(world) == {"status": "not_connected", "buildings": [], "rooms": []}

    await patiently(gone)
    await patiently(lambda: world.bus.of("calendar_sync.rooms_changed.v1")[-1]["rooms"] == [])


@BOTH
async def test_r7_a_room_is_free_busy_or_unknown_never_free_by_absence(
    world: World, staff_id: str, room_name: str, address: str
) -> None:
    ids = await room_ids(world, staff_id)
    wanted = ids[room_name]
    key, way = ("calendar", "google") if staff_id == GOOGLE else ("user", "microsoft")
    at = tomorrow_at(3)
    body = {key: address, "summary": "取締役会", "start": at.isoformat(), "end": (at + timedelta(hours=1)).isoformat()}
    await world.outside.post(f"/inspect/{way}/events", json=body)
    assert await busy(world, staff_id, [wanted, "rom_unknown"], 3) == {wanted: True}
    assert await busy(world, staff_id, [wanted], 5) == {wanted: False}
    await world.faults({"provider": way, "path": r".*(freeBusy|getSchedule)", "kind": "status", "status": 503})
    assert await busy(world, staff_id, [wanted], 5) == {wanted: None}


@BOTH
async def test_v3_a_room_is_booked_with_the_organizer_s_hold_and_entry_and_released(
    world: World, staff_id: str, room_name: str, address: str
) -> None:
    room_id = (await room_ids(world, staff_id))[room_name]
    other = MICROSOFT if staff_id == GOOGLE else GOOGLE
    await world.connect(other)
    people = attending(staff_id, other)
    slot = a_slot().model_copy(update={"room_id": room_id, "room_name": room_name})
    await world.bus.publish(proposed(a_proposal(organizer_id=staff_id, attendees=people, slots=[slot])))

    async def stands(count: int) -> bool:
        return len(await standing(world, address)) == count

    await patiently(lambda: stands(1))
    await patiently(lambda: world.titles(other))
    assert not any(one.get("attendees") for one in await world.calendar(other))
    assert (await world.outside.get("/inspect/microsoft/invitations")).json()["items"] == []
    (hold,) = await world.calendar(staff_id)
    assert room_name in str(hold["location"])

    appointment = at_room(staff_id, room_id, room_name)
    await world.bus.publish(confirmed(appointment))
    await answered(world, (room_id, 1, "accepted"))
    await patiently(lambda: stands(1))
    assert [one.get("summary") or one.get("subject") for one in await standing(world, address)] == [appointment.title]

    await world.bus.publish(confirmed(appointment.model_copy(update={"revision": 2}), AppointmentCanceled))
    await patiently(lambda: stands(0))


@BOTH
async def test_a_room_that_is_taken_declines_and_another_time_asks_it_anew(
    world: World, staff_id: str, room_name: str, address: str
) -> None:
    room_id = (await room_ids(world, staff_id))[room_name]
    first = at_room(staff_id, room_id, room_name)
    key, way = ("calendar", "google") if staff_id == GOOGLE else ("user", "microsoft")
    times = {"start": first.start_at.isoformat(), "end": first.end_at.isoformat()}
    await world.outside.post(f"/inspect/{way}/events", json={key: address, "summary": "取締役会", **times})
    await world.bus.publish(confirmed(first))
    await answered(world, (room_id, 1, "declined"))
    later = {name: getattr(first, name) + timedelta(hours=3) for name in ("start_at", "end_at")}
    moved = first.model_copy(update={"revision": 2, **later})
    before = {"previous_start_at": first.start_at, "previous_end_at": first.end_at}
    await world.bus.publish(confirmed(moved, AppointmentRescheduled, **before))
    await answered(world, (room_id, 2, "accepted"))


@BOTH
async def test_another_room_or_none_takes_the_place_of_the_first(
    world: World, staff_id: str, room_name: str, address: str
) -> None:
    ids = await room_ids(world, staff_id)
    other_name = "箱根" if staff_id == GOOGLE else "難波"
    first = at_room(staff_id, ids[room_name], room_name)
    await world.bus.publish(confirmed(first))
    await answered(world, (ids[room_name], 1, "accepted"))
    second = first.model_copy(update={"revision": 2, "room_id": ids[other_name], "room_name": other_name})
    await world.bus.publish(confirmed(second, AppointmentChanged))
    await answered(world, (ids[other_name], 2, "accepted"))
    assert await standing(world, address) == []
    none = first.model_copy(update={"revision": 3, "room_id": None, "room_name": None})
    await world.bus.publish(confirmed(none, AppointmentChanged))

    async def alone() -> bool:
        (entry,) = await world.calendar(staff_id)
        return not entry.get("attendees")

    await patiently(alone)


async def test_g15_another_organizer_takes_the_room_over(world: World) -> None:
    room_id = (await room_ids(world, GOOGLE))["富士"]
    await world.connect("stf_hana")
    people = attending(GOOGLE, "stf_hana")
    first = at_room(GOOGLE, room_id, "富士").model_copy(update={"attendees": people})
    await world.bus.publish(confirmed(first))
    await answered(world, (room_id, 1, "accepted"))
    second = first.model_copy(update={"revision": 2, "organizer_id": "stf_hana"})
    await world.bus.publish(confirmed(second, AppointmentChanged))
    await answered(world, (room_id, 2, "accepted"))
    (event,) = await standing(world, FUJI)
    assert event["organizer"]["email"] == "hana@example.jp"


async def test_a_withdrawn_proposal_releases_the_room(world: World) -> None:
    room_id = (await room_ids(world, GOOGLE))["富士"]
    slot = a_slot().model_copy(update={"room_id": room_id, "room_name": "富士"})
    proposal = a_proposal(organizer_id=GOOGLE, attendees=attending(GOOGLE), slots=[slot])
    await world.bus.publish(proposed(proposal))

    async def stands(count: int) -> bool:
        return len(await standing(world, FUJI)) == count

    await patiently(lambda: stands(1))
    await world.bus.publish(proposed(proposal, 2, SlotsWithdrawn, notify_guest=False))
    await patiently(lambda: stands(0))
