"""What became of the reminder of an appointment that is changed after its hour (G9, G21)."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.contracts.notifier import Audience, NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderScheduled
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.world import World, in_tokyo

HOUR, MINUTES = in_tokyo(2, 7), 30


async def reminded(world: World, appointment_id: str, revision: int = 1) -> None:
    """Filed, and its mails went out."""
    filed = ReminderScheduled(appointment_id=appointment_id, revision=revision, due_at=HOUR)
    await world.hears(filed, subject=appointment_id)
    for audience in Audience:
        await mailed(world, appointment_id, Purpose.REMINDER, audience, revision)


async def mailed(world: World, appointment_id: str, purpose: Purpose, audience: Audience, revision: int = 1) -> None:
    sent = NotificationSent(
        about=appointment_id,
        revision=revision,
        purpose=purpose,
        audience=audience,
        message_id="",
        with_meeting=True,
    )
    await world.hears(sent, subject=appointment_id, time=clock.now())


async def of_reminder(world: World, path: str) -> list[tuple[str, str | None]]:
    shown = (await world.call("GET", path)).json()["effects"]
    return [(one["status"], one["reason"]) for one in shown if one["effect"] == "reminder"]


async def move(world: World, shown: dict[str, Any], *, start: int = 0, end: int = 0) -> None:
    body = {
        "start": (in_tokyo(2, 13) + timedelta(minutes=start)).isoformat(),
        "end": (in_tokyo(2, 14) + timedelta(minutes=end)).isoformat(),
    }
    answer = await world.call("PATCH", f"/appointments/{shown['id']}", body)
    assert answer.status_code == 200, answer.text


async def test_g21_a_longer_appointment_that_starts_when_it_was_reminded_of_needs_no_other_reminder(
    world: World,
) -> None:
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    await reminded(world, shown["id"])
    assert await of_reminder(world, path) == [("done", None)]
    await move(world, shown, end=MINUTES)
    assert await of_reminder(world, path) == [("done", None)]


async def test_g21_before_its_hour_the_reminder_of_a_longer_appointment_waits_and_goes_out(world: World) -> None:
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    await move(world, shown, end=MINUTES)
    assert await of_reminder(world, path) == [("pending", None)]
    await reminded(world, shown["id"], revision=2)
    assert await of_reminder(world, path) == [("done", None)]


async def test_c7_the_notice_that_told_the_link_counts_for_a_longer_appointment_too(world: World) -> None:
    kind = {"name": "Zoom面談", "location": "zoom", "reveal": {"link": "in_notice", "notices": [60 * 24 * 30]}}
    type_id = (await world.call("POST", "/meeting-types", kind, role="admin")).json()["id"]
    shown = await confirmed(world, meeting_type_id=type_id)
    for audience in Audience:
        await mailed(world, shown["id"], Purpose.NOTICE, audience)
    await move(world, shown, end=MINUTES)
    now = (await world.call("GET", f"/appointments/{shown['id']}")).json()["effects"]
    assert {one["status"] for one in now if one["purpose"] == "notice"} == {"done"}


@pytest.mark.parametrize("minutes", [30, -30])
async def test_g21_one_that_starts_at_another_time_of_that_day_is_said_to_be_too_late_to_remind_of(
    world: World, minutes: int
) -> None:
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    await reminded(world, shown["id"])
    await move(world, shown, start=minutes, end=minutes)
    late = ReminderCanceled(appointment_id=shown["id"], revision=2, reason=ReasonNotReminded.TOO_LATE)
    await world.hears(late, subject=shown["id"])
    assert await of_reminder(world, path) == [("suppressed", "too_late")]
