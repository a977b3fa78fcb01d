"""Bookables have who replaced their Zoom user in another account; their coming meetings follow (C1, C2, C3, G27)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.booking.model.claims import zoom_resource
from services.booking.model.guarded import claims_of
from services.booking.model.spans import Span
from services.booking.usecases.change_coming import ChangeComing
from shared import clock
from shared.contracts.zoom_issuer import ZoomUsersReplaced
from tests.builders import ORGANIZATION
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.test_zoom_users import booked, changes, map_to
from tests.integration.booking.world import HANAKO, World, a_slot_at

OLD = "zoom-booth2"
FIRST, SECOND, THIRD = (clock.now() + timedelta(minutes=number) for number in range(3))


async def replaced(world: World, pairs: Mapping[str, str], since: Any = FIRST, **changed: Any) -> None:
    await world.hears(ZoomUsersReplaced(replaced=dict(pairs), since=since), subject="con_account", **changed)


async def user_of(world: World, bookable_id: str) -> str | None:
    shown: str | None = (await world.call("GET", f"/bookables/{bookable_id}")).json()["zoom_user_id"]
    return shown


async def claimed_by(world: World, appointment_id: str) -> str | None:
    """Whom the appointment's time is claimed of, as the record and the guards say."""
    stored = await world.stores.bookings.appointment(ORGANIZATION, appointment_id)
    assert stored is not None
    [claim] = [one for one in claims_of(stored) if one.resource.startswith("zoom:")]
    [standing] = await world.stores.guards.on(ORGANIZATION, [claim.resource], [claim.span])
    assert standing.owner == appointment_id
    return stored.zoom_user_id


async def test_c1_c2_a_bookable_has_who_replaced_its_zoom_user_and_its_coming_meeting_follows_once(
    world: World,
) -> None:
    bookable_id, appointment_id = await booked(world)
    for _ in range(2):
        await replaced(world, {OLD: "zoom-new", "zoom-else": "zoom-else-new"})
    assert await user_of(world, bookable_id) == "zoom-new"
    [moved] = await changes(world)
    assert (moved.appointment_id, moved.zoom_user_id, moved.revision) == (appointment_id, "zoom-new", 2)
    assert await claimed_by(world, appointment_id) == "zoom-new"
    time = Span(moved.start_at, moved.end_at)
    assert await world.stores.guards.on(ORGANIZATION, [zoom_resource(OLD)], [time]) == [], "their time is free"


async def test_c2_one_that_nobody_replaced_stays_as_it_is_and_so_do_other_organizations(world: World) -> None:
    bookable_id, _ = await booked(world)
    await replaced(world, {"zoom-else": "zoom-new"})
    await replaced(world, {OLD: "zoom-new"}, organizationid="org_other")
    assert (await user_of(world, bookable_id), await changes(world)) == (OLD, [])


async def test_c2_whom_somebody_chose_meanwhile_stays(world: World) -> None:
    bookable_id, appointment_id = await booked(world)
    await map_to(world, bookable_id, "zoom-by-hand")
    await replaced(world, {OLD: "zoom-new"})
    assert await user_of(world, bookable_id) == "zoom-by-hand"
    assert await claimed_by(world, appointment_id) == "zoom-by-hand"
    assert len(await changes(world)) == 1


async def test_c2_an_archived_bookables_meetings_follow_too(world: World) -> None:
    bookable_id, appointment_id = await booked(world)
    await world.call("DELETE", f"/bookables/{bookable_id}", role="admin")
    await replaced(world, {OLD: "zoom-new"})
    assert await claimed_by(world, appointment_id) == "zoom-new"


ONWARD = [({OLD: "zoom-2"}, FIRST), ({OLD: "zoom-3", "zoom-2": "zoom-3"}, SECOND)]
STEP_BY_STEP = [({OLD: "zoom-2"}, FIRST), ({"zoom-2": "zoom-3"}, SECOND), ({"zoom-3": "zoom-4"}, THIRD)]
BACK = [({OLD: "zoom-2"}, FIRST), ({"zoom-2": OLD}, SECOND)]
BACK_AND_ON = [*BACK, ({OLD: "zoom-3", "zoom-2": "zoom-3"}, THIRD)]


