"""An organization's Zoom account (C1), its users (C2) and who of them hosts (E1), on the real sandbox."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.contracts.booking import AppointmentChanged, AppointmentConfirmed
from shared.contracts.gateway import OrganizationChanged, StaffChanged
from shared.contracts.people import Person
from tests.builders import ORGANIZATION, an_appointment, an_event
from tests.integration.zoom_issuer.changes import recorded
from tests.integration.zoom_issuer.conftest import World
from tests.waiting import eventually

OTHER = "org_other"
ACME, NEXT = "acme", "next"
TARO = "stf_taro"
SERVER = {"client_id": "demo-zoom-client", "client_secret": "demo-zoom-secret"}


def admin(organization_id: str = ORGANIZATION) -> dict[str, str]:
    return {"x-organization-id": organization_id, "x-staff-id": f"stf_admin_of_{organization_id}", "x-role": "admin"}


async def users_at_zoom(world: World, account: str, *emails: str, count: int = 0) -> dict[str, str]:
    """Zoom's ids by address."""
    body = {"organization": account, "users": [{"email": email} for email in emails], "count": count}
    made = await world.outside.post("/inspect/zoom/users", json=body)
    return {row["email"]: row["id"] for row in made.json()["items"]}


async def link(world: World, account: str, organization_id: str = ORGANIZATION, **changes: str) -> httpx.Response:
    body = {"account_id": account, **SERVER, **changes}
    return await world.issuer.post("/internal/zoom-account", json=body, headers=admin(organization_id))


async def confirm(world: World, offer_id: str, organization_id: str = ORGANIZATION) -> httpx.Response:
    path = f"/internal/zoom-account/offers/{offer_id}/confirm"
    return await world.issuer.post(path, headers=admin(organization_id))


async def staff_member(
    world: World, email: str = "taro@acme.example", organization_id: str = ORGANIZATION, zoom_user: str = "", v: int = 1
) -> None:
    person = Person(name="山田", email=email)
    data = StaffChanged(person=person, role="member", time_zone="Asia/Tokyo", locale="ja", zoom_user=zoom_user)
    event = an_event(data, subject=TARO, version=v)
    await world.bus.publish(event.model_copy(update={"organizationid": organization_id}))


async def account(world: World, organization_id: str = ORGANIZATION) -> dict[str, Any]:
    found: dict[str, Any] = (await world.issuer.get("/internal/zoom-account", headers=admin(organization_id))).json()
    return found


async def users(world: World, **query: Any) -> list[dict[str, Any]]:
    answer = await world.issuer.get("/internal/zoom-users", params=query, headers=admin())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def left(world: World, path: str, staff_id: str, organization_id: str = ORGANIZATION) -> int | None:
    """Requests of today, of this person's Zoom user or of who hosts an appointment."""
    headers = {"x-organization-id": organization_id, "x-staff-id": staff_id, "x-role": "member"}
    answer = await world.issuer.get(f"/internal/{path}", headers=headers)
    [found] = answer.json().get("items", [answer.json()])
    assert (found["requests_reset_at"] is None) is (found["requests_left"] is None)
    number: int | None = found["requests_left"]
    return number


def assigned(world: World) -> list[str | None]:
    return [data["zoom_user_id"] for data in world.bus.of("zoom_issuer.zoom_user_assigned.v1")]


async def assigned_last(world: World, user_id: str | None) -> None:
    await eventually(lambda: assigned(world)[-1:] == [user_id])


async def appointment(
    world: World,
    name: str = "apt_1",
    user_id: str | None = None,
    revision: int = 1,
    organization_id: str = ORGANIZATION,
) -> None:
    wanted = an_appointment(appointment_id=name, zoom_user_id=user_id, revision=revision, organizer_id=TARO)
    kind = AppointmentConfirmed if revision == 1 else AppointmentChanged
    event = an_event(kind(appointment=wanted, sealed=""), subject=name, version=revision)
    await world.bus.publish(event.model_copy(update={"organizationid": organization_id}))


async def later(world: World, **length: float) -> None:
    seconds = timedelta(**length).total_seconds()
    (await world.outside.post("/inspect/clock", json={"advance": seconds})).raise_for_status()


