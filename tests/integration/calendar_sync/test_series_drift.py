"""Single occurrences of a recurring entry that somebody moves or deletes directly at a provider (V6, E6, G16, G17)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.contracts.booking import AppointmentChanged, AppointmentRescheduled, Occurrence
from tests.builders import tomorrow_at
from tests.integration.calendar_sync.conftest import World, confirmed, patiently, rarely_polled
from tests.integration.calendar_sync.test_drift import DRIFTED, FROZEN, by_hand, provider_of, restore, said, watched
from tests.integration.calendar_sync.test_series import a_series, starts_of, until

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WRITTEN = "calendar_sync.calendar_entry_written.v1"
BOTH = pytest.mark.parametrize("staff_id", ["stf_admin", "stf_taro"])
FIRST = tomorrow_at(4)
STARTS = [FIRST + step * DAY for step in range(5)]


def daily(staff_id: str, *changed: Occurrence, count: int = 5, **more: Any) -> Any:
    rule = f"FREQ=DAILY;COUNT={count}"
    return a_series(
        staff_id,
        *changed,
        rule=rule,
        **{"appointment_id": "apt_1", "start_at": FIRST, "end_at": FIRST + HOUR, "time_zone": "UTC", **more},
    )


def of_rule(step: int, by: timedelta = timedelta(0), *, canceled: bool = False) -> Occurrence:
    at = STARTS[step]
    return Occurrence(original_start_at=at, start_at=at + by, end_at=at + by + HOUR, canceled=canceled)


async def standing(world: World, staff_id: str, *changed: Occurrence) -> list[dict[str, Any]]:
    """Written, watched and read once: the occurrences by their start."""
    await world.connect(staff_id)
    await world.bus.publish(confirmed(daily(staff_id, *changed)))
    await patiently(lambda: said(world, WRITTEN, 1))
    await watched(world, staff_id)
    return sorted(await world.occurrences(staff_id), key=starts_of)


async def move(world: World, staff_id: str, occurrence: dict[str, Any], start: datetime, **more: Any) -> None:
    times = {"start": start.isoformat(), "end": (start + HOUR).isoformat()}
    await by_hand(world, staff_id, occurrence["id"], "move", **times, **more)


async def doubted(world: World, staff_id: str) -> None:
    """The first of the two answers came."""
    row = f"entry/apt_1/{staff_id}/{provider_of(staff_id)}"
    await patiently(lambda: world.keeps("ledger", row, {"unproved": {"$ne": None}}))


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@rarely_polled
@BOTH
async def test_g16_a_moved_occurrence_is_told_by_name_and_put_back_once_decided(world: World, staff_id: str) -> None:
    found = await standing(world, staff_id)
    await move(world, staff_id, found[1], STARTS[1] + 3 * HOUR)
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["original_start_at"]) == ("moved", written(STARTS[1]))
    assert (drift["start_at"], drift["end_at"]) == (written(STARTS[1] + 3 * HOUR), written(STARTS[1] + 4 * HOUR))
    await world.bus.publish(restore(drift), times=3)
    await until(world, staff_id, *STARTS)
    await patiently(lambda: said(world, WRITTEN, 2))
    assert len(world.bus.of(DRIFTED)) == 1


@rarely_polled
@BOTH
async def test_g17_a_deleted_occurrence_is_told_after_two_answers_and_comes_back_once_decided(
    world: World, staff_id: str
) -> None:
    """One that was moved meanwhile is told at once."""
    found = await standing(world, staff_id)
    await by_hand(world, staff_id, found[2]["id"], "delete")
    await doubted(world, staff_id)
    assert world.bus.of(DRIFTED) == []
    await move(world, staff_id, found[0], STARTS[0] + HOUR)
    [moved] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (moved["kind"], moved["original_start_at"]) == ("moved", written(STARTS[0]))
    await world.later(seconds=61)
    drifts = (await patiently(lambda: said(world, DRIFTED, 3)))[1:]
    assert {(one["kind"], one["original_start_at"]) for one in drifts} == {
        ("moved", written(STARTS[0])),
        ("deleted", written(STARTS[2])),
    }
    assert len({one["drift_id"] for one in drifts}) == 1
    await world.bus.publish(restore(drifts[0]), times=2)
    await until(world, staff_id, *STARTS)


@rarely_polled
@BOTH
async def test_an_occurrence_that_is_moved_back_by_hand_is_told_as_written(world: World, staff_id: str) -> None:
    found = await standing(world, staff_id)
    for shift in (3 * HOUR, timedelta(0)):
        await move(world, staff_id, found[1], STARTS[1] + shift)
        await patiently(lambda: said(world, DRIFTED, 1))
    await patiently(lambda: said(world, WRITTEN, 2))
    assert len(world.bus.of(DRIFTED)) == 1


@rarely_polled
@BOTH
async def test_what_was_followed_is_no_drift_and_another_one_is_seen_after_it(world: World, staff_id: str) -> None:
    found = await standing(world, staff_id)
    put = of_rule(1, 3 * HOUR)
    await move(world, staff_id, found[1], put.start_at)
    await patiently(lambda: world.bus.of(DRIFTED))
    past = {"previous_start_at": STARTS[1], "previous_end_at": STARTS[1] + HOUR}
    await world.bus.publish(confirmed(daily(staff_id, put, revision=2), AppointmentRescheduled, occurrence=put, **past))
    await patiently(lambda: said(world, WRITTEN, 2))
    gone = of_rule(3, canceled=True)
    await world.bus.publish(confirmed(daily(staff_id, put, gone, revision=3), AppointmentChanged, occurrence=gone))
    await patiently(lambda: said(world, WRITTEN, 3))
    await move(world, staff_id, found[4], STARTS[4] + HOUR)
    drifts = await patiently(lambda: said(world, DRIFTED, 2))
    assert drifts[1]["original_start_at"] == written(STARTS[4])
    assert len(drifts) == 2


@pytest.mark.parametrize("world", [{"poll_interval": timedelta(minutes=5)}], indirect=True)
@BOTH
async def test_g16_without_a_notification_an_occurrence_is_seen_within_ten_minutes(world: World, staff_id: str) -> None:
    found = await standing(world, staff_id)
    await move(world, staff_id, found[1], STARTS[1] + 3 * HOUR, notify=False)
    await by_hand(world, staff_id, found[3]["id"], "delete", notify=False)
    await world.later(minutes=6)
    await doubted(world, staff_id)
    await world.later(seconds=61)
    await patiently(lambda: {one["kind"] for one in world.bus.of(DRIFTED)} == {"moved", "deleted"})


@rarely_polled
@BOTH
async def test_g17_many_occurrences_deleted_at_once_freeze_the_sync(world: World, staff_id: str) -> None:
    found = await standing(world, staff_id)
    for one in found[:4]:
        await by_hand(world, staff_id, one["id"], "delete")
    row = f"entry/apt_1/{staff_id}/{provider_of(staff_id)}"
    await patiently(lambda: world.keeps("ledger", row, {"unproved.originals": {"$size": 4}}))
    await world.later(seconds=61)
    [frozen] = await patiently(lambda: world.bus.of(FROZEN))
    assert (frozen["missing"], frozen["coming"]) == (4, 5)
    assert world.bus.of(DRIFTED) == []


@rarely_polled
@BOTH
async def test_g17_a_series_that_is_deleted_after_its_first_time_is_told_after_two_answers(
    world: World, staff_id: str
) -> None:
    await standing(world, staff_id)
    await world.later(days=2)
    [entry] = [one for one in await world.calendar(staff_id) if one.get("recurrence")]
    await by_hand(world, staff_id, entry["id"], "delete")
    row = f"entry/apt_1/{staff_id}/{provider_of(staff_id)}"
    await patiently(lambda: world.keeps("ledger", row, {"missing_since": {"$ne": None}}))
    assert world.bus.of(DRIFTED) == []
    await world.later(seconds=61)
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["original_start_at"]) == ("deleted", None)
