"""What is shown of a series while it goes on: its reminder among the effects (G9, G21), and the link (C7, E6)."""

from datetime import datetime, timedelta
from typing import Any

from shared import clock
from shared.contracts.notifier import Audience, NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderScheduled
from tests.integration.booking.conftest import Forward
from tests.integration.booking.test_occurrences import a_series, path_of
from tests.integration.booking.world import World, in_tokyo

WEEK = timedelta(days=7)


async def reminder(world: World, shown: dict[str, Any]) -> dict[str, Any]:
    effects = (await world.call("GET", f"/appointments/{shown['id']}")).json()["effects"]
    (row,) = [effect for effect in effects if effect["effect"] == "reminder"]
    return {name: row[name] for name in ("status", "reason", "until")}


async def scheduled(world: World, shown: dict[str, Any], start: datetime, revision: int, count: int = 1) -> None:
    data = ReminderScheduled(
        appointment_id=shown["id"], revision=revision, due_at=start - timedelta(hours=6), original_start_at=start
    )
    await world.hears(data, subject=shown["id"], version=count)


async def reminded(world: World, shown: dict[str, Any], start: datetime, revision: int) -> None:
    for audience in (Audience.GUEST, Audience.STAFF):
        data = NotificationSent(
            about=shown["id"],
            revision=revision,
            purpose=Purpose.REMINDER,
            audience=audience,
            message_id="m",
            with_meeting=False,
            original_start_at=start,
            calls=[],
        )
        await world.hears(data, subject=shown["id"], version=revision)


async def test_g21_the_reminder_of_a_series_is_the_next_one_whatever_order_the_news_come_in(world: World) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    starts = [first + step * WEEK for step in range(4)]
    await world.call("DELETE", path_of(shown, starts[1]))
    gone = ReminderCanceled(
        appointment_id=shown["id"], revision=3, reason=ReasonNotReminded.CANCELED, original_start_at=starts[1]
    )
    await world.hears(gone, subject=shown["id"], version=2)
    for start in (starts[3], starts[0], starts[2], starts[0]):
        await scheduled(world, shown, start, 3)
    await world.hears(gone, subject=shown["id"], version=2)
    at_first = await reminder(world, shown)
    assert (at_first["status"], at_first["reason"]) == ("waiting", "scheduled")
    assert datetime.fromisoformat(at_first["until"]) == starts[0] - timedelta(hours=6)

    await reminded(world, shown, starts[0], 3)
    then = await reminder(world, shown)
    assert (then["status"], datetime.fromisoformat(then["until"])) == ("waiting", starts[2] - timedelta(hours=6))
    for start in starts[2:]:
        await reminded(world, shown, start, 3)
    assert (await reminder(world, shown))["status"] == "done"


async def test_c7_a_cancelled_first_occurrence_puts_the_link_off_only_while_it_is_untold(
    world: World, forward: Forward
) -> None:
    shown = await a_series(world)
    first = in_tokyo(2, 13)
    untold = {"link": "in_notice", "notices": [60]}
    await world.stores.bookings.appointments.update_one({"_id": shown["id"]}, {"$set": {"reveal": untold}})
    await world.call("DELETE", path_of(shown, first))
    (event,) = await world.published("booking.appointment_changed.v1")
    assert event.data.appointment.link_at == first + WEEK - timedelta(hours=1)
    forward(first + WEEK - timedelta(minutes=30) - clock.now())
    before = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    assert before["link_at"] is not None
    answer = await world.call("DELETE", path_of(shown, first + WEEK))
    assert answer.status_code == 200, answer.text
    assert (await world.call("GET", f"/appointments/{shown['id']}")).json()["link_at"] is None
