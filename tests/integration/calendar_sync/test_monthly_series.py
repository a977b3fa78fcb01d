"""Months differ in length and providers in what they make of it: a rule's occurrences are what RFC 5545 says (E6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.booking import AppointmentChanged, Occurrence
from tests.integration.calendar_sync.conftest import World, confirmed, patiently
from tests.integration.calendar_sync.test_series import HOUR, a_series, at_both, until

FAILED = "calendar_sync.calendar_write_failed.v1"
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
    written = "calendar_sync.calendar_entry_written.v1"
    await patiently(lambda: [one for one in world.bus.of(written) if one["staff_id"] == staff_id])
    assert not world.bus.of(FAILED)
