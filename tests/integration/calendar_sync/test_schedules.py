"""Direct schedules in calendars: whole days at both providers (E2), who does not attend, the block (E4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.booking import AppointmentRescheduled
from shared.contracts.zoom_issuer import MeetingIssued
from tests.builders import an_appointment
from tests.integration.calendar_sync.conftest import World, a_meeting, attending, confirmed, patiently

DAY = (datetime.now(UTC) + timedelta(days=5)).replace(hour=15, minute=0, second=0, microsecond=0)
"""Midnight in Tokyo."""
WRITTEN = "calendar_sync.calendar_entry_written.v1"
DRIFTED = "calendar_sync.calendar_drift_detected.v1"


async def only(world: World, staff_id: str) -> dict[str, Any]:
    events = await world.calendar(staff_id)
    assert len(events) == 1
    return dict(events[0])


def day_of(at: datetime) -> str:
    return (at + timedelta(hours=9)).date().isoformat()


async def whole_days(world: World, staff_id: str) -> None:
    days = {"wants_meeting": False, "all_day": True, "start_at": DAY, "end_at": DAY + timedelta(days=2)}
    days |= {"organizer_id": staff_id, "attendees": [*attending(staff_id)]}
    await world.connect(staff_id)
    await world.confirm(**days)
    await patiently(lambda: world.bus.of(WRITTEN))


async def test_whole_days_are_dates_at_google_and_times_again_when_changed(world: World) -> None:
    await whole_days(world, "stf_admin")
    event = await only(world, "stf_admin")
    assert (event["start"], event["end"]) == ({"date": day_of(DAY)}, {"date": day_of(DAY + timedelta(days=2))})
    admin = {"organizer_id": "stf_admin", "attendees": attending("stf_admin"), "wants_meeting": False}
    timed = an_appointment(revision=2, start_at=DAY, end_at=DAY + timedelta(hours=1), **admin)
    previous = {"previous_start_at": DAY, "previous_end_at": DAY + timedelta(days=2)}
    await world.bus.publish(confirmed(timed, AppointmentRescheduled, **previous))

    async def has_times() -> bool:
        return "dateTime" in (await only(world, "stf_admin"))["start"]

    await patiently(has_times)
    assert world.bus.of(DRIFTED) == []


async def test_whole_days_are_whole_days_at_microsoft(world: World) -> None:
    await whole_days(world, "stf_taro")
    event = await only(world, "stf_taro")
    assert (event["isAllDay"], event["start"]["dateTime"][:19]) == (True, f"{day_of(DAY)}T00:00:00")
    assert event["end"]["dateTime"][:19] == f"{day_of(DAY + timedelta(days=2))}T00:00:00"


async def test_who_organizes_without_attending_has_the_entry_and_the_block(world: World) -> None:
    await world.connect("stf_admin")
    await world.connect("stf_taro")
    await world.confirm(attendees=attending("stf_taro"), organizer_id="stf_admin")
    await world.bus.publish(a_meeting(MeetingIssued))
    await patiently(lambda: world.bus.of(WRITTEN))

    async def both() -> bool:
        return all([len(await world.calendar(one)) == 1 for one in ("stf_admin", "stf_taro")])

    await patiently(both)
    assert (await only(world, "stf_admin"))["description"].endswith(
        "【Zoom連携情報】 ---※ここ以下を編集しないでください---\n"
        "https://zoom.example/j/72962683804?pwd=x\nミーティングID: 72962683804\nパスワード: 1"
    )
