"""A scheduling page and the appointment booked on it, as their guests use them without scripts (H5, H6, H10)."""

import json
import re
from typing import Any

import pytest

from tests.integration.gateway.fakes import GUEST_TOKEN, Answer, a_guest_appointment, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.page_views import A_TIME, a_guest_page

PAGE, SLOTS = "GET /internal/guest/page/intro", "GET /internal/guest/page/intro/slots"
BOOK = "POST /internal/guest/page/intro/bookings"
START = "2030-12-02T04:00:00Z"
UTM = "utm_source=mail&utm_campaign=winter"
SUMMER_TIME = {"start": "2030-07-02T13:00:00+09:00", "end": "2030-07-02T13:30:00+09:00"}
WHO = {"start": START, "name": "田中花子", "company": "ABC株式会社", "email": "hanako@example.jp", "form_key": "k1"}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "qst_1", "label": "ご相談の内容", "kind": "long_text", "required": True, "choices": []},
    {"id": "qst_2", "label": "人数", "kind": "choice", "required": False, "choices": ["1名", "2名"]},
    {"id": "qst_3", "label": "同意します", "kind": "checkbox", "required": True, "choices": []},
    {"id": "qst_4", "label": "電話番号", "kind": "phone", "required": False, "choices": []},
]


def says(gateway: Installation, what: str, status: int, body: dict[str, Any]) -> None:
    gateway.services.says("booking", what, Answer(status, body))


def booked(gateway: Installation) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(gateway.services.last("booking").content)
    return body


async def test_h5_a_month_of_days_then_times_then_the_form(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page(questions=QUESTIONS, durations=[30, 60]))
    guest = gateway.pages()
    shown = await guest.get(f"/p/intro?month=2030-12&duration=60&time_zone=America/New_York&{UTM}")
    assert shown.status_code == 200
    assert gateway.services.last("booking").url.params["time_zone"] == "America/New_York"
    link = re.search(r'<a class="time" href="([^"]+)"[^>]*>23:00<', shown.text)
    assert link, shown.text
    form = await guest.get(link[1].replace("&amp;", "&"))
    assert '<input type="hidden" name="start" value="2030-12-02T04:00:00Z">' in form.text
    assert all(question["label"] in form.text for question in QUESTIONS)
    action = re.search(r'<form method="post" action="([^"]+)"', form.text)
    assert action
    answers = {"answer_qst_1": "来期について", "answer_qst_2": "2名", "answer_qst_3": "1", "answer_qst_4": ""}
    made = await guest.post(action[1].replace("&amp;", "&"), data={**WHO, **answers})
    assert (made.status_code, made.headers["location"]) == (
        303,
        f"/g/{GUEST_TOKEN}?time_zone=America%2FNew_York",
    )
    assert booked(gateway) == {
        "start": START,
        "duration": 60,
        "guest": {"name": "田中花子", "company": "ABC株式会社", "email": "hanako@example.jp"},
        "answers": {"qst_1": "来期について", "qst_2": "2名", "qst_3": True},
        "utm": {"utm_source": "mail", "utm_campaign": "winter"},
        "time_zone": "America/New_York",
        "locale": "ja",
    }
    assert gateway.services.last("booking").headers["idempotency-key"] == "k1"


async def test_g08_another_time_keeps_what_was_typed_and_no_address_holds_it(gateway: Installation) -> None:
    guest = gateway.pages()
    shown = await guest.post("/p/intro/choose?month=2030-12", data={**WHO, "time_zone": "Europe/Berlin"})
    assert 'name="name" value="田中花子"' in shown.text
    assert "%E7%94%B0" not in shown.text
    step = re.search(r'<button class="time" type="submit" formaction="([^"]+)"[^>]*>05:00<', shown.text)
    assert step, shown.text
    form = await guest.post(step[1].replace("&amp;", "&"), data={**WHO, "time_zone": "Europe/Berlin"})
    assert 'value="hanako@example.jp"' in form.text
    assert "time_zone=Europe%2FBerlin" in form.text


