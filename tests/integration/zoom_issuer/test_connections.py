"""Connecting Zoom accounts (R1–R4)."""

import pytest

from shared.contracts.booking import AppointmentConfirmed
from shared.contracts.gateway import OrganizationChanged
from tests.builders import ORGANIZATION, an_appointment, an_event
from tests.integration.zoom_issuer.conftest import REDIRECT, TARO, World
from tests.waiting import eventually


async def test_r1_an_account_is_connected_and_shown(world: World) -> None:
    answer = await world.connect()
    assert answer.json()["account"] == TARO.email
    [event] = await eventually(lambda: world.bus.of("zoom_issuer.zoom_connected.v1"))
    assert event["staff_id"] == "stf_taro"
    listed = await world.issuer.get("/internal/connections", headers=world.identity("stf_taro"))
    assert [(item["provider"], item["status"]) for item in listed.json()["items"]] == [("zoom", "connected")]


async def test_c4_whom_people_connected_themselves_are_listed_with_what_their_day_has_left(world: World) -> None:
    await world.connect()
    headers = world.identity("stf_hana")
    assert (await world.issuer.get("/internal/zoom-users", headers=headers)).json()["items"] == []
    [found] = (await world.issuer.get("/internal/zoom-users", params={"own": "true"}, headers=headers)).json()["items"]
    assert (found["email"], found["staff_ids"], found["status"]) == (TARO.email, ["stf_taro"], "active")
    assert (found["plan"], found["allowed"], found["requests_left"]) == ("licensed", True, 100)
    searched = {"own": "true", "q": "nobody"}
    assert (await world.issuer.get("/internal/zoom-users", params=searched, headers=headers)).json()["items"] == []


async def test_the_request_that_connected_is_named_as_the_cause(world: World) -> None:
    world.issuer.headers["x-request-id"] = "req_of_the_browser"
    await world.connect()
    events = await eventually(lambda: [one for one in world.bus.heard if one["type"].endswith("zoom_connected.v1")])
    assert {event["correlationid"] for event in events} == {"req_of_the_browser"}


async def test_r1_disconnecting_twice_revokes_once(world: World) -> None:
    await world.connect()
    for _ in range(2):
        answer = await world.issuer.delete("/internal/connections/zoom", headers=world.identity("stf_taro"))
        assert answer.json()["status"] == "disconnected"
    assert await world.calls("/oauth/revoke") == 1


async def test_r3_an_account_that_somebody_else_connected_is_refused_without_a_name(world: World) -> None:
    await world.connect()
    refused = await world.connect("stf_hana", TARO.email)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_taken")
    assert "taro" not in refused.text
    assert await world.calls("/oauth/revoke") == 0, "it is the owner's as well"


@pytest.mark.parametrize("organization_id", [ORGANIZATION, "org_other"])
async def test_r3_a_refused_attempt_leaves_the_owner_connected(world: World, organization_id: str) -> None:
    await world.connect()
    refused = await world.connect("stf_hana", TARO.email, organization_id)
    assert refused.json()["code"] == "account_taken"
    appointment = an_appointment()
    confirmed = AppointmentConfirmed(appointment=appointment, sealed="")
    await world.bus.publish(an_event(confirmed, subject=appointment.appointment_id))
    await eventually(world.issued)
    assert world.bus.of("zoom_issuer.zoom_disconnected.v1") == []
    listed = await world.issuer.get("/internal/connections", headers=world.identity("stf_taro"))
    assert listed.json()["items"][0]["status"] == "connected"


async def test_a_state_is_good_once_and_only_for_the_person_who_began(world: World) -> None:
    begun = await world.issuer.post(
        "/internal/connections/zoom/authorize",
        json={"email": TARO.email, "redirect_uri": REDIRECT},
        headers=world.identity("stf_taro"),
    )
    state = begun.json()["authorize_url"].split("state=")[1].split("&")[0]
    body = {"state": state, "code": "x", "staff_id": "stf_hana"}
    answer = await world.issuer.post("/internal/connections/zoom/callback", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "oauth_state_invalid")


async def test_a_person_who_declines_is_told_so(world: World) -> None:
    begun = await world.issuer.post(
        "/internal/connections/zoom/authorize",
        json={"email": TARO.email, "redirect_uri": REDIRECT},
        headers=world.identity("stf_taro"),
    )
    state = begun.json()["authorize_url"].split("state=")[1].split("&")[0]
    body = {"state": state, "error": "access_denied", "staff_id": "stf_taro"}
    answer = await world.issuer.post("/internal/connections/zoom/callback", json=body)
    assert answer.json()["code"] == "oauth_denied"


async def test_nobody_without_a_token_gets_in(world: World) -> None:
    answer = await world.issuer.get("/internal/connections", headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 401


async def test_r2_a_basic_plan_is_refused_where_the_organization_forbids_it(world: World) -> None:
    settings = OrganizationChanged(
        name="株式会社サンプル", product_name="Chosei", time_zone="Asia/Tokyo", locale="ja", reminder_time="07:00",
        allow_zoom_basic=False, drift_policy="ask", mail_format="multipart",
    )  # fmt: skip
    await world.outside.post(
        "/inspect/accounts", json={"email": "free@example.jp", "name": "無料", "providers": ["zoom"], "zoom_type": 1}
    )
    await world.bus.publish(an_event(settings, subject=ORGANIZATION))

    async def refused() -> bool:
        answer = await world.connect("stf_free", "free@example.jp")
        return answer.status_code == 409 and answer.json()["code"] == "plan_not_allowed"

    await eventually(refused)
    assert await world.calls("/oauth/revoke") >= 1, "the grant that was refused is not left at Zoom"
