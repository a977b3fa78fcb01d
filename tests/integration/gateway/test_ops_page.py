"""The page of operators (X7): nothing, hundreds of rows, a dead service, and what the buttons do."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from services.gateway.providers import operations
from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.operation_views import a_dead_letter, an_owed_effect, some_operations
from tests.integration.gateway.test_webhook_pages import sent

PAGE = "/ops"
EFFECT = an_owed_effect()["id"]
LETTER = a_dead_letter()["id"]


async def shown(gateway: Installation, query: str = "") -> str:
    answer = await gateway.pages("admin@example.jp").get(PAGE + query)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


async def test_where_nothing_waits_it_says_so(gateway: Installation) -> None:
    page = await shown(gateway)
    for words in ("失敗したものはありません。", "待っているものはありません。", "保留のメッセージはありません。"):
        assert words in page
    assert 'class="notice notice-bad"' not in page
    english = await shown(gateway, "?lang=en")
    assert "Nothing failed." in english


async def test_it_is_for_administrators_and_settings_lead_there(gateway: Installation) -> None:
    assert (await gateway.pages("taro@example.jp").get(PAGE)).status_code == 403
    assert 'href="/ops"' in (await gateway.pages("admin@example.jp").get("/settings")).text
    assert 'href="/ops"' not in (await gateway.pages("taro@example.jp").get("/settings")).text


async def test_x7_a_dead_service_is_named_and_the_others_are_shown(gateway: Installation) -> None:
    gateway.services.down.add("zoom_issuer")
    page = await shown(gateway)
    assert page.count("「Zoom」のサービスに接続できません。") == page.count('class="notice notice-bad"') == 1
    assert page.count("接続不可") == 1
    assert "The service “Zoom” cannot be reached." in await shown(gateway, "?lang=en")


@pytest.mark.parametrize(
    ("answer", "words", "state"),
    [
        (httpx.ReadTimeout("too slow"), "は接続できますが、6秒以内に応答しませんでした", "応答が遅い"),
        (httpx.PoolTimeout("too many wait"), "は接続できますが、6秒以内に応答しませんでした", "応答が遅い"),
        (httpx.ConnectTimeout("nobody there"), "に接続できません", "接続不可"),
        (httpx.RemoteProtocolError("closed"), "に接続できません", "接続不可"),
        (Answer(500, a_problem(500, "internal")), "は、エラーを返しています", "エラー"),
        (Answer(503, a_problem(503, "unavailable")), "は、エラーを返しています", "エラー"),
    ],
    ids=str,
)
async def test_x7_a_slow_service_is_not_called_away(
    gateway: Installation, answer: Answer | Exception, words: str, state: str
) -> None:
    gateway.services.says("notifier", "GET /internal/operations?", answer)
    page = await shown(gateway)
    assert page.count(f"「メール」のサービス{words}") == 1
    assert page.count(f'<span class="badge badge-bad">{state}</span>') == 1


async def test_x7_a_service_that_hangs_is_slow(gateway: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_PATIENCE", timedelta(seconds=0.2))

    async def hang(request: httpx.Request) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    gateway.services.says("zoom_issuer", "GET /internal/operations/effects?", Answer(200, hang))
    page = await shown(gateway, "?lang=en")
    assert page.count("The service “Zoom” can be reached but did not answer within 6 seconds.") == 1


async def test_x7_what_failed_says_why_in_plain_words(gateway: Installation) -> None:
    items = [
        an_owed_effect(of=gateway.ids["taro@example.jp"], detail="400 <bad>"),
        an_owed_effect("calendar_sync", "apt_2", "r", effect="entry", reason="connection_broken"),
    ]
    for one in items:
        gateway.services.says(one["service"], "GET /internal/operations/effects?", Answer(200, {"items": [one]}))
    page = await shown(gateway)
    assert "Zoom Meeting Error: Zoom ミーティングの予約に失敗しました。" in page
    assert "400 &lt;bad&gt;" in page
    assert "連携が切れているため" in page
    assert 'href="/appointments/apt_1"' in page
    assert "山田太郎" in page


async def test_x7_parked_messages_are_text_and_say_what_they_are(gateway: Installation) -> None:
    letters = {"items": [a_dead_letter()], "total": 1}
    gateway.services.says("notifier", "GET /internal/operations/parked?", Answer(200, letters))
    page = await shown(gateway)
    assert "日程の確定" in page
    assert "先に届くはずの知らせがまだ届いていません。" in page
    assert "waiting for &lt;b&gt;apt_1&lt;/b&gt;" in page
    assert f"<code>{LETTER}</code>" in page, "the command line takes it"


async def test_hundreds_of_rows_come_page_by_page(gateway: Installation) -> None:
    letters = [a_dead_letter("notifier", number) for number in range(300)]
    gateway.services.says("notifier", "GET /internal/operations/parked?", Answer(200, {"items": letters, "total": 300}))
    page = await shown(gateway)
    assert page.count('action="/ops/dead-letters/notifier-') == 2 * 20
    assert "すべて戻す(300件)" in page
    assert page.count('rel="next"') == 1
    more = page.split('href="/ops?parked=')[1].split("#")[0]
    assert LETTER not in await shown(gateway)
    second = await shown(gateway, f"?parked={more}")
    assert second.count('action="/ops/dead-letters/notifier-') == 2 * 20
    assert (await gateway.pages("admin@example.jp").get(f"{PAGE}?parked=nonsense")).status_code == 303


async def test_x7_what_lies_behind_the_first_thousand_is_said(gateway: Installation) -> None:
    letters = {"items": [a_dead_letter()], "total": 1, "unseen": 7}
    gateway.services.says("notifier", "GET /internal/operations/parked?", Answer(200, letters))
    gateway.services.says(
        "notifier", "POST /internal/operations/parked/replay?", Answer(202, {"count": 9, "unseen": 7})
    )
    assert "ほかに7件が保留になっています。一度に調べるのは" in await shown(gateway)
    assert "Parked beside these: 7." in await shown(gateway, "?lang=en")
    put_back = (await sent(gateway, f"{PAGE}/dead-letters/replay", {})).headers["location"]
    assert "ほかに7件が保留になっています。続けるには" in await shown(gateway, put_back.removeprefix(PAGE))


@pytest.mark.parametrize("path", ["/effects/retry", "/dead-letters/replay", "/reconcile"])
async def test_x7_who_did_not_answer_is_named_when_all_is_done_at_once(gateway: Installation, path: str) -> None:
    gateway.services.down |= {"notifier", "zoom_issuer"}
    answer = await sent(gateway, PAGE + path, {})
    gateway.services.down.clear()
    query = answer.headers["location"].removeprefix(PAGE)
    page = await shown(gateway, query)
    assert "「メール」のサービスに接続できませんでした。" in page
    assert "「Zoom」のサービスに接続できませんでした。" in page
    assert page.count("接続できませんでした") == 2
    assert "The service “Email” could not be reached" in await shown(gateway, f"{query}&lang=en")
    assert "接続できませんでした" not in await shown(gateway, "?unreachable=%3Cb%3E")


async def test_x7_who_was_too_slow_when_all_is_done_at_once_may_have_done_its_part(gateway: Installation) -> None:
    gateway.services.says("notifier", "POST /internal/operations/effects/retry?", httpx.ReadTimeout("too slow"))
    query = (await sent(gateway, f"{PAGE}/effects/retry", {})).headers["location"].removeprefix(PAGE)
    page = await shown(gateway, query)
    assert "「メール」のサービスは、時間内に応答しませんでした。このサービスの分は、実行されたか分かりません。" in page
    assert "The service “Email” did not answer in time." in await shown(gateway, f"{query}&lang=en")


async def test_x7_stages_connections_and_budgets_are_shown(gateway: Installation) -> None:
    stage = {"stage": "mail_sent", "count": 8, "median_seconds": 1.25, "p95_seconds": 4.0, "slowest_seconds": 9.5}
    link = {"provider": "google", "staff_id": gateway.ids["taro@example.jp"], "status": "broken", "waiting": 4}
    budget = {"provider": "zoom", "user_id": "z1", "requests_left": 3, "resets_at": "2026-11-21T00:00:00Z"}
    for service, changes in (
        ("booking", {"stages": [stage]}),
        ("calendar_sync", {"connections": [link]}),
        ("zoom_issuer", {"budgets": [budget], "mirror": [{"kind": "meeting", "state": "missing", "count": 2}]}),
    ):
        gateway.services.says(service, "GET /internal/operations?", Answer(200, some_operations(service, **changes)))
    page = await shown(gateway)
    for words in ("確定メールの送信", "1.2秒", "9.5秒", "連携切れ", "4件が待っています", "残り3回", "接続先にない"):
        assert words in page


@pytest.mark.parametrize(
    ("path", "form", "service", "said"),
    [
        (f"/effects/{EFFECT}/retry", {}, "zoom_issuer", "retried"),
        (f"/effects/{EFFECT}/give-up", {"reason": "電話にした"}, "zoom_issuer", "given_up"),
        (f"/dead-letters/{LETTER}/replay", {}, "notifier", "replayed"),
        (f"/dead-letters/{LETTER}/discard", {"reason": "不要"}, "notifier", "discarded"),
        ("/effects/retry", {}, "booking", "retried_many"),
        ("/dead-letters/replay", {}, "booking", "replayed_many"),
        ("/reconcile", {}, "calendar_sync", "reconciled"),
    ],
)
async def test_buttons_do_what_they_say(
    gateway: Installation, path: str, form: dict[str, str], service: str, said: str
) -> None:
    answer = await sent(gateway, PAGE + path, form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{PAGE}?said={said}&")
    asked = next(one for one in reversed(gateway.services.asked) if one.url.host == service and one.method == "POST")
    body: dict[str, Any] = orjson.loads(asked.content) if asked.content else {}
    assert body.get("reason", "") == form.get("reason", "")
    page = await gateway.pages("admin@example.jp").get(answer.headers["location"])
    assert 'class="notice notice-ok"' in page.text
    assert (await sent(gateway, PAGE + path, form, who="taro@example.jp")).status_code == 403


async def test_what_cannot_be_done_is_said(gateway: Installation) -> None:
    blank = await sent(gateway, f"{PAGE}/effects/{EFFECT}/give-up", {"reason": " "})
    assert "wrong=reason" in blank.headers["location"]
    refusal = Answer(409, a_problem(409, "not_given_up"))
    gateway.services.says("zoom_issuer", "POST /internal/operations/effects/", refusal)
    refused = await sent(gateway, f"{PAGE}/effects/{EFFECT}/give-up", {"reason": "x"})
    assert "今は断念できません" in await shown(gateway, refused.headers["location"].removeprefix(PAGE))
    gone = await sent(gateway, f"{PAGE}/effects/nonsense/retry", {})
    assert "wrong=gone" in gone.headers["location"]
    gateway.services.down.add("notifier")
    away = await sent(gateway, f"{PAGE}/dead-letters/{LETTER}/replay", {})
    assert "wrong=unavailable" in away.headers["location"]
