"""A reminder for each occurrence of a series (E6): on its own day, and none for what was cancelled (G21, G22)."""

from datetime import timedelta
from typing import Any

from shared.contracts.booking import AppointmentChanged, AppointmentConfirmed, Occurrence, Series
from shared.contracts.envelope import CloudEvent
from shared.contracts.reveal import LinkShown, Reveal
from shared.mongo import Database
from tests.builders import an_appointment, an_event
from tests.integration.reminder_scheduler.test_reminders import (  # noqa: F401
    NOON,
    TOMORROW_SEVEN,
    TOMORROW_TEN,
    World,
    world,
)
from tests.waiting import eventually

DAY = timedelta(days=1)


def a_series(revision: int = 1, *changed: Occurrence, times: int = 4) -> CloudEvent[Any]:
    appointment = an_appointment(
        appointment_id="apt_series",
        revision=revision,
        start_at=TOMORROW_TEN,
        end_at=TOMORROW_TEN + timedelta(hours=1),
        series=Series(rrule=f"FREQ=DAILY;COUNT={times}", changed=changed),
    )
    kind = AppointmentChanged if changed else AppointmentConfirmed
    event = an_event(kind(appointment=appointment, sealed=""), subject="apt_series", version=revision)
    return event.model_copy(update={"time": NOON + timedelta(seconds=revision)})


def occurrence(step: int, **changes: Any) -> Occurrence:
    at = TOMORROW_TEN + step * DAY
    return Occurrence(**{"original_start_at": at, "start_at": at, "end_at": at + timedelta(hours=1), **changes})


async def test_g21_each_occurrence_is_reminded_of_once_on_its_day(world: World) -> None:  # noqa: F811
    gone = occurrence(1, canceled=True)
    moved = occurrence(
        2,
        start_at=TOMORROW_TEN + 2 * DAY + timedelta(hours=2),
        end_at=TOMORROW_TEN + 2 * DAY + timedelta(hours=3),
    )
    world.booking.standing.add(("apt_series", 2))
    await world.bus.publish(a_series(2, gone, moved))
    await world.bus.publish(a_series(), times=3)
    await eventually(lambda: world.filed().count(("apt_series", 2)) == 3)

    def starts() -> list[Any]:
        return [item["start_at"] for item in world.bus.of("reminder_scheduler.reminder_due.v1")]

    for step, so_many in enumerate((1, 1, 2, 3)):
        world.clock_at(TOMORROW_SEVEN + step * DAY + timedelta(seconds=1))
        await eventually(lambda wanted=so_many: len(starts()) == wanted)
    await world.a_later_reminder_has_gone_out()
    assert len([one for one in world.reminded() if one[0] == "apt_series"]) == 3


async def test_e6_a_series_that_became_shorter_leaves_nothing_that_waits_for_ever(
    world: World,  # noqa: F811
    database: Database,
) -> None:
    world.booking.standing.add(("apt_series", 2))
    await world.bus.publish(a_series())
    await eventually(lambda: world.filed().count(("apt_series", 1)) == 4)
    await world.bus.publish(a_series(2, times=2), times=3)
    await world.bus.publish(a_series(), times=2)
    await eventually(lambda: world.filed().count(("apt_series", 2)) == 2)

    async def wait() -> list[str]:
        return [row["_id"] async for row in database["reminders"].find({"due_at": {"$exists": True}})]

    async def so_it_is() -> bool:
        return sorted(await wait()) == ["apt_series#0", "apt_series#1"]

    await eventually(so_it_is)


async def test_c7_the_link_of_a_series_is_told_by_the_notice_of_one_occurrence(world: World) -> None:  # noqa: F811
    world.booking.standing.add(("apt_series", 1))
    reveal = Reveal(link=LinkShown.IN_NOTICE, notices=(60,))
    plain = a_series()
    appointment = plain.data.appointment.model_copy(update={"reveal": reveal, "link_start_at": TOMORROW_TEN})
    event = plain.model_copy(update={"data": plain.data.model_copy(update={"appointment": appointment})})
    await world.bus.publish(event, times=3)
    await eventually(lambda: world.filed().count(("apt_series", 1)) == 4)
    filed = world.bus.of("reminder_scheduler.reminder_scheduled.v1")
    assert {item["original_start_at"] for item in filed} == {
        f"{TOMORROW_TEN + step * DAY:%Y-%m-%dT%H:%M:%SZ}" for step in range(4)
    }

    def rung() -> list[bool]:
        return [item["tells_link"] for item in world.bus.of("reminder_scheduler.notice_due.v1")]

    for step, told in enumerate(([True], [True, False])):
        world.clock_at(TOMORROW_TEN + step * DAY - timedelta(minutes=59))
        await eventually(lambda wanted=told: rung() == wanted)
