"""Scheduling pages as staff keep them (H1, H2): defaults, who may, what is refused, versions, repeats, copies."""

import asyncio
from typing import Any

import pytest

from tests.builders import ORGANIZATION
from tests.integration.booking.page_requests import ADMIN, BOTH, a_host, a_page, a_page_request, visit
from tests.integration.booking.world import HANAKO, TARO, World


async def test_h2_a_page_needs_a_title_only(world: World) -> None:
    answer = await world.call("POST", "/pages", {"title": "Intro call"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["slug"].startswith("intro-call-")
    assert made["url"] == f"https://chosei.example/p/{made['slug']}"
    assert (made["owner_id"], made["time_zone"], made["durations"]) == (TARO, "Asia/Tokyo", [30])
    assert [host["staff_id"] for host in made["hosts"]] == [TARO]
    assert made["hosts"][0]["hours"]["mon"] == [{"start": "09:00", "end": "17:00"}]
    assert "sat" not in made["hosts"][0]["hours"]
    assert (made["active"], made["can_change"], made["takes_requests"], made["notices"]) == (True, True, False, [])
    assert (await world.call("GET", f"/pages/{made['id']}")).json() == made


TWO_SPANS = [{"start": "09:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}]
QUESTION = {"id": "qst_1", "label": "ご用件"}
BAD: list[tuple[dict[str, Any], int, str, str]] = [
    ({"title": ""}, 422, "invalid", "/title"),
    ({"slug": "Not a slug"}, 422, "invalid", "/slug"),
    ({"hosts": [a_host(), a_host()]}, 422, "invalid", "/hosts/1/staff_id"),
    ({"hosts": [a_host("stf_nobody")]}, 422, "invalid", "/hosts/0/staff_id"),
    ({"hosts": [a_host(hours={"mon": TWO_SPANS})]}, 422, "invalid", "/hosts/0/hours/mon/1/start"),
    (
        {"hosts": [a_host(exceptions={"2030-12-02": TWO_SPANS})]},
        422,
        "invalid",
        "/hosts/0/exceptions/2030-12-02/1/start",
    ),
    ({"owner_id": "stf_nobody"}, 422, "invalid", "/owner_id"),
    ({"meeting_type_id": "mtp_x"}, 422, "unknown_meeting_type", "/meeting_type_id"),
    ({"bookable_id": "bkb_x"}, 422, "unknown_bookable", "/bookable_id"),
    ({"questions": [QUESTION, QUESTION]}, 422, "invalid", "/questions/1/id"),
    ({"questions": [{"label": "どれ", "kind": "choice"}]}, 422, "invalid", "/questions/0"),
    ({"durations": []}, 422, "invalid", "/durations"),
    ({"step": 7}, 422, "invalid", "/step"),
]


@pytest.mark.parametrize(("changes", "status", "code", "pointer"), BAD)
async def test_what_cannot_be_is_refused_with_a_code_and_a_pointer(
    world: World, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    answer = await world.call("POST", "/pages", a_page_request(**changes), **ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_h1_slugs_are_unique_whatever_the_organization_until_the_page_is_deleted(world: World) -> None:
    await world.organization()
    page = await a_page(world, slug="taro")
    taken = await world.call("POST", "/pages", a_page_request(slug="taro"))
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    other = await a_page(world)
    assert (await world.call("PATCH", f"/pages/{other['id']}", {"slug": "taro"}, **ADMIN)).status_code == 409
    await world.call("DELETE", f"/pages/{page['id']}", **ADMIN)
    assert (await world.call("PATCH", f"/pages/{other['id']}", {"slug": "taro"}, **ADMIN)).json()["slug"] == "taro"


async def test_owners_change_their_own_and_administrators_all(world: World) -> None:
    own = (await world.call("POST", "/pages", {"title": "太郎"})).json()
    path = f"/pages/{own['id']}"
    assert (await world.call("PATCH", path, {"title": "x"}, staff_id=HANAKO)).status_code == 403
    assert (await world.call("DELETE", path, staff_id=HANAKO)).status_code == 403
    assert (await world.call("GET", path, staff_id=HANAKO)).json()["can_change"] is False
    assert (await world.call("POST", "/pages", {"title": "x", "owner_id": HANAKO})).status_code == 403
    assert (await world.call("PATCH", path, {"owner_id": HANAKO}, **ADMIN)).json()["owner_id"] == HANAKO
    assert (await world.call("PATCH", path, {"title": "花子"}, staff_id=HANAKO)).json()["title"] == "花子"


async def test_another_organization_sees_nothing(world: World) -> None:
    page = await a_page(world)
    other = {"organization": "org_other", "role": "admin"}
    assert (await world.call("GET", f"/pages/{page['id']}", **other)).status_code == 404
    assert (await world.call("PATCH", f"/pages/{page['id']}", {"title": "x"}, **other)).status_code == 404
    await world.staff("stf_other", "他社", organization="org_other")
    named = await world.call("POST", "/pages", a_page_request(hosts=[a_host("stf_other")]), organization=ORGANIZATION)
    assert named.status_code == 422


async def test_h1_the_list_is_newest_first_searched_and_narrowed_by_owner(world: World) -> None:
    for title, owner in (("採用面談", TARO), ("商談", HANAKO), ("採用説明会", HANAKO)):
        await a_page(world, title=title, owner_id=owner)

    async def titles(query: str) -> list[str]:
        return [item["title"] for item in (await world.call("GET", f"/pages?{query}")).json()["items"]]

    assert await titles("") == ["採用説明会", "商談", "採用面談"]
    assert await titles("q=採用") == ["採用説明会", "採用面談"]
    assert await titles(f"q=採用&owner_id={TARO}") == ["採用面談"]
    first = (await world.call("GET", "/pages?limit=2")).json()
    assert await titles(f"limit=2&cursor={first['next_cursor']}") == ["採用面談"]
    assert (await world.call("GET", "/pages?cursor=x")).status_code == 422


async def test_an_old_version_is_412_and_what_changes_nothing_makes_none(world: World) -> None:
    page = await a_page(world, daily_limit=3, price={"amount": 3000})
    path = f"/pages/{page['id']}"
    same = {name: page[name] for name in ("title", "hosts", "durations", "questions", "price")}
    assert (await world.call("PATCH", path, same, **ADMIN)).json()["version"] == 1
    changed = (await world.call("PATCH", path, {"daily_limit": None, "price": None, "active": False}, **ADMIN)).json()
    assert (changed["version"], changed["daily_limit"], changed["price"], changed["active"]) == (2, None, None, False)
    old = await world.call("PATCH", path, {"title": "x"}, headers={"if-match": '"r1"'}, **ADMIN)
    assert old.status_code == 412


async def test_questions_keep_their_ids(world: World) -> None:
    page = await a_page(world, questions=[{"label": "ご用件"}, {"label": "電話", "kind": "phone", "required": True}])
    first, second = page["questions"]
    again = [{**second, "label": "携帯"}, first, {"label": "新しい質問"}]
    changed = (await world.call("PATCH", f"/pages/{page['id']}", {"questions": again}, **ADMIN)).json()["questions"]
    assert [one["id"] for one in changed[:2]] == [second["id"], first["id"]]
    assert changed[2]["id"] not in (first["id"], second["id"])


async def test_g08_the_same_key_makes_one_and_another_body_is_refused(world: World) -> None:
    body, key = a_page_request(slug="one"), {"idempotency-key": "k1"}
    answers = await asyncio.gather(*(world.call("POST", "/pages", body, headers=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await world.call("POST", "/pages", {**body, "title": "x"}, headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_h1_a_copy_is_the_callers_own_under_another_slug(world: World) -> None:
    page = await a_page(world, hosts=BOTH, durations=[30, 60], owner_id=HANAKO, daily_limit=2)
    copied = await world.call("POST", f"/pages/{page['id']}/copy")
    assert copied.status_code == 201
    made = copied.json()
    assert (made["owner_id"], made["version"], made["title"]) == (TARO, 1, "ご相談 のコピー")
    assert made["slug"] != page["slug"]
    assert [made[name] for name in ("hosts", "durations", "daily_limit")] == [
        page[name] for name in ("hosts", "durations", "daily_limit")
    ]


async def test_a_deleted_page_is_listed_no_more_and_stays_readable(world: World) -> None:
    page = await a_page(world)
    path = f"/pages/{page['id']}"
    gone = (await world.call("DELETE", path, **ADMIN)).json()
    assert (gone["active"], gone["deleted"]) == (False, True)
    assert (await world.call("DELETE", path, **ADMIN)).json() == gone
    assert (await world.call("GET", path)).json()["deleted"] is True
    assert (await world.call("GET", "/pages")).json()["items"] == []
    assert (await world.call("PATCH", path, {"title": "x"}, **ADMIN)).status_code == 404


async def test_staff_read_why_a_host_is_not_offered_and_when_a_page_takes_requests(world: World) -> None:
    await world.staff("stf_no", "連携なし", zoom=False, calendar=False)
    page = await a_page(world, hosts=[a_host("stf_no")])
    assert page["takes_requests"] is True
    assert page["notices"] == [{"staff_id": "stf_no", "trouble": "calendar_not_connected"}]
    zoom = next(i for i in (await world.call("GET", "/meeting-types")).json()["items"] if i["location"] == "zoom")
    page = await a_page(world, hosts=[a_host("stf_no")], meeting_type_id=zoom["id"])
    assert page["notices"] == [{"staff_id": "stf_no", "trouble": "zoom_not_connected"}]
    await world.breaks(TARO)
    assert (await a_page(world))["notices"] == [{"staff_id": TARO, "trouble": "calendar_broken"}]


async def test_a_type_that_a_page_names_is_archived_when_it_is_deleted(world: World) -> None:
    made = await world.call("POST", "/meeting-types", {"name": "面談", "location": "phone"}, **ADMIN)
    await a_page(world, meeting_type_id=made.json()["id"])
    await world.call("DELETE", f"/meeting-types/{made.json()['id']}", **ADMIN)
    assert (await world.call("GET", f"/meeting-types/{made.json()['id']}")).json()["archived"] is True


async def test_h8_pages_of_one_organization_share_a_key_that_names_it_to_nobody(world: World) -> None:
    pages = [await a_page(world), await a_page(world)]
    keys = {(await visit(world, "GET", one)).json()["organization_key"] for one in pages}
    assert len(keys) == 1
    assert ORGANIZATION not in keys.pop()