def ended(world: World) -> list[str]:
    return [data["reason"] for data in world.bus.of("zoom_issuer.zoom_account_ended.v1")]


async def test_c1_e1_a_meeting_stands_on_the_user_who_has_the_staff_members_address(world: World) -> None:
    ids = await users_at_zoom(world, ACME, "Taro@acme.example", "booth@acme.example")
    await staff_member(world)
    assert (await link(world, ACME)).json()["account"]["status"] == "connected"
    await assigned_last(world, ids["Taro@acme.example"])
    await appointment(world, user_id=ids["Taro@acme.example"])
    await eventually(world.issued)
    assert [meeting["host_id"] for meeting in await world.meetings()] == [ids["Taro@acme.example"]]
    assert [one["requests_left"] for one in await users(world, q="taro")] == [99]
    assert await left(world, "connections", TARO) == await left(world, "zoom-budget/apt_1", "stf_else") == 99
    assert await left(world, "connections", "stf_else") is None
    assert await left(world, "zoom-budget/apt_1", TARO, OTHER) is None
    await staff_member(world, zoom_user="booth@acme.example", v=2)
    await assigned_last(world, ids["booth@acme.example"])
    await appointment(world, user_id=ids["booth@acme.example"], revision=2)
    [moved] = await eventually(lambda: world.bus.of("zoom_issuer.meeting_updated.v1"))
    assert moved["link_changed"] is True

    async def one_left() -> bool:
        return [one["host_id"] for one in await world.meetings()] == [ids["booth@acme.example"]]

    await eventually(one_left)


async def test_c2_650_users_are_listed_page_by_page_and_searched(world: World) -> None:
    await users_at_zoom(world, ACME, "taro@acme.example", count=649)
    await staff_member(world)
    await link(world, ACME)

    async def read() -> dict[str, Any] | None:
        now = await account(world)
        return now if now["listed_at"] else None

    assert (await eventually(read))["users"] == 650
    [found] = await users(world, q="user649")
    assert (found["email"], found["status"], found["staff_ids"]) == ("user649@acme.example", "active", [])
    assert [one["staff_ids"] for one in await users(world, q="TARO@")] == [[TARO]]
    first = await world.issuer.get("/internal/zoom-users", params={"limit": 300}, headers=admin())
    assert (len(first.json()["items"]), first.json()["next_cursor"]) == (300, "300")


async def test_c2_a_user_who_vanished_at_zoom_is_shown_as_gone_and_hosts_nobody(world: World) -> None:
    ids = await users_at_zoom(world, ACME, "taro@acme.example", "booth@acme.example")
    await staff_member(world)
    await link(world, ACME)
    await assigned_last(world, ids["taro@acme.example"])
    await world.outside.post("/inspect/zoom/users/taro@acme.example/delete", json={"notify": False})
    await later(world, seconds=1)
    await world.issuer.post("/internal/zoom-account/refresh", headers=admin())
    await assigned_last(world, None)
    [gone] = await users(world, q="taro")
    assert (gone["status"], gone["staff_ids"]) == ("gone", [TARO])
    await appointment(world, user_id=ids["taro@acme.example"])
    [failure] = await eventually(world.failures)
    assert failure["error"] == "zoom_failed"


async def test_c8_a_basic_user_hosts_only_where_the_organization_allows_it(world: World) -> None:
    body = {"organization": ACME, "users": [{"email": "taro@acme.example", "zoom_type": 1}]}
    [user] = (await world.outside.post("/inspect/zoom/users", json=body)).json()["items"]
    await staff_member(world)
    await link(world, ACME)
    await assigned_last(world, user["id"])
    settings = OrganizationChanged(
        name="x",
        product_name="x",
        time_zone="Asia/Tokyo",
        locale="ja",
        reminder_time="07:00",
        allow_zoom_basic=False,
        drift_policy="ask",
        mail_format="html",
    )
    await world.bus.publish(an_event(settings, subject=ORGANIZATION))
    await assigned_last(world, None)
    await appointment(world, user_id=user["id"])
    [failure] = await eventually(world.failures)
    assert failure["reason"] == "the organization allows no Basic users"


