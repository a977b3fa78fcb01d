"""The menus in the API and on their pages: handed on to booking, members read, forms keep what was typed."""

import json
import re
from typing import Any

import pytest

from tests.infrastructure.markup import options_of
from tests.integration.gateway.fakes import Answer, a_bookable, a_meeting_type, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

ADMIN, TARO = "admin@example.jp", "taro@example.jp"
A_TYPE = {"name": "面談", "location": "zoom"}


async def test_the_api_hands_menus_on_with_their_tags(gateway: Installation) -> None:
    made = await gateway.admin.post("/api/v1/meeting-types", json=A_TYPE)
    assert (made.status_code, made.headers["etag"], made.headers["location"]) == (
        201,
        '"r1"',
        "/api/v1/meeting-types/mtp_1",
    )
    changed = await gateway.admin.patch("/api/v1/bookables/bkb_1", json={"capacity": 2}, headers={"if-match": '"r1"'})
    assert changed.headers["etag"] == '"r2"'
    assert gateway.services.last("booking").headers["if-match"] == '"r1"'
    assert (await gateway.admin.get("/api/v1/bookables")).json()["items"][0]["capacity"] == 3
    assert (await gateway.admin.delete("/api/v1/meeting-types/mtp_1")).json()["archived"] is True


async def test_bad_bodies_are_refused_before_booking_is_asked(gateway: Installation) -> None:
    bad = {**A_TYPE, "reveal": {"link": "in_notice", "notices": []}}
    answer = await gateway.admin.post("/api/v1/meeting-types", json=bad)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert gateway.services.count("POST", "/internal/meeting-types") == 0


async def test_members_read_the_menus_and_cannot_open_the_forms(gateway: Installation) -> None:
    page = gateway.pages(TARO)
    shown = (await page.get("/menus")).text
    assert all(word in shown for word in ("Web会議(Zoom)", "相談窓口", "提供数 3"))
    assert 'href="/menus/meeting-types/new"' not in shown
    assert (await page.get("/menus/meeting-types/mtp_1")).status_code == 403


def a_form(**changes: Any) -> dict[str, Any]:
    usual = {"name": "面談", "location": "zoom", "duration_minutes": "45", "color": "teal", "link": "in_notice"}
    return {**usual, "notice_1": "1", "unit_1": "hours", "notice_2": "10", "unit_2": "minutes", **changes}


