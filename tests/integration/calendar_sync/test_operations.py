"""Holds and entries that are owed, through the operations (X7): seen with the reason, tried again, given up."""

from typing import Any

from shared.operations.own import service_and_place
from tests.integration.calendar_sync.conftest import World, attending, patiently
from tests.integration.calendar_sync.test_ledger import TITLE, until
from tests.integration.operations.asking import decide, operations, owed

REFUSAL = {"kind": "status", "provider": "microsoft", "method": "POST", "path": "/me/events$", "status": 403}
FAILED = "calendar_sync.calendar_write_failed.v1"


async def test_x7_a_refused_entry_says_why_and_is_written_when_it_is_retried(world: World) -> None:
    await world.connect("stf_taro")
    await world.faults(REFUSAL)
    await world.confirm(wants_meeting=False)
    [effect] = await patiently(lambda: owed(world.service, status="failed"))
    assert (effect["about"], effect["effect"], effect["of"]) == ("apt_1", "entry", "stf_taro")
    assert "403" in effect["reason"]
    await world.faults()
    assert (await decide(world.service, effect, "retry")).status_code == 202
    await until(world, "stf_taro", TITLE)

    async def none_owed() -> bool:
        return (await operations(world.service))["effects"] == {"failed": 0, "waiting": 0}

    await patiently(none_owed)


async def test_x7_an_entry_that_waits_for_its_calendar_is_given_up_and_stays_away(world: World) -> None:
    await world.connect("stf_admin")
    await world.faults({"kind": "revoke_tokens", "provider": "google"})
    await world.confirm(attendees=attending("stf_admin"), organizer_id="stf_admin", wants_meeting=False)
    [effect] = await patiently(lambda: owed(world.service, status="waiting"))
    assert effect["reason"] == "connection_broken"

    async def named() -> list[dict[str, Any]]:
        links: list[dict[str, Any]] = (await operations(world.service))["connections"]
        return [one for one in links if one["waiting"]]

    [link] = await patiently(named)
    assert (link["provider"], link["staff_id"], link["status"]) == ("google", "stf_admin", "broken")
    assert (await decide(world.service, effect, "give-up", reason="電話で実施")).status_code == 202
    [final] = await patiently(lambda: [one for one in world.bus.of(FAILED) if one["reason"] == "given_up"])
    assert final["retry_at"] is None
    assert await owed(world.service) == []


async def test_x7_lists_go_on_after_the_last_one(world: World) -> None:
    await world.connect("stf_taro")
    await world.faults({**REFUSAL, "path": ".*"})
    await world.propose()
    await patiently(lambda: len(world.bus.of(FAILED)) == 2)
    both = await owed(world.service)
    assert [one["effect"] for one in both] == ["hold", "hold"]
    [first] = await owed(world.service, limit="1")
    _, place = service_and_place(first["id"])
    following = await owed(world.service, limit="1", **place._asdict())
    assert [first["id"], *(one["id"] for one in following)] == [one["id"] for one in both]
