"""Occurrences of a recurring meeting that somebody moves or deletes directly at Zoom (E6, E7, G16, G17)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.zoom_issuer.drift import MeetingDrift
from services.zoom_issuer.limits import Gathering
from services.zoom_issuer.store.drift import told
from shared import clock
from shared.contracts.booking import Occurrence
from shared.drift import EntryState, KnownDrift, OccurrenceState
from shared.providers import ProviderUnavailable
from tests.integration.zoom_issuer.changes import (
    by_hand,
    drifts,
    pass_time,
    patiently,
    put_back,
    subscribed,
    updates,
)
from tests.integration.zoom_issuer.conftest import World, unsealed
from tests.integration.zoom_issuer.test_meetings import confirmed, moved
from tests.integration.zoom_issuer.test_recurring import GONE, HOUR, PUT, STARTS, a_series, starts, until
from tests.integration.zoom_issuer.workshop import Workshop, wanted

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
swept = pytest.mark.parametrize("world", [timedelta(seconds=4)], indirect=True)
NEW = STARTS[1] + 5 * HOUR
MOVE = {"start": NEW.isoformat(), "end": (NEW + 2 * HOUR).isoformat()}


async def issued(world: World, *changed: Occurrence) -> dict[str, Any]:
    """The recurring meeting as the sandbox shows it, told and written."""
    await world.connect()
    await world.bus.publish(confirmed(**a_series(*changed)))
    await patiently(world.issued)
    [meeting] = await world.meetings()
    return meeting


def name(meeting: dict[str, Any], number: int) -> str:
    found: str = meeting["occurrences"][number]["occurrence_id"]
    return found


async def unproved(world: World, count: int = 1) -> None:
    """So many occurrences are said to be deleted, and that is on record."""

    async def on_record() -> bool:
        rows = await world.database["meetings"].find({"unproved": {"$ne": None}}).to_list(None)
        return sum(len(row["unproved"]["originals"]) for row in rows) == count

    await patiently(on_record)


async def the_drift(world: World) -> dict[str, Any]:
    [drift] = await patiently(lambda: drifts(world))
    return drift


def instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def proved_deleted(world: World, meeting: dict[str, Any], number: int, **wish: Any) -> dict[str, Any]:
    await by_hand(world, meeting, "delete", occurrence_id=name(meeting, number), **wish)
    await unproved(world)
    assert drifts(world) == []
    await pass_time(world, MINUTE)
    return await the_drift(world)


async def writes(world: World) -> list[str]:
    calls = (await world.outside.get("/inspect/calls")).json()["items"]
    return [call["method"] for call in calls if call["method"] in ("PATCH", "DELETE") and "/meetings/" in call["path"]]


async def test_g16_a_moved_occurrence_is_told_by_its_name_and_put_back_once_decided(world: World) -> None:
    async with subscribed(world, copies=3):
        meeting = await issued(world)
        await by_hand(world, meeting, "move", occurrence_id=name(meeting, 1), **MOVE)
        drift = await the_drift(world)
        assert (drift["kind"], drift["original_start_at"], drift["topic"]) == ("moved", instant(STARTS[1]), None)
        assert (drift["start_at"], drift["end_at"]) == (instant(NEW), instant(NEW + 2 * HOUR))
        await world.bus.publish(put_back(drift), times=3)
        [update] = await patiently(lambda: updates(world))
    assert await starts(world) == STARTS
    assert not update["link_changed"]
    assert len(drifts(world)) == 1
    assert await writes(world) == ["PATCH"]


async def test_g17_a_deleted_occurrence_is_told_after_two_answers_and_only_a_new_meeting_has_it_again(
    world: World,
) -> None:
    async with subscribed(world):
        meeting = await issued(world, PUT)
        await until(world, STARTS[0], PUT.start_at, *STARTS[2:])
        drift = await proved_deleted(world, meeting, 2)
        assert (drift["kind"], drift["original_start_at"], drift["start_at"]) == ("deleted", instant(STARTS[2]), None)
        await world.bus.publish(put_back(drift), times=2)
        [update] = await patiently(lambda: updates(world))
    await until(world, STARTS[0], PUT.start_at, *STARTS[2:])
    [made] = await world.meetings()
    assert made["id"] != meeting["id"]
    assert (update["link_changed"], unsealed(update).join_url) == (True, made["join_url"])


@swept
async def test_g16_without_any_notification_both_are_seen(world: World) -> None:
    meeting = await issued(world, PUT)
    await by_hand(world, meeting, "move", occurrence_id=name(meeting, 3), notify=False, start=instant(STARTS[3] + HOUR))
    moved_at = (await the_drift(world))["original_start_at"]
    await by_hand(world, meeting, "delete", occurrence_id=name(meeting, 1), notify=False)
    await unproved(world)
    await pass_time(world, MINUTE)
    news = await patiently(lambda: len(drifts(world)) == 3 and drifts(world)[1:])
    assert moved_at == instant(STARTS[3])
    assert [(one["kind"], one["original_start_at"]) for one in news] == [
        ("deleted", instant(STARTS[1])),
        ("moved", instant(STARTS[3])),
    ]
    assert len({one["drift_id"] for one in news}) == 1


async def test_g20_what_is_followed_asks_zoom_for_nothing(world: World) -> None:
    async with subscribed(world):
        meeting = await issued(world)
        await by_hand(world, meeting, "move", occurrence_id=name(meeting, 1), **MOVE)
        await the_drift(world)
        there = Occurrence(original_start_at=STARTS[1], start_at=NEW, end_at=NEW + 2 * HOUR)
        await world.bus.publish(moved(2, **a_series(there)))
        await patiently(lambda: updates(world))
        await by_hand(world, meeting, "delete", occurrence_id=name(meeting, 2))
        await unproved(world)
        await pass_time(world, MINUTE)
        await patiently(lambda: len(drifts(world)) == 2)
        await world.bus.publish(moved(3, **a_series(there, GONE)))
        news = await patiently(lambda: updates(world, 2))
    assert [(one["revision"], one["link_changed"]) for one in news] == [(2, False), (3, False)]
    assert await writes(world) == []
    assert await starts(world) == [STARTS[0], NEW, STARTS[3]]


async def test_g17_an_occurrence_that_comes_back_within_the_minute_was_never_gone(world: World) -> None:
    async with subscribed(world):
        meeting = await issued(world)
        await by_hand(world, meeting, "delete", occurrence_id=name(meeting, 1))
        await unproved(world)
        await by_hand(world, meeting, "recover", occurrence_id=name(meeting, 1))
        await pass_time(world, MINUTE)
        await unproved(world, 0)
        await by_hand(world, meeting, "move", occurrence_id=name(meeting, 1), **MOVE)
        assert (await the_drift(world))["kind"] == "moved"


async def test_g17_many_deleted_occurrences_freeze_until_a_person_decides(world: World) -> None:
    async with subscribed(world):
        meeting = await issued(world)
        for number in range(4):
            await by_hand(world, meeting, "delete", occurrence_id=name(meeting, number))
        await unproved(world, 4)
        await pass_time(world, MINUTE)
        [frozen] = await patiently(lambda: world.bus.of("zoom_issuer.meeting_sync_frozen.v1"))
        assert (frozen["missing"], frozen["coming"], drifts(world)) == (4, 4, [])
        wish = {"decision": "restore"}
        await world.issuer.post("/internal/connections/zoom/resume", headers=world.identity("stf_taro"), json=wish)
        [update] = await patiently(lambda: updates(world))
    assert update["link_changed"]
    await until(world, *STARTS)
    assert drifts(world) == []


async def test_g12_an_occurrence_that_we_cancelled_and_somebody_recovers_goes_again_without_a_word(
    world: World,
) -> None:
    async with subscribed(world):
        meeting = await issued(world, GONE)
        await until(world, STARTS[0], STARTS[1], STARTS[3])
        await by_hand(world, meeting, "recover", occurrence_id=name(meeting, 2))
        await until(world, STARTS[0], STARTS[1], STARTS[3])
    assert await writes(world) == ["DELETE", "DELETE"]
    assert drifts(world) == []


async def test_our_own_changes_of_occurrences_come_back_and_tell_nothing(world: World) -> None:
    async with subscribed(world):
        await issued(world)
        await world.bus.publish(moved(2, **a_series(PUT, GONE)))
        await until(world, STARTS[0], PUT.start_at, STARTS[3])
        await patiently(lambda: updates(world))
        await pass_time(world, 2 * MINUTE)
    assert drifts(world) == []


async def test_g20_what_was_found_at_once_is_followed_one_by_one_without_a_new_link(shop: Workshop) -> None:
    """Booking follows each in a revision of its own: what the first leaves out is not put back meanwhile."""
    await shop.connect()
    await shop.want(wanted(**a_series()))
    await shop.work()
    shop.follow._gathering = Gathering(16 * SECOND, 70 * SECOND, timedelta(0))
    found = EntryState(
        None,
        None,
        None,
        (
            OccurrenceState(PUT.original_start_at, PUT.start_at, PUT.end_at),
            OccurrenceState(GONE.original_start_at, None, None),
        ),
    )
    state = told(MeetingDrift(KnownDrift("drf_1", "look", 1), found, restore=False), None, None)
    await shop.store.meetings.update_one({"_id": "apt_1"}, {"$set": {"drift": state["drift"]}})
    for revision, changed in ((2, [PUT]), (3, [PUT, GONE])):
        await shop.want(wanted(revision=revision, **a_series(*changed)))
        await shop.work()
    assert shop.zoom.asked == ["create"]
    assert [one["revision"] for one in shop.ear.of("meeting_updated")] == [3]


async def test_a_decision_is_carried_out_at_once_and_a_killed_worker_leaves_one_meeting(shop: Workshop) -> None:
    """Restoring a deleted occurrence: the new meeting's answer is lost, then the old one's deletion."""
    await shop.connect()
    await shop.want(wanted(**a_series()))
    await shop.work()
    shop.follow._gathering = Gathering(16 * SECOND, 70 * SECOND, timedelta(0))
    clock.set_offset(clock.offset() + timedelta(minutes=2))
    found = EntryState(None, None, None, (OccurrenceState(GONE.original_start_at, None, None),))
    state = told(MeetingDrift(KnownDrift("drf_1", "look", 1), found, restore=False), None, None)
    await shop.store.meetings.update_one({"_id": "apt_1"}, {"$set": {"drift": state["drift"]}})
    [old] = shop.zoom.meetings
    lost: list[str] = []

    async def fails_once(operation: str) -> None:
        if operation in ("create", "delete") and operation not in lost:
            lost.append(operation)
            raise ProviderUnavailable("no answer", unknown=True)

    shop.zoom.after = fails_once
    assert await shop.drift.restore("apt_1", "drf_1")
    await shop.work()
    for _ in range(2):
        await shop.work_at_next_try()
    assert lost == ["create", "delete"]
    assert len(shop.zoom.meetings) == 1
    assert old not in shop.zoom.meetings
    assert shop.zoom.asked.count("create") == 2
    assert [one["link_changed"] for one in shop.ear.of("meeting_updated")] == [True]
    assert not await shop.drift.restore("apt_1", "drf_1"), "it is settled"
