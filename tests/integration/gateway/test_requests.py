"""Staff answer requests on pages and in the API (H4)."""

import json
from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

TARO, PAGE = "taro@example.jp", "/appointments/apt_1"
ANSWERS = ["approve", "decline"]


def shows(gateway: Installation, answered: Answer | None = None, **changes: Any) -> None:
    view = an_appointment_view(status="requested", requested_until="2036-12-01T10:00:00+09:00", **changes)
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    for word in ANSWERS:
        told = answered or Answer(200, an_appointment_view())
        gateway.services.says("booking", f"POST /internal/appointments/apt_1/{word}", told)


@pytest.mark.parametrize(("word", "said"), [("approve", "approved"), ("decline", "declined")])
async def test_h4_a_request_is_answered_on_its_page(gateway: Installation, word: str, said: str) -> None:
    shows(gateway)
    page = gateway.pages(TARO)
    shown = (await page.get(PAGE)).text
    assert "承認待ちのリクエスト" in shown
    assert "2036年12月1日" in shown
    assert 'data-open="cancel"' not in shown
    data = {"csrf_token": await token_of(page, PAGE), "message": "お待ちしております。"}
    answer = await page.post(f"{PAGE}/{word}", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said={said}")
    sent = next(one for one in gateway.services.asked if one.url.path.endswith(word))
    assert json.loads(sent.content) == {"message": "お待ちしております。"}


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("slot_taken", 409, "request_taken"),
        ("already_canceled", 409, "already_answered"),
        ("request_expired", 410, "already_answered"),
    ],
)
async def test_h4_whoever_was_slower_sees_how_it_stands(
    gateway: Installation, code: str, status: int, said: str
) -> None:
    problem = {"type": "about:blank", "title": "x", "status": status, "detail": "x", "code": code}
    shows(gateway, Answer(status, problem))
    page = gateway.pages(TARO)
    answer = await page.post(f"{PAGE}/approve", data={"csrf_token": await token_of(page, PAGE)})
    assert answer.headers["location"] == f"{PAGE}?said={said}"


async def test_h4_who_may_not_answer_is_told_who_may(gateway: Installation) -> None:
    shows(gateway, can_change=False)
    shown = (await gateway.pages(TARO).get(PAGE)).text
    assert "回答できるのは、主催者と管理者です。" in shown
    assert "/approve" not in shown


@pytest.mark.parametrize("word", ANSWERS)
async def test_h4_the_api_answers_with_and_without_words(gateway: Installation, word: str) -> None:
    shows(gateway)
    path = f"/api/v1/appointments/apt_1/{word}"
    for body in ({"message": "はい"}, None):
        assert (await gateway.taro.post(path, json=body)).status_code == 200
    assert (await gateway.taro.post(path, json={"message": 5})).status_code == 422


async def test_h4_requests_have_a_list_of_their_own(gateway: Installation) -> None:
    await gateway.pages(TARO).get("/appointments?period=requests")
    assert gateway.services.last("booking").url.params["status"] == "requested"


async def test_h4_a_request_is_202(gateway: Installation) -> None:
    made = {"status": "requested", "id": "apt_1"}
    gateway.services.says("booking", "POST /internal/guest/page/soudan/bookings", Answer(202, made))
    answer = await gateway.anyone.post("/api/v1/guest/pages/soudan/bookings", json={})
    assert (answer.status_code, answer.json()["status"]) == (202, "requested")
