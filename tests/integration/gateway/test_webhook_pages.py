"""The console's pages of webhooks (X1): what is shown once, what was typed, who may, and that answers are text."""

from typing import Any

import orjson
import pytest

from shared.contracts.catalogue import for_webhooks
from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of
from tests.integration.gateway.webhook_views import a_webhook

PAGE = "/settings/webhooks"
ONE = f"{PAGE}/whk_1"


async def sent(gateway: Installation, path: str, form: dict[str, Any], who: str = "admin@example.jp") -> Any:
    page = gateway.pages(who)
    return await page.post(path, data={"csrf_token": await token_of(page, "/account"), **form})


async def test_what_is_made_shows_its_secret_this_once(gateway: Installation) -> None:
    form = {"url": "https://crm.example.com/h", "events": ["booking.*", "booking.appointment_confirmed.v1"]}
    made = await sent(gateway, PAGE, form)
    assert "whsec_c2VjcmV0" in made.text
    asked = next(one for one in gateway.services.asked if one.method == "POST")
    assert orjson.loads(asked.content)["events"] == ["booking.*"]
    assert "whsec_" not in (await gateway.pages("admin@example.jp").get(PAGE)).text


async def test_what_is_wrong_stands_beside_what_was_typed(gateway: Installation) -> None:
    empty = await sent(gateway, PAGE, {"url": "nonsense", "description": "顧客<管理>"})
    assert empty.status_code == 422
    assert 'id="url-error"' in empty.text
    assert "イベントを1つ以上選んでください。" in empty.text
    assert 'value="顧客&lt;管理&gt;"' in empty.text
    problem = {**a_problem(422, "webhook_url_refused"), "errors": [{"pointer": "/url", "detail": "届きません。"}]}
    gateway.services.says("notifier", "POST /internal/webhooks?", Answer(422, problem))
    refused = await sent(gateway, PAGE, {"url": "https://intranet.example", "everything": "1"})
    assert (refused.status_code, "届きません。" in refused.text) == (422, True)
    assert 'value="https://intranet.example"' in refused.text


async def test_g24_what_a_server_answered_is_text(gateway: Installation) -> None:
    page = await gateway.pages("admin@example.jp").get(ONE)
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "顧客管理&lt;b&gt;" in page.text
    assert "HTTP 500" in page.text


async def test_a_change_carries_the_version_that_was_seen(gateway: Installation) -> None:
    form = {"version": "1", "url": "https://crm.example.com/h", "everything": "1"}
    saved = await sent(gateway, ONE, form)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{ONE}?said=saved&count=0")
    asked = next(one for one in gateway.services.asked if one.method == "PATCH")
    assert asked.headers["if-match"] == '"r1"'
    gateway.services.says(
        "notifier", "PATCH /internal/webhooks/whk_1?", Answer(412, a_problem(412, "version_mismatch"))
    )
    stale = await sent(gateway, ONE, form)
    assert (stale.status_code, "ほかの人が先に変更しました" in stale.text) == (412, True)


@pytest.mark.parametrize(
    ("path", "form", "method", "asked"),
    [
        ("/switch", {"enabled": "false"}, "PATCH", {"enabled": False}),
        ("/rotate", {}, "POST", {"old_valid_hours": 24}),
        ("/rotate", {"at_once": "1"}, "POST", {"old_valid_hours": 0}),
        ("/deliveries/whd_1/retry", {}, "POST", None),
        ("/remove", {}, "DELETE", None),
    ],
)
async def test_buttons_do_what_they_say(
    gateway: Installation, path: str, form: dict[str, str], method: str, asked: dict[str, Any] | None
) -> None:
    answer = await sent(gateway, ONE + path, form)
    assert answer.status_code in (200, 303)
    request = next(one for one in gateway.services.asked if one.method == method)
    assert (orjson.loads(request.content) if request.content else None) == asked
    member = await sent(gateway, ONE + path, form, who="taro@example.jp")
    assert member.status_code == 403


async def test_replaying_says_how_many(gateway: Installation) -> None:
    answer = await sent(gateway, f"{ONE}/replay", {"hours": "168"})
    page = await gateway.pages("admin@example.jp").get(answer.headers["location"])
    assert "3件の再送を始めました。" in page.text


async def test_why_it_was_stopped_is_said_in_the_readers_language(gateway: Installation) -> None:
    stopped = a_webhook(enabled=False, disabled_for="failing", disabled_at="2026-11-20T01:00:00Z")
    gateway.services.says("notifier", "GET /internal/webhooks/whk_1?", Answer(200, stopped))
    reader = gateway.pages("admin@example.jp")
    assert "送信を再開する" in (await reader.get(ONE)).text
    english = await reader.get(ONE, headers={"accept-language": "en"})
    assert "nothing got through for over a day" in english.text


async def test_every_event_that_can_be_chosen_is_called_by_what_it_means(gateway: Installation) -> None:
    page = await gateway.pages("admin@example.jp").get(PAGE)
    assert "日程の確定 <code" in page.text
    assert not [event.__name__ for event in for_webhooks().values() if f"{event.__name__} <code" in page.text]


async def test_pages_are_for_administrators(gateway: Installation) -> None:
    for path in (PAGE, ONE, f"{ONE}/remove"):
        assert (await gateway.pages("taro@example.jp").get(path)).status_code == 403
