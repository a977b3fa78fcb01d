"""What guests of page bookings answer in their own calendars (H9), and under which UID they are invited (G14)."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.contracts.calendar_sync import CalendarEntryWritten, GuestResponded, GuestResponse, Provider
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.world import TARO, World, in_tokyo

UID = "chosei123@google.com"


def at(day: int, hour: int) -> str:
    return in_tokyo(day, hour).isoformat()


async def booked(world: World) -> dict[str, Any]:
    made: dict[str, Any] = (await book(world, await a_page(world), at(2, 10))).json()
    return made


async def written(world: World, appointment_id: str, *, with_guest: bool | None = True) -> None:
    data = CalendarEntryWritten(
        appointment_id=appointment_id,
        revision=1,
        staff_id=TARO,
        provider=Provider.GOOGLE,
        covers=[TARO],
        with_meeting=False,
        ical_uid=UID,
        with_guest=with_guest,
    )
    await world.hears(data, subject=appointment_id, version=1)


async def answered(
    world: World, appointment_id: str, response: GuestResponse, *, revision: int = 1, **late: Any
) -> None:
    data = GuestResponded(appointment_id=appointment_id, revision=revision, response=response)
    await world.hears(data, subject=appointment_id, version=revision, **late)


async def response(world: World, appointment_id: str) -> str | None:
    said: str | None = (await world.call("GET", f"/appointments/{appointment_id}")).json()["guest_response"]
    return said


async def test_h9_a_guest_has_not_answered_until_they_do(world: World) -> None:
    made = await booked(world)
    assert await response(world, made["id"]) is None
    await written(world, made["id"])
    assert await response(world, made["id"]) == "needs_action"
    for _ in range(2):
        await answered(world, made["id"], GuestResponse.ACCEPTED)
    assert await response(world, made["id"]) == "accepted"
    timeline = (await world.call("GET", f"/appointments/{made['id']}/timeline")).json()["items"]
    kinds = [one["type"] for one in timeline]
    assert "chosei.calendar_sync.guest_responded.v1" in kinds


async def test_an_answer_that_comes_late_replaces_no_newer_one(world: World) -> None:
    made = await booked(world)
    await answered(world, made["id"], GuestResponse.DECLINED)  # before the entry is told
    await answered(world, made["id"], GuestResponse.ACCEPTED, time=clock.now() - timedelta(minutes=1))
    await written(world, made["id"])
    assert await response(world, made["id"]) == "declined"


async def test_an_answer_to_an_earlier_time_is_none(world: World) -> None:
    made = await booked(world)
    await written(world, made["id"])
    await answered(world, made["id"], GuestResponse.ACCEPTED)
    moved = {"start": at(2, 14), "end": at(2, 15)}
    shown = (await world.call("PATCH", f"/appointments/{made['id']}", moved)).json()
    assert shown["guest_response"] == "needs_action"
    await answered(world, made["id"], GuestResponse.ACCEPTED)
    assert await response(world, made["id"]) == "needs_action"
    await answered(world, made["id"], GuestResponse.TENTATIVE, revision=shown["version"])
    assert await response(world, made["id"]) == "tentative"


async def test_another_guest_is_asked_anew(world: World) -> None:
    made = await booked(world)
    await written(world, made["id"])
    await answered(world, made["id"], GuestResponse.ACCEPTED)
    guest = {"company": "", "name": "別の人", "email": "other@guest.example"}
    shown = (await world.call("PATCH", f"/appointments/{made['id']}", {"guest": guest})).json()
    assert shown["guest_response"] == "needs_action"


@pytest.mark.parametrize("with_guest", [False, None])
async def test_who_takes_part_in_no_entry_is_not_asked(world: World, with_guest: bool | None) -> None:
    made = await booked(world)
    await written(world, made["id"], with_guest=with_guest)
    assert await response(world, made["id"]) is None


async def test_g14_the_guests_file_bears_the_uid_of_the_invitation(world: World) -> None:
    made = await booked(world)
    token = made["manage_url"].rpartition("/")[2]
    headers = {"x-guest-token": token}
    before = (await world.client.get("/internal/guest/appointment", headers=headers)).json()
    assert before["uid"] == f"{made['id']}@chosei"
    await written(world, made["id"])
    after = (await world.client.get("/internal/guest/appointment", headers=headers)).json()
    assert after["uid"] == UID
