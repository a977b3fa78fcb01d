"""Notices just before the start, on the real broker and database: once each, at their time, in any order (C7)."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.contracts.booking import AppointmentChanged, AppointmentConfirmed, AppointmentRescheduled
from shared.contracts.reveal import LinkShown, Reveal
from tests.builders import an_appointment, an_event
from tests.integration.reminder_scheduler.test_reminders import (
    NOON,
    TOMORROW_TEN,
    World,
    canceled,
    running_scheduler,
    world,
)
from tests.waiting import eventually

__all__ = ["world"]
HOUR = timedelta(hours=1)


def told(
    revision: int, start_at: datetime, at: datetime, notices: tuple[int, ...] = (60, 10), link: str = "in_notice"
) -> Any:
    reveal = Reveal(link=LinkShown(link), notices=notices)
    appointment = an_appointment(start_at=start_at, revision=revision, confirmed_at=at, reveal=reveal)
    data: Any = AppointmentConfirmed(appointment=appointment, sealed="")
    if revision > 1:
        data = AppointmentRescheduled(
            appointment=appointment, sealed="", previous_start_at=start_at, previous_end_at=start_at
        )
    return an_event(data, subject="apt_1", version=revision, at=at)


def rung(world: World) -> list[tuple[int, int, bool]]:
    due = world.bus.of("reminder_scheduler.notice_due.v1")
    return [(item["revision"], item["minutes"], item["tells_link"]) for item in due]


async def filed(world: World) -> None:
    await eventually(lambda: world.bus.of("reminder_scheduler.reminder_scheduled.v1"))


async def test_c7_each_notice_goes_out_once_beside_the_reminder_however_often_the_event_comes(world: World) -> None:
    world.booking.standing = {("apt_1", 1)}
    await world.bus.publish(told(1, TOMORROW_TEN, NOON), times=10)
    await filed(world)
    world.clock_at(TOMORROW_TEN - HOUR + timedelta(seconds=1))
    await eventually(lambda: rung(world) == [(1, 60, True)])
    assert world.reminded() == [("apt_1", 1)]
    await world.bus.publish(told(1, TOMORROW_TEN, NOON), times=3)
    world.clock_at(TOMORROW_TEN - timedelta(minutes=9))
    await eventually(lambda: len(rung(world)) >= 2)
    await world.a_later_reminder_has_gone_out()
    assert rung(world) == [(1, 60, True), (1, 10, False)]


async def test_c7_a_move_takes_the_notices_along_and_a_cancellation_ends_them(world: World) -> None:
    world.booking.standing = {("apt_1", 2)}
    later = TOMORROW_TEN + timedelta(days=1)
    await world.bus.publish(told(1, TOMORROW_TEN, NOON))
    await world.bus.publish(told(2, later, NOON + timedelta(minutes=1)))
    await eventually(lambda: ("apt_1", 2) in world.filed())
    world.clock_at(TOMORROW_TEN)
    await world.bus.publish(told(2, later, NOON + timedelta(minutes=1)))
    world.clock_at(later - HOUR + timedelta(seconds=1))
    await eventually(lambda: rung(world) == [(2, 60, True)])
    await world.bus.publish(canceled("apt_1", 3, later, later - HOUR))
    await eventually(lambda: world.bus.of("reminder_scheduler.reminder_canceled.v1"))
    world.clock_at(later - timedelta(minutes=9))
    await world.a_later_reminder_has_gone_out()
    assert rung(world) == [(2, 60, True)]


async def test_c7_a_notice_whose_time_has_passed_goes_out_at_once_before_the_start(world: World) -> None:
    world.booking.standing = {("apt_1", 1)}
    await world.bus.publish(told(1, NOON + timedelta(minutes=30), NOON))
    await eventually(lambda: rung(world) == [(1, 60, True)])


async def test_g21_after_a_downtime_a_notice_past_the_start_is_not_sent_and_how_it_ended_is_told(world: World) -> None:
    world.booking.standing = {("apt_1", 1)}
    world.booking.down = True
    await world.bus.publish(told(1, TOMORROW_TEN, NOON))
    await filed(world)
    world.clock_at(TOMORROW_TEN - timedelta(minutes=30))
    await eventually(lambda: world.booking.questions >= 1)
    world.clock_at(TOMORROW_TEN + timedelta(seconds=1))
    world.booking.down = False

    def ended() -> list[Any]:
        return [one["minutes"] for one in world.bus.of("reminder_scheduler.reminder_canceled.v1")]

    await eventually(lambda: sorted(ended(), key=str) == [10, 60, None])
    await world.a_later_reminder_has_gone_out()
    assert rung(world) == []


async def test_g22_a_notice_of_a_revision_that_does_not_stand_waits_for_the_event_that_says_why(world: World) -> None:
    await world.bus.publish(told(1, TOMORROW_TEN, NOON))
    await filed(world)
    world.clock_at(TOMORROW_TEN - HOUR + timedelta(seconds=1))
    await eventually(lambda: world.booking.questions >= 1)
    assert rung(world) == []
    appointment = an_appointment(start_at=TOMORROW_TEN, revision=2, reveal=Reveal(notices=(60,)))
    changed = AppointmentChanged(appointment=appointment, sealed="")
    world.booking.standing = {("apt_1", 2)}
    await world.bus.publish(an_event(changed, subject="apt_1", version=2, at=TOMORROW_TEN - HOUR))
    await eventually(lambda: rung(world) == [(2, 60, False)])


@pytest.mark.parametrize("seed", range(3))
async def test_g21_any_order_of_the_same_events_rings_the_same_notices(world: World, seed: int) -> None:
    later = TOMORROW_TEN + timedelta(days=3)
    events = [
        told(1, TOMORROW_TEN, NOON, (120, 30)),
        told(2, TOMORROW_TEN + timedelta(days=1), NOON + timedelta(minutes=1), (60,)),
        told(3, later, NOON + timedelta(minutes=2), (60, 15)),
    ] * 2
    random.Random(seed).shuffle(events)
    world.booking.standing = {("apt_1", 3)}
    for event in events:
        await world.bus.publish(event)
    await eventually(lambda: ("apt_1", 3) in world.filed())
    for days in range(4):
        world.clock_at(TOMORROW_TEN + timedelta(days=days, minutes=-14))
    await eventually(lambda: len(rung(world)) >= 2)
    await world.a_later_reminder_has_gone_out()
    assert rung(world) == [(3, 60, True), (3, 15, False)]


async def test_g10_two_replicas_ring_a_notice_once(world: World, emptied_broker: Any, database_url: str) -> None:
    world.booking.standing = {("apt_1", 1)}
    await world.bus.publish(told(1, TOMORROW_TEN, NOON))
    await filed(world)
    async with running_scheduler(emptied_broker, database_url, world.booking):
        world.clock_at(TOMORROW_TEN - HOUR + timedelta(seconds=1))
        await eventually(lambda: rung(world) == [(1, 60, True)])
        await world.a_later_reminder_has_gone_out()
    assert rung(world) == [(1, 60, True)]
