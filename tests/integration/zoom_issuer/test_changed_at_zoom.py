"""Meetings that somebody changes or deletes directly at Zoom (E7): seen, proved, told, put back (G16, G17)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.booking import AppointmentChanged, AppointmentRescheduled
from shared.contracts.envelope import CloudEvent
from tests.builders import an_appointment, an_event, tomorrow_at
from tests.integration.zoom_issuer.changes import (
    asked_about,
    by_hand,
    drifts,
    pass_time,
    patiently,
    put_back,
    said_missing,
    subscribed,
    updates,
    with_meetings,
)
from tests.integration.zoom_issuer.conftest import World, unsealed
from tests.integration.zoom_issuer.workshop import Workshop, wanted
from tests.waiting import eventually

MINUTE = timedelta(minutes=1)
swept = pytest.mark.parametrize("world", [timedelta(seconds=4)], indirect=True)
START, END = tomorrow_at(9), tomorrow_at(10, 30)
MOVE = {"start": START.isoformat(), "end": END.isoformat()}


def followed(revision: int, **changes: Any) -> CloudEvent[Any]:
    appointment = an_appointment(appointment_id="apt_1", revision=revision, **{"title": "apt_1", **changes})
    data = AppointmentRescheduled(
        appointment=appointment, sealed="", previous_start_at=tomorrow_at(4), previous_end_at=tomorrow_at(5)
    )
    return an_event(data, subject="apt_1", version=revision)


async def the_drift(world: World) -> dict[str, Any]:
    [drift] = await patiently(lambda: drifts(world))
    return drift


async def proved_deleted(world: World, meeting: dict[str, Any], *, notify: bool = True) -> dict[str, Any]:
    """Deleted by hand; the second answer comes a minute later."""
    await by_hand(world, meeting, "delete", notify=notify)
    await said_missing(world)
    assert drifts(world) == []
    await pass_time(world, MINUTE)
    return await the_drift(world)


async def test_g16_a_moved_meeting_is_told_as_found_and_put_back_once_decided(world: World) -> None:
    async with subscribed(world, copies=3):
        meetings = await with_meetings(world, "apt_1")
        await by_hand(world, meetings["apt_1"], "move", **MOVE)
        drift = await the_drift(world)
        assert (drift["kind"], drift["revision"], drift["topic"]) == ("moved", 1, None)
        assert (drift["start_at"], drift["end_at"]) == tuple(
            one.isoformat().replace("+00:00", "Z") for one in (START, END)
        )
        await world.bus.publish(put_back(drift), times=3)
        [update] = await patiently(lambda: updates(world))
    [after] = await world.meetings()
    assert (after["start_time"], after["join_url"]) == (
        meetings["apt_1"]["start_time"],
        meetings["apt_1"]["join_url"],
    )
    assert not update["link_changed"]
    assert len(drifts(world)) == 1


async def test_g16_a_renamed_meeting_is_told_with_its_topic(world: World) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, "apt_1")
        await by_hand(world, meetings["apt_1"], "rename", topic="別の件名")
        drift = await the_drift(world)
    assert (drift["kind"], drift["topic"], drift["start_at"] is not None) == ("changed", "別の件名", True)


async def test_g17_a_deleted_meeting_is_told_after_two_answers_and_made_anew_once_decided(world: World) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, "apt_1")
        drift = await proved_deleted(world, meetings["apt_1"])
        assert (drift["kind"], drift["start_at"], drift["topic"]) == ("deleted", None, None)
        await world.bus.publish(put_back(drift), times=2)
        [update] = await patiently(lambda: updates(world))
    [made] = await world.meetings()
    assert made["id"] != meetings["apt_1"]["id"]
    assert (update["link_changed"], unsealed(update).join_url) == (True, made["join_url"])


@swept
async def test_g16_without_any_notification_a_moved_meeting_is_seen(world: World) -> None:
    meetings = await with_meetings(world, "apt_1", "apt_2")
    await by_hand(world, meetings["apt_1"], "move", notify=False, **MOVE)
    drift = await the_drift(world)
    assert (drift["appointment_id"], drift["kind"]) == ("apt_1", "moved")


@swept
async def test_g17_without_any_notification_a_deleted_meeting_is_seen_and_proved(world: World) -> None:
    meetings = await with_meetings(world, "apt_1")
    drift = await proved_deleted(world, meetings["apt_1"], notify=False)
    assert drift["kind"] == "deleted"


@pytest.mark.parametrize("status", [500, 503, 401, 429, 400])
async def test_g17_only_zooms_word_on_this_meeting_is_proof(world: World, status: int) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, "apt_1")
        number = meetings["apt_1"]["id"]
        await world.faults(
            {"provider": "zoom", "method": "GET", "path": f"/v2/meetings/{number}", "kind": "status", "status": status}
        )
        await by_hand(world, meetings["apt_1"], "move", **MOVE)
        await asked_about(world, meetings["apt_1"])
        await pass_time(world, 2 * MINUTE)
        assert drifts(world) == []
        await world.faults()
        if status == 400:
            await by_hand(world, meetings["apt_1"], "rename", topic="別")
        await pass_time(world, 2 * MINUTE)
        assert (await the_drift(world))["kind"] == "moved"


async def test_g17_a_meeting_that_comes_back_within_the_minute_was_never_gone(world: World) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, "apt_1")
        await by_hand(world, meetings["apt_1"], "delete")
        await said_missing(world)
        await by_hand(world, meetings["apt_1"], "recover")
        await pass_time(world, 2 * MINUTE)
        await by_hand(world, meetings["apt_1"], "rename", topic="別の件名")
        assert (await the_drift(world))["kind"] == "changed"


async def test_g17_a_mass_deletion_freezes_until_a_person_decides(world: World) -> None:
    async with subscribed(world):
        names = [f"apt_{number}" for number in range(4)]
        meetings = await with_meetings(world, *names)
        for meeting in meetings.values():
            await by_hand(world, meeting, "delete")
        await said_missing(world, 4)
        await pass_time(world, MINUTE)
        [frozen] = await patiently(lambda: world.bus.of("zoom_issuer.meeting_sync_frozen.v1"))
        assert (frozen["missing"], frozen["coming"], drifts(world)) == (4, 4, [])
        who = world.identity("stf_taro")
        shown = (await world.issuer.get("/internal/connections", headers=who)).json()["items"][0]
        assert shown["frozen"]["missing"] == 4
        answers = [
            (
                await world.issuer.post("/internal/connections/zoom/resume", headers=who, json={"decision": "accept"})
            ).status_code
            for _ in range(2)
        ]
        assert answers == [200, 409]
        told = await patiently(lambda: len(drifts(world)) == 4 and drifts(world))
    assert {drift["appointment_id"] for drift in told} == set(names)


async def test_g17_what_a_frozen_account_lost_can_be_made_anew(world: World) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, *[f"apt_{number}" for number in range(4)])
        for meeting in meetings.values():
            await by_hand(world, meeting, "delete")
        await said_missing(world, 4)
        await pass_time(world, MINUTE)
        await patiently(lambda: world.bus.of("zoom_issuer.meeting_sync_frozen.v1"))
        wish = {"decision": "restore"}
        await world.issuer.post("/internal/connections/zoom/resume", headers=world.identity("stf_taro"), json=wish)
        made = await patiently(lambda: updates(world, 4))
    assert all(update["link_changed"] for update in made)
    assert len(await world.meetings()) == 4
    assert drifts(world) == []


async def test_g20_what_is_followed_asks_zoom_for_nothing(world: World) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, "apt_1")
        await by_hand(world, meetings["apt_1"], "move", **MOVE)
        await the_drift(world)
        await world.bus.publish(followed(2, start_at=START, end_at=END))
        [update] = await patiently(lambda: updates(world))
    calls = (await world.outside.get("/inspect/calls")).json()["items"]
    assert [call for call in calls if call["method"] == "PATCH"] == []
    assert (update["revision"], update["link_changed"]) == (2, False)


async def test_a_newer_revision_puts_back_what_nobody_decided(world: World) -> None:
    async with subscribed(world):
        meetings = await with_meetings(world, "apt_1")
        await by_hand(world, meetings["apt_1"], "move", **MOVE)
        await the_drift(world)
        renamed = an_appointment(appointment_id="apt_1", title="新しい件名", revision=2)
        event = an_event(AppointmentChanged(appointment=renamed, sealed=""), subject="apt_1", version=2)
        await world.bus.publish(event)
        await patiently(lambda: updates(world))
    [after] = await world.meetings()
    assert (after["topic"], after["start_time"]) == ("新しい件名", meetings["apt_1"]["start_time"])


async def test_our_own_writes_come_back_and_change_nothing(world: World) -> None:
    async with subscribed(world):
        await with_meetings(world, "apt_1")
        await world.bus.publish(followed(2, start_at=START, end_at=END))
        await patiently(lambda: updates(world))

        async def heard() -> bool:
            shown = (await world.outside.get("/inspect/zoom/webhook")).json()["deliveries"]
            return "meeting.updated" in {one["event"] for one in shown}

        await eventually(heard)
        assert drifts(world) == []
        [meeting] = await world.meetings()
        assert await world.calls(f"/meetings/{meeting['id']}") == 1  # the change itself


@pytest.mark.parametrize("when", ["while_zoom_is_asked", "while_it_is_made"])
async def test_g16_what_is_heard_while_the_row_is_held_is_asked_about_afterwards(shop: Workshop, when: str) -> None:
    await shop.connect()
    await shop.want(wanted())
    operation = {"while_zoom_is_asked": "state", "while_it_is_made": "create"}[when]
    heard: list[str] = []

    async def told(done: str) -> None:
        if done == operation and not heard:
            heard.append(done)
            if when == "while_it_is_made":
                await shop.store.meetings.update_one({"_id": "apt_1"}, {"$set": {"suspected": True}})
            else:
                await shop.drift.suspect(["apt_1"])

    shop.zoom.after = told
    await shop.work()
    if when == "while_zoom_is_asked":
        await shop.drift.suspect(["apt_1"])
        await shop.work()
    times = {"while_zoom_is_asked": 2, "while_it_is_made": 1}[when]
    await eventually(lambda: shop.zoom.asked.count("state") >= times)

    async def settled() -> bool:
        return (await shop.row()).get("suspected") is None

    await eventually(settled)
    assert shop.zoom.asked.count("state") == times


async def test_g13_an_appointment_that_ends_while_zoom_is_asked_takes_its_meeting_along(shop: Workshop) -> None:
    await shop.connect()
    await shop.want(wanted())
    await shop.work()

    async def canceled(done: str) -> None:
        if done == "state":
            assert await shop.want(wanted(canceled=True, revision=2))

    shop.zoom.after = canceled
    await shop.drift.suspect(["apt_1"])
    await shop.work()
    await shop.work()
    assert shop.zoom.meetings == {}
    assert (await shop.row())["status"] == "revoked"
