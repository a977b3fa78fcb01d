"""Meetings that are owed, through the operations (X7): seen with the reason, tried again, given up."""

from typing import Any

from tests.integration.operations.asking import ADMIN, EFFECTS, decide, operations, owed
from tests.integration.zoom_issuer.conftest import World
from tests.integration.zoom_issuer.test_meetings import confirmed
from tests.waiting import eventually


async def test_x7_a_refused_meeting_says_why_and_is_made_when_it_is_retried(world: World) -> None:
    await world.connect()
    rule = {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 400, "times": 1}
    await world.faults(rule)
    await world.bus.publish(confirmed())
    [effect] = await eventually(lambda: owed(world.issuer, status="failed"))
    assert (effect["about"], effect["effect"], effect["reason"]) == ("apt_1", "meeting", "zoom_failed")
    assert "400" in effect["detail"]
    assert (await operations(world.issuer))["effects"] == {"failed": 1, "waiting": 0}
    assert (await decide(world.issuer, effect, "retry")).status_code == 202
    await eventually(world.issued)

    async def none_owed() -> bool:
        return await owed(world.issuer) == []

    await eventually(none_owed)
    assert (await decide(world.issuer, effect, "retry")).status_code == 404


async def test_x7_while_zoom_is_down_its_meetings_say_so_and_not_that_they_failed(world: World) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "kind": "status", "status": 503})
    await world.bus.publish(confirmed())
    [effect] = await eventually(lambda: owed(world.issuer, status="waiting"))
    assert effect["reason"] == "unavailable"
    await world.faults()
    await eventually(world.issued)

    async def none_owed() -> bool:
        return await owed(world.issuer) == []

    await eventually(none_owed)


async def test_x7_what_waits_for_a_connection_can_be_given_up_and_ends(world: World) -> None:
    await world.bus.publish(confirmed())
    [effect] = await eventually(lambda: owed(world.issuer, status="waiting"))
    assert (effect["reason"], effect["until"] is not None) == ("zoom_no_credentials", True)
    assert (await decide(world.issuer, effect, "give-up", reason="電話で実施")).status_code == 202
    final = await eventually(lambda: [one for one in world.failures() if one["retry_at"] is None])
    assert final[0]["reason"] == "given up by an operator"
    assert await owed(world.issuer) == []
    await world.connect()
    await world.bus.publish(confirmed(appointment_id="apt_2"))
    await eventually(world.issued)
    assert [one["appointment_id"] for one in world.issued()] == ["apt_2"]


async def test_x7_a_failure_that_was_looked_at_is_no_more_listed(world: World) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 400})
    await world.bus.publish(confirmed())
    [effect] = await eventually(lambda: owed(world.issuer, status="failed"))
    before = len(await eventually(world.failures))
    assert (await decide(world.issuer, effect, "give-up", reason="確認済み")).status_code == 202
    assert await owed(world.issuer) == []
    assert len(world.failures()) == before


async def test_g23_another_organization_sees_and_changes_nothing(world: World) -> None:
    await world.bus.publish(confirmed())
    [effect] = await eventually(lambda: owed(world.issuer))
    others = ADMIN | {"x-organization-id": "org_other"}
    assert (await world.issuer.get(EFFECTS, headers=others)).json()["items"] == []
    path = f"{EFFECTS}/{effect['id']}/give-up"
    assert (await world.issuer.post(path, headers=others, json={"reason": "x"})).status_code == 404


async def test_x7_a_broken_connection_is_named_with_what_waits_for_it(world: World) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "kind": "revoke_tokens"})
    await world.bus.publish(confirmed())

    async def named() -> list[dict[str, Any]]:
        links: list[dict[str, Any]] = (await operations(world.issuer))["connections"]
        return [one for one in links if one["waiting"]]

    [link] = await eventually(named)
    assert (link["provider"], link["status"], link["waiting"]) == ("zoom", "broken", 1)
    assert link["staff_id"] == "stf_taro"


async def test_x7_lists_go_on_after_the_last_one(world: World) -> None:
    for number in range(5):
        await world.bus.publish(confirmed(appointment_id=f"apt_{number}"))

    async def all_owed() -> bool:
        return len(await owed(world.issuer)) == 5

    await eventually(all_owed)
    first = await owed(world.issuer, limit="2")
    rest = await owed(world.issuer, limit="9", about=first[-1]["about"])
    assert [one["about"] for one in (*first, *rest)] == [f"apt_{number}" for number in (4, 3, 2, 1, 0)]