async def test_h5_what_is_missing_is_said_at_its_field_and_booking_is_not_asked(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page(questions=QUESTIONS))
    refused = await gateway.pages().post("/p/intro", data={"start": START, "company": "残る会社", "email": "no"})
    assert refused.status_code == 422
    for name in ("name", "email", "answer_qst_1", "answer_qst_3"):
        assert f'id="{name}-error"' in refused.text
    assert 'value="残る会社"' in refused.text
    assert gateway.services.last("booking").method == "GET"


async def test_x12_a_time_gone_meanwhile_is_said_with_the_nearest(gateway: Installation) -> None:
    says(
        gateway,
        BOOK,
        409,
        a_problem(409, "slot_taken") | {"slots": [A_TIME, {**A_TIME, "start": "2030-12-02T14:00:00+09:00"}]},
    )
    refused = await gateway.pages().post("/p/intro", data=WHO)
    assert refused.status_code == 409
    assert re.findall(r'type="radio" name="start" value="([^"]+)"', refused.text) == [START, "2030-12-02T05:00:00Z"]
    assert 'value="田中花子"' in refused.text
    says(gateway, BOOK, 409, a_problem(409, "slot_taken") | {"slots": []})
    none = await gateway.pages().post("/p/intro", data=WHO)
    assert (none.status_code, 'name="name" value="田中花子"' in none.text) == (409, True)


@pytest.mark.parametrize(("status", "code"), [(503, "calendar_unreadable"), (422, "invalid"), (503, "unavailable")])
async def test_g08_every_refusal_keeps_what_was_typed(gateway: Installation, status: int, code: str) -> None:
    problem = a_problem(status, code)
    says(
        gateway,
        BOOK,
        status,
        problem | {"errors": [{"pointer": "/guest/email", "detail": "だめ"}] if status == 422 else []},
    )
    refused = await gateway.pages().post("/p/intro", data=WHO)
    assert (refused.status_code, 'value="田中花子"' in refused.text) == (status, True)
    assert START in refused.text


async def test_h5_a_length_that_is_offered_no_more_is_not_booked_as_another(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page())
    form = await gateway.pages().get(f"/p/intro?start={START}")
    action = re.search(r'<form method="post" action="([^"]+)"', form.text)
    assert action
    says(gateway, PAGE, 200, a_guest_page(durations=[60]))
    refused = await gateway.pages().post(action[1].replace("&amp;", "&"), data=WHO)
    assert refused.status_code == 422
    assert "その日時はご予約いただけなくなりました" in refused.text
    assert 'name="name" value="田中花子"' in refused.text
    assert gateway.services.last("booking").method == "GET"


async def test_g06_zones_are_listed_as_they_are_on_the_day_that_is_shown(gateway: Installation) -> None:
    says(gateway, SLOTS, 200, {"slots": [SUMMER_TIME], "time_zone": "Asia/Tokyo"})
    shown = await gateway.pages().get("/p/intro?month=2030-07&time_zone=America/New_York")
    assert re.search(r'<option value="America/New_York" selected>\(GMT-4\)', shown.text)


