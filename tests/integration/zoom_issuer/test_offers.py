"""Accounts that let us in by an administrator's consent and are not confirmed (C1)."""

from typing import Any

import httpx

from tests.integration.zoom_issuer.conftest import World
from tests.integration.zoom_issuer.test_accounts import (
    ACME,
    NEXT,
    ORGANIZATION,
    OTHER,
    account,
    admin,
    confirm,
    later,
    link,
    users_at_zoom,
)
from tests.waiting import eventually

BOSS = "boss@next.example"


async def people(world: World) -> None:
    await users_at_zoom(world, ACME, "taro@acme.example")
    body = {"organization": NEXT, "users": [{"email": BOSS, "admin": True}]}
    await world.outside.post("/inspect/zoom/users", json=body)


async def consent(world: World, organization_id: str = ORGANIZATION) -> dict[str, Any]:
    """What the callback answers."""
    asked = {"email": BOSS, "redirect_uri": "http://127.0.0.1:9/oauth/zoom/account/callback"}
    who = admin(organization_id)
    begun = await world.issuer.post("/internal/zoom-account/authorize", json=asked, headers=who)
    allowed = await world.outside.post(begun.json()["authorize_url"], data={"account": BOSS, "decision": "allow"})
    query = dict(httpx.URL(allowed.headers["location"]).params)
    answer = {"state": query["state"], "code": query["code"]}
    made: dict[str, Any] = (await world.issuer.post("/internal/zoom-account/callback", json=answer, headers=who)).json()
    return made


async def revoked(world: World, times: int = 1) -> None:
    async def is_so() -> bool:
        return await world.calls("/oauth/revoke") == times

    await eventually(is_so, timeout=20)


async def refuse(world: World, offer: dict[str, Any]) -> int:
    path = f"/internal/zoom-account/offers/{offer['offer_id']}"
    return (await world.issuer.delete(path, headers=admin())).status_code


async def test_c1_an_offer_that_nobody_accepts_is_revoked_at_zoom_whatever_fails_first(world: World) -> None:
    await people(world)
    await link(world, ACME)
    offer = (await consent(world))["offer"]
    await world.faults({"provider": "zoom", "path": "/oauth/revoke", "kind": "status", "status": 503, "times": 1})
    await later(world, minutes=31)
    await revoked(world, 1)
    await later(world, minutes=2)
    await revoked(world, 2)
    assert (await confirm(world, offer["offer_id"])).status_code == 410
    assert (await account(world))["account_id"] == ACME


async def test_c1_a_refused_offer_is_revoked_at_once_and_once(world: World) -> None:
    await people(world)
    await link(world, ACME)
    offer = (await consent(world))["offer"]
    assert [await refuse(world, offer) for _ in range(2)] == [200, 200]
    await revoked(world)
    assert (await confirm(world, offer["offer_id"])).status_code == 410
    await later(world, minutes=31)
    assert await world.calls("/oauth/revoke") == 1


async def test_c1_an_accepted_offer_is_never_revoked(world: World) -> None:
    await people(world)
    await link(world, ACME)
    offer = (await consent(world))["offer"]
    assert (await confirm(world, offer["offer_id"])).status_code == 200
    assert await refuse(world, offer) == 200
    await later(world, minutes=31)
    await works(world)


async def test_c1_a_grant_that_another_organizations_link_goes_on_with_is_left(world: World) -> None:
    await people(world)
    assert (await consent(world, OTHER))["account"]["status"] == "connected"
    offer = (await consent(world))["offer"]
    assert offer["takes_over"]
    await refuse(world, offer)
    await ended(world)
    await works(world, OTHER)


async def ended(world: World) -> None:
    """No offer is left."""

    async def is_so() -> bool:
        return await world.database["account_offers"].count_documents({}) == 0

    await eventually(is_so, timeout=20)


async def works(world: World, organization_id: str = ORGANIZATION) -> None:
    """Its users can be listed anew, and no grant was ended."""
    before = (await account(world, organization_id))["listed_at"]
    await world.issuer.post("/internal/zoom-account/refresh", headers=admin(organization_id))

    async def is_listed() -> bool:
        shown = await account(world, organization_id)
        return shown["status"] == "connected" and shown["listed_at"] not in (None, before)

    await eventually(is_listed, timeout=20)
    assert await world.calls("/oauth/revoke") == 0