@pytest.mark.parametrize(
    "changes", [{"client_secret": "wrong"}, {"client_id": "unknown"}, {"account_id": "nobody"}, {"client_id": "few"}]
)
async def test_c1_what_zoom_has_against_the_credentials_is_said(world: World, changes: dict[str, str]) -> None:
    await users_at_zoom(world, ACME, "taro@acme.example")
    scopes = "user:read:list_users:admin meeting:write:meeting:admin"
    few = {"client_id": "few", "client_secret": "demo-zoom-secret", "account": ACME, "scopes": scopes}
    await world.outside.post("/inspect/zoom/apps", json=few)
    refused = await link(world, ACME, **changes)
    lacks = changes == {"client_id": "few"}
    assert refused.status_code == 422
    assert refused.json()["code"] == ("zoom_scopes_missing" if lacks else "zoom_credentials_refused")
    assert ("meeting:update:meeting:admin" in refused.text) is lacks
    assert (await account(world))["status"] == "disconnected"


async def test_c1_an_administrators_consent_connects_the_account(world: World) -> None:
    body = {"organization": ACME, "users": [{"email": "boss@acme.example", "admin": True}]}
    await world.outside.post("/inspect/zoom/users", json=body)
    asked = {"email": "boss@acme.example", "redirect_uri": "http://127.0.0.1:9/oauth/zoom/account/callback"}
    begun = await world.issuer.post("/internal/zoom-account/authorize", json=asked, headers=admin())
    consent = await world.outside.post(
        begun.json()["authorize_url"], data={"account": "boss@acme.example", "decision": "allow"}
    )
    query = dict(httpx.URL(consent.headers["location"]).params)
    answer = {"state": query["state"], "code": query["code"]}
    made = await world.issuer.post("/internal/zoom-account/callback", json=answer, headers=admin())
    assert (made.json()["account"]["kind"], made.json()["account"]["account"]) == ("admin_oauth", "boss@acme.example")
    again = await world.issuer.post("/internal/zoom-account/callback", json=answer, headers=admin())
    assert again.json()["code"] == "oauth_state_invalid"


async def test_c1_only_administrators_change_the_account(world: World) -> None:
    member = admin() | {"x-role": "member"}
    for method, path in (("POST", "zoom-account/refresh"), ("DELETE", "zoom-account"), ("GET", "zoom-account/touched")):
        assert (await world.issuer.request(method, f"/internal/{path}", headers=member)).status_code == 403
    assert (await world.issuer.get("/internal/zoom-account", headers=member)).status_code == 200


async def test_c1_g15_another_account_replaces_the_first_on_a_second_word_and_meetings_move(world: World) -> None:
    old = await users_at_zoom(world, ACME, "taro@acme.example")
    new = await users_at_zoom(world, NEXT, "taro@next.example")
    await staff_member(world)
    await link(world, ACME)
    await assigned_last(world, old["taro@acme.example"])
    await appointment(world, user_id=old["taro@acme.example"])
    await eventually(world.issued)
    offer = (await link(world, NEXT)).json()["offer"]
    assert (offer["replaces"], offer["takes_over"]) == (ACME, False)
    assert [one["appointment_id"] for one in offer["touched"]] == ["apt_1"]
    assert (await account(world))["account_id"] == ACME, "nothing has changed before the second word"
    for _ in range(2):
        assert (await confirm(world, offer["offer_id"])).status_code in (200, 410)
    assert (await account(world))["account_id"] == NEXT
    assert [one["meetings"] for one in (await account(world))["former"]] == [1]
    await staff_member(world, email="taro@next.example", v=2)
    await assigned_last(world, new["taro@next.example"])
    await appointment(world, user_id=new["taro@next.example"], revision=2)

    async def moved() -> bool:
        """And on record: the former account is looked at every half a minute only."""
        hosts = [one["host_id"] for one in await world.meetings()]
        done = {"actual.host_user_id": new["taro@next.example"], "leftovers": []}
        return hosts == [new["taro@next.example"]] and await recorded(world, done) == 1

    await eventually(moved)
    await later(world, seconds=31)

    async def wound_up() -> bool:
        return bool((await account(world))["former"] == [])

    await eventually(wound_up)
    assert ended(world) == ["replaced"]


