"""Months differ in length and providers in what they make of it: a rule's occurrences are what RFC 5545 says (E6)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.contracts.booking import AppointmentCanceled, AppointmentChanged, Occurrence
from tests.integration.calendar_sync.conftest import World, confirmed, patiently, rarely_polled
from tests.integration.calendar_sync.test_drift import DRIFTED, by_hand, provider_of, restore, said, watched
from tests.integration.calendar_sync.test_series import HOUR, a_series, at_both, is_instance, until
from tests.integration.calendar_sync.test_users_text import note_of, text_of

WRITTEN = "calendar_sync.calendar_entry_written.v1"
FAILED = "calendar_sync.calendar_write_failed.v1"
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2030, 10, 31, 8, tzinfo=UTC)  # 09:00 in Berlin; summer time begins on the 30th of March
THE_31ST = [FIRST, FIRST + timedelta(days=61), FIRST + timedelta(days=92), FIRST + timedelta(days=151) - HOUR]
LAST_DAYS = [*THE_31ST[:1], FIRST + timedelta(days=30), *THE_31ST[1:3], FIRST + timedelta(days=120), THE_31ST[3]]


def monthly(staff_id: str, *changed: Occurrence, rule: str = "BYMONTHDAY=31;COUNT=4", **more: Any) -> Any:
    span = {"start_at": FIRST, "end_at": FIRST + HOUR}
    return a_series(staff_id, *changed, rule=f"FREQ=MONTHLY;{rule}", **{**span, **more})


def changed(at: datetime, by: timedelta, *, canceled: bool = False) -> Occurrence:
    return Occurrence(original_start_at=at, start_at=at + by, end_at=at + by + HOUR, canceled=canceled)


@at_both
async def test_g06_short_months_are_left_out_and_stay_so(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(monthly(staff_id)))
    await until(world, staff_id, *THE_31ST)
    moved, gone = changed(THE_31ST[1], 3 * HOUR), changed(THE_31ST[2], HOUR, canceled=True)
    later = monthly(staff_id, moved, gone, revision=2, title="新しい件名")
    await world.bus.publish(confirmed(later, AppointmentChanged))
    await until(world, staff_id, THE_31ST[0], moved.start_at, THE_31ST[3])
    assert not world.bus.of(FAILED)


@at_both
async def test_g10_a_lost_answer_leaves_no_day_that_the_rule_does_not_know(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    lost = [
        {"provider": provider, "method": method, "path": ".*events.*", "kind": "lost_answer", "times": 1}
        for provider in ("google", "microsoft")
        for method in ("POST", "DELETE")
    ]
    await world.outside.put("/inspect/faults", json={"rules": lost})
    await world.bus.publish(confirmed(monthly(staff_id)))
    await until(world, staff_id, *THE_31ST)


@at_both
async def test_g06_the_last_day_of_every_month(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(monthly(staff_id, rule="BYMONTHDAY=-1;COUNT=6")))
    await until(world, staff_id, *LAST_DAYS)
    await patiently(lambda: [one for one in world.bus.of(WRITTEN) if one["staff_id"] == staff_id])
    assert not world.bus.of(FAILED)


def day(month: int, number: int) -> datetime:
    """Of one of the months that are to come, at nine in Berlin."""
    first = (datetime.now(BERLIN).replace(day=1) + timedelta(days=32 * month)).replace(day=number)
    return first.replace(hour=9, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


TWICE = [day(1, 3), day(1, 17), day(2, 3), day(2, 17)]
SERIES = {"google": 1, "microsoft": 2}


def twice_a_month(staff_id: str, *changed: Occurrence, rule: str = "BYMONTHDAY=3,17;COUNT=4", **more: Any) -> Any:
    return monthly(staff_id, *changed, rule=rule, start_at=TWICE[0], end_at=TWICE[0] + HOUR, **more)


async def series_at(world: World, staff_id: str) -> list[dict[str, Any]]:
    return [one for one in await world.calendar(staff_id) if not is_instance(one)]


@at_both
async def test_g10_two_days_of_the_month_stand_once_each_whatever_is_lost_or_comes_twice(
    world: World, staff_id: str
) -> None:
    await world.connect(staff_id)
    lost = [
        {"provider": provider, "method": method, "path": ".*events.*", "kind": "lost_answer", "times": times}
        for provider in SERIES
        for method, times in (("POST", 2), ("PATCH", 1))
    ]
    await world.outside.put("/inspect/faults", json={"rules": lost})
    moved = changed(TWICE[1], timedelta(days=1, hours=2))
    await world.bus.publish(confirmed(twice_a_month(staff_id, moved)), times=2)
    await until(world, staff_id, TWICE[0], moved.start_at, *TWICE[2:])
    assert len(await series_at(world, staff_id)) == SERIES[provider_of(staff_id)]
    seen = await world.look(staff_id, TWICE[0].isoformat(), (TWICE[3] + HOUR).isoformat(), max_age_s=0)
    assert (seen["status"], seen["busy"]) == ("read", [])


@at_both
async def test_two_days_of_the_month_lose_one_become_one_and_go(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(confirmed(twice_a_month(staff_id)))
    await until(world, staff_id, *TWICE)
    gone = changed(TWICE[2], HOUR, canceled=True)
    await world.bus.publish(
        confirmed(twice_a_month(staff_id, gone, revision=2, title="新しい件名"), AppointmentChanged)
    )
    await until(world, staff_id, *TWICE[:2], TWICE[3])

    async def is_renamed() -> bool:
        shown = await world.occurrences(staff_id)
        return {one.get("summary") or one.get("subject") for one in shown} == {"新しい件名"}

    await patiently(is_renamed)
    once = twice_a_month(staff_id, revision=3, rule="BYMONTHDAY=3;COUNT=2")
    await world.bus.publish(confirmed(once, AppointmentChanged))
    await until(world, staff_id, *TWICE[::2])
    again = twice_a_month(staff_id, revision=4, rule="BYMONTHDAY=3,17;COUNT=3")
    await world.bus.publish(confirmed(again, AppointmentChanged))
    await until(world, staff_id, *TWICE[:3])
    await world.bus.publish(confirmed(twice_a_month(staff_id, revision=5), AppointmentCanceled))
    await until(world, staff_id)
    assert await series_at(world, staff_id) == []
    assert not world.bus.of(FAILED)


async def two_series(world: World) -> list[dict[str, Any]]:
    """At Microsoft, written, watched and read once, by their start."""
    await world.connect("stf_taro")
    await world.bus.publish(confirmed(twice_a_month("stf_taro")))
    await patiently(lambda: said(world, WRITTEN, 1))
    await watched(world, "stf_taro")
    return sorted(await series_at(world, "stf_taro"), key=lambda one: str(one["start"]["dateTime"]))


@rarely_polled
async def test_g17_one_of_two_series_that_is_deleted_is_told_by_its_occurrences_and_comes_back_alone(
    world: World,
) -> None:
    first, second = await two_series(world)
    await by_hand(world, "stf_taro", second["id"], "delete")
    row = "entry/apt_stf_taro/stf_taro/microsoft"
    await patiently(lambda: world.keeps("ledger", row, {"unproved.originals": {"$size": 2}}))
    assert world.bus.of(DRIFTED) == []
    await world.later(seconds=61)
    drifts = await patiently(lambda: said(world, DRIFTED, 2))
    assert {(one["kind"], datetime.fromisoformat(one["original_start_at"])) for one in drifts} == {
        ("deleted", TWICE[1]),
        ("deleted", TWICE[3]),
    }
    await world.bus.publish(restore(drifts[0]), times=2)
    await patiently(lambda: world.keeps("ledger", row, {"missing_since": {"$ne": None}}))
    await world.later(seconds=61)
    await until(world, "stf_taro", *TWICE)
    assert {one["id"] for one in await series_at(world, "stf_taro")} & {first["id"], second["id"]} == {first["id"]}


@rarely_polled
async def test_g17_the_first_of_two_series_is_made_anew_beside_the_other(world: World) -> None:
    first, second = await two_series(world)
    await by_hand(world, "stf_taro", first["id"], "delete", notify=False)
    await world.bus.publish(confirmed(twice_a_month("stf_taro", revision=2, title="新しい件名"), AppointmentChanged))
    row = "entry/apt_stf_taro/stf_taro/microsoft"
    await patiently(lambda: world.keeps("ledger", row, {"missing_since": {"$ne": None}}))
    await world.later(seconds=61)
    await patiently(lambda: said(world, WRITTEN, 2))
    await until(world, "stf_taro", *TWICE)
    assert {one["id"] for one in await series_at(world, "stf_taro")} & {first["id"], second["id"]} == {second["id"]}


@rarely_polled
async def test_g16_one_of_two_series_that_is_moved_is_told_by_its_occurrences_and_put_back(world: World) -> None:
    _, second = await two_series(world)
    times = {"start": (TWICE[1] + 3 * HOUR).isoformat(), "end": (TWICE[1] + 4 * HOUR).isoformat()}
    await by_hand(world, "stf_taro", second["id"], "move", **times)
    drifts = await patiently(lambda: said(world, DRIFTED, 2))
    assert {(one["kind"], datetime.fromisoformat(one["start_at"])) for one in drifts} == {
        ("moved", TWICE[1] + 3 * HOUR),
        ("moved", hours_later(TWICE[3])),
    }
    await world.bus.publish(restore(drifts[0]), times=2)
    await until(world, "stf_taro", *TWICE)
    await patiently(lambda: said(world, WRITTEN, 2))
    assert len(world.bus.of(DRIFTED)) == 2


def hours_later(at: datetime) -> datetime:
    """Three hours, on the wall clock."""
    return (at.astimezone(BERLIN) + 3 * HOUR).astimezone(UTC)


@rarely_polled
async def test_e4_text_typed_into_the_second_of_two_series_is_told_and_kept(world: World) -> None:
    _, second = await two_series(world)
    await by_hand(world, "stf_taro", second["id"], "move", description="持ち物: 資料", notify=False)
    await world.bus.publish(confirmed(twice_a_month("stf_taro", revision=2, title="新しい件名"), AppointmentChanged))
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["revision"], note_of(drift)) == ("changed", 2, "持ち物: 資料")
    assert all("持ち物: 資料" in text_of(one) for one in await series_at(world, "stf_taro"))
