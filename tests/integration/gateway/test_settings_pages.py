"""Forms of settings, members and the reader's account: what they refuse, what they keep, and being overtaken."""

import re
from typing import Any

import pytest

from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import ODD, token_of

ADMIN, TARO = "admin@example.jp", "taro@example.jp"


async def settings_of(gateway: Installation) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.admin.get("/api/v1/organization")).json()
    return found


async def settings_form(gateway: Installation, page: Any, **changes: Any) -> dict[str, Any]:
    known = await settings_of(gateway)
    known["allow_zoom_basic"] = "1" if known["allow_zoom_basic"] else ""
    return {**known, "csrf_token": await token_of(page, "/settings"), **changes}


async def member_form(gateway: Installation, page: Any, staff_id: str, **changes: Any) -> dict[str, Any]:
    known = (await gateway.admin.get(f"/api/v1/staff/{staff_id}")).json()
    return {**known, "csrf_token": await token_of(page, f"/members/{staff_id}"), **changes}


async def test_the_settings_are_changed_and_shown(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    wanted = {
        "product_name": "日程くん",
        "reminder_time": "08:15",
        "minimum_slots": 2,
        "retention_days": 30,
        "drift_policy": "follow",
        "mail_format": "text",
        "allow_zoom_basic": "",
    }
    answer = await page.post("/settings", data=await settings_form(gateway, page, **wanted))
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?said=saved")
    assert "設定を保存しました。" in (await page.get("/settings?said=saved")).text
    known = await settings_of(gateway)
    assert {name: known[name] for name in wanted} == wanted | {"allow_zoom_basic": False}
    shown = (await gateway.pages(TARO).get("/settings")).text
    assert all(word in shown for word in ("日程くん", "08:15", "変更に合わせる", "テキストのみ", "許可しない"))
    assert '<form method="post" action="/settings"' not in shown
    back = {
        "product_name": "Chosei",
        "mail_format": "html",
        "allow_zoom_basic": True,
        "minimum_slots": 1,
        "retention_days": 0,
    }
    await gateway.admin.patch("/api/v1/organization", json=back)


async def test_h14_an_administrator_makes_it_a_sandbox_and_back(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    await page.post("/settings", data=await settings_form(gateway, page, sandbox="1"))
    assert (await settings_of(gateway))["sandbox"] is True
    assert "社員だけに送る(サンドボックス)" in (await gateway.pages(TARO).get("/settings")).text
    assert (await gateway.admin.patch("/api/v1/organization", json={"sandbox": "yes"})).status_code == 422
    assert (await gateway.admin.patch("/api/v1/organization", json={"sandbox": False})).json()["sandbox"] is False


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", "", "入力してください。"),
        ("name", "\u200b", "入力してください。"),
        ("name", "a\r\nBcc: x", "形式が正しくありません。"),
        ("product_name", "x" * 101, "長すぎます(最大 100 文字)。"),
        ("time_zone", "Mars/Olympus", "形式が正しくありません。"),
        ("reminder_time", "25:00", "形式が正しくありません。"),
        ("minimum_slots", "21", "0から20までの数を入力してください。"),
        ("minimum_slots", "-1", "0から20までの数を入力してください。"),
        ("minimum_slots", "", "0から20までの数を入力してください。"),
        ("retention_days", "6", "0(削除しない)、または7から3650までの数を入力してください。"),
        ("retention_days", "x", "0(削除しない)、または7から3650までの数を入力してください。"),
        ("drift_policy", "ignore", "のいずれかを指定してください。"),
        ("mail_format", "pdf", "のいずれかを指定してください。"),
        ("locale", "fr", "のいずれかを指定してください。"),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_beside_its_field(
    gateway: Installation, name: str, value: str, sentence: str
) -> None:
    page, before = gateway.pages(ADMIN), await settings_of(gateway)
    answer = await page.post("/settings", data=await settings_form(gateway, page, kept="", **{name: value}))
    assert answer.status_code == 422
    assert re.search(rf'id="{name}-error">[^<]*{re.escape(sentence)}', answer.text)
    assert await settings_of(gateway) == before


@pytest.mark.parametrize("value", [-1, 21, 1.5, "2", None, True])
async def test_the_api_refuses_an_odd_number_of_slots(gateway: Installation, value: object) -> None:
    answer = await gateway.admin.patch("/api/v1/organization", json={"minimum_slots": value})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/minimum_slots")


async def test_what_was_typed_stays_when_a_setting_is_refused(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = await settings_form(gateway, page, name="新しい社名", reminder_time="9時")
    answer = await page.post("/settings", data=form)
    assert 'value="新しい社名"' in answer.text
    assert 'value="9時"' in answer.text


async def test_a_second_tab_reads_what_changed_keeps_what_was_typed_and_may_go_on(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = await settings_form(gateway, page, name="二つ目のタブ")
    await gateway.admin.patch("/api/v1/organization", json={"name": "一つ目のタブ"})
    answer = await page.post("/settings", data=form)
    assert answer.status_code == 412
    assert "入力している間に、ほかの人が変更しました。" in answer.text
    assert re.search(r"会社名</strong>: いまは <bdi>一つ目のタブ</bdi>", answer.text)
    assert 'value="二つ目のタブ"' in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    again = await page.post("/settings", data=form | {"version": version[1]})
    assert again.status_code == 303
    assert (await settings_of(gateway))["name"] == "二つ目のタブ"


async def hidden(page: Any, path: str) -> dict[str, str]:
    """What a form bears beside its fields."""
    shown = (await page.get(path)).text
    return dict(re.findall(r'<input type="hidden" name="(csrf_token|version|seen)" value="([^"]*)"', shown))


async def test_what_a_second_tab_left_alone_takes_the_newer_value_and_saving_reverts_nothing(
    gateway: Installation,
) -> None:
    page = gateway.pages(ADMIN)
    form = await settings_form(gateway, page, product_name="二つ目の製品") | await hidden(page, "/settings")
    await gateway.admin.patch("/api/v1/organization", json={"name": "一つ目の社名", "drift_policy": "restore"})
    answer = await page.post("/settings", data=form | {"minimum_slots": "21"})
    assert answer.status_code == 422
    form |= dict(re.findall(r'<input type="hidden" name="(version|seen)" value="([^"]*)"', answer.text))
    answer = await page.post("/settings", data=form)
    assert answer.status_code == 412
    assert "次の項目を変更したため、最新の内容にしました" in answer.text
    assert re.search(r"会社名</strong>: <bdi>一つ目の社名</bdi>", answer.text)
    assert "いまは" not in answer.text
    assert re.search(r'name="name" [^>]*value="一つ目の社名"', answer.text)
    assert re.search(r'value="restore" checked', answer.text)
    assert 'value="二つ目の製品"' in answer.text
    bears = dict(re.findall(r'<input type="hidden" name="(version|seen)" value="([^"]*)"', answer.text))
    await gateway.admin.patch("/api/v1/organization", json={"name": "三つ目の社名"})
    again = await page.post("/settings", data=form | bears | {"name": "一つ目の社名", "drift_policy": "restore"})
    assert re.search(r"会社名</strong>: <bdi>三つ目の社名</bdi>", again.text)
    bears = dict(re.findall(r'<input type="hidden" name="(version|seen)" value="([^"]*)"', again.text))
    done = await page.post("/settings", data=form | bears | {"name": "三つ目の社名", "drift_policy": "restore"})
    assert done.status_code == 303
    known = await settings_of(gateway)
    assert (known["name"], known["product_name"], known["drift_policy"]) == ("三つ目の社名", "二つ目の製品", "restore")
    await gateway.admin.patch("/api/v1/organization", json={"product_name": "Chosei", "drift_policy": "ask"})


@pytest.mark.parametrize("path", ["/account", "/members/{taro}"])
async def test_a_person_left_alone_in_part_takes_the_newer_value_too(gateway: Installation, path: str) -> None:
    by_admin = path != "/account"
    page, path = gateway.pages(ADMIN if by_admin else TARO), path.format(taro=gateway.ids[TARO])
    known = (await gateway.admin.get(f"/api/v1/staff/{gateway.ids[TARO]}")).json()
    form = {**known, **await hidden(page, path), "kana": "たろう"}
    form = form if by_admin else form | {"time_zone": "", "locale": ""}
    await gateway.admin.patch(f"/api/v1/staff/{gateway.ids[TARO]}", json={"name": "山田 次郎"})
    answer = await page.post(path, data=form)
    assert answer.status_code == 412
    assert re.search(r"</strong>: <bdi>山田 次郎</bdi>", answer.text)
    assert re.search(r'name="name" [^>]*value="山田 次郎"', answer.text)
    assert 'value="たろう"' in answer.text
    assert "いまは <bdi>" not in answer.text
    await gateway.admin.patch(f"/api/v1/staff/{gateway.ids[TARO]}", json={"name": known["name"]})


@pytest.mark.parametrize("odd", ODD)
async def test_odd_values_of_these_forms_are_refused_or_taken_as_text(gateway: Installation, odd: str) -> None:
    page, taro = gateway.pages(ADMIN), gateway.ids[TARO]
    token = await token_of(page, "/settings")
    forms = {
        "/settings": ("name", "minimum_slots", "reminder_time", "version", "allow_zoom_basic"),
        "/members/new": ("name", "email", "role", "zoom_user", "time_zone"),
        f"/members/{taro}": ("name", "email", "role", "locale", "version"),
        "/account": ("name", "kana", "time_zone", "locale", "version"),
        "/account/password": ("current_password", "password"),
    }
    for path, names in forms.items():
        for name in names:
            answer = await page.post(path, data={"csrf_token": token, name: odd})
            assert 400 <= answer.status_code < 500, (path, name)
    for query in ({"q": odd}, {"cursor": odd}, {"show": odd}, {"said": odd}):
        assert (await page.get("/members", params=query)).status_code < 500


async def test_a_member_is_added_invited_and_shown_as_such(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = {
        "csrf_token": await token_of(page, "/members/new"),
        "name": "髙橋 桃子",
        "kana": "たかはしももこ",
        "email": "momoko@example.jp",
        "role": "member",
        "locale": "ja",
        "time_zone": "Asia/Tokyo",
    }
    added = await page.post("/members/new", data=form)
    assert added.status_code == 303
    shown = (await page.get(added.headers["location"])).text
    assert "招待メールを送りました。" in shown
    assert "momoko@example.jp に招待メールを送りました。" in shown
    for words in ("タカハシ", "takahashi", "高橋", "momoko@"):
        listed = (await page.get("/members", params={"q": words})).text
        assert "髙橋 桃子" in listed, words
        assert "招待中" in listed


async def test_an_address_that_is_taken_is_said_beside_its_field(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = {"csrf_token": await token_of(page, "/members/new"), "name": "偽 太郎", "email": "TARO@example.jp"}
    rest = {"role": "member", "locale": "ja", "time_zone": "Asia/Tokyo"}
    answer = await page.post("/members/new", data=form | rest)
    assert answer.status_code == 409
    assert re.search(r'id="email-error">このメールアドレスはすでに使われています。', answer.text)
    assert 'value="偽 太郎"' in answer.text


async def test_a_members_second_tab_is_overtaken_kindly(gateway: Installation) -> None:
    page, taro = gateway.pages(ADMIN), gateway.ids[TARO]
    form = await member_form(gateway, page, taro, kana="やまだ")
    await gateway.admin.patch(f"/api/v1/staff/{taro}", json={"zoom_user": "z@example.jp"})
    answer = await page.post(f"/members/{taro}", data=form)
    assert answer.status_code == 412
    assert re.search(r"Zoomユーザー</strong>: いまは <bdi>z@example.jp</bdi>", answer.text)
    assert 'value="やまだ"' in answer.text
    await gateway.admin.patch(f"/api/v1/staff/{taro}", json={"zoom_user": ""})


async def test_the_last_administrator_is_neither_demoted_nor_disabled(gateway: Installation) -> None:
    page, me = gateway.pages("other@example.com"), gateway.ids["other@example.com"]
    known = (await gateway.other.get(f"/api/v1/staff/{me}")).json()
    form = {**known, "csrf_token": await token_of(page, f"/members/{me}"), "role": "member"}
    demoted = await page.post(f"/members/{me}", data=form)
    assert demoted.status_code == 409
    assert re.search(r'class="error-text" id="role-error">最後の管理者を外すことはできません。', demoted.text)
    disabled = await page.post(f"/members/{me}/disable", data={"csrf_token": form["csrf_token"]})
    assert disabled.status_code == 409
    assert "最後の管理者を外すことはできません。" in disabled.text
    assert (await gateway.other.get("/api/v1/me")).json()["role"] == "admin"


async def test_who_is_disabled_is_listed_apart_signed_out_and_comes_back_with_the_password(
    gateway: Installation,
) -> None:
    added = {"name": "休職 一郎", "email": "leave@example.jp", "password": "leave-password"}
    member = (await gateway.admin.post("/api/v1/staff", json=added)).json()
    login = {"email": added["email"], "password": added["password"]}
    session = (await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"]
    page, path = gateway.pages(ADMIN), f"/members/{member['id']}"
    form = {"csrf_token": await token_of(page, path)}
    assert (await page.post(f"{path}/disable", data=form)).headers["location"] == f"{path}?said=disabled"
    assert (await gateway.client(session).get("/api/v1/me")).status_code == 401
    assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 401
    assert "休職 一郎" not in (await page.get("/members", params={"q": "休職"})).text
    assert "休職 一郎" in (await page.get("/members", params={"q": "休職", "show": "disabled"})).text
    assert (await page.post(f"{path}/disable", data=form)).status_code == 303
    refused = await page.post(f"{path}/invite", data=form)
    assert (refused.status_code, "無効になっています" in refused.text) == (409, True)
    assert (await page.post(f"{path}/enable", data=form)).headers["location"] == f"{path}?said=enabled"
    assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 201


async def test_another_address_ends_the_link_and_the_page_says_so(gateway: Installation) -> None:
    member = (await gateway.admin.post("/api/v1/staff", json={"name": "誤字", "email": "typo@example.jp"})).json()
    page = gateway.pages(ADMIN)
    form = await member_form(gateway, page, member["id"], email="right@example.jp")
    answer = await page.post(f"/members/{member['id']}", data=form)
    assert answer.headers["location"].endswith("?said=changed_address")
    shown = (await page.get(answer.headers["location"])).text
    assert "新しい招待メールを送ってください。" in shown
    assert "パスワード未設定" in shown


async def test_the_readers_own_profile_is_changed_and_its_language_followed(gateway: Installation) -> None:
    page = gateway.pages(TARO)
    me = (await gateway.taro.get("/api/v1/me")).json()
    form = {**me, "csrf_token": await token_of(page, "/account"), "kana": "やまだたろう", "locale": "en"}
    answer = await page.post("/account", data=form)
    assert answer.headers["location"] == "/account?said=saved"
    assert "lang=en" in answer.headers["set-cookie"]
    assert "The changes are saved." in (await page.get("/account?said=saved")).text
    stale = await page.post("/account", data=form | {"kana": "たろう"})
    assert stale.status_code == 412
    assert "Somebody else changed this while you were typing" in stale.text
    forged = await page.post("/account", data=form | {"version": "", "role": "admin", "email": "x@example.jp"})
    assert forged.status_code == 412
    now = (await gateway.taro.get("/api/v1/me")).json()
    assert (now["role"], now["email"], now["locale"]) == ("member", "taro@example.jp", "en")
    before = {name: me[name] for name in ("locale", "language_chosen", "zone_chosen")}
    await gateway.taro.patch("/api/v1/me", json=before)


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(gateway: Installation) -> None:
    added = {"name": "鍵 花子", "email": "key@example.jp", "password": "the-old-one"}
    await gateway.admin.post("/api/v1/staff", json=added)
    login = {"email": added["email"], "password": added["password"]}
    here, elsewhere = [(await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"] for _ in range(2)]
    page = gateway.pages()
    page.cookies.set("chosei_session", here)
    form = {"csrf_token": await token_of(page, "/account")}
    wrong = await page.post("/account/password", data=form | {"current_password": "no", "password": "the-new-one"})
    assert wrong.status_code == 422
    assert re.search(r'id="current_password-error">現在のパスワードが違います。', wrong.text)
    short = await page.post("/account/password", data=form | {"current_password": "the-old-one", "password": "x"})
    assert re.search(r'id="password-error">短すぎます', short.text)
    assert "the-old-one" not in short.text
    done = await page.post(
        "/account/password", data=form | {"current_password": "the-old-one", "password": "the-new-one"}
    )
    assert done.headers["location"] == "/account?said=password"
    assert (await page.get("/account")).status_code == 200
    assert (await gateway.client(elsewhere).get("/api/v1/me")).status_code == 401


async def test_what_was_remembered_is_shown_and_forgotten(gateway: Installation) -> None:
    chosen = {"kind": "visit", "guidance": "1階の受付へお越しください。", "visibility": "private"}
    page = gateway.pages(TARO)
    for forget_by_page in (True, False):
        await gateway.taro.patch("/api/v1/me", json={"defaults": chosen})
        shown = (await page.get("/account")).text
        assert all(word in shown for word in ("来訪", "1階の受付へお越しください。", "非公開"))
        if forget_by_page:
            form = {"csrf_token": await token_of(page, "/account")}
            assert (await page.post("/account/forget", data=form)).headers["location"] == "/account?said=forgotten"
        else:
            assert (await gateway.taro.delete("/api/v1/me/defaults")).json()["defaults"]["guidance"] == ""
        defaults = (await gateway.taro.get("/api/v1/me")).json()["defaults"]
        assert defaults == {"kind": "web", "platform": "zoom", "guidance": "", "visibility": "default"}
        assert "前回の選択を消す" not in (await page.get("/account")).text


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/account/password", "/account"), ("/account/forget", "/account"), ("/members/stf_x/invite", "/members")],
)
async def test_reloading_what_a_form_answered_leads_back(gateway: Installation, path: str, leads_to: str) -> None:
    answer = await gateway.pages(ADMIN).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
