"""Choosing calendars on the page, without scripts, and in the API (V8)."""

import json
from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

PATH = "/connections/google/calendars"
GET, PUT = f"GET /internal{PATH}", f"PUT /internal{PATH}"


def a_calendar(calendar_id: str, **changes: Any) -> dict[str, Any]:
    usual = {"id": calendar_id, "name": calendar_id, "main": False, "writable": True, "busy": False, "entries": False}
    return usual | changes


def calendars(**changes: Any) -> dict[str, Any]:
    main = a_calendar("main", name="taro@example.jp", main=True, busy=True, entries=True)
    others = [a_calendar("private", name="<b>私用</b>"), a_calendar("team", name="部署", writable=False)]
    return {"items": [main, *others], "complete": True, "lost": [], **changes}


def sent(gateway: Installation) -> Any:
    asked = next(one for one in reversed(gateway.services.asked) if one.method == "PUT")
    return json.loads(asked.content)


async def test_the_page_shows_what_is_chosen_and_takes_another_choice(gateway: Installation) -> None:
    gateway.services.says("calendar_sync", GET, Answer(200, calendars()))
    gateway.services.says("calendar_sync", PUT, Answer(200, calendars()))
    page = gateway.pages("taro@example.jp")
    assert f'href="{PATH}"' in (await page.get("/connections")).text
    shown = (await page.get(PATH)).text
    assert '<input type="checkbox" name="busy" value="main" checked>' in shown
    assert '<input type="checkbox" name="busy" value="private">' in shown
    assert '<input type="radio" name="entries" value="main" checked>' in shown
    assert '<input type="radio" name="entries" value="team" disabled>' in shown
    assert "&lt;b&gt;私用&lt;/b&gt;" in shown
    form = {"csrf_token": await token_of(page, PATH), "busy": ["main", "private"], "entries": "private"}
    answer = await page.post(PATH, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?said=saved")
    assert sent(gateway) == {"busy": ["main", "private"], "entries": "private"}
    assert "カレンダーの選択を保存しました。" in (await page.get(answer.headers["location"])).text


async def test_what_is_refused_stays_as_it_was_chosen(gateway: Installation) -> None:
    detail = "予定ありとして扱うカレンダーを1つ以上選択してください。"
    refusal = a_problem(422, "invalid", detail) | {"errors": [{"pointer": "/busy", "detail": detail}]}
    gateway.services.says("calendar_sync", GET, Answer(200, calendars()))
    gateway.services.says("calendar_sync", PUT, Answer(422, refusal))
    page = gateway.pages("taro@example.jp")
    answer = await page.post(PATH, data={"csrf_token": await token_of(page, PATH), "entries": "private"})
    assert answer.status_code == 422
    assert f'<p class="error-text" id="busy-error">{detail}</p>' in answer.text
    assert 'name="entries" value="private" checked' in answer.text
    assert 'name="busy" value="main" checked' not in answer.text
    assert (await page.post(PATH, data={"entries": "private"})).status_code == 403


@pytest.mark.parametrize(("reason", "words"), [("gone", "見つからなくなった"), ("read_only", "登録できなくなった")])
async def test_a_lost_calendar_is_told_on_both_pages(gateway: Installation, reason: str, words: str) -> None:
    lost = calendars(lost=[{"name": "私用", "reason": reason}], complete=False)
    mine = {"provider": "google", "status": "connected", "account": "taro@example.jp", "calendars_lost": ["私用"]}
    gateway.services.says("calendar_sync", "GET /internal/connections", Answer(200, {"items": [mine]}))
    gateway.services.says("calendar_sync", GET, Answer(200, lost))
    page = gateway.pages("taro@example.jp")
    assert "選択したカレンダーの一部が使えなくなりました" in (await page.get("/connections")).text
    shown = (await page.get(PATH)).text
    assert words in shown
    assert "接続し直して" in shown
    assert 'action="/connections/google/connect"' in shown


@pytest.mark.parametrize("status", [409, 502])
async def test_a_list_that_cannot_be_read_says_why(gateway: Installation, status: int) -> None:
    problem = a_problem(status, "provider_failed", "カレンダーの提供元に接続できませんでした。")
    gateway.services.says("calendar_sync", GET, Answer(status, problem))
    answer = await gateway.pages("taro@example.jp").get(PATH)
    assert answer.status_code == status
    assert "カレンダーの提供元に接続できませんでした。" in answer.text
    assert "<form class=" not in answer.text


async def test_the_page_speaks_english(gateway: Installation) -> None:
    gateway.services.says("calendar_sync", GET, Answer(200, calendars()))
    shown = await gateway.pages("taro@example.jp").get(PATH, headers={"accept-language": "en"})
    assert "Calendars that count as busy" in shown.text


async def test_the_api_hands_the_choice_on(gateway: Installation) -> None:
    gateway.services.says("calendar_sync", GET, Answer(200, calendars()))
    gateway.services.says("calendar_sync", PUT, Answer(200, calendars()))
    url = f"/api/v1{PATH}"
    assert (await gateway.taro.get(url)).json() == calendars()
    chosen = {"busy": ["main"], "entries": "private"}
    assert (await gateway.taro.put(url, json=chosen)).status_code == 200
    assert sent(gateway) == chosen
    for path, body, status in (
        (url, {"busy": ["main"]}, 422),
        (url, {"busy": "main", "entries": "main"}, 422),
        ("/api/v1/connections/zoom/calendars", chosen, 404),
    ):
        assert (await gateway.taro.put(path, json=body)).status_code == status, path
