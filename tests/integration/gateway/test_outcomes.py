"""What became of an appointment, recorded on its page (H11)."""

import json
from typing import Any

from tests.integration.gateway.fakes import Answer, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

TARO, PAGE = "taro@example.jp", "/appointments/apt_1"


def shows(gateway: Installation, put: Answer | None = None, **changes: Any) -> None:
    view = an_appointment_view(**changes)
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    gateway.services.says("booking", "PUT /internal/appointments/apt_1/outcome", put or Answer(200, view))


async def test_h11_completed_is_suggested_and_recorded(gateway: Installation) -> None:
    shows(gateway, suggested_outcome="completed")
    page = gateway.pages(TARO)
    shown = (await page.get(PAGE)).text
    assert "終了時刻を過ぎました" in shown
    assert '<option value="completed" selected>実施済み</option>' in shown
    data = {"csrf_token": await token_of(page, PAGE), "version": "1", "outcome": "completed"}
    answer = await page.post(f"{PAGE}/outcome", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=outcome_recorded")
    put = next(one for one in gateway.services.asked if one.method == "PUT")
    assert (json.loads(put.content), put.headers["if-match"]) == ({"outcome": "completed"}, '"r1"')
    assert "結果を記録しました。" in (await page.get(f"{PAGE}?said=outcome_recorded")).text


async def test_h11_what_is_to_come_is_cancelled_by_its_own_button(gateway: Installation) -> None:
    shows(gateway, start="2036-12-01T10:00:00+09:00", end="2036-12-01T11:00:00+09:00")
    shown = (await gateway.pages(TARO).get(PAGE)).text.split('id="outcome-heading"')[1].split("</section>")[0]
    assert 'value="no_show"' in shown
    assert 'value="canceled"' not in shown


async def test_h11_somebody_was_faster(gateway: Installation) -> None:
    old = {"type": "about:blank", "title": "x", "status": 412, "detail": "x", "code": "version_mismatch"}
    shows(gateway, Answer(412, old))
    page = gateway.pages(TARO)
    data = {"csrf_token": await token_of(page, PAGE), "version": "1", "outcome": "no_show"}
    answer = await page.post(f"{PAGE}/outcome", data=data)
    assert answer.headers["location"] == f"{PAGE}?said=changed_meanwhile"


async def test_h11_the_api_and_the_list_of_open_outcomes(gateway: Installation) -> None:
    shows(gateway)
    answer = await gateway.taro.put("/api/v1/appointments/apt_1/outcome", json={"outcome": "no_show"})
    assert answer.status_code == 200
    bad = await gateway.taro.put("/api/v1/appointments/apt_1/outcome", json={"outcome": "never"})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/outcome")
    await gateway.pages(TARO).get("/appointments?period=open_outcome")
    asked = gateway.services.asked[-1].url.params
    assert (asked["outcome"], asked["status"], asked["order"]) == ("scheduled", "confirmed", "latest")
