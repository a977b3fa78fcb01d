"""Calendars that are exchanged, disconnected and connected again while entries stand in them (R1, V5, G9, G15)."""

import asyncio
from datetime import datetime
from typing import Any

from shared.contracts.booking import AppointmentCanceled, AppointmentChanged
from tests.builders import an_appointment
from tests.integration.calendar_sync.conftest import World, attending, confirmed, holds_released, patiently

TITLE = "ABC株式会社:田中花子 様"
HOLD = "【仮】" + TITLE
NEW_TITLE = "新しい件名"
FAILED = "calendar_sync.calendar_write_failed.v1"


async def has_both_providers(world: World) -> None:
    person = {"email": "taro@example.jp", "name": "山田 太郎", "providers": ["google", "microsoft"]}
    (await world.outside.post("/inspect/accounts", json=person)).raise_for_status()


async def in_google(world: World) -> list[str]:
    answer = await world.outside.get("/inspect/google/events", params={"calendar": "taro@example.jp"})
    return [one["summary"] for one in answer.json()["items"]]


async def caught_up(world: World, connection_id: str) -> None:
    await patiently(lambda: world.keeps("connections", connection_id, {"due_at": None}))


async def disconnect(world: World, staff_id: str, provider: str) -> None:
    path = f"/internal/connections/{provider}"
    (await world.service.delete(path, headers=world.identity(staff_id))).raise_for_status()
    await caught_up(world, f"{staff_id}.{provider}")


async def booked(world: World) -> None:
    await world.connect("stf_taro")
    await world.confirm(wants_meeting=False)
    await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    await has_both_providers(world)


async def edit(world: World, revision: int = 2) -> None:
    edited = an_appointment(wants_meeting=False, revision=revision, title=NEW_TITLE)
    await world.bus.publish(confirmed(edited, AppointmentChanged))


async def moved(world: World) -> bool:
    return await in_google(world) == [NEW_TITLE]


async def emptied(world: World) -> bool:
    return await world.titles("stf_taro") == []


def moment(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["time"])


def told(world: World) -> list[dict[str, Any]]:
    """What was said of entries, in the order that consumers give it."""
    about = [event for event in world.bus.heard if event["data"].get("appointment_id") == "apt_1"]
    said = {event["id"]: event for event in about if event["type"].startswith("chosei.calendar_sync.")}
    return sorted(said.values(), key=lambda event: (event["aggregateversion"], moment(event)))


async def test_v5_another_calendar_gets_an_entry_by_an_edit_only(world: World) -> None:
    await booked(world)
    await world.connect("stf_taro", provider="google")
    await caught_up(world, "stf_taro.google")
    assert not await world.keeps("ledger", "entry/apt_1/stf_taro/google", {})
    assert await world.titles("stf_taro") == [TITLE]
    await edit(world)
    await patiently(lambda: moved(world))
    await patiently(lambda: emptied(world))


async def test_v5_an_exchange_of_providers_copies_nothing(world: World) -> None:
    await booked(world)
    await disconnect(world, "stf_taro", "microsoft")
    assert await world.titles("stf_taro") == [TITLE]
    await world.connect("stf_taro", provider="google")
    await caught_up(world, "stf_taro.google")
    assert not await world.keeps("ledger", "entry/apt_1/stf_taro/google", {})
    assert await in_google(world) == []


async def test_g15_an_entry_out_of_reach_waits_for_the_next_link_while_the_new_one_is_made(world: World) -> None:
    await booked(world)
    await disconnect(world, "stf_taro", "microsoft")
    await world.connect("stf_taro", provider="google")
    await caught_up(world, "stf_taro.google")
    await edit(world)
    await patiently(lambda: moved(world))
    [waiting] = await patiently(lambda: world.bus.of(FAILED))
    assert (waiting["revision"], waiting["reason"], waiting["retry_at"] is not None) == (2, "not_connected", True)
    assert await world.titles("stf_taro") == [TITLE]
    await world.connect("stf_taro")
    await patiently(lambda: emptied(world))
    await patiently(lambda: told(world)[-1]["type"] == "chosei.calendar_sync.calendar_entry_written.v1")
    assert await in_google(world) == [NEW_TITLE]
    assert world.bus.of("calendar_sync.calendar_entry_removed.v1") == []


