"""Changes at Zoom on the gateway's side (E7): its hook, the page that asks, and a frozen account (G17)."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from services.gateway.routes import hooks
from tests.integration.gateway.fakes import SLOT, Answer, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_drift import DRIFT, FROZEN, drifted
from tests.integration.gateway.test_pages import token_of

HOOK = "POST /internal/notifications/zoom"
BODY = '{"event":"meeting.updated","payload":{"object":{"topic":"会議 é"}}}'.encode()
SIGNED = {"x-zm-signature": "v0=abc", "x-zm-request-timestamp": "1", "content-type": "application/json"}


async def test_a_webhook_is_handed_on_with_its_very_bytes_and_answered_as_told(gateway: Installation) -> None:
    gateway.services.says("zoom_issuer", HOOK, Answer(200, {"status": 200, "text": '{"plainToken":"x"}'}))
    answer = await gateway.anyone.post("/hooks/zoom", content=BODY, headers={**SIGNED, "cookie": "a=b"})
    handed = json.loads(gateway.services.last("zoom_issuer").content)
    assert (answer.status_code, answer.json()) == (200, {"plainToken": "x"})
    assert answer.headers["content-type"].startswith("application/json")
    assert (handed["body"].encode(), handed["headers"]) == (BODY, SIGNED)


@pytest.mark.parametrize("status", [400, 401])
async def test_what_is_refused_is_refused_to_zoom(gateway: Installation, status: int) -> None:
    gateway.services.says("zoom_issuer", HOOK, Answer(200, {"status": status, "text": ""}))
    assert (await gateway.anyone.post("/hooks/zoom", content=b"\xff\xfe")).status_code == status


async def test_a_body_beyond_all_that_zoom_says_is_refused(gateway: Installation) -> None:
    answer = await gateway.anyone.post("/hooks/zoom", content=b"x" * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert gateway.services.asked == []


async def test_zoom_is_answered_in_time_although_the_service_hangs(
    gateway: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: Any, **__: Any) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(hooks, "_ZOOM_WAITS_SECONDS", 0.05)
    monkeypatch.setattr(gateway.parts.backends.zoom_issuer, "send", hang)
    assert (await gateway.anyone.post("/hooks/zoom", content=BODY, headers=SIGNED)).status_code == 503


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Zoomで、このアポイントメントのミーティングが 2030年12月3日(火) 15:00 ～ 16:00 に移されました。"),
        ({"kind": "changed", "title": "<b>別件</b>"}, "トピックが「&lt;b&gt;別件&lt;/b&gt;」に変わりました。"),
        ({"kind": "changed"}, "トピックが消されました。"),
        ({"kind": "deleted", "start": None, "end": None}, "新しいURLをお客様と担当者にメールで知らせます。"),
        ({"start": None}, "ミーティングの日時が変わりました。"),
        ({"reason": "slot_taken"}, "担当者のほかの予定と重なっている間は、反映できません。"),
    ],
)
async def test_a_change_at_zoom_is_told_as_zooms(gateway: Installation, changes: dict[str, Any], words: str) -> None:
    drifted(gateway, provider="zoom", **changes)
    page = gateway.pages("taro@example.jp")
    shown = (await page.get("/appointments/apt_1")).text
    assert words in shown
    assert ">元に戻す</button>" in shown
    assert "カレンダーで変更あり" not in shown
    assert "Zoomで変更あり" in (await page.get("/appointments")).text


async def test_a_frozen_zoom_account_asks_its_owner(gateway: Installation) -> None:
    mine = {"provider": "zoom", "status": "connected", "account": "taro@example.jp", "frozen": FROZEN}
    gateway.services.says("zoom_issuer", "GET /internal/connections", Answer(200, {"items": [mine]}))
    resumed = {"provider": "zoom", "status": "connected", "account": "taro@example.jp"}
    gateway.services.says("zoom_issuer", "POST /internal/connections/zoom/resume", Answer(200, resumed))
    page = gateway.pages("taro@example.jp")
    assert "5件のうち4件が、一度にZoomから消えました。" in (await page.get("/connections")).text
    form = {"csrf_token": await token_of(page, "/connections"), "decision": "restore"}
    assert "作り直しています。" in (await page.post("/connections/zoom/resume", data=form)).text
    assert json.loads(gateway.services.last("zoom_issuer").content or b"{}") != {"decision": "accept"}
    answer = await gateway.taro.post("/api/v1/connections/zoom/resume", json={"decision": "accept"})
    assert (answer.status_code, answer.json()["provider"]) == (200, "zoom")


async def test_administrators_see_the_organizations_frozen_account_by_its_name(gateway: Installation) -> None:
    item = {"staff_id": "account/acc-1", "provider": "zoom", "frozen": {**FROZEN, "at": SLOT["start"]}}
    gateway.services.says("zoom_issuer", "GET /internal/connections/frozen", Answer(200, {"items": [item]}))
    shown = (await gateway.pages("admin@example.jp").get("/connections")).text
    assert "のZoomのミーティングの照合を凍結しています" in shown
    assert "account/acc-1さん" not in shown


@pytest.mark.parametrize(("kind", "offered"), [("deleted", False), ("moved", True)])
async def test_the_link_of_a_meeting_that_was_deleted_at_zoom_is_not_offered(
    gateway: Installation, kind: str, offered: bool
) -> None:
    link = "https://zoom.example/j/1"
    issued = {"status": "issued", "join_url": link, "meeting_id": "1", "passcode": "2", "error": None}
    drift = {**DRIFT, "provider": "zoom", "kind": kind}
    view = an_appointment_view(drift=drift, meeting=issued)
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    card = (await gateway.pages("taro@example.jp").get("/appointments/apt_1")).text.partition('id="meeting-heading"')[2]
    assert (link in card.partition("</section>")[0]) == offered
    assert ("お知らせ済みのURLは使えません。" in card.partition("</section>")[0]) != offered
