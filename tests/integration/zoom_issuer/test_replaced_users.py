"""Who of a new account replaces whom of a former one is said once its users are read (C1, C2, G27)."""

from datetime import timedelta
from typing import Any

import pytest

from services.zoom_issuer.providers import ZoomUser
from services.zoom_issuer.store.connections import Connection, ConnectionStatus
from services.zoom_issuer.usecases.replaced_users import _AT_ONCE
from shared import clock
from shared.contracts.booking import AppointmentChanged, AppointmentConfirmed
from shared.providers import ProviderUnavailable
from tests.builders import ORGANIZATION, an_appointment, an_event
from tests.integration.zoom_issuer.changes import recorded
from tests.integration.zoom_issuer.conftest import World
from tests.integration.zoom_issuer.test_accounts import ACME, NEXT, account, confirm, later, link, users_at_zoom
from tests.integration.zoom_issuer.test_accounts_interrupted import link as linked
from tests.integration.zoom_issuer.test_accounts_interrupted import run, workers
from tests.integration.zoom_issuer.workshop import Workshop, wanted
from tests.waiting import eventually

REPLACED = "zoom_issuer.zoom_users_replaced.v1"


def at_zoom(account: str, *names: str) -> list[ZoomUser]:
    return [ZoomUser(f"{account}-{name}", f"{name}@example.jp", basic=False) for name in names]


async def replaced(shop: Workshop, account: str, before: Connection | None, *names: str) -> Connection:
    """The account is the organization's now, and nobody has followed yet."""
    shop.zoom.listed = at_zoom(account, *names)
    return await linked(shop, account, before)


def said(shop: Workshop) -> list[dict[str, str]]:
    return [one["replaced"] for one in shop.ear.of("zoom_users_replaced")]


async def pass_by(shop: Workshop, **length: float) -> None:
    clock.set_offset(clock.offset() + timedelta(**length))
    await run(shop)


async def status(shop: Workshop, of: Connection) -> ConnectionStatus:
    known = await shop.connections.get(of.connection_id)
    assert known is not None
    return known.status


async def test_c1_c2_users_with_the_same_address_are_said_with_the_first_complete_reading(shop: Workshop) -> None:
    old = await replaced(shop, "old", None, "booth", "hall")
    await run(shop)
    assert said(shop) == []
    new = await replaced(shop, "new", old, "Booth", "taro")
    await run(shop)
    assert said(shop) == [{"old-booth": "new-Booth"}]
    [event] = [one for one in shop.ear.said if one["type"].endswith("zoom_users_replaced.v1")]
    assert (event["subject"], event["organizationid"]) == (new.connection_id, ORGANIZATION)
    await pass_by(shop, seconds=31)
    assert await status(shop, old) is ConnectionStatus.DISCONNECTED
    await shop.accounts.list_again(new.connection_id)
    await run(shop)
    assert len(said(shop)) == 1


async def test_c3_while_the_former_account_is_in_use_it_is_said_again_so_that_what_waits_may_follow(
    shop: Workshop,
) -> None:
    old = await replaced(shop, "old", None, "booth")
    await run(shop)
    await shop.want(wanted(zoom_user_id="old-booth", hosted_by_bookable=True))
    await run(shop)
    new = await replaced(shop, "new", old, "booth")
    await run(shop)
    await shop.accounts.list_again(new.connection_id)
    await run(shop)
    assert said(shop) == [{"old-booth": "new-booth"}] * 2


async def test_c1_the_former_accounts_users_are_known_until_the_new_ones_are_read(shop: Workshop) -> None:
    old = await replaced(shop, "old", None, "booth")
    await run(shop)
    await replaced(shop, "new", old, "booth")

    async def silent(operation: str, _: str) -> None:
        raise ProviderUnavailable("no answer")

    shop.zoom.before = silent
    for _ in range(3):
        await pass_by(shop, seconds=31)
    assert (said(shop), await status(shop, old)) == ([], ConnectionStatus.CONNECTED)
    shop.zoom.before = None
    await pass_by(shop, minutes=15)
    assert said(shop) == [{"old-booth": "new-booth"}]
    await pass_by(shop, seconds=31)
    assert await status(shop, old) is ConnectionStatus.DISCONNECTED
    assert await shop.users.rows.count_documents({"connection_id": old.connection_id}) == 0


async def test_c1_an_account_that_was_replaced_before_it_was_read_leaves_the_first_ones_users_to_the_next(
    shop: Workshop,
) -> None:
    old = await replaced(shop, "old", None, "booth")
    await run(shop)
    between = await replaced(shop, "between", old, "booth")
    await replaced(shop, "new", between, "booth")
    await run(shop)
    assert said(shop) == [{"old-booth": "new-booth"}]


