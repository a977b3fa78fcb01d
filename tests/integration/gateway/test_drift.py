"""What was changed directly in a calendar, on the pages and in the API (V6, G17)."""

import json
from typing import Any

import pytest

from tests.integration.gateway.fakes import SLOT, Answer, a_problem, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

DRIFT = {
    "kind": "moved",
    "start": "2030-12-03T15:00:00+09:00",
    "end": "2030-12-03T16:00:00+09:00",
    "title": None,
    "staff_id": "stf_taro",
    "provider": "microsoft",
    "detected_at": SLOT["start"],
    "reason": None,
}
FROZEN = {"at": SLOT["start"], "missing": 4, "coming": 5}


def drifted(gateway: Installation, **changes: Any) -> None:
    view = an_appointment_view(drift={**DRIFT, **changes})
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    gateway.services.says("booking", "GET /internal/appointments?", Answer(200, {"items": [view], "next_cursor": None}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "山田太郎さんのOutlookカレンダーで、この予定が 2030年12月3日(火) 15:00 ～ 16:00 に移されました。"),
        ({"kind": "changed", "title": "<b>別件</b>"}, "件名が「&lt;b&gt;別件&lt;/b&gt;」に変わりました。"),
        ({"kind": "changed"}, "この予定の件名が消されました。"),
        ({"kind": "deleted", "start": None, "end": None}, "この予定が削除されました。"),
        ({"start": None}, "この予定の日時が変わりました。"),
        ({"reason": "slot_taken"}, "担当者のほかの予定と重なっている間は、反映できません。"),
        ({"original_start": SLOT["start"]}, "定例のうち 2030年12月2日(月) 13:00 の回が 2030年12月3日(火) 15:00"),
        (
            {"original_start": SLOT["start"], "kind": "deleted", "start": None, "end": None},
            "「変更を反映する」と、この回だけを取り消し、お客様と担当者にメールで知らせます。",
        ),
        ({"reason": "invented_later"}, "自動で変更できませんでした。"),
    ],
)
async def test_a_drift_is_told_with_both_ways_to_settle_it(
    gateway: Installation, changes: dict[str, Any], words: str
) -> None:
    drifted(gateway, **changes)
    page = gateway.pages("taro@example.jp")
    shown = (await page.get("/appointments/apt_1")).text
    assert words in shown
    assert ">元に戻す</button>" in shown
    assert ">変更を反映する</button>" in shown
    assert "カレンダーで変更あり" in (await page.get("/appointments")).text


@pytest.mark.parametrize("changes", [{"reason": "past"}, {"start": "2020-12-03T15:00:00+09:00"}])
async def test_a_move_into_the_past_can_only_be_put_back(gateway: Installation, changes: dict[str, Any]) -> None:
    drifted(gateway, **changes)
    shown = (await gateway.pages("taro@example.jp").get("/appointments/apt_1")).text
    assert "移された日時がすでに過ぎているため、反映できません。" in shown
    assert ">元に戻す</button>" in shown
    assert "変更を反映する" not in shown


async def test_an_entry_that_waits_for_a_decision_is_not_called_written(gateway: Installation) -> None:
    entry = {"effect": "entry", "of": "stf_taro", "status": "done"}
    view = an_appointment_view(drift=DRIFT, effects=[entry], calendar={"status": "written"})
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    shown = (await gateway.pages("taro@example.jp").get("/appointments/apt_1")).text
    assert '<span class="badge badge-wait">カレンダーで変更あり</span>' in shown
    assert "対応を選ぶのを待っています" in shown
    assert "<dd>カレンダーで変更あり</dd>" in shown
    assert "登録済み" not in shown


@pytest.mark.parametrize("decision", ["restore", "follow"])
async def test_a_decision_on_the_page_goes_to_booking(gateway: Installation, decision: str) -> None:
    drifted(gateway)
    page = gateway.pages("taro@example.jp")
    form = {"csrf_token": await token_of(page, "/appointments/apt_1"), "decision": decision, "version": "2"}
    answer = await page.post("/appointments/apt_1/drift", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/appointments/apt_1?said=drift_{decision}")
    asked = next(one for one in reversed(gateway.services.asked) if one.url.path.endswith("/drift"))
    assert (json.loads(asked.content), asked.headers["if-match"]) == ({"decision": decision}, '"r2"')


async def test_a_drift_that_is_over_says_so_on_the_page(gateway: Installation) -> None:
    drifted(gateway)
    over = Answer(409, a_problem(409, "drift_over", "すでに対応が済んでいます。"))
    gateway.services.says("booking", "POST /internal/appointments/apt_1/drift", over)
    page = gateway.pages("taro@example.jp")
    form = {"csrf_token": await token_of(page, "/appointments/apt_1"), "decision": "follow", "version": "2"}
    answer = await page.post("/appointments/apt_1/drift", data=form)
    assert answer.status_code == 409
    assert "すでに対応が済んでいます。" in answer.text


async def test_a_frozen_calendar_asks_its_owner(gateway: Installation) -> None:
    mine = {"provider": "google", "status": "connected", "account": "taro@example.jp", "frozen": FROZEN}
    gateway.services.says("calendar_sync", "GET /internal/connections", Answer(200, {"items": [mine]}))
    page = gateway.pages("taro@example.jp")
    shown = (await page.get("/connections")).text
    assert "凍結" in shown
    assert "5件のうち4件が、一度にカレンダーから消えました。" in shown
    form = {"csrf_token": await token_of(page, "/connections"), "decision": "accept"}
    answer = await page.post("/connections/google/resume", data=form)
    assert "消えた予定は削除されたものとして扱います。" in answer.text
    asked = next(one for one in reversed(gateway.services.asked) if one.url.path.endswith("/resume"))
    assert json.loads(asked.content) == {"decision": "accept"}


async def test_administrators_decide_for_others(gateway: Installation) -> None:
    item = {"staff_id": "stf_gone", "provider": "microsoft", "frozen": FROZEN}
    gateway.services.says("calendar_sync", "GET /internal/connections/frozen", Answer(200, {"items": [item]}))
    page = gateway.pages("admin@example.jp")
    shown = (await page.get("/connections")).text
    assert "stf_goneさんのOutlookカレンダーの同期を凍結しています" in shown
    form = {"csrf_token": await token_of(page, "/connections"), "decision": "restore", "staff_id": "stf_gone"}
    answer = await page.post("/connections/microsoft/resume", data=form)
    assert "登録し直しています。" in answer.text
    asked = next(one for one in reversed(gateway.services.asked) if one.url.path.endswith("/resume"))
    assert json.loads(asked.content) == {"decision": "restore", "staff_id": "stf_gone"}


async def test_the_api_hands_both_decisions_on(gateway: Installation) -> None:
    answer = await gateway.taro.post("/api/v1/appointments/apt_1/drift", json={"decision": "follow"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"r2"')
    resumed = await gateway.taro.post("/api/v1/connections/google/resume", json={"decision": "restore"})
    assert (resumed.status_code, resumed.json()["frozen"]) == (200, None)
    for path, body, status in (
        ("/api/v1/appointments/apt_1/drift", {"decision": "perhaps"}, 422),
        ("/api/v1/connections/google/resume", {"decision": "follow"}, 422),
        ("/api/v1/connections/nobody/resume", {"decision": "accept"}, 404),
    ):
        assert (await gateway.taro.post(path, json=body)).status_code == status, path
