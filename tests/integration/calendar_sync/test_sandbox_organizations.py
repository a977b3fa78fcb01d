"""Entries of a sandbox organization invite nobody from outside (H14)."""

from shared.contracts.booking import AppointmentChanged
from shared.contracts.gateway import OrganizationChanged
from tests.builders import ORGANIZATION, an_event
from tests.integration.calendar_sync.conftest import World, patiently
from tests.integration.calendar_sync.test_guests import EITHER, GOOGLE, GUEST, attendees, booked, the_entry, written


async def say(world: World, version: int, *, sandbox: bool, times: int = 1) -> None:
    settings = OrganizationChanged(
        name="サンプル",
        product_name="Chosei",
        time_zone="Asia/Tokyo",
        locale="ja",
        reminder_time="07:00",
        allow_zoom_basic=True,
        drift_policy="ask",
        mail_format="html",
        sandbox=sandbox,
    )
    await world.bus.publish(an_event(settings, subject=ORGANIZATION, version=version), times=times)


async def hears(world: World, version: int, *, sandbox: bool, times: int = 1) -> None:
    await say(world, version, sandbox=sandbox, times=times)

    async def heard() -> bool:
        return await world.keeps("organizations", ORGANIZATION, {"version": version, "sandbox": sandbox})

    await patiently(heard)


@EITHER
async def test_h14_no_guest_takes_part_in_an_entry_however_late_the_older_setting_comes(
    world: World, staff_id: str
) -> None:
    await world.connect(staff_id)
    await hears(world, 2, sandbox=True, times=2)
    await say(world, 1, sandbox=False)
    await world.bus.publish(booked(staff_id, wants_meeting=False), times=2)
    assert GUEST not in attendees(await the_entry(world, staff_id))
    assert (1, staff_id, False) in written(world)


async def test_h14_a_guest_from_before_leaves_the_entry_with_its_next_change(world: World) -> None:
    await world.connect(GOOGLE)
    await world.bus.publish(booked(GOOGLE, wants_meeting=False))
    assert GUEST in attendees(await the_entry(world, GOOGLE))
    await hears(world, 2, sandbox=True)
    await world.bus.publish(
        booked(GOOGLE, kind=AppointmentChanged, revision=2, wants_meeting=False, title="新しい件名")
    )
    assert GUEST not in attendees(await the_entry(world, GOOGLE, revision=2))
