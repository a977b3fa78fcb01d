"""Single occurrences changed directly in a calendar or at Zoom: followed, put back or asked about by name (V6, E6)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.contracts.calendar_sync import CalendarEntryWritten, Provider
from shared.contracts.drift import DriftKind
from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingDriftDetected
from tests.builders import an_event
from tests.integration.booking.test_drift import a_finding, decide, find, shown_of, with_policy
from tests.integration.booking.test_occurrences import a_series, claimed
from tests.integration.booking.world import TARO, World, in_tokyo

WEEK = timedelta(days=7)
FIRST = in_tokyo(2, 13)
NEW = FIRST + WEEK + timedelta(days=1, hours=2)


def moved(shown: dict[str, Any], step: int = 1, start: datetime = NEW, **more: Any) -> CloudEvent[Any]:
    at = FIRST + step * WEEK
    return a_finding(shown, original_start_at=at, start_at=start, end_at=start + timedelta(hours=1), **more)


def deleted(shown: dict[str, Any], step: int = 2, **more: Any) -> CloudEvent[Any]:
    return a_finding(shown, DriftKind.DELETED, original_start_at=FIRST + step * WEEK, **more)


async def test_follow_moves_and_cancels_just_the_occurrences_that_were_changed(world: World) -> None:
    await with_policy(world, "follow")
    shown = await a_series(world)
    await find(world, *[deleted(shown), moved(shown)] * 2)
    assert await claimed(world) == [FIRST, NEW, FIRST + 3 * WEEK]
    (gone,) = await world.published("booking.appointment_changed.v1")
    (put,) = await world.published("booking.appointment_rescheduled.v1")
    assert (gone.data.occurrence.original_start_at, gone.data.occurrence.canceled) == (FIRST + 2 * WEEK, True)
    assert (put.data.occurrence.start_at, put.data.previous_start_at) == (NEW, FIRST + WEEK)
    assert (await shown_of(world, shown))["status"] == "confirmed"


async def test_follow_works_for_a_meeting_at_zoom_too(world: World) -> None:
    await with_policy(world, "follow")
    shown = await a_series(world)
    data = MeetingDriftDetected(
        appointment_id=shown["id"],
        revision=shown["version"],
        drift_id="drf_1",
        staff_id=TARO,
        kind=DriftKind.MOVED,
        start_at=NEW,
        end_at=NEW + timedelta(hours=1),
        topic=None,
        original_start_at=FIRST + WEEK,
    )
    await world.subscribers.on_meeting_drift_detected(an_event(data, subject=shown["id"]))
    assert await claimed(world) == [FIRST, NEW, FIRST + 2 * WEEK, FIRST + 3 * WEEK]


async def test_restore_is_said_for_what_was_found(world: World) -> None:
    await with_policy(world, "restore")
    shown = await a_series(world)
    await find(world, moved(shown), deleted(shown))
    decided = await world.published("booking.drift_decided.v1")
    assert {one.data.drift_id for one in decided} == {"drf_1"}
    after = await shown_of(world, shown)
    assert (after["version"], after["drift"]) == (2, None)


async def test_ask_shows_which_occurrence_and_following_takes_all_that_was_found_at_once(world: World) -> None:
    await with_policy(world, "ask")
    shown = await a_series(world)
    await find(world, moved(shown), deleted(shown))
    drift = (await shown_of(world, shown))["drift"]
    assert datetime.fromisoformat(drift["original_start"]) in (FIRST + WEEK, FIRST + 2 * WEEK)
    answer = await decide(world, shown, "follow")
    assert (answer.status_code, answer.json()["drift"]) == (200, None)
    assert await claimed(world) == [FIRST, NEW, FIRST + 3 * WEEK]


async def test_what_cannot_be_had_is_asked_about_with_the_reason(world: World) -> None:
    """Outlook lets no occurrence pass another one."""
    await with_policy(world, "follow")
    shown = await a_series(world)
    await find(world, moved(shown, start=FIRST + 3 * WEEK + timedelta(hours=2)))
    drift = (await shown_of(world, shown))["drift"]
    assert drift["reason"] is not None
    assert await claimed(world) == [FIRST + step * WEEK for step in range(4)]


@pytest.mark.parametrize("policy", ["follow", "ask"])
async def test_a_finding_about_an_occurrence_that_is_gone_changes_nothing(world: World, policy: str) -> None:
    await with_policy(world, policy)
    shown = await a_series(world)
    await find(world, a_finding(shown, DriftKind.DELETED, original_start_at=FIRST + timedelta(days=3)))
    after = await shown_of(world, shown)
    assert (after["version"], after["drift"]) == (2, None)


async def test_a_write_of_ours_after_the_finding_settles_it(world: World) -> None:
    await with_policy(world, "ask")
    shown = await a_series(world)
    await find(world, moved(shown))
    data = CalendarEntryWritten(
        appointment_id=shown["id"],
        revision=shown["version"],
        staff_id=TARO,
        provider=Provider.GOOGLE,
        covers=[TARO],
        with_meeting=False,
    )
    await world.subscribers.on_calendar_entry_written(an_event(data, subject=shown["id"]))
    assert (await shown_of(world, shown))["drift"] is None


async def test_a_series_deleted_after_its_first_time_is_cancelled_as_a_whole(world: World) -> None:
    await with_policy(world, "follow")
    shown = await a_series(world)
    await find(world, a_finding(shown, DriftKind.DELETED))
    assert (await shown_of(world, shown))["status"] == "canceled"