async def test_c1_an_account_of_another_organization_is_taken_over_on_a_second_word(world: World) -> None:
    ids = await users_at_zoom(world, ACME, "taro@acme.example")
    await staff_member(world, organization_id=OTHER)
    await link(world, ACME, OTHER)
    await assigned_last(world, ids["taro@acme.example"])
    offer = (await link(world, ACME)).json()["offer"]
    assert (offer["replaces"], offer["takes_over"], offer["touched"]) == (None, True, [])
    assert OTHER not in str(offer)
    assert (await account(world, OTHER))["status"] == "connected"
    assert (await confirm(world, offer["offer_id"])).json()["status"] == "connected"
    assert (await account(world, OTHER))["status"] == "disconnected"
    await eventually(lambda: ended(world) == ["taken_over"])
    [event] = [one for one in world.bus.heard if one["type"].endswith("zoom_account_ended.v1")]
    assert (event["organizationid"], event["actor"]) == (OTHER, "system"), "who took it is not told"
    await assigned_last(world, None)
    await appointment(world, user_id=ids["taro@acme.example"], organization_id=OTHER)
    [failure] = await eventually(world.failures)
    assert (failure["error"], failure["retry_at"] is None) == ("zoom_no_credentials", False)


async def test_c1_of_two_organizations_that_want_one_account_at_once_one_gets_it(world: World) -> None:
    await users_at_zoom(world, ACME, "taro@acme.example")
    await link(world, ACME, OTHER)
    offers = {org: (await link(world, ACME, org)).json()["offer"]["offer_id"] for org in ("org_a", "org_b")}
    answers = await asyncio.gather(*(confirm(world, offer, org) for org, offer in offers.items()))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    states = [(await account(world, org))["status"] for org in ("org_a", "org_b", OTHER)]
    assert states.count("connected") == 1


async def test_g19_an_account_whose_app_is_refused_is_broken_once_and_its_meetings_drain_afterwards(
    world: World,
) -> None:
    ids = await users_at_zoom(world, ACME, "taro@acme.example")
    app = {"client_id": "own", "client_secret": "first", "account": ACME}
    await world.outside.post("/inspect/zoom/apps", json=app)
    await staff_member(world)
    await link(world, ACME, client_id="own", client_secret="first")
    await assigned_last(world, ids["taro@acme.example"])
    await world.outside.post("/inspect/zoom/apps", json=app | {"client_secret": "second"})
    await world.outside.post("/inspect/zoom/deauthorize", json={"account": ACME, "notify": False})
    for name in ("apt_1", "apt_2"):
        await appointment(world, name, ids["taro@acme.example"])
    await eventually(lambda: len(world.failures()) == 2)
    assert {failure["error"] for failure in world.failures()} == {"zoom_oauth_failed"}
    assert ended(world) == ["broken"]
    assert (await account(world))["status"] == "broken"
    await link(world, ACME, client_id="own", client_secret="second")
    await eventually(lambda: len(world.issued()) == 2)
    assert len(await world.meetings()) == 2


async def test_c1_ending_the_account_shows_what_stands_on_it_and_keeps_no_secret(world: World) -> None:
    ids = await users_at_zoom(world, ACME, "taro@acme.example")
    await staff_member(world)
    await link(world, ACME)
    await appointment(world, user_id=ids["taro@acme.example"])
    await eventually(world.issued)
    touched = await world.issuer.get("/internal/zoom-account/touched", headers=admin())
    assert [one["appointment_id"] for one in touched.json()["items"]] == ["apt_1"]
    gone = await world.issuer.delete("/internal/zoom-account", headers=admin())
    assert gone.json()["status"] == "disconnected"
    again = await world.issuer.delete("/internal/zoom-account", headers=admin())
    assert again.json()["code"] == "zoom_account_missing"
    await assigned_last(world, None)
