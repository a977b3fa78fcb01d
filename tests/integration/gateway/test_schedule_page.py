"""The form of direct schedules (E2): a menu that is booked with it (C10)."""

import json

from tests.integration.gateway.fakes import Answer, a_bookable, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

NEW = "/appointments/new"


async def test_c10_a_menu_is_booked_from_the_form_and_stays_chosen_where_it_is_refused(gateway: Installation) -> None:
    page = gateway.pages("taro@example.jp")
    words = "この日時はほかの予定で埋まりました。"
    refused = {**a_problem(409, "slot_taken", words), "errors": [{"pointer": "/start", "detail": words}]}
    gateway.services.says("booking", "POST /internal/appointments", Answer(409, refused))
    menu = a_bookable()["id"]
    form = {"type": "mtp_1", "bookable_id": menu, "title": "相談", "span": "plain"}
    at = {"start_date": "2027-01-15", "start_time": "10:00", "end_date": "2027-01-15", "end_time": "11:00"}
    answer = await page.post(NEW, data={**form, **at, "csrf_token": await token_of(page, NEW)})
    posted = next(one for one in reversed(gateway.services.asked) if one.method == "POST" and one.url.host == "booking")
    assert json.loads(posted.content)["bookable_id"] == menu
    assert (answer.status_code, words in answer.text) == (409, True)
    assert f'<option value="{menu}" selected>' in answer.text


async def test_e8_c4_a_day_that_is_spent_says_until_when_it_is(gateway: Installation) -> None:
    page, words = gateway.pages("taro@example.jp"), "Zoom Meeting Error: ZoomAPIのリクエスト上限に達しました"
    gateway.services.says(
        "booking", "POST /internal/appointments", Answer(422, a_problem(422, "zoom_rate_limited", words))
    )
    own = {"provider": "zoom", "status": "connected", "account": "taro@example.jp", "requests_left": 0}
    own["requests_reset_at"] = "2027-01-16T00:00:00Z"
    gateway.services.says("zoom_issuer", "GET /internal/connections", Answer(200, {"items": [own]}))
    form = {"type": "mtp_1", "title": "相談", "span": "plain", "csrf_token": await token_of(page, NEW)}
    at = {"start_date": "2027-01-15", "start_time": "10:00", "end_date": "2027-01-15", "end_time": "11:00"}
    answer = await page.post(NEW, data={**form, **at})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "2027年1月16日(土) 09:00に元に戻り" in answer.text
