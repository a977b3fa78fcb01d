"""The pages of scheduling pages without a browser (H1, H2, H15, H16): what is sent, what is kept, what is said."""

import json
import re
from typing import Any

from tests.integration.gateway.fakes import Answer, a_problem, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.page_views import a_page
from tests.integration.gateway.test_pages import token_of

ADMIN, TARO = "admin@example.jp", "taro@example.jp"


def a_form(**changes: str | list[str]) -> dict[str, Any]:
    usual = {"title": "ご相談", "slug": "intro", "owner_id": "stf_taro", "assignment": "all", "time_zone": "Asia/Tokyo"}
    numbers = {"step": "30", "buffer_before": "0", "buffer_after": "0", "horizon_days": "60", "request_hours": "72"}
    spans = {"minimum_notice": "1", "minimum_notice_unit": "days", "durations": ["30", "60"], "version": "1"}
    host = {"host_0_here": "1", "host_0_staff_id": "stf_taro", "host_0_mon": "9-12, 13-17"}
    question = {"question_0_here": "1", "question_0_label": "ご用件", "question_0_kind": "text"}
    return {**usual, **numbers, **spans, **host, **question, **changes}


async def test_h1_the_list_has_links_to_copy_and_keeps_what_it_is_narrowed_to(gateway: Installation) -> None:
    page = gateway.pages(TARO)
    shown = (await page.get("/pages?q=相談&owner_id=stf_taro")).text
    assert all(word in shown for word in ("http://gateway/p/intro", "リンクをコピー", "data-share=", 'value="相談"'))
    asked = gateway.services.last("booking").url.params
    assert (asked["q"], asked["owner_id"]) == ("相談", "stf_taro")


