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
