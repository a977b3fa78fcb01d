"""The form for a link by hand, and the API beside it (C4)."""

import json
from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

RESET = "2030-12-01T00:00:00Z"
TARO, PAGE = "taro@example.jp", "/appointments/apt_1/meeting"
ERROR = {"code": "zoom_rate_limited", "message": "Zoom Meeting Error: ZoomAPIのリクエスト上限に達しました"}
WAITS = {"status": "pending", "join_url": None, "meeting_id": None, "passcode": None, "error": ERROR}
LINK = {"join_url": "https://teams.example/l", "meeting_id": "123", "passcode": "abc"}


def shows(gateway: Installation, meeting: dict[str, Any]) -> None:
    view = an_appointment_view(meeting=meeting)
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    for method in ("PUT", "DELETE"):
        gateway.services.says("booking", f"{method} /internal/appointments/apt_1/meeting", Answer(200, view))


async def test_c4_a_link_by_hand_is_offered_where_issuing_waits_and_saved(gateway: Installation) -> None:
    shows(gateway, WAITS)
    page = gateway.pages(TARO)
    detail = (await page.get("/appointments/apt_1")).text
    assert "URLを手入力する" in detail
    assert ERROR["message"] in detail
    token = await token_of(page, PAGE)
    answer = await page.post(PAGE, data={"csrf_token": token, "version": "1", **LINK})
    assert (answer.status_code, answer.headers["location"]) == (303, "/appointments/apt_1?said=link_entered")
    put = next(one for one in gateway.services.asked if one.method == "PUT")
    assert (json.loads(put.content), put.headers["if-match"]) == (LINK, '"r1"')


async def test_e8_a_change_that_zoom_did_not_take_is_told_beside_the_link_that_still_works(
    gateway: Installation,
) -> None:
    shows(gateway, {**LINK, "status": "issued", "error": ERROR, "by_hand": False})
    card = (
        (await gateway.pages(TARO).get("/appointments/apt_1"))
        .text.split('id="meeting-heading"')[1]
        .split("</section>")[0]
    )
    assert ERROR["message"] in card
    assert LINK["join_url"] in card


async def test_a_link_that_is_none_is_explained_and_stays_typed(gateway: Installation) -> None:
    shows(gateway, WAITS)
    page = gateway.pages(TARO)
    token = await token_of(page, PAGE)
    answer = await page.post(PAGE, data={"csrf_token": token, "version": "1", **LINK, "join_url": "http://x"})
    assert answer.status_code == 422
    assert "https:// で始まる正しいURLを入力してください。" in answer.text
    assert 'value="http://x"' in answer.text


async def test_a_link_by_hand_can_be_taken_away(gateway: Installation) -> None:
    shows(gateway, {**LINK, "status": "issued", "error": None, "by_hand": True})
    page = gateway.pages(TARO)
    assert "手入力されたURLです。" in (await page.get("/appointments/apt_1")).text
    token = await token_of(page, PAGE)
    answer = await page.post(PAGE, data={"csrf_token": token, "version": "1", "remove": "1"})
    assert answer.headers["location"] == "/appointments/apt_1?said=link_removed"
    assert any(one.method == "DELETE" for one in gateway.services.asked)


def has_left(gateway: Installation, left: int | None) -> None:
    """Of the reader's own Zoom user, and of who hosts the appointment."""
    budget = {"requests_left": left, "requests_reset_at": RESET if left is not None else None}
    own = {"provider": "zoom", "status": "connected", "account": TARO, "staff_id": "stf_taro", **budget}
    gateway.services.says("zoom_issuer", "GET /internal/connections", Answer(200, {"items": [own]}))
    gateway.services.says("zoom_issuer", "GET /internal/zoom-budget/apt_1", Answer(200, budget))


@pytest.mark.parametrize(
    ("left", "own", "host"),
    [
        (57, "残りの回数は57回です。2030年12月1日(日) 09:00に元に戻ります。", ""),
        (10, "残りの回数は10回です。", "あと10回です。2030年12月1日(日) 09:00に元に戻ります。"),
        (0, "回数を使い切りました。2030年12月1日(日) 09:00に", "回数を使い切りました。2030年12月1日(日) 09:00に"),
        (None, "", ""),
    ],
)
async def test_c4_what_a_zoom_user_has_left_is_told_and_few_beside_the_meeting(
    gateway: Installation, left: int | None, own: str, host: str
) -> None:
    shows(gateway, WAITS)
    has_left(gateway, left)
    page = gateway.pages(TARO)
    account, detail = (await page.get("/account")).text, (await page.get("/appointments/apt_1")).text
    assert own in account
    assert ("Zoomの残り回数" in account) is bool(own)
    assert host in detail
    assert ("今日Zoomミーティングを発行・変更できる" in detail) is bool(host)
    assert detail.count(ERROR["message"]) == 1


