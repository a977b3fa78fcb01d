"""Staff answer requests on pages and in the API (H4)."""

import json
from typing import Any

import pytest

from tests.integration.gateway.fakes import GUEST_TOKEN, Answer, a_guest_appointment, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

TARO, PAGE = "taro@example.jp", "/appointments/apt_1"
UNTIL = "2030-12-01T10:00:00+09:00"
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
    overlap = {"allow_overlap": False} if word == "approve" else {}
    assert json.loads(sent.content) == {"message": "お待ちしております。"} | overlap


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
    asked = gateway.services.last("booking").url.params
    assert (asked["status"], asked["troubled"]) == ("requested", "true")  # what waits for a payment is not among them
    await gateway.pages(TARO).get("/appointments?period=upcoming&troubled=true")
    assert "status" not in gateway.services.last("booking").url.params


async def test_h4_today_says_how_many_wait(gateway: Installation) -> None:
    waits = an_appointment_view(status="requested", requested_until=UNTIL)
    items = {"items": [waits, an_appointment_view()], "next_cursor": None}
    gateway.services.says("booking", "GET /internal/appointments?", Answer(200, items))
    page = (await gateway.pages(TARO).get("/today")).text
    assert "承認待ちのリクエストが1件" in page
    assert 'href="/appointments?period=requests"' in page


async def test_h4_a_request_is_202(gateway: Installation) -> None:
    made = {"status": "requested", "id": "apt_1"}
    gateway.services.says("booking", "POST /internal/guest/page/soudan/bookings", Answer(202, made))
    answer = await gateway.anyone.post("/api/v1/guest/pages/soudan/bookings", json={})
    assert (answer.status_code, answer.json()["status"]) == (202, "requested")


def a_problem(status: int, code: str, detail: str = "x", **more: Any) -> Answer:
    return Answer(
        status, {"type": "about:blank", "title": "x", "status": status, "detail": detail, "code": code, **more}
    )


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(422, "slot_busy", "予定が入っています"), (503, "calendar_unreadable", "読み取れない")],
)
async def test_g04_staff_may_go_over_what_calendars_say(
    gateway: Installation, status: int, code: str, said: str
) -> None:
    shows(gateway, a_problem(status, code))
    page = gateway.pages(TARO)
    token = await token_of(page, PAGE)
    refused = await page.post(f"{PAGE}/approve", data={"csrf_token": token, "message": "お待ちしております。"})
    assert refused.status_code == status
    for piece in (said, "お待ちしております。", 'name="allow_overlap"', f'formaction="{PAGE}/decline"'):
        assert piece in refused.text
    shows(gateway)
    typed = {"csrf_token": token, "message": "お待ちしております。", "allow_overlap": "on"}
    assert (await page.post(f"{PAGE}/approve", data=typed)).headers["location"] == f"{PAGE}?said=approved"
    assert json.loads(gateway.services.last("booking").content)["allow_overlap"] is True


async def test_h4_a_message_that_is_too_long_is_kept(gateway: Installation) -> None:
    errors = [{"pointer": "/message", "detail": "長すぎます。"}]
    shows(gateway, a_problem(422, "invalid", errors=errors))
    page = gateway.pages(TARO)
    data = {"csrf_token": await token_of(page, PAGE), "message": "あ" * 100_001}
    refused = await page.post(f"{PAGE}/decline", data=data)
    assert (refused.status_code, "長すぎます。" in refused.text) == (422, True)
    assert "あ" * 100_001 in refused.text
    assert 'name="allow_overlap"' not in refused.text


async def test_h4_what_waits_for_a_payment_is_not_to_be_answered(gateway: Installation) -> None:
    gateway.services.says(
        "booking", "GET /internal/appointments/apt_1", Answer(200, an_appointment_view(status="requested"))
    )
    assert "/approve" not in (await gateway.pages(TARO).get(PAGE)).text


async def test_h4_staff_see_why_a_request_came_to_nothing(gateway: Installation) -> None:
    ended = an_appointment_view(status="canceled", end_of_request="expired")
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, ended))
    assert "期限までに回答がなかった" in (await gateway.pages(TARO).get(PAGE)).text


OF_PAGE = {"page": {"id": "pag_1", "title": "ご相談", "slug": "intro"}, "manage_url": f"http://gateway/a/{GUEST_TOKEN}"}


def guest_sees(gateway: Installation, **changes: Any) -> None:
    view = a_guest_appointment(requested_until=UNTIL, **OF_PAGE, **changes)
    gateway.services.says("booking", "GET /internal/guest/appointment", Answer(200, view))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", ("お申し込みを受け付けました", "回答期限は2030年12月1日(日) 10:00", "お申し込みを取り下げる")),
        ("en", ("Your request has been received", "Your host answers by", "Take the request back")),
    ],
)
async def test_h4_the_guest_sees_that_it_waits_and_takes_it_back(
    gateway: Installation, language: str, said: tuple[str, ...]
) -> None:
    guest_sees(gateway, status="requested", can_cancel=True, cancel_until=UNTIL)
    guest = gateway.pages()
    shown = (await guest.get(f"/a/{GUEST_TOKEN}", headers={"accept-language": language})).text
    for piece in said:
        assert piece in shown
    assert f"/a/{GUEST_TOKEN}/reschedule" not in shown
    asked = (await guest.get(f"/a/{GUEST_TOKEN}/cancel", headers={"accept-language": language})).text
    assert said[2] in asked
    done = await guest.post(f"/a/{GUEST_TOKEN}/cancel", data={"reason": "都合により"})
    assert (done.status_code, json.loads(gateway.services.last("booking").content)) == (303, {"reason": "都合により"})


@pytest.mark.parametrize(
    ("why", "language", "said"),
    [
        ("declined", "ja", "ご希望の日時では承れませんでした"),
        ("declined", "en", "Your request could not be confirmed"),
        ("expired", "ja", "期限までに確認が間に合いませんでした"),
        ("expired", "en", "Your request was not answered in time"),
        ("taken", "ja", "ご希望の日時はほかの予定で埋まりました"),
        ("taken", "en", "The time you asked for has been taken"),
        ("withdrawn", "ja", "お申し込みを取り下げました"),
        ("withdrawn", "en", "You took your request back"),
    ],
)
async def test_h4_the_guest_is_told_kindly_why_and_where_to_go_on(
    gateway: Installation, why: str, language: str, said: str
) -> None:
    guest_sees(gateway, status="canceled", end_of_request=why, cancel_message="満席です。")
    shown = (await gateway.pages().get(f"/a/{GUEST_TOKEN}", headers={"accept-language": language})).text
    for piece in (said, "満席です。", 'href="/p/intro"'):
        assert piece in shown


async def test_h13_what_waits_for_its_payment_has_no_form_to_answer(gateway: Installation) -> None:
    shows(gateway, a_problem(409, "not_paid_yet", "お支払いが済むと確定します。"))
    unpaid = Answer(200, an_appointment_view(status="requested"))
    gateway.services.says("booking", "GET /internal/appointments/apt_1", unpaid)
    page = gateway.pages(TARO)
    data = {"csrf_token": await token_of(page, PAGE), "message": ""}
    refused = await page.post(f"{PAGE}/approve", data=data)
    assert (refused.status_code, "お支払いが済むと確定します。" in refused.text) == (409, True)
    assert f'formaction="{PAGE}/decline"' not in refused.text
