"""Coming web meetings follow the Zoom user that their organizer has (C1, C3, G12)."""

from datetime import timedelta
from typing import Any

from shared.contracts.zoom_issuer import ZoomUserAssigned
from tests.integration.booking.conftest import Forward
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.test_occurrences import a_series
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at


async def assign(world: World, user_id: str | None, staff_id: str = TARO) -> None:
    await world.hears(ZoomUserAssigned(staff_id=staff_id, zoom_user_id=user_id), subject=staff_id)


async def changes(world: World) -> list[Any]:
    return [event.data.appointment for event in await world.published("booking.appointment_changed.v1")]


async def test_c1_another_zoom_user_is_claimed_by_coming_web_meetings_once(world: World) -> None:
    shown = await confirmed(world)
    await confirmed(world, slots=[a_slot_at(3, 15)], kind="visit")
    for _ in range(2):
        await assign(world, "u-new")
    [moved] = await changes(world)
    assert (moved.appointment_id, moved.zoom_user_id, moved.revision) == (shown["id"], "u-new", 2)
    now = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    assert now["meeting"]["status"] == "pending", "until Zoom has followed"


async def test_c1_without_any_zoom_user_what_was_claimed_stays(world: World) -> None:
    shown = await confirmed(world)
    await assign(world, None)
    assert await changes(world) == []
    await assign(world, f"zoom-{TARO}")
    assert await changes(world) == []
    assert (await world.call("GET", f"/appointments/{shown['id']}")).json()["version"] == 1


async def test_c3_a_meeting_stays_where_it_is_when_its_new_user_has_another_at_that_time(world: World) -> None:
    await confirmed(world, attendee_ids=[HANAKO])
    mine = await confirmed(world, attendee_ids=[TARO])
    await assign(world, f"zoom-{HANAKO}")
    assert await changes(world) == []
    now = (await world.call("GET", f"/appointments/{mine['id']}")).json()
    assert (now["version"], now["status"]) == (1, "confirmed")


async def test_c1_a_series_that_has_begun_follows_too(world: World, forward: Forward) -> None:
    shown = await a_series(world, kind="web")
    forward(timedelta(days=4))
    await assign(world, "u-new")
    [moved] = await changes(world)
    assert (moved.appointment_id, moved.zoom_user_id) == (shown["id"], "u-new")


async def test_c1_what_is_over_of_a_series_keeps_it_from_no_other_zoom_user(world: World, forward: Forward) -> None:
    await confirmed(world, attendee_ids=[HANAKO])
    shown = await a_series(world, kind="web", attendee_ids=[TARO])
    forward(timedelta(days=4))
    await assign(world, f"zoom-{HANAKO}")
    [moved] = await changes(world)
    assert (moved.appointment_id, moved.zoom_user_id) == (shown["id"], f"zoom-{HANAKO}")


async def booked(world: World, days: int = 2, **bookable: Any) -> tuple[str, str]:
    """A bookable with a Zoom user, and an appointment that it hosts: their ids."""
    body = {"name": f"窓口{days}", "zoom_user_id": f"zoom-booth{days}", **bookable}
    made = (await world.call("POST", "/bookables", body, role="admin")).json()["id"]
    kind = {"name": f"Zoom面談{days}", "location": "zoom"}
    type_id = (await world.call("POST", "/meeting-types", kind, role="admin")).json()["id"]
    chosen = {"title": "面談", "meeting_type_id": type_id, "bookable_id": made, **a_slot_at(days, 13)}
    answer = await world.call("POST", "/appointments", chosen)
    assert answer.status_code == 201, answer.text
    return made, answer.json()["id"]


async def map_to(world: World, bookable_id: str, user_id: str | None, **changes: Any) -> None:
    body = {"zoom_user_id": user_id, **changes}
    answer = await world.call("PATCH", f"/bookables/{bookable_id}", body, role="admin")
    assert answer.status_code == 200, answer.text


async def test_c2_a_bookables_coming_meetings_follow_it_to_another_zoom_user_once(world: World) -> None:
    bookable_id, appointment_id = await booked(world)
    for _ in range(2):
        await map_to(world, bookable_id, "zoom-new")
    [moved] = await changes(world)
    assert (moved.appointment_id, moved.zoom_user_id, moved.revision) == (appointment_id, "zoom-new", 2)
    assert moved.hosted_by_bookable
    await assign(world, "u-new")
    assert len(await changes(world)) == 1, "whom the organizer has now is no matter of it"


async def test_c2_without_any_zoom_user_what_the_bookable_claimed_stays(world: World) -> None:
    bookable_id, _ = await booked(world)
    await map_to(world, bookable_id, None)
    await map_to(world, bookable_id, "zoom-booth2", name="改名")
    assert await changes(world) == []


async def test_c3_a_bookables_meeting_stays_where_its_new_user_has_another_at_that_time(world: World) -> None:
    await confirmed(world, slots=[a_slot_at(2, 13)], attendee_ids=[HANAKO])
    bookable_id, appointment_id = await booked(world)
    await map_to(world, bookable_id, f"zoom-{HANAKO}")
    assert await changes(world) == []
    now = (await world.call("GET", f"/appointments/{appointment_id}")).json()
    assert (now["version"], now["status"]) == (1, "confirmed")


async def test_g27_what_a_crash_left_follows_with_the_next_change(world: World) -> None:
    bookable_id, appointment_id = await booked(world)
    await world.stores.menus.bookables.collection.update_one(
        {"_id": bookable_id}, {"$set": {"zoom_user_id": "zoom-new", "version": 2}}
    )
    await map_to(world, bookable_id, "zoom-new")
    assert [moved.appointment_id for moved in await changes(world)] == [appointment_id]
