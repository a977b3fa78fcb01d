"""Erasing a guest (X5): what is known for entries goes once nothing is under way and stays away."""

from typing import Any

from bson import json_util

from shared.contracts.booking import AppointmentCanceled
from shared.contracts.erasure import ErasureReason, GuestErasureRequested
from shared.contracts.zoom_issuer import MeetingIssued
from tests.builders import a_proposal, an_appointment, an_event
from tests.integration.calendar_sync.conftest import World, a_meeting, attending, confirmed, patiently, proposed

PERSONAL = ("田中花子", "hanako@example.jp", "ABC株式会社", "内部メモ")


def to_erase(version: int = 1) -> Any:
    data = GuestErasureRequested(reason=ErasureReason.ASKED, appointment_ids=["apt_1"], proposal_ids=["prp_1"])
    return an_event(data, subject="ers_1", version=version)


async def answered(world: World, version: int = 1) -> dict[str, Any]:
    """What it said of the request of this version."""

    def found() -> list[dict[str, Any]]:
        said = [event for event in world.bus.heard if event["type"].endswith(".calendar_data_erased.v1")]
        return [event["data"] for event in said if event["aggregateversion"] == version]

    return (await patiently(found))[0]


async def everything(world: World) -> str:
    rows: list[Any] = []
    for name in await world.database.list_collection_names():
        rows += await world.database[name].find().to_list(None)
    return json_util.dumps(rows, ensure_ascii=False)


async def test_x5_what_is_over_is_forgotten_and_its_entries_are_said_to_be_left(world: World) -> None:
    await world.connect("stf_taro")
    appointment = an_appointment(attendees=attending("stf_taro"), proposal_id="prp_1")
    proposal = a_proposal(attendees=attending("stf_taro"))
    await world.bus.publish(proposed(proposal))
    await world.bus.publish(a_meeting(MeetingIssued))
    await world.bus.publish(confirmed(appointment))
    await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    await world.bus.publish(to_erase())
    assert await answered(world) == {"left_outside": 1}
    assert [word for word in PERSONAL if word in await everything(world)] == []
    await world.bus.publish(confirmed(appointment.model_copy(update={"revision": 5})))
    await world.bus.publish(proposed(proposal, 7))
    await world.bus.publish(a_meeting(MeetingIssued, 5))
    await world.bus.publish(to_erase(2))
    await answered(world, 2)
    assert [word for word in PERSONAL if word in await everything(world)] == []
    assert len(await world.calendar("stf_taro")) == 1


async def test_x5_a_cancelled_entry_is_removed_before_it_is_forgotten(world: World) -> None:
    await world.connect("stf_admin")
    appointment = an_appointment(attendees=attending("stf_admin"), organizer_id="stf_admin", wants_meeting=False)
    await world.bus.publish(confirmed(appointment))
    await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    await world.faults({"provider": "google", "method": "DELETE", "kind": "status", "status": 503, "times": 2})
    gone = appointment.model_copy(update={"revision": 2})
    await world.bus.publish(confirmed(gone, AppointmentCanceled))
    await world.bus.publish(to_erase())
    assert await answered(world) == {"left_outside": 0}
    assert await world.calendar("stf_admin") == []
    assert [word for word in PERSONAL if word in await everything(world)] == []