@pytest.mark.parametrize(
    ("told", "ends_at"),
    [(ONWARD, "zoom-3"), (STEP_BY_STEP, "zoom-4"), (BACK, OLD), (BACK_AND_ON, "zoom-3")],
    ids=["onward", "step by step", "back", "back and on"],
)
async def test_c1_however_often_accounts_are_replaced_and_in_whatever_order_it_is_heard_the_newest_hosts(
    world: World, told: Sequence[tuple[dict[str, str], Any]], ends_at: str
) -> None:
    bookable_id, appointment_id = await booked(world)
    for order in permutations(told):
        await world.stores.replaced_users.rows.delete_many({})
        await map_to(world, bookable_id, OLD)
        for pairs, since in (*order, order[0], *reversed(order)):
            await replaced(world, pairs, since)
        assert await user_of(world, bookable_id) == ends_at, order
        assert await claimed_by(world, appointment_id) == ends_at, order


async def test_c3_a_meeting_stays_where_the_new_user_has_another_until_it_is_said_again(world: World) -> None:
    other = await confirmed(world, slots=[a_slot_at(2, 13)], attendee_ids=[HANAKO])
    _, kept = await booked(world)
    _, moved = await booked(world, 3)
    await replaced(world, {OLD: f"zoom-{HANAKO}", "zoom-booth3": "zoom-new"})
    assert (await claimed_by(world, kept), await claimed_by(world, moved)) == (OLD, "zoom-new"), "the rest goes on"
    await world.call("DELETE", f"/appointments/{other['id']}", {}, role="admin")
    await replaced(world, {OLD: f"zoom-{HANAKO}"})
    assert await claimed_by(world, kept) == f"zoom-{HANAKO}"


async def test_g27_what_a_crash_left_goes_on_when_it_is_heard_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bookable_id, appointment_id = await booked(world)

    async def killed(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(ChangeComing, "__call__", killed)
        with pytest.raises(RuntimeError):
            await replaced(world, {OLD: "zoom-new"})
    assert (await user_of(world, bookable_id), await claimed_by(world, appointment_id)) == ("zoom-new", OLD)
    await replaced(world, {OLD: "zoom-new"})
    assert await claimed_by(world, appointment_id) == "zoom-new"
    assert len(await changes(world)) == 1


async def test_c3_what_was_booked_while_the_user_was_replaced_follows_with_its_own_confirmation(world: World) -> None:
    bookable_id, appointment_id = await booked(world)
    which = {"_id": bookable_id}
    await world.stores.menus.bookables.collection.update_one(which, {"$set": {"zoom_user_id": "zoom-new"}})
    [event] = await world.published("booking.appointment_confirmed.v1")
    for _ in range(2):
        await world.subscribers.on_appointment_confirmed(event)
    assert await claimed_by(world, appointment_id) == "zoom-new"
    assert len(await changes(world)) == 1


async def test_c2_a_bookable_that_is_made_with_a_replaced_user_has_who_replaced_them(world: World) -> None:
    await replaced(world, {OLD: "zoom-new"})
    body = {"name": "窓口", "zoom_user_id": OLD}
    made = (await world.call("POST", "/bookables", body, role="admin")).json()
    assert (made["zoom_user_id"], await user_of(world, made["id"])) == ("zoom-new", "zoom-new")


async def test_c2_a_hand_that_chooses_while_meetings_move_has_the_last_word(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bookable_id, appointment_id = await booked(world)
    change, hands = ChangeComing.__call__, iter([True])

    async def overtaken(self: ChangeComing, *what: Any) -> None:
        """Somebody chooses when the bookable has followed and its meeting has not."""
        if next(hands, False):
            await map_to(world, bookable_id, "zoom-by-hand")
        await change(self, *what)

    monkeypatch.setattr(ChangeComing, "__call__", overtaken)
    await replaced(world, {OLD: "zoom-new"})
    assert await user_of(world, bookable_id) == "zoom-by-hand"
    assert await claimed_by(world, appointment_id) == "zoom-by-hand"