async def test_h6_the_zone_is_chosen_without_scripts_and_the_link_keeps_what_it_said(gateway: Installation) -> None:
    shown = (await gateway.pages().get(f"/p/intro?day=2030-12-02&{UTM}")).text
    for name, value in (("day", "2030-12-02"), ("utm_source", "mail"), ("utm_campaign", "winter")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in shown
    assert '<select class="input" id="time_zone" name="time_zone"' in shown


async def test_h15_a_link_with_a_time_opens_the_form_or_says_that_it_is_gone(gateway: Installation) -> None:
    guest = gateway.pages()
    opened = await guest.get(f"/p/intro?start={START}&duration=30")
    assert ('name="start"' in opened.text, 'data-shown-zone="Asia/Tokyo"' in opened.text) == (True, True)
    gone = await guest.get("/p/intro?start=2030-12-03T04:00:00Z")
    assert ("ご予約いただけなくなりました" in gone.text, 'class="time"' in gone.text) == (True, True)


async def test_x06_the_organizations_language_where_the_browser_asks_for_none_of_ours(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page(locale="en"))
    french = await gateway.pages().get("/p/intro", headers={"accept-language": "fr"})
    japanese = await gateway.pages().get("/p/intro")
    assert ('<html lang="en">' in french.text, '<html lang="ja">' in japanese.text) == (True, True)


async def test_x5_g08_what_was_booked_before_its_guest_was_erased_is_said_to_be_booked(gateway: Installation) -> None:
    says(gateway, BOOK, 410, a_problem(410, "idempotency_answer_erased"))
    for language, words in (("ja", "このご予約は、すでにお受けしています"), ("en", "This was booked before")):
        answer = await gateway.pages().post(f"/p/intro?lang={language}", data=WHO)
        assert (answer.status_code, words in answer.text) == (410, True)
        assert 'name="form_key"' not in answer.text, "no form that would book it anew"


async def test_h5_a_closed_page_and_an_unknown_one(gateway: Installation) -> None:
    says(gateway, BOOK, 410, a_problem(410, "page_closed"))
    assert (await gateway.pages().post("/p/intro", data=WHO)).status_code == 410
    says(gateway, PAGE, 200, a_guest_page(active=False))
    assert "受け付けていません" in (await gateway.pages().get("/p/intro")).text
    says(gateway, PAGE, 404, a_problem(404, "not_found"))
    for slug in ("intro", "%20x", "日本"):
        unknown = await gateway.pages().get(f"/p/{slug}")
        assert (unknown.status_code, "このページは見つかりません" in unknown.text) == (404, True)


async def test_h5_a_month_without_times_leads_to_the_next_that_has_some(gateway: Installation) -> None:
    says(gateway, SLOTS, 200, {"slots": [], "time_zone": "Asia/Tokyo"})
    assert "いまご予約いただける日時はありません" in (await gateway.pages().get("/p/intro")).text


async def test_h13_a_price_is_shown_and_the_way_leads_to_the_checkout(gateway: Installation) -> None:
    price = {"amount": 3300, "currency": "jpy", "refund": "never"}
    says(gateway, PAGE, 200, a_guest_page(price=price))
    assert "3,300" in (await gateway.pages().get("/p/intro?month=2030-12")).text
    says(gateway, BOOK, 202, {"checkout_url": "https://checkout.example/c/1"})
    led = await gateway.pages().post("/p/intro", data=WHO)
    assert (led.status_code, 'href="https://checkout.example/c/1"' in led.text) == (200, True)


async def test_h4_a_page_that_takes_requests_says_so(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page(takes_requests=True))
    assert "担当者が確認のうえ" in (await gateway.pages().get("/p/intro?month=2030-12")).text
    says(gateway, "GET /internal/guest/appointment", 200, a_guest_appointment(status="requested"))
    assert "お申し込みを受け付けました" in (await gateway.pages().get(f"/a/{GUEST_TOKEN}")).text


RIGHTS = {
    "can_reschedule": True,
    "can_cancel": True,
    "reschedule_until": "2030-12-01T13:00:00+09:00",
    "cancel_until": "2030-12-02T13:00:00+09:00",
    "page": {"id": "pag_1", "title": "ご相談", "slug": "intro"},
    "manage_url": f"http://gateway/a/{GUEST_TOKEN}",
}
APPOINTMENT = "GET /internal/guest/appointment"


async def test_h10_rights_and_deadlines_are_said(gateway: Installation) -> None:
    says(gateway, APPOINTMENT, 200, a_guest_appointment(**RIGHTS))
    shown = (await gateway.pages().get(f"/a/{GUEST_TOKEN}")).text
    for piece in ("/reschedule", "/cancel", "/invite.ics", "2030年12月1日(日) 13:00 まで", "calendar.google.com"):
        assert piece in shown
    says(gateway, APPOINTMENT, 200, a_guest_appointment(**RIGHTS | {"can_reschedule": False, "can_cancel": False}))
    assert f"/a/{GUEST_TOKEN}/cancel" not in (await gateway.pages().get(f"/a/{GUEST_TOKEN}")).text
    assert "ご希望の場合は、担当者へ" in (await gateway.pages().get(f"/a/{GUEST_TOKEN}/reschedule")).text


async def test_h10_moved_by_choosing_another_time(gateway: Installation) -> None:
    says(gateway, APPOINTMENT, 200, a_guest_appointment(**RIGHTS))
    other = {"start": "2030-12-02T15:00:00+09:00", "end": "2030-12-02T16:00:00+09:00"}
    says(gateway, "GET /internal/guest/appointment/slots", 200, {"slots": [A_TIME, other], "time_zone": "Asia/Tokyo"})
    guest = gateway.pages()
    shown = await guest.get(f"/a/{GUEST_TOKEN}/reschedule")
    (link,) = re.findall(r'<a class="time" href="([^"]+)"', shown.text)
    form = await guest.get(link.replace("&amp;", "&"))
    assert 'name="start" value="2030-12-02T06:00:00Z"' in form.text
    moved = await guest.post(f"/a/{GUEST_TOKEN}/reschedule", data={"start": "2030-12-02T06:00:00Z", "reason": "急用"})
    assert (moved.status_code, moved.headers["location"]) == (303, f"/a/{GUEST_TOKEN}?said=moved")
    assert booked(gateway) == {"start": "2030-12-02T06:00:00Z", "time_zone": "", "reason": "急用"}
    says(
        gateway,
        "POST /internal/guest/appointment/reschedule",
        409,
        a_problem(409, "slot_taken") | {"slots": [other, A_TIME]},
    )
    refused = await guest.post(f"/a/{GUEST_TOKEN}/reschedule", data={"start": "2030-12-02T06:00:00Z", "reason": "急用"})
    assert (refused.status_code, refused.text.count('type="radio"'), "急用" in refused.text) == (409, 2, True)


async def test_g07_cancelling_asks_first_and_an_old_link_shows_how_things_stand(gateway: Installation) -> None:
    says(gateway, APPOINTMENT, 200, a_guest_appointment(**RIGHTS))
    guest = gateway.pages()
    gateway.services.asked.clear()
    for path in ("", "/reschedule", "/cancel", "/reschedule/choose"):
        assert (await guest.get(f"/a/{GUEST_TOKEN}{path}")).status_code in (200, 303)
    assert {request.method for request in gateway.services.asked} == {"GET"}
    canceled = await guest.post(f"/a/{GUEST_TOKEN}/cancel", data={"reason": "都合により"})
    assert (canceled.status_code, booked(gateway)) == (303, {"reason": "都合により"})
    says(
        gateway,
        APPOINTMENT,
        200,
        a_guest_appointment(**RIGHTS | {"status": "canceled", "can_cancel": False, "can_reschedule": False}),
    )
    for path in ("", "/reschedule", "/cancel"):
        over = await guest.get(f"/a/{GUEST_TOKEN}{path}")
        assert ("キャンセルされました" in over.text, 'href="/p/intro"' in over.text) == (True, True)
    says(gateway, "POST /internal/guest/appointment/reschedule", 409, a_problem(409, "already_canceled", "すでに"))
    late = await guest.post(f"/a/{GUEST_TOKEN}/reschedule", data={"start": START})
    assert (late.status_code, "キャンセルされました" in late.text) == (409, True)


async def test_g24_a_guest_beyond_the_limit_asks_nobody_and_keeps_what_was_typed(
    gateway: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.parts.limits, "_per_ip", 0)
    gateway.services.asked.clear()
    moved = {"start": START, "reason": "急用"}
    for path, typed in ((f"/p/intro?{UTM}", WHO), (f"/a/{GUEST_TOKEN}/reschedule", moved)):
        answer = await gateway.pages().post(path, data=typed)
        assert answer.status_code == 429
        assert all(f'name="{name}" value="{value}"' in answer.text for name, value in typed.items())
        assert (path.split("?")[0] in answer.text, gateway.services.asked) == (True, [])