async def test_c1_going_back_to_the_first_account_is_said_as_the_newer_fact(shop: Workshop) -> None:
    old = await replaced(shop, "old", None, "booth")
    await run(shop)
    new = await replaced(shop, "new", old, "booth")
    await run(shop)
    await replaced(shop, "old", new, "booth")
    await run(shop)
    there, back = shop.ear.of("zoom_users_replaced")
    assert (there["replaced"], back["replaced"]) == ({"old-booth": "new-booth"}, {"new-booth": "old-booth"})
    assert there["since"] < back["since"]


async def test_c1_who_comes_to_the_new_account_later_is_said_while_the_former_one_is_known(shop: Workshop) -> None:
    old = await replaced(shop, "old", None, "booth", "hall")
    await run(shop)
    new = await replaced(shop, "new", old, "booth")
    connections, _ = workers(shop)
    await connections._work_once({"_id": new.connection_id})
    shop.zoom.listed = at_zoom("new", "booth", "hall")
    await shop.accounts.list_again(new.connection_id)
    await connections._work_once({"_id": new.connection_id})
    assert said(shop)[1:] == [{"old-booth": "new-booth", "old-hall": "new-hall"}]


async def test_c1_the_users_of_an_account_that_was_ended_before_are_replaced_too(shop: Workshop) -> None:
    old = await replaced(shop, "old", None, "booth")
    await run(shop)
    gone = {"current": False, "status": ConnectionStatus.DISCONNECTED}
    await shop.connections.rows.update_one({"_id": old.connection_id}, {"$set": gone})
    new = await replaced(shop, "new", None, "booth")
    await run(shop)
    await shop.accounts.list_again(new.connection_id)
    await run(shop)
    assert said(shop) == [{"old-booth": "new-booth"}]


async def test_g27_a_worker_killed_before_its_reading_was_written_says_nothing_and_the_next_says_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await replaced(shop, "old", None, "booth")
    await run(shop)
    await replaced(shop, "new", old, "booth")

    async def killed(*_: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(shop.accounts, "listed", killed)
        await run(shop)
    assert said(shop) == []
    await pass_by(shop, seconds=31)
    assert said(shop) == [{"old-booth": "new-booth"}]


async def test_c1_many_users_are_said_a_part_at_a_time(shop: Workshop) -> None:
    names = [f"room{number}" for number in range(_AT_ONCE + 1)]
    old = await replaced(shop, "old", None, *names)
    await run(shop)
    await replaced(shop, "new", old, *names)
    await run(shop)
    assert sorted(map(len, said(shop))) == [1, _AT_ONCE]


async def booked(world: World, user_id: str, revision: int = 1) -> None:
    """By a bookable with this Zoom user, as booking tells it."""
    wanted = an_appointment(zoom_user_id=user_id, hosted_by_bookable=True, revision=revision, organizer_id="stf_taro")
    kind = AppointmentConfirmed if revision == 1 else AppointmentChanged
    await world.bus.publish(an_event(kind(appointment=wanted, sealed=""), subject="apt_1", version=revision))


async def test_c1_c2_a_bookables_meeting_follows_to_the_user_that_was_said_and_the_old_account_goes(
    world: World,
) -> None:
    async def read(name: str) -> bool:
        now = await account(world)
        return now["account_id"] == name and now["listed_at"] is not None

    async def hosts() -> list[str]:
        return [one["host_id"] for one in await world.meetings()]

    old = (await users_at_zoom(world, ACME, "booth@acme.example"))["booth@acme.example"]
    await link(world, ACME)
    await eventually(lambda: read(ACME))
    await booked(world, old)
    await eventually(world.issued)
    moves = {"organization": NEXT, "users": [{"email": "Booth@acme.example", "id": "booth-at-next"}]}
    [user] = (await world.outside.post("/inspect/zoom/users", json=moves)).json()["items"]
    new = user["id"]
    await confirm(world, (await link(world, NEXT)).json()["offer"]["offer_id"])
    [told] = await eventually(lambda: world.bus.of(REPLACED))
    assert told["replaced"] == {old: new}
    assert await hosts() == [old], "until booking has followed"
    await booked(world, new, revision=2)

    async def moved() -> bool:
        done = {"actual.host_user_id": new, "leftovers": []}
        return await hosts() == [new] and await recorded(world, done) == 1

    await eventually(moved)
    await later(world, seconds=31)

    async def wound_up() -> bool:
        return bool((await account(world))["former"] == [])

    await eventually(wound_up)
