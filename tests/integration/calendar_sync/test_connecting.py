"""Connecting calendars (R1, V1, V2, V4, G19)."""

import asyncio

import httpx

from tests.integration.calendar_sync.conftest import ADMIN, World, patiently


async def test_v1_both_providers_are_connected_and_read(world: World) -> None:
    for staff_id in ("stf_admin", "stf_taro"):
        assert (await world.connect(staff_id)).json()["status"] == "connected"
    events = await patiently(lambda: len(found := world.bus.of("calendar_sync.busy_times_changed.v1")) >= 2 and found)
    assert {event["staff_id"] for event in events} == {"stf_admin", "stf_taro"}
    assert len(events[0]["months"]) >= 13
    assert await world.connections("stf_admin") == {"google": "connected", "microsoft": "disconnected"}


async def test_v2_somebody_elses_account_is_refused_with_both_addresses(world: World) -> None:
    refused = await world.connect("stf_admin", "hana@example.jp")
    assert (refused.status_code, refused.json()["code"]) == (409, "address_mismatch")
    assert "hana@example.jp" in refused.json()["detail"]
    assert ADMIN.email in refused.json()["detail"]
    assert (refused.json()["account"], refused.json()["expected"]) == ("hana@example.jp", ADMIN.email)
    assert (await world.connections("stf_admin"))["google"] == "disconnected"


async def test_v4_an_approval_that_is_missing_is_explained(world: World) -> None:
    url = httpx.URL(await world.begin("stf_taro"))
    query = {
        "state": url.params["state"],
        "error": "access_denied",
        "error_description": "AADSTS65001: The user or administrator has not consented",
    }
    answer = await world.come_back("stf_taro", query)
    assert (answer.status_code, answer.json()["code"]) == (409, "approval_required")


async def test_a_state_is_good_once_and_for_one_person(world: World) -> None:
    url = httpx.URL(await world.begin("stf_admin"))
    query = {"state": url.params["state"], "code": "x"}
    assert (await world.come_back("stf_hana", query)).json()["code"] == "oauth_state_invalid"
    assert (await world.come_back("stf_admin", query)).json()["code"] == "oauth_state_invalid"


async def test_a_scope_that_was_unticked_is_refused(world: World) -> None:
    kept = "https://www.googleapis.com/auth/calendar.calendars.readonly"
    answer = await world.connect("stf_admin", scope=kept)
    assert (answer.status_code, answer.json()["code"]) == (400, "oauth_denied")


async def test_g19_expired_tokens_are_renewed_once_however_many_ask(world: World) -> None:
    await world.connect("stf_admin")
    await patiently(lambda: world.bus.of("calendar_sync.busy_times_changed.v1"))
    before = len(await world.calls(provider="google", path="/token"))
    await world.faults({"kind": "expire_tokens", "provider": "google"})
    looks = [
        world.look("stf_admin", f"2027-01-{day:02}T01:00:00Z", f"2027-01-{day:02}T02:00:00Z", max_age_s=0)
        for day in range(1, 9)
    ]
    assert {look["status"] for look in await asyncio.gather(*looks)} == {"read"}
    assert len(await world.calls(provider="google", path="/token")) == before + 1


async def test_g19_a_revoked_grant_breaks_the_connection_and_says_so_once(world: World) -> None:
    await world.connect("stf_admin")
    await world.faults({"kind": "revoke_tokens", "provider": "google"})

    async def broken() -> bool:
        return (await world.connections("stf_admin"))["google"] == "broken"

    await patiently(broken)
    [event] = await patiently(lambda: world.bus.of("calendar_sync.calendar_disconnected.v1"))
    assert event["reason"] == "broken"


async def test_r1_disconnecting_revokes_at_google_and_says_so(world: World) -> None:
    await world.connect("stf_admin")
    answer = await world.service.delete("/internal/connections/google", headers=world.identity("stf_admin"))
    assert answer.json() == {
        "provider": "google",
        "status": "disconnected",
        "account": None,
        "not_released": [],
        "rooms": False,
    }
    assert len(await world.calls(provider="google", path="/revoke")) == 1
    [event] = await patiently(lambda: world.bus.of("calendar_sync.calendar_disconnected.v1"))
    assert event["reason"] == "disconnected"


async def test_g19_two_replicas_renew_an_expired_token_once(world: World) -> None:
    await world.connect("stf_taro")
    await patiently(lambda: world.bus.of("calendar_sync.busy_times_changed.v1"))
    replica = await world.start()
    before = len(await world.calls(provider="microsoft", path="/common/oauth2/v2.0/token"))
    await world.faults({"kind": "expire_tokens", "provider": "microsoft"})
    body = {"staff_ids": ["stf_taro"], "start": "2027-01-01T01:00:00Z", "end": "2027-01-01T02:00:00Z", "max_age_s": 0}
    looks = [
        one.post("/internal/look", json=body, headers=world.identity("stf_taro")) for one in (replica, world.service)
    ]
    answers = [answer.json()["items"][0]["status"] for answer in await asyncio.gather(*looks)]
    assert answers == ["read", "read"]
    assert len(await world.calls(provider="microsoft", path="/common/oauth2/v2.0/token")) == before + 1


async def test_tokens_and_states_are_not_stored_in_clear(world: World) -> None:
    await world.connect("stf_admin")
    state = httpx.URL(await world.begin("stf_taro")).params["state"]
    names = ("connections", "oauth_attempts")
    found = [row for name in names for row in await world.database[name].find({}).to_list(None)]
    assert [row["access_token"].partition(".")[0] for row in found if "access_token" in row] == ["d1"]
    assert state not in str(found)
