"""A recurring appointment is one recurring entry at each provider, its occurrences moved and cancelled apart (E6)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentRescheduled,
    Occurrence,
    Series,
)
from tests.builders import an_appointment, tomorrow_at
from tests.integration.calendar_sync.conftest import World, attending, confirmed, patiently

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"
FIRST = datetime(2030, 10, 15, 7, tzinfo=UTC)  # 09:00 in Berlin, where clocks change on the 27th
STARTS = [FIRST, FIRST + WEEK, FIRST + 2 * WEEK + HOUR, FIRST + 3 * WEEK + HOUR]
Scenario = Callable[[World, str], Awaitable[None]]


def at_both(scenario: Scenario) -> Callable[[World], Awaitable[None]]:
    """The same at Google and at Microsoft, side by side in one world, which takes long to make."""

    async def test(world: World) -> None:
        await asyncio.gather(*(scenario(world, staff_id) for staff_id in ("stf_admin", "stf_taro")))

    test.__doc__ = scenario.__doc__
    return test


def a_series(staff_id: str, *changed: Occurrence, rule: str = "FREQ=WEEKLY;BYDAY=TU;COUNT=4", **more: Any) -> Any:
    return an_appointment(
        **{
            "appointment_id": f"apt_{staff_id}",
            "attendees": attending(staff_id),
            "organizer_id": staff_id,
            "start_at": FIRST,
            "end_at": FIRST + HOUR,
            "time_zone": BERLIN,
            "wants_meeting": False,
            "series": Series(rrule=rule, changed=changed),
            **more,
        }
    )


def moved(step: int, by: timedelta, *, canceled: bool = False) -> Occurrence:
    at = STARTS[step]
    return Occurrence(original_start_at=at, start_at=at + by, end_at=at + by + HOUR, canceled=canceled)


async def shown(world: World, staff_id: str) -> list[datetime]:
    """Starts of all occurrences, as the provider shows them."""
    return sorted(starts_of(one) for one in await world.occurrences(staff_id))


def starts_of(event: dict[str, Any]) -> datetime:
    text = datetime.fromisoformat(event["start"]["dateTime"][:26])
    return text if text.tzinfo else text.replace(tzinfo=UTC)


async def until(world: World, staff_id: str, *starts: datetime) -> None:
    async def is_so() -> bool:
        return await shown(world, staff_id) == sorted(starts)

    await patiently(is_so)


@at_both
async def test_g06_one_recurring_entry_keeps_its_wall_clock(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(a_series(staff_id)))
    await until(world, staff_id, *STARTS)
    assert len(await world.calendar(staff_id)) == 1


@at_both
async def test_g10_one_occurrence_moves_and_another_goes_whatever_comes_twice(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    first = confirmed(a_series(staff_id))
    await world.bus.publish(first)
    await until(world, staff_id, *STARTS)
    put = moved(1, timedelta(days=1, hours=2))
    second = a_series(staff_id, put, revision=2)
    event = confirmed(
        second, AppointmentRescheduled, previous_start_at=STARTS[1], previous_end_at=STARTS[1] + HOUR, occurrence=put
    )
    gone = moved(2, timedelta(0), canceled=True)
    third = confirmed(a_series(staff_id, put, gone, revision=3), AppointmentChanged, occurrence=gone)
    for one in (third, event, first, third, event):
        await world.bus.publish(one)
    await until(world, staff_id, STARTS[0], put.start_at, STARTS[3])


@at_both
async def test_a_new_title_reaches_moved_occurrences_too(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    put = moved(1, timedelta(hours=3))
    await world.bus.publish(confirmed(a_series(staff_id, put)))
    await until(world, staff_id, STARTS[0], put.start_at, *STARTS[2:])
    await world.bus.publish(confirmed(a_series(staff_id, put, title="新しい件名", revision=2), AppointmentChanged))

    async def is_so() -> bool:
        return {one.get("summary") or one.get("subject") for one in await world.occurrences(staff_id)} == {"新しい件名"}

    await patiently(is_so)
    await until(world, staff_id, STARTS[0], put.start_at, *STARTS[2:])


@at_both
async def test_a_whole_series_moves_and_leaves_no_exception_behind(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(a_series(staff_id, moved(1, timedelta(hours=3)), moved(2, HOUR, canceled=True))))
    await until(world, staff_id, STARTS[0], STARTS[1] + 3 * HOUR, STARTS[3])
    later = a_series(staff_id, start_at=FIRST + HOUR, end_at=FIRST + 2 * HOUR, revision=2)
    event = confirmed(later, AppointmentRescheduled, previous_start_at=FIRST, previous_end_at=FIRST + HOUR)
    await world.bus.publish(event)
    await until(world, staff_id, *(at + HOUR for at in STARTS))


@at_both
async def test_cancelling_the_whole_leaves_nothing(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(a_series(staff_id, moved(1, timedelta(hours=3)))))
    await until(world, staff_id, STARTS[0], STARTS[1] + 3 * HOUR, *STARTS[2:])
    await world.bus.publish(confirmed(a_series(staff_id, revision=2), AppointmentCanceled))
    await until(world, staff_id)


@at_both
async def test_g10_an_answer_lost_half_way_leaves_the_series_once_and_right(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    lost = [
        {"provider": provider, "method": method, "path": ".*events.*", "kind": "lost_answer", "times": 1}
        for provider in ("google", "microsoft")
        for method in ("POST", "PATCH")
    ]
    await world.outside.put("/inspect/faults", json={"rules": lost})
    put = moved(1, timedelta(hours=3))
    await world.bus.publish(confirmed(a_series(staff_id, put, moved(2, HOUR, canceled=True))))
    await until(world, staff_id, STARTS[0], put.start_at, STARTS[3])
    assert len({one["id"] for one in await world.calendar(staff_id) if not is_instance(one)}) == 1


def is_instance(event: dict[str, Any]) -> bool:
    return bool(event.get("recurringEventId") or event.get("seriesMasterId"))


@at_both
async def test_g04_own_occurrences_are_never_busy_time(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    start = tomorrow_at(4)
    put = Occurrence(original_start_at=start + WEEK, start_at=start + WEEK + HOUR, end_at=start + WEEK + 2 * HOUR)
    series = a_series(staff_id, put, rule="FREQ=WEEKLY;COUNT=3", start_at=start, end_at=start + HOUR, time_zone="UTC")
    await world.bus.publish(confirmed(series))
    written = "calendar_sync.calendar_entry_written.v1"
    await patiently(lambda: [one for one in world.bus.of(written) if one["staff_id"] == staff_id])
    asked = {"start": start.isoformat(), "end": (start + 3 * WEEK).isoformat()}
    found = await world.look(staff_id, asked["start"], asked["end"], max_age_s=0)
    assert (found["status"], found["busy"]) == ("read", [])


@at_both
async def test_v6_a_series_that_stands_as_written_is_no_drift(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(a_series(staff_id, moved(1, timedelta(hours=3)))))
    await until(world, staff_id, STARTS[0], STARTS[1] + 3 * HOUR, *STARTS[2:])
    await world.bus.publish(confirmed(a_series(staff_id, title="二つ目", revision=2), AppointmentChanged))
    await until(world, staff_id, *STARTS)
    assert world.bus.of("calendar_sync.calendar_drift_detected.v1") == []


@at_both
async def test_a_series_of_whole_days_moves_and_loses_one(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    days = [
        datetime(2030, 10, 24 + step, 22, tzinfo=UTC) for step in range(4)
    ]  # midnights of Berlin, the last in winter
    put = Occurrence(original_start_at=days[1], start_at=days[1], end_at=days[2], canceled=True)
    series = a_series(staff_id, put, rule="FREQ=DAILY;COUNT=3", start_at=days[0], end_at=days[1], all_day=True)
    await world.bus.publish(confirmed(series))

    async def is_so() -> bool:
        found = [one["start"].get("date") or one["start"]["dateTime"][:10] for one in await world.occurrences(staff_id)]
        return len(found) == 2

    await patiently(is_so)
    assert not world.bus.of("calendar_sync.calendar_write_failed.v1")


async def test_v5_who_connects_a_calendar_gets_a_series_that_has_begun_too(world: World) -> None:
    begun = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0) - WEEK
    series = a_series("stf_taro", start_at=begun, end_at=begun + HOUR, rule="FREQ=WEEKLY;COUNT=4", time_zone="UTC")
    await world.bus.publish(confirmed(series))
    await patiently(lambda: world.keeps("appointments", "apt_stf_taro", {"revision": 1}))
    await world.connect("stf_taro")
    await patiently(lambda: world.keeps("ledger", "entry/apt_stf_taro/stf_taro/microsoft", {"written": {"$ne": None}}))
