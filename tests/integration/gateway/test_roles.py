"""Who may do what: every page and call about settings, members and the reader's account, by each role."""

from typing import Any

import pytest

from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

NOBODY = "stf_nobody"
ADMIN_PAGES = [
    ("GET", "/members/new"),
    ("GET", "/members/{taro}"),
    ("POST", "/settings"),
    ("GET", "/settings/api-keys"),
    ("POST", "/settings/api-keys"),
    ("POST", "/settings/api-keys/key_1/revoke"),
    ("POST", "/members/new"),
    ("POST", "/members/{taro}"),
    ("POST", "/members/{taro}/invite"),
    ("POST", "/members/{taro}/disable"),
    ("POST", "/members/{taro}/enable"),
]
ADMIN_CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("PATCH", "/api/v1/organization", {"name": "乗っ取り"}),
    ("POST", "/api/v1/staff", {"name": "だれか", "email": "somebody@example.jp"}),
    ("POST", "/api/v1/staff/{taro}/invitation", None),
    ("PATCH", "/api/v1/staff/{admin}", {"name": "だれか"}),
    ("PATCH", "/api/v1/staff/{taro}", {"role": "admin"}),
    ("PATCH", "/api/v1/staff/{taro}", {"disabled": True}),
    ("PATCH", "/api/v1/staff/{taro}", {"email": "x@example.jp"}),
    ("PATCH", "/api/v1/staff/{taro}", {"zoom_user": "x@example.jp"}),
    ("PATCH", "/api/v1/staff/{taro}", {"password": "a-long-password"}),
]
OPEN_CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/api/v1/organization", None),
    ("GET", "/api/v1/staff", None),
    ("GET", "/api/v1/staff/{admin}", None),
    ("GET", "/api/v1/me", None),
    ("DELETE", "/api/v1/me/defaults", None),
    ("GET", "/api/v1/connections", None),
]
OPEN_PAGES = ["/settings", "/members", "/members?show=disabled", "/account", "/connections"]
OWN_FORMS = ["/account", "/account/password", "/account/forget"]


def named(gateway: Installation, path: str) -> str:
    return path.format(taro=gateway.ids["taro@example.jp"], admin=gateway.ids["admin@example.jp"])


@pytest.mark.parametrize(("method", "path"), ADMIN_PAGES)
async def test_a_member_reads_that_a_page_is_for_administrators(gateway: Installation, method: str, path: str) -> None:
    page = gateway.pages("taro@example.jp")
    form = {"csrf_token": await token_of(page, "/account")} if method == "POST" else None
    before = await gateway.parts.staff.staff.find_one({"_id": gateway.ids["taro@example.jp"]})
    answer = await page.request(method, named(gateway, path), data=form)
    assert answer.status_code == 403
    assert "この操作は管理者だけが行えます。" in answer.text
    assert await gateway.parts.staff.staff.find_one({"_id": gateway.ids["taro@example.jp"]}) == before


@pytest.mark.parametrize(("method", "path", "body"), ADMIN_CALLS)
async def test_a_member_is_refused_by_the_api(
    gateway: Installation, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = await gateway.taro.request(method, named(gateway, path), json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path", "body"), ADMIN_CALLS + OPEN_CALLS)
async def test_nobody_known_is_asked_to_sign_in_by_the_api(
    gateway: Installation, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = await gateway.anyone.request(method, named(gateway, path), json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path"), [*ADMIN_PAGES, *(("GET", p) for p in OPEN_PAGES), *(("POST", p) for p in OWN_FORMS)]
)
async def test_nobody_known_is_led_to_the_sign_in_page(gateway: Installation, method: str, path: str) -> None:
    answer = await gateway.pages().request(method, named(gateway, path))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2F")


@pytest.mark.parametrize("email", ["admin@example.jp", "taro@example.jp", "other@example.com"])
async def test_everybody_reads_their_own_organizations_pages(gateway: Installation, email: str) -> None:
    for path in OPEN_PAGES:
        answer = await gateway.pages(email).get(path)
        assert answer.status_code == 200, path
        theirs = "山田太郎" if email == "other@example.com" else "Otto Other"
        assert theirs not in answer.text, path


@pytest.mark.parametrize(("method", "path", "body"), [call for call in OPEN_CALLS if "{" not in call[1]])
async def test_members_may_call_what_is_open_to_them(
    gateway: Installation, method: str, path: str, body: dict[str, Any] | None
) -> None:
    assert (await gateway.taro.request(method, path, json=body)).status_code == 200


@pytest.mark.parametrize(("method", "path"), [page for page in ADMIN_PAGES if "{" in page[1]])
async def test_another_organizations_administrator_finds_nobody(gateway: Installation, method: str, path: str) -> None:
    page = gateway.pages("other@example.com")
    form = {"csrf_token": await token_of(page, "/account"), "version": "1"} if method == "POST" else None
    before = await gateway.parts.staff.staff.find_one({"_id": gateway.ids["taro@example.jp"]})
    assert (await page.request(method, named(gateway, path), data=form)).status_code == 404
    assert await gateway.parts.staff.staff.find_one({"_id": gateway.ids["taro@example.jp"]}) == before


@pytest.mark.parametrize("path", ["/api/v1/staff/{taro}", "/api/v1/staff/" + NOBODY])
async def test_another_organizations_staff_look_like_nobody(gateway: Installation, path: str) -> None:
    calls = [("GET", path, None), ("PATCH", path, {"name": "だれか"}), ("POST", f"{path}/invitation", None)]
    answers = [await gateway.other.request(m, named(gateway, p), json=body) for m, p, body in calls]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3


@pytest.mark.parametrize("path", ["/settings", "/members/new", "/members/{taro}", "/members/{taro}/invite", *OWN_FORMS])
async def test_a_form_from_elsewhere_changes_nothing(gateway: Installation, path: str) -> None:
    page = gateway.pages("admin@example.jp")
    for forged in ({}, {"csrf_token": "forged"}):
        answer = await page.post(named(gateway, path), data=forged)
        assert answer.status_code == 403
        assert "画面を開いてから時間が経った" in answer.text