async def test_who_needs_no_zoom_is_not_told_what_is_left(gateway: Installation) -> None:
    shows(gateway, {**LINK, "status": "issued", "error": None, "by_hand": True})
    has_left(gateway, 0)
    assert "使い切りました" not in (await gateway.pages(TARO).get("/appointments/apt_1")).text


async def test_who_was_overtaken_sees_the_link_that_is_there_now(gateway: Installation) -> None:
    shows(gateway, WAITS)
    page = gateway.pages(TARO)
    form = (await page.get(PAGE)).text
    seen = form.split('name="seen" value="')[1].split('"')[0]
    shows(gateway, {**LINK, "status": "issued", "error": None, "by_hand": True})
    gateway.services.says(
        "booking", "PUT /internal/appointments/apt_1/meeting", Answer(412, {"code": "version_mismatch"})
    )
    data = {
        "csrf_token": await token_of(page, PAGE),
        "version": "1",
        "seen": seen,
        "join_url": "https://mine.example/l",
    }
    answer = await page.post(PAGE, data=data)
    assert answer.status_code == 412
    assert "https://teams.example/l" in answer.text
    assert 'value="https://mine.example/l"' in answer.text
    assert 'value="123"' in answer.text, "what was left alone is as it is now"


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "参加しなくなった方が、このURLを知っています"), ("en", "may attend no more still knows this URL")],
)
async def test_c9_the_page_says_that_a_link_by_hand_is_known_to_somebody_who_left(
    gateway: Installation, language: str, words: str
) -> None:
    by_hand = {**LINK, "status": "issued", "error": None, "by_hand": True}
    page = gateway.pages(TARO)
    for known in (True, False):
        view = an_appointment_view(meeting=by_hand, link_stays_known=known)
        gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
        assert (words in (await page.get(f"/appointments/apt_1?lang={language}")).text) is known


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "手入力されたURLの会議は、自動では削除されません。"), ("en", "delete it in its own tool")],
)
async def test_c4_c9_cancelling_says_before_and_after_that_a_link_by_hand_stays_alive(
    gateway: Installation, language: str, words: str
) -> None:
    page, path = gateway.pages(TARO), f"/appointments/apt_1?lang={language}"
    for by_hand in (True, False):
        shows(gateway, {**LINK, "status": "issued", "error": None, "by_hand": by_hand})
        asked = (await page.get(path)).text.partition('id="cancel"')[2].partition("</dialog>")[0]
        assert (words in asked) is by_hand
        gone = {"status": "none", "join_url": None, "meeting_id": None, "passcode": None, "error": None}
        view = an_appointment_view(status="canceled", meeting={**gone, "by_hand": by_hand})
        gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
        notice = (await page.get(path)).text.partition("notice-wait")[2].partition("</div>")[0]
        assert (words in notice) is by_hand


async def test_c9_editing_says_beforehand_that_a_link_by_hand_is_not_made_anew(gateway: Installation) -> None:
    shows(gateway, {**LINK, "status": "issued", "error": None, "by_hand": True})
    shown = (await gateway.pages(TARO).get("/appointments/apt_1/edit")).text
    assert "手入力されたURLは自動では作り直せず、前のお客様が知ったままになります" in shown
    assert "手入力されたURLを知ったままになります。" in shown
    assert "会議を作り直し" not in shown
    assert "ミーティングを作り直す" not in shown


async def test_c10_the_page_names_the_menu_that_was_booked(gateway: Installation) -> None:
    view = an_appointment_view(bookable_id="bkb_1", bookable={"id": "bkb_1", "name": "相談窓口"})
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    shown = (await gateway.pages(TARO).get("/appointments/apt_1")).text
    assert "<dt>メニュー</dt><dd><bdi>相談窓口</bdi></dd>" in shown
