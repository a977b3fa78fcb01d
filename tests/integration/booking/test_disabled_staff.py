"""Somebody who was disabled may attend no more (C9): they leave what others go on with, and the link they knew dies."""

from services.booking.model.guarded import claims_of
from shared.contracts.booking import AppointmentChanged
from shared.contracts.gateway import StaffChanged, StaffDisabled
from shared.contracts.people import Person
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at

WHO = Person(name="花子", email="hanako@corp.example", kana="")


async def disable(world: World, version: int | None = None) -> None:
    await world.hears(StaffDisabled(person=WHO), subject=HANAKO, version=version)


async def changed(world: World) -> list[AppointmentChanged]:
    return [event.data for event in await world.published("booking.appointment_changed.v1")]


async def test_c9_who_is_disabled_leaves_what_others_attend_and_their_link_is_made_anew_once(world: World) -> None:
    shown = await confirmed(world, attendee_ids=[TARO, HANAKO])
    for _ in range(2):
        await disable(world)
    [told] = await changed(world)
    left = told.appointment
    assert (left.appointment_id, left.link_generation, left.revision) == (shown["id"], 2, 2)
    assert [one.staff_id for one in left.attendees] == [TARO]
    now = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    [gone] = [one for one in now["effects"] if (one["effect"], one["of"]) == ("entry", HANAKO)]
    assert gone["absent"], "their calendar shows it no more"


async def test_c9_their_time_is_free_again(world: World) -> None:
    shown = await confirmed(world, attendee_ids=[TARO, HANAKO])
    await disable(world)
    stored = await world.stores.bookings.appointment("org_sample", shown["id"])
    assert stored is not None
    assert f"staff:{HANAKO}" not in {claim.resource for claim in claims_of(stored)}


async def test_c9_what_they_organize_or_attend_alone_stays_theirs_until_somebody_takes_their_place(
    world: World,
) -> None:
    organized = await confirmed(world, attendee_ids=[TARO, HANAKO], organizer_id=HANAKO)
    await confirmed(world, attendee_ids=[HANAKO], slots=[a_slot_at(4, 13)])
    await disable(world)
    assert await changed(world) == []
    body = {"attendee_ids": [TARO], "organizer_id": TARO}
    await world.call("PATCH", f"/appointments/{organized['id']}", body, role="admin")
    [told] = await changed(world)
    assert told.appointment.link_generation == 2


async def test_c9_late_news_of_one_who_is_back_changes_nothing(world: World) -> None:
    await confirmed(world, attendee_ids=[TARO, HANAKO])
    back = StaffChanged(person=WHO, role="member", time_zone="Asia/Tokyo", locale="ja", zoom_user="")
    await world.hears(back, subject=HANAKO, version=10)
    await disable(world, version=9)
    assert await changed(world) == []
