"""Meeting types and bookables: who may, what is refused, order, archive, repeats, and what comes of the usual types."""

import asyncio
from typing import Any

import pytest

from services.booking.rotate import SECRETS as SECRETS_AT_REST
from shared.contracts.gateway import OrganizationChanged
from shared.crypto import KeyRing
from shared.rotation import rewrap_all
from tests.builders import DATA_KEYS, ORGANIZATION
from tests.integration.booking.world import HANAKO, TARO, World, a_request

ADMIN = {"role": "admin"}
TEAMS = "https://teams.example/l/meetup-join/19%3ameeting"


async def made(world: World, noun: str = "meeting-types", **changes: Any) -> dict[str, Any]:
    usual = {"name": "面談", "location": "zoom"} if noun == "meeting-types" else {"name": "窓口"}
    answer = await world.call("POST", f"/{noun}", {**usual, **changes}, **ADMIN)
    assert answer.status_code == 201, answer.text
    item: dict[str, Any] = answer.json()
    return item


async def names(world: World, path: str = "/meeting-types") -> list[str]:
    return [item["name"] for item in (await world.call("GET", path)).json()["items"]]


USUAL = ["Web会議(Zoom)", "来訪", "往訪", "電話", "その他のWeb会議", "その他"]


async def test_a_new_organization_begins_with_the_usual_types_and_what_is_deleted_stays_away(world: World) -> None:
    assert await names(world) == USUAL
    listed = (await world.call("GET", "/meeting-types")).json()["items"]
    phone = next(item for item in listed if item["location"] == "phone")
    assert (await world.call("DELETE", f"/meeting-types/{phone['id']}", **ADMIN)).json()["archived"] is True
    said = OrganizationChanged(
        name="株式会社サンプル",
        product_name="Chosei",
        time_zone="Asia/Tokyo",
        locale="ja",
        reminder_time="08:00",
        allow_zoom_basic=True,
        drift_policy="ask",
        mail_format="html",
    )
    await world.hears(said, subject=ORGANIZATION)
    assert await names(world) == [name for name in USUAL if name != "電話"]


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("meeting-types", {"name": ""}, "invalid", "/name"),
    ("meeting-types", {"location": "moon"}, "invalid", "/location"),
    ("meeting-types", {"place": TEAMS}, "invalid", "/place"),
    ("meeting-types", {"duration_minutes": 4}, "invalid", "/duration_minutes"),
    ("meeting-types", {"reveal": {"link": "in_notice", "notices": []}}, "invalid", "/reveal/notices"),
    ("meeting-types", {"reveal": {"notices": [0]}}, "invalid", "/reveal/notices/0"),
    ("meeting-types", {"reveal": {"notices": [10, 20, 30, 40, 50, 60]}}, "invalid", "/reveal/notices"),
    ("bookables", {"capacity": 0}, "invalid", "/capacity"),
    ("bookables", {"capacity": 2, "zoom_user_id": "zu"}, "capacity_must_be_one", "/capacity"),
    ("bookables", {"capacity": 2, "staff_id": TARO}, "capacity_must_be_one", "/capacity"),
    ("bookables", {"staff_id": "stf_nobody"}, "invalid", "/staff_id"),
    ("bookables", {"room_id": "room_x"}, "unknown_room", "/room_id"),
    ("bookables", {"meeting_type_ids": ["mtp_x"]}, "invalid", "/meeting_type_ids/0"),
    ("bookables", {"zoom_user_id": "a/b"}, "invalid", "/zoom_user_id"),
    ("bookables", {"zoom_user_id": "taro@example.jp"}, "invalid", "/zoom_user_id"),  # claims are by id
]