async def test_g09_an_entry_that_was_promised_before_the_link_ended_waits_and_ends(world: World) -> None:
    await world.connect("stf_taro")
    await disconnect(world, "stf_taro", "microsoft")
    await world.confirm(wants_meeting=False)
    [waiting] = await patiently(lambda: world.bus.of(FAILED))
    assert (waiting["staff_id"], waiting["reason"]) == ("stf_taro", "not_connected")
    assert waiting["retry_at"] is not None
    await world.later(days=3)
    [*_, ended] = await patiently(lambda: len(found := world.bus.of(FAILED)) == 2 and found)
    assert (ended["reason"], ended["retry_at"]) == ("too_late", None)


async def test_g09_who_was_never_connected_is_owed_nothing(world: World) -> None:
    await world.propose()
    await patiently(lambda: world.keeps("ledger", "hold/slt_1/stf_taro", {"waiting": True}))
    assert await world.keeps("ledger", "hold/slt_1/stf_taro", {"told": False, "due_at": None})
    assert world.bus.of(FAILED) == []


async def test_g09_a_removal_that_is_out_of_reach_is_given_up_in_the_end(world: World) -> None:
    await booked(world)
    await disconnect(world, "stf_taro", "microsoft")
    await world.bus.publish(confirmed(an_appointment(wants_meeting=False, revision=2), AppointmentCanceled))
    [waiting] = await patiently(lambda: world.bus.of(FAILED))
    assert waiting["retry_at"] is not None
    await world.later(days=9)
    [*_, ended] = await patiently(lambda: len(found := world.bus.of(FAILED)) == 2 and found)
    assert (ended["revision"], ended["reason"], ended["retry_at"]) == (2, "too_late", None)


async def test_g09_holds_that_left_with_the_link_are_told_as_waiting_for_the_next(world: World) -> None:
    await world.connect("stf_taro")
    await world.propose()
    await patiently(lambda: len(world.bus.of("calendar_sync.holds_placed.v1")) == 2)
    await disconnect(world, "stf_taro", "microsoft")
    await patiently(lambda: len(world.bus.of(FAILED)) == len(world.bus.of("calendar_sync.holds_released.v1")) == 2)
    said = [event for event in world.bus.heard if event["subject"] == "prp_1" and event["source"] != "/chosei/booking"]
    released = [moment(event) for event in said if event["type"].endswith("holds_released.v1")]
    waiting = [moment(event) for event in said if event["type"].endswith("write_failed.v1")]
    assert len(released) == 2
    assert max(released) < max(waiting)
    assert min(released) < min(waiting)


async def test_g09_the_end_of_holds_is_told_as_later_than_the_proposal(world: World) -> None:
    await world.connect("stf_taro")
    await world.propose()
    await patiently(lambda: len(world.bus.of("calendar_sync.holds_placed.v1")) == 2)
    await world.confirm(wants_meeting=False)
    await patiently(lambda: len(holds_released(world)) == 2)
    heard = [event for event in world.bus.heard if event["type"].startswith("chosei.calendar_sync.holds")]
    versions = {(event["type"].rpartition("_")[2], event["aggregateversion"]) for event in heard}
    assert versions == {("placed.v1", 1), ("released.v1", 2)}


async def test_who_connects_again_while_a_link_ends_keeps_the_new_one(world: World) -> None:
    await world.connect("stf_admin")
    await world.faults({"kind": "status", "provider": "google", "method": "DELETE", "status": 503})
    await world.propose(proposal_id="prp_2", attendees=attending("stf_admin"))
    await patiently(lambda: len(world.bus.of("calendar_sync.holds_placed.v1")) == 2)
    path = "/internal/connections/google"
    ending = asyncio.create_task(world.service.delete(path, headers=world.identity("stf_admin")))
    await patiently(lambda: world.keeps("connections", "stf_admin.google", {"status": "disconnecting"}))
    await world.connect("stf_admin")
    await ending
    assert (await world.connections("stf_admin"))["google"] == "connected"
    assert await world.calls(provider="google", path="/revoke") == []
    assert world.bus.of("calendar_sync.calendar_disconnected.v1") == []