async def test_h1_a_page_is_copied_closed_and_deleted_after_a_question(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    token = await token_of(page, "/pages")
    copied = await page.post("/pages/pag_1/copy", data={"csrf_token": token})
    assert copied.headers["location"] == "/pages/pag_2?said=copied"
    assert (await page.post("/pages/pag_1/close", data={"csrf_token": token})).status_code == 303
    assert json.loads(gateway.services.last("booking").content) == {"active": False}
    assert "元に戻すことはできません" in (await page.get("/pages/pag_1/delete")).text
    assert gateway.services.count("DELETE", "/internal/pages/pag_1") == 0
    deleted = await page.post("/pages/pag_1/delete", data={"csrf_token": token})
    assert deleted.headers["location"] == "/pages?said=deleted"
    assert (await page.get("/pages/pag_1/close")).headers["location"] == "/pages"


async def test_h2_the_form_sends_the_apis_own_body(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/pages/new"), key="k1")
    made = await page.post("/pages/new", data=form)
    assert (made.status_code, made.headers["location"]) == (303, "/pages/pag_1?said=added")
    sent = json.loads(gateway.services.last("booking").content)
    assert (sent["durations"], sent["minimum_notice"], sent["questions"][0]["label"]) == ([30, 60], 1440, "ご用件")
    assert sent["hosts"][0]["hours"]["mon"][1] == {"start": "13:00", "end": "17:00"}
    assert gateway.services.last("booking").headers["idempotency-key"] == "page:k1"


async def test_h2_rows_are_added_without_scripts_and_nothing_is_saved(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/pages/new"), action="add_host", title="まだ途中")
    shown = await page.post("/pages/new", data=form)
    assert shown.status_code == 200
    assert all(word in shown.text for word in ('name="host_1_staff_id"', 'value="まだ途中"', "9-12, 13-17"))
    assert gateway.services.count("POST", "/internal/pages") == 0


async def test_h2_a_length_of_thousands_of_digits_is_a_mistake_at_its_field(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/pages/new"), durations_more="9" * 5_000)
    refused = await page.post("/pages/new", data=form)
    assert refused.status_code == 422
    assert 'id="durations-error"' in refused.text


async def test_h2_mistakes_stand_at_their_fields_and_what_was_typed_stays(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    form = a_form(csrf_token=await token_of(page, "/pages/pag_1"), host_0_tue="いつでも")
    refused = await page.post("/pages/pag_1", data=form)
    assert refused.status_code == 422
    assert all(word in refused.text for word in ('id="host_0_tue-error"', 'value="いつでも"'))
    assert re.findall(r"<[^>]* autofocus>", refused.text) == re.findall(r'<[^>]* id="host_0_tue"[^>]*>', refused.text)
    words = "このURLはすでに使われています。"
    taken = {**a_problem(409, "slug_taken", words), "errors": [{"pointer": "/slug", "detail": words}]}
    gateway.services.says("booking", "PATCH /internal/pages/pag_1", Answer(409, taken))
    refused = await page.post("/pages/pag_1", data=a_form(csrf_token=form["csrf_token"], slug="taken"))
    assert all(word in refused.text for word in ('id="slug-error"', words, 'value="taken"'))


async def test_h2_who_was_overtaken_keeps_what_was_typed_and_takes_the_rest_over(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    first = (await page.get("/pages/pag_1")).text
    seen = first.split('name="seen" value="')[1].split('"')[0]
    token = first.split('name="csrf_token" value="')[1].split('"')[0]
    now = a_page(version=5, description="別の人が書いた説明")
    gateway.services.says("booking", "PATCH /internal/pages/pag_1", Answer(412, a_problem(412, "version_mismatch")))
    gateway.services.says("booking", "GET /internal/pages/pag_1", Answer(200, now))
    answer = await page.post("/pages/pag_1", data=a_form(csrf_token=token, seen=seen, title="新しい題"))
    assert answer.status_code == 412
    assert all(word in answer.text for word in ('value="新しい題"', "別の人が書いた説明", 'name="version" value="5"'))


async def test_x11_a_pressed_time_is_explained_with_and_without_scripts(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    at = "2030-12-02T10:00:00+09:00"
    form = a_form(csrf_token=await token_of(page, "/pages/pag_1"), explain=at)
    whole = await page.post("/pages/pag_1", data=form)
    assert (whole.status_code, "1日の上限に達しています。" in whole.text) == (200, True)
    part = await page.post("/pages/preview", data={**form, "page_id": "pag_1"})
    assert "受付時間外です。" in part.text
    assert "<html" not in part.text
    asked = json.loads(gateway.services.last("booking").content)
    assert (asked["page_id"], asked["at"], asked["page"]["title"]) == ("pag_1", at, "ご相談")
    typed = await page.post("/pages/pag_1", data={**form, "explain": "typed", "explain_at": "2030-12-02T10:00"})
    assert typed.status_code == 200
    assert json.loads(gateway.services.asked[-1].content or b"{}").get("at", at) == at


async def test_h2_members_read_the_pages_of_others_and_cannot_save(gateway: Installation) -> None:
    gateway.services.says("booking", "GET /internal/pages/pag_1", Answer(200, a_page(can_change=False)))
    page = gateway.pages(TARO)
    shown = (await page.get("/pages/pag_1")).text
    assert "変更できるのは所有者と管理者です" in shown
    assert 'class="scheduling-fields" disabled' in shown


async def test_h15_chosen_times_become_text_and_html(gateway: Installation) -> None:
    page = gateway.pages(TARO)
    token = await token_of(page, "/pages/pag_1/times")
    form = {"csrf_token": token, "duration": "30", "locale": "en", "starts": ["2030-12-02T13:00:00+09:00"]}
    made = await page.post("/pages/pag_1/times", data=form)
    assert "http://gateway/p/intro?start=2030-12-02T04:00:00Z&amp;duration=30" in made.text
    assert "Mon, 2 Dec 2030 13:00 – 13:30" in made.text
    none = await page.post("/pages/pag_1/times", data={**form, "starts": []})
    assert (none.status_code, "1つ以上、20個まで" in none.text) == (422, True)
    gone = await page.post("/pages/pag_1/times", data={**form, "starts": ["2030-12-02T15:00:00+09:00"]})
    assert (gone.status_code, "この時間は空いていません。" in gone.text) == (422, True)


async def test_h16_today_names_the_page_and_hands_its_links_on(gateway: Installation) -> None:
    booked = an_appointment_view(
        page_id="pag_1", page={"id": "pag_1", "title": "ご相談", "slug": "intro"}, guest_url="http://gateway/a/TOKEN"
    )
    listed = Answer(200, {"items": [booked], "next_cursor": None})
    gateway.services.says("booking", "GET /internal/appointments?", listed)
    shown = (await gateway.pages(TARO).get("/today")).text
    assert '<a href="/pages/pag_1"><bdi>ご相談</bdi></a>' in shown
    assert 'data-share="today-guest-1"' in shown
    assert shown.count("http://gateway/a/TOKEN") == 1