async def test_c7_the_form_says_how_long_before_and_booking_gets_minutes(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/menus/meeting-types/new"))
    answer = await page.post("/menus/meeting-types/new", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/menus?said=added")
    sent = json.loads(gateway.services.last("booking").content)
    assert sent["reveal"] == {"link": "in_notice", "notices": [60, 10]}
    assert (sent["duration_minutes"], sent["place"]) == (45, "")


async def test_what_booking_refuses_stands_beside_its_field_and_what_was_typed_stays(gateway: Installation) -> None:
    words = "Zoomユーザーを設定したメニューの提供数は1にしてください。"
    refused = {**a_problem(422, "capacity_must_be_one", words), "errors": [{"pointer": "/capacity", "detail": words}]}
    gateway.services.says("booking", "POST /internal/bookables", Answer(422, refused))
    page = gateway.pages(ADMIN)
    form = {"name": "窓口A", "type": "time", "capacity": "2", "zoom_user_id": "zu1", "meeting_type_ids": ["mtp_1"]}
    answer = await page.post(
        "/menus/bookables/new", data={**form, "csrf_token": await token_of(page, "/menus/bookables/new")}
    )
    assert answer.status_code == 422
    assert all(word in answer.text for word in (words, 'value="窓口A"', 'value="zu1"', 'value="mtp_1" checked'))
    gateway.services.says("booking", "POST /internal/bookables", Answer(201, a_bookable()))


def a_zoom_user(user_id: str, **changes: Any) -> dict[str, Any]:
    usual = {"email": f"{user_id}@z.example", "name": user_id.upper(), "plan": "licensed", "status": "active"}
    return {**usual, "user_id": user_id, "allowed": True, "staff_ids": [], **changes}


async def test_c2_a_bookable_is_mapped_to_one_of_the_accounts_zoom_users_that_may_host(gateway: Installation) -> None:
    users = [a_zoom_user("zu1"), a_zoom_user("zu2", status="gone"), a_zoom_user("zu3", allowed=False)]
    listed = Answer(200, {"items": users, "next_cursor": None})
    gateway.services.says("zoom_issuer", "GET /internal/zoom-users", listed)
    page = gateway.pages(ADMIN)
    shown = (await page.get("/menus/bookables/new")).text
    assert '<option value="zu1">ZU1 (zu1@z.example) · ライセンス</option>' in shown
    assert options_of(shown, "zoom_user_id") == ["", "zu1"]
    gateway.services.says("booking", "GET /internal/bookables/bkb_1", Answer(200, a_bookable(zoom_user_id="zu2")))
    assert '<option value="zu2" selected>' in (await page.get("/menus/bookables/bkb_1")).text


async def test_who_was_overtaken_keeps_what_was_typed(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    token = await token_of(page, "/menus/meeting-types/mtp_1")
    newer = a_meeting_type(version=2, name="改名", color="red")
    gateway.services.says("booking", "GET /internal/meeting-types/mtp_1", Answer(200, newer))
    gateway.services.says(
        "booking", "PATCH /internal/meeting-types/mtp_1", Answer(412, a_problem(412, "version_mismatch"))
    )
    answer = await page.post("/menus/meeting-types/mtp_1", data=a_form(csrf_token=token, version="1", seen=""))
    assert answer.status_code == 412
    assert "改名" in answer.text
    assert 'value="面談"' in answer.text


async def test_the_order_is_changed_by_one_place(gateway: Installation) -> None:
    items = [a_meeting_type(id=f"mtp_{n}", name=f"種別{n}") for n in range(1, 4)]
    gateway.services.says("booking", "GET /internal/meeting-types?", Answer(200, {"items": items, "next_cursor": None}))
    gateway.services.says("booking", "PATCH /internal/meeting-types/mtp_3", Answer(200, items[2]))
    page = gateway.pages(ADMIN)
    token = await token_of(page, "/menus")
    answer = await page.post("/menus/meeting-types/mtp_3/up", data={"csrf_token": token})
    assert answer.status_code == 303
    assert json.loads(gateway.services.last("booking").content) == {"after": "mtp_1"}
    await page.post("/menus/meeting-types/mtp_1/down", data={"csrf_token": token})
    assert json.loads(gateway.services.last("booking").content) == {"after": "mtp_2"}


def has_account(gateway: Installation) -> None:
    """With a licensed user, a Basic one that may not host, and one that is gone."""
    users = [
        ("zu1", "会議室A", "licensed", "active"),
        ("zu2", "", "basic", "active"),
        ("zu3", "退職者", "licensed", "gone"),
    ]
    items = [
        {
            "user_id": user_id,
            "email": f"{user_id}@example.jp",
            "name": name,
            "plan": plan,
            "status": status,
            "allowed": plan == "licensed",
            "staff_ids": [],
        }
        for user_id, name, plan, status in users
    ]
    account = {"status": "connected", "kind": "server_to_server", "users": 3, "listed_at": "2026-11-20T01:00:00Z"}
    gateway.services.says("zoom_issuer", "GET /internal/zoom-account", Answer(200, account))
    gateway.services.says("zoom_issuer", "GET /internal/zoom-users", Answer(200, {"items": items}))


async def test_c2_a_bookables_zoom_user_is_chosen_from_the_accounts_list(gateway: Installation) -> None:
    has_account(gateway)
    page = gateway.pages(ADMIN)
    shown = (await page.get("/menus/bookables/new")).text
    assert '<option value="zu1">会議室A (zu1@example.jp) · ライセンス</option>' in shown
    assert options_of(shown, "zoom_user_id") == ["", "zu1"]
    form = {
        "name": "窓口A",
        "type": "time",
        "capacity": "1",
        "csrf_token": await token_of(page, "/menus/bookables/new"),
    }
    for user_id, words in (("zu9", "見つかりません"), ("zu3", "見つかりません"), ("zu2", "ベーシックプラン")):
        answer = await page.post("/menus/bookables/new", data={**form, "zoom_user_id": user_id})
        assert answer.status_code == 422
        assert all(word in answer.text for word in (words, 'id="zoom_user_id-error"', f'value="{user_id}" selected'))
    assert (await page.post("/menus/bookables/new", data={**form, "zoom_user_id": "zu1"})).status_code == 303


@pytest.mark.parametrize(
    ("locale", "in_list", "in_form", "of_account"),
    [
        (
            "ja",
            "Zoomユーザーの選び直しが必要",
            "選び直すまで、新しい予約にZoomミーティングは発行されず",
            "見つかりません",
        ),
        ("en", "Needs another Zoom user", "Until you choose another", "does not have the Zoom users"),
    ],
)
async def test_c2_a_bookable_whose_zoom_user_is_gone_is_said_to_need_another(
    gateway: Installation, locale: str, in_list: str, in_form: str, of_account: str
) -> None:
    has_account(gateway)
    page = gateway.pages(ADMIN)
    for user_id, lost in (("zu9", True), ("zu3", True), ("zu1", False), (None, False)):
        item = a_bookable(zoom_user_id=user_id, name="窓口A")
        all_of_them = Answer(200, {"items": [item], "next_cursor": None})
        gateway.services.says("booking", "GET /internal/bookables?", all_of_them)
        gateway.services.says("booking", "GET /internal/bookables/bkb_1", Answer(200, item))
        assert (in_list in (await page.get(f"/menus?lang={locale}")).text) is lost
        assert (in_form in (await page.get(f"/menus/bookables/bkb_1?lang={locale}")).text) is lost
        account = (await page.get(f"/settings/zoom?lang={locale}")).text
        notice = account.partition("notice-wait")[2].partition("</ul>")[0]
        assert (of_account in notice and "窓口A" in notice) is lost


async def test_c2_while_an_accounts_users_are_being_read_no_bookable_is_said_to_need_another(
    gateway: Installation,
) -> None:
    has_account(gateway)
    account = {"status": "connected", "kind": "server_to_server", "users": 0, "listed_at": None}
    gateway.services.says("zoom_issuer", "GET /internal/zoom-account", Answer(200, account))
    item = a_bookable(zoom_user_id="zu9")
    gateway.services.says("booking", "GET /internal/bookables?", Answer(200, {"items": [item], "next_cursor": None}))
    assert "選び直しが必要" not in (await gateway.pages(ADMIN).get("/menus")).text


async def test_c2_the_api_checks_the_zoom_user_too(gateway: Installation) -> None:
    has_account(gateway)
    body = {"name": "窓口A", "type": "time", "capacity": 1, "zoom_user_id": "zu9"}
    answer = await gateway.admin.post("/api/v1/bookables", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "zoom_user_unknown")
    assert answer.json()["errors"][0]["pointer"] == "/zoom_user_id"
    asked = gateway.services.last("zoom_issuer")
    assert (asked.url.path, asked.url.params["q"]) == ("/internal/zoom-users", "zu9"), "not for the whole list"
    changed = await gateway.admin.patch("/api/v1/bookables/bkb_1", json={"zoom_user_id": "zu2"})
    assert (changed.status_code, changed.json()["code"]) == (422, "zoom_user_basic")


async def test_c2_without_a_list_the_zoom_user_is_typed(gateway: Installation) -> None:
    gateway.services.says("zoom_issuer", "GET /internal/zoom-users", Answer(200, {"items": []}))
    shown = (await gateway.pages(ADMIN).get("/menus/bookables/new")).text
    assert '<input class="input" id="zoom_user_id"' in shown


async def test_c7_a_mistyped_notice_is_said_at_its_row(gateway: Installation) -> None:
    words = "1 以上にしてください。"
    refused = {**a_problem(422, "invalid"), "errors": [{"pointer": "/reveal/notices/1", "detail": words}]}
    gateway.services.says("booking", "POST /internal/meeting-types", Answer(422, refused))
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/menus/meeting-types/new"), notice_2="", notice_4="0")
    shown = (await page.post("/menus/meeting-types/new", data=form)).text
    assert f'<p class="error-text" id="notice_4-error">{words}</p>' in shown
    assert shown.count('class="error-text"') == 1


async def test_what_was_left_empty_is_called_missing(gateway: Installation) -> None:
    words = "短すぎます(最小 1 文字)。"
    refused = {**a_problem(422, "invalid"), "errors": [{"pointer": "/name", "detail": words}]}
    gateway.services.says("booking", "POST /internal/meeting-types", Answer(422, refused))
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/menus/meeting-types/new"), name=" ")
    shown = (await page.post("/menus/meeting-types/new", data=form)).text
    assert words not in shown
    assert 'id="name-error"' in shown


async def test_c7_notices_that_the_api_made_stay_when_the_form_is_saved(gateway: Installation) -> None:
    notices = [1440, 120, 60, 30, 10]
    item = a_meeting_type(reveal={"link": "in_notice", "notices": notices})
    gateway.services.says("booking", "GET /internal/meeting-types/mtp_1", Answer(200, item))
    page = gateway.pages(ADMIN)
    shown = (await page.get("/menus/meeting-types/mtp_1")).text
    fields = dict(re.findall(r'id="(notice_\d)" name="notice_\d" value="(\d+)"', shown))
    units = dict(re.findall(r'id="(unit_\d)".*?<option value="(\w+)" selected', shown, re.DOTALL))
    form = a_form(csrf_token=await token_of(page, "/menus/meeting-types/mtp_1"), version="1", **fields, **units)
    assert (await page.post("/menus/meeting-types/mtp_1", data=form)).status_code == 303
    assert json.loads(gateway.services.last("booking").content)["reveal"]["notices"] == notices


async def test_a_save_pressed_twice_is_one_request_to_booking(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    first = (await page.get("/menus/meeting-types/new")).text
    [key] = re.findall(r'name="key" value="(\w+)"', first)
    form = a_form(csrf_token=await token_of(page, "/menus/meeting-types/new"), key=key)
    for _ in range(2):
        await page.post("/menus/meeting-types/new", data=form)
        asked = [one for one in gateway.services.asked if one.method == "POST" and one.url.host == "booking"]
        assert asked[-1].headers["idempotency-key"] == f"page:{key}"


async def test_archiving_says_whether_it_was_kept(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    token = {"csrf_token": await token_of(page, "/menus")}
    kept = await page.post("/menus/meeting-types/mtp_1/archive", data=token)
    assert kept.headers["location"] == "/menus?said=archived"
    gateway.services.says("booking", "GET /internal/meeting-types/mtp_1", Answer(404, a_problem(404, "not_found")))
    gone = await page.post("/menus/meeting-types/mtp_1/archive", data=token)
    assert gone.headers["location"] == "/menus?said=deleted"


async def test_what_cannot_come_back_says_why_in_its_form(gateway: Installation) -> None:
    words = "利用中の同じ名前のものがあります。"
    refused = {**a_problem(422, "invalid"), "errors": [{"pointer": "/name", "detail": words}]}
    gateway.services.says("booking", "PATCH /internal/meeting-types/mtp_1", Answer(422, refused))
    page = gateway.pages(ADMIN)
    token = await token_of(page, "/menus")
    answer = await page.post("/menus/meeting-types/mtp_1/restore", data={"csrf_token": token})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'name="version" value="1"' in answer.text


async def test_who_is_disabled_is_not_offered_and_not_lost(gateway: Installation) -> None:
    member = {"name": "退職者", "email": "left-menus@example.jp", "password": "long-enough"}
    left = (await gateway.admin.post("/api/v1/staff", json=member)).json()["id"]
    await gateway.admin.patch(f"/api/v1/staff/{left}", json={"disabled": True})
    page, option = gateway.pages(ADMIN), f'<option value="{left}"'
    assert option not in (await page.get("/menus/bookables/new")).text
    gateway.services.says("booking", "GET /internal/bookables/bkb_1", Answer(200, a_bookable(staff_id=left)))
    assert f"{option} selected>" in (await page.get("/menus/bookables/bkb_1")).text
