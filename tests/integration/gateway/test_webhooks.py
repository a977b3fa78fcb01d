"""Webhooks in the API (X1): administrators only, what goes on to notifier, and what comes back."""

from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation

PATH = "/api/v1/webhooks"
NEW = {"url": "https://crm.example.com/hooks", "events": ["booking.*"]}
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("POST", "", NEW),
    ("GET", "/whk_1", None),
    ("PATCH", "/whk_1", {"enabled": False}),
    ("DELETE", "/whk_1", None),
    ("POST", "/whk_1/rotate-secret", {}),
    ("POST", "/whk_1/replay", {"since": "2026-11-01T00:00:00Z"}),
    ("GET", "/whk_1/deliveries", None),
    ("GET", "/whk_1/deliveries/whd_1", None),
    ("POST", "/whk_1/deliveries/whd_1/retry", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_administrators_may_and_members_may_not(gateway: Installation, method: str, path: str, body: Any) -> None:
    answer = await gateway.admin.request(method, PATH + path, json=body)
    assert answer.status_code in (200, 201, 202), answer.text
    before = len(gateway.services.asked)
    refused = await gateway.taro.request(method, PATH + path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert len(gateway.services.asked) == before


async def test_the_secret_is_in_the_answer_to_making_and_rotating_only(gateway: Installation) -> None:
    made = await gateway.admin.post(PATH, json=NEW, headers={"idempotency-key": "hooks-1"})
    assert gateway.services.last("notifier").headers["idempotency-key"] == "hooks-1"
    assert (made.headers["location"], made.headers["etag"]) == ("/api/v1/webhooks/whk_1", '"r1"')
    assert made.json()["secret"].startswith("whsec_")
    rotated = await gateway.admin.post(f"{PATH}/whk_1/rotate-secret", json={"old_valid_hours": 0})
    assert rotated.json()["secret"].startswith("whsec_")
    assert "secret" not in (await gateway.admin.get(f"{PATH}/whk_1")).json()


async def test_versions_and_filters_go_on(gateway: Installation) -> None:
    await gateway.admin.patch(f"{PATH}/whk_1", json={"description": "x"}, headers={"if-match": '"r1"'})
    assert gateway.services.last("notifier").headers["if-match"] == '"r1"'
    await gateway.admin.get(f"{PATH}/whk_1/deliveries?status=failed&limit=5&cursor=abc")
    assert dict(gateway.services.last("notifier").url.params) == {"limit": "5", "status": "failed", "cursor": "abc"}
    gateway.services.says(
        "notifier", "PATCH /internal/webhooks/whk_1?", Answer(412, a_problem(412, "version_mismatch"))
    )
    stale = await gateway.admin.patch(f"{PATH}/whk_1", json={"description": "x"}, headers={"if-match": '"r0"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**NEW, "url": "ftp://example.com"}, "/url"),
        ({**NEW, "url": "https://user:word@example.com"}, "/url"),
        ({**NEW, "url": "https://" + "x" * 2000}, "/url"),
        ({**NEW, "events": []}, "/events"),
        ({**NEW, "events": ["booking.*; drop"]}, "/events/0"),
        ({**NEW, "secret": "mine"}, "/secret"),
        ({"url": NEW["url"]}, "/events"),
    ],
)
async def test_bad_input_is_told_in_both_languages(gateway: Installation, body: Any, pointer: str) -> None:
    japanese = await gateway.admin.post(PATH, json=body, headers={"accept-language": "ja"})
    english = await gateway.admin.post(PATH, json=body, headers={"accept-language": "en"})
    assert (japanese.status_code, japanese.headers["content-type"]) == (422, "application/problem+json")
    assert [answer.json()["errors"][0]["pointer"] for answer in (japanese, english)] == [pointer, pointer]
    assert japanese.json()["errors"][0]["detail"] != english.json()["errors"][0]["detail"]


async def test_an_id_leads_nowhere_else(gateway: Installation) -> None:
    for odd in ("..", "a.b", "whk_1%2f..%2f..%2fpreview", "x" * 61):
        assert (await gateway.admin.get(f"{PATH}/{odd}")).status_code in (404, 200)
    assert (await gateway.admin.get(f"{PATH}/whk_1/deliveries/..%2freplay")).status_code == 404
    assert all(request.url.path.startswith("/internal/webhooks") for request in gateway.services.asked)


async def test_nothing_is_said_where_notifier_does_not_answer(gateway: Installation) -> None:
    gateway.services.down.add("notifier")
    answer = await gateway.admin.get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
