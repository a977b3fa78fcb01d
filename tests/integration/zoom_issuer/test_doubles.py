"""Meetings that stand at Zoom a second time: deleted, made anew and recovered, or made twice (G10, G13)."""

from typing import Any

import pytest

from services.zoom_issuer.store.doubles import Doubles
from services.zoom_issuer.store.sweeps import Sweep
from tests.builders import ORGANIZATION
from tests.integration.zoom_issuer.changes import (
    by_hand,
    drifts,
    patiently,
    put_back,
    subscribed,
    updates,
    with_meetings,
)
from tests.integration.zoom_issuer.conftest import World
from tests.integration.zoom_issuer.test_changed_at_zoom import proved_deleted, swept
from tests.integration.zoom_issuer.test_meetings import canceled
from tests.integration.zoom_issuer.workshop import Workshop, wanted


async def only(world: World, *topics: str) -> list[dict[str, Any]]:
    async def are_there() -> bool:
        return sorted(one["topic"] for one in await world.meetings()) == sorted(topics)

    await patiently(are_there)
    return await world.meetings()


async def deletions(world: World, meeting: dict[str, Any]) -> int:
    calls = (await world.outside.get("/inspect/calls")).json()["items"]
    return len([call for call in calls if call["method"] == "DELETE" and call["path"].endswith(f"/{meeting['id']}")])


async def made_anew(world: World, meeting: dict[str, Any], *, notify: bool) -> dict[str, Any]:
    await world.bus.publish(put_back(await proved_deleted(world, meeting, notify=notify)))
    await patiently(lambda: updates(world))
    [made] = await world.meetings()
    return made


async def test_g13_a_meeting_that_is_recovered_after_another_was_made_is_deleted_once(world: World) -> None:
    async with subscribed(world, copies=3):
        meeting = (await with_meetings(world, "apt_1"))["apt_1"]
        made = await made_anew(world, meeting, notify=True)
        await by_hand(world, meeting, "recover")
        await patiently(lambda: _deleted_once(world, meeting))
    assert [one["id"] for one in await world.meetings()] == [made["id"]]
    assert (len(drifts(world)), len(world.bus.of("zoom_issuer.meeting_updated.v1"))) == (1, 1)
    assert await deletions(world, made) == 0


async def _deleted_once(world: World, meeting: dict[str, Any]) -> bool:
    return await deletions(world, meeting) == 1 and len(await world.meetings()) == 1


@swept
async def test_g13_without_any_notification_the_sweep_finds_it_also_of_a_cancelled_appointment(world: World) -> None:
    meetings = await with_meetings(world, "apt_1", "apt_2", "apt_3")
    await world.bus.publish(canceled(2, appointment_id="apt_2", title="apt_2"))
    await only(world, "apt_1", "apt_3")
    await by_hand(world, meetings["apt_2"], "recover", notify=False)

    async def is_deleted_again() -> bool:
        return await deletions(world, meetings["apt_2"]) == 2

    await patiently(is_deleted_again)
    assert {one["id"] for one in await only(world, "apt_1", "apt_3")} == {
        meetings["apt_1"]["id"],
        meetings["apt_3"]["id"],
    }


@pytest.mark.parametrize("while_it_is", ["quiet", "held"])
async def test_g10_what_was_made_twice_is_deleted_and_never_the_live_one(shop: Workshop, while_it_is: str) -> None:
    connection = await shop.connect()
    await shop.want(wanted())
    await shop.work()
    row = await shop.row()
    live, sweep = (
        row["actual"]["meeting_id"],
        Sweep(ORGANIZATION, connection.connection_id, row["actual"]["host_user_id"]),
    )
    agendas = {live: shop.zoom.meetings[live].agenda, "99": f"{shop.zoom.meetings[live].agenda} more", "7": "another"}
    shop.zoom.meetings["99"] = shop.zoom.meetings[live]

    async def found(operation: str) -> None:
        if operation == "update":
            assert await Doubles(shop.store.meetings).set_apart(sweep, agendas) == ["apt_1"]

    if while_it_is == "held":
        shop.zoom.after = found
        await shop.want(wanted(revision=2, title="別の件名"))
    else:
        await found("update")
    await shop.work()
    await shop.work()
    assert await Doubles(shop.store.meetings).set_apart(sweep, {live: agendas[live]}) == []
    assert list(shop.zoom.meetings) == [live]
    assert (shop.zoom.asked.count("delete"), await shop.leftovers()) == (1, 0)
    assert len(shop.ear.of("meeting_updated")) == (while_it_is == "held")


async def test_g10_while_a_create_is_under_way_nothing_counts_as_a_double(shop: Workshop) -> None:
    connection = await shop.connect()
    sweep = Sweep(ORGANIZATION, connection.connection_id, connection.account_id)
    apart: list[str] = []

    async def listed(operation: str) -> None:
        if operation == "create":
            agendas = {number: one.agenda for number, one in shop.zoom.meetings.items()}
            apart.extend(await Doubles(shop.store.meetings).set_apart(sweep, agendas))

    shop.zoom.after = listed
    await shop.want(wanted())
    await shop.work()
    assert apart == []
    assert len(shop.zoom.meetings) == 1
