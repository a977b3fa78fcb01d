"""The form for a link by hand, and the API beside it (C4)."""

import json
from typing import Any

from tests.integration.gateway.fakes import Answer, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

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