@pytest.mark.parametrize(("noun", "changes", "code", "pointer"), BAD)
async def test_what_cannot_be_is_refused_with_a_code_and_a_pointer(
    world: World, noun: str, changes: dict[str, Any], code: str, pointer: str
) -> None:
    usual = {"name": "面談", "location": "zoom"} if noun == "meeting-types" else {"name": "窓口"}
    answer = await world.call("POST", f"/{noun}", {**usual, **changes}, **ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_c2_a_bookable_that_gets_a_zoom_user_must_have_capacity_one(world: World) -> None:
    booth = await made(world, "bookables", capacity=3)
    answer = await world.call("PATCH", f"/bookables/{booth['id']}", {"zoom_user_id": "zoom-1"}, **ADMIN)
    assert answer.json()["code"] == "capacity_must_be_one"
    both = {"zoom_user_id": "zoom-1", "capacity": 1}
    assert (await world.call("PATCH", f"/bookables/{booth['id']}", both, **ADMIN)).json()["capacity"] == 1


async def test_members_read_and_do_not_write(world: World) -> None:
    item = await made(world)
    assert "面談" in await names(world)
    for method, path, body in (
        ("POST", "/meeting-types", {"name": "x", "location": "none"}),
        ("PATCH", f"/meeting-types/{item['id']}", {"name": "x"}),
        ("DELETE", f"/meeting-types/{item['id']}", None),
        ("POST", "/bookables", {"name": "x"}),
    ):
        assert (await world.call(method, path, body, staff_id=HANAKO)).status_code == 403


async def test_another_organization_sees_nothing(world: World) -> None:
    item = await made(world)
    other = {"organization": "org_other", "role": "admin"}
    assert (await world.call("GET", "/meeting-types", **other)).json()["items"] == []
    assert (await world.call("PATCH", f"/meeting-types/{item['id']}", {"name": "x"}, **other)).status_code == 404


async def test_the_order_is_the_organizations_and_pages_follow_it(world: World) -> None:
    last = await made(world, name="最後")
    first = (await world.call("GET", "/meeting-types")).json()["items"][0]
    await world.call("PATCH", f"/meeting-types/{last['id']}", {"after": first["id"]}, **ADMIN)
    await world.call("PATCH", f"/meeting-types/{first['id']}", {"after": last["id"]}, **ADMIN)
    assert (await names(world))[:3] == ["最後", "Web会議(Zoom)", "来訪"]
    await world.call("PATCH", f"/meeting-types/{first['id']}", {"after": None}, **ADMIN)
    seen, cursor = list[str](), ""
    while True:
        page = (await world.call("GET", f"/meeting-types?limit=3{cursor}")).json()
        seen += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["Web会議(Zoom)", "最後", *USUAL[1:]]
    assert (await world.call("GET", "/meeting-types?cursor=x")).status_code == 422


async def test_g08_the_same_key_makes_one_and_another_body_is_refused(world: World) -> None:
    body, key = {"name": "面談", "location": "phone"}, {"idempotency-key": "k1"}
    answers = await asyncio.gather(
        *(world.call("POST", "/meeting-types", body, headers=key, **ADMIN) for _ in range(5))
    )
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await world.call("POST", "/meeting-types", {**body, "name": "x"}, headers=key, **ADMIN)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_an_old_version_is_412_and_what_changes_nothing_makes_none(world: World) -> None:
    item = await made(world)
    path = f"/meeting-types/{item['id']}"
    assert (await world.call("PATCH", path, {"name": "面談"}, **ADMIN)).json()["version"] == 1
    assert (await world.call("PATCH", path, {"name": "相談"}, **ADMIN)).json()["version"] == 2
    old = await world.call("PATCH", path, {"name": "x"}, headers={"if-match": '"r1"'}, **ADMIN)
    assert old.status_code == 412


async def test_what_was_used_is_archived_and_what_was_made_with_it_keeps_the_name(world: World) -> None:
    used, unused = await made(world, name="使う"), await made(world, name="使わない")
    proposal = await world.propose(meeting_type_id=used["id"])
    await world.call("PATCH", f"/meeting-types/{used['id']}", {"name": "改名"}, **ADMIN)
    for item in (used, unused):
        assert (await world.call("DELETE", f"/meeting-types/{item['id']}", **ADMIN)).json()["archived"] is True
    assert (await world.call("GET", f"/meeting-types/{used['id']}")).json()["archived"] is True
    assert (await world.call("GET", f"/meeting-types/{unused['id']}")).status_code == 404
    assert "改名" not in await names(world)
    assert "改名" in await names(world, "/meeting-types?archived=true")
    assert (await world.call("GET", f"/proposals/{proposal['id']}")).json()["meeting_type"]["name"] == "使う"
    again = await world.call("POST", "/proposals", a_request(meeting_type_id=used["id"]))
    assert again.json()["code"] == "unknown_meeting_type"


async def test_g26_a_fixed_place_is_not_in_clear_in_the_database_and_is_rewrapped(world: World) -> None:
    item = await made(world, location="link", place=TEAMS)
    proposal = await world.propose(meeting_type_id=item["id"])
    confirmed = (await world.confirm(proposal)).json()
    assert confirmed["place"] == TEAMS
    database = world.stores.bookings.appointments.database
    for name in ("meeting_types", "proposals", "appointments"):
        rows = await database[name].find({}).to_list(None)
        assert rows
        assert "teams.example" not in str(rows)
    ring = KeyRing.parse("d2:" + "RUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUU=" + "," + DATA_KEYS)
    assert [await rewrap_all(database, ring, SECRETS_AT_REST) for _ in range(2)] == [3, 0]


@pytest.mark.parametrize("noun", ["meeting-types", "bookables"])
async def test_no_two_in_use_bear_one_name(world: World, noun: str) -> None:
    first, other = await made(world, noun, name="Teams 面談"), await made(world, noun, name="相談")

    async def refused(method: str, path: str, body: dict[str, Any]) -> bool:
        answer = await world.call(method, path, body, **ADMIN)
        errors = answer.json().get("errors", [])
        return answer.status_code == 422 and [error["pointer"] for error in errors] == ["/name"]

    again = {"name": "TEAMS面談", "location": "zoom"} if noun == "meeting-types" else {"name": "TEAMS面談"}
    assert await refused("POST", f"/{noun}", again)
    assert await refused("PATCH", f"/{noun}/{other['id']}", {"name": "Teams 面談"})
    assert not await refused("PATCH", f"/{noun}/{first['id']}", {"name": "teams 面談"}), "its own name is its own"
    assert not await refused("PATCH", f"/{noun}/{first['id']}", {"archived": True})
    assert not await refused("POST", f"/{noun}", again), "what is archived is in nobody's way"
    assert await refused("PATCH", f"/{noun}/{first['id']}", {"archived": False})
