"""The lists' pages and the view of today (R28): what is asked of booking, and what the rows say."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from shared import clock
from tests.integration.gateway.fakes import Answer, a_proposal_view, an_appointment_view
from tests.integration.gateway.installation import Installation

TARO = "taro@example.jp"
ODD = ["%00", "あ", "x" * 400, "%27%3E", "-1", "0001"]


def asked_of_booking(gateway: Installation) -> dict[str, str]:
    query = parse_qs(gateway.services.last("booking").url.query.decode())
    return {name: values[0] for name, values in query.items()}


def says(gateway: Installation, noun: str, *items: dict[str, Any], more: str | None = None) -> None:
    answer = Answer(200, {"items": list(items), "next_cursor": more})
    gateway.services.says("booking", f"GET /internal/{noun}?", answer)


@pytest.mark.parametrize("noun", ["appointments", "proposals"])
async def test_what_a_list_is_narrowed_to_goes_on_to_booking_and_stays_in_the_form(
    gateway: Installation, noun: str
) -> None:
    me = gateway.ids[TARO]
    says(gateway, noun, more="NEXT")
    narrowed = f"q=ABC&staff_id={me}&kind=visit&troubled=true"
    page = (await gateway.pages(TARO).get(f"/{noun}?{narrowed}")).text
    asked = asked_of_booking(gateway)
    assert {name: asked[name] for name in ("q", "staff_id", "kind", "troubled")} == {
        "q": "ABC",
        "staff_id": me,
        "kind": "visit",
        "troubled": "true",
    }
    assert 'value="ABC"' in page
    assert f'<option value="{me}" selected>自分</option>' in page
    assert '<option value="visit" selected>来訪</option>' in page
    assert 'name="troubled" value="true" checked' in page


async def test_paging_and_tabs_keep_what_the_list_is_narrowed_to(gateway: Installation) -> None:
    says(gateway, "appointments", an_appointment_view(), more="NEXT")
    page = (await gateway.pages(TARO).get("/appointments?period=past&q=ABC&cursor=THIS")).text
    assert asked_of_booking(gateway)["cursor"] == "THIS"
    assert 'href="/appointments?period=past&amp;q=ABC&amp;cursor=NEXT"' in page
    assert 'href="/appointments?period=past&amp;q=ABC"' in page
    assert 'href="/appointments?period=canceled&amp;q=ABC"' in page
    assert '<input type="hidden" name="period" value="past">' in page


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("upcoming", {"status": "confirmed"}),
        ("past", {"status": "confirmed", "order": "latest"}),
        ("canceled", {"status": "canceled", "order": "latest"}),
        ("all", {"order": "latest"}),
        ("odd", {"status": "confirmed"}),
    ],
)
async def test_what_was_is_read_from_its_end(gateway: Installation, period: str, wanted: dict[str, str]) -> None:
    await gateway.pages(TARO).get(f"/appointments?period={period}")
    asked = asked_of_booking(gateway)
    assert {name: asked[name] for name in ("status", "order") if name in asked} == wanted


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["q", "staff_id", "kind", "troubled", "period", "status", "cursor", "who"])
async def test_odd_filters_are_no_error(gateway: Installation, name: str, odd: str) -> None:
    for path in ("/appointments", "/proposals", "/today"):
        assert (await gateway.pages(TARO).get(f"{path}?{name}={odd}")).status_code == 200


async def test_a_row_says_the_state_of_each_effect_in_words_trouble_first(gateway: Installation) -> None:
    effects = [
        {"effect": "hold_release", "of": "stf_taro", "status": "done"},
        {"effect": "meeting", "of": "stf_taro", "status": "done"},
        {"effect": "mail", "of": "guest", "status": "failed", "reason": "smtp_550", "purpose": "confirmed"},
        {"effect": "mail", "of": "staff", "status": "done", "purpose": "confirmed"},
        {"effect": "entry", "of": "stf_taro", "status": "pending"},
    ]
    says(gateway, "appointments", an_appointment_view(effects=effects))
    page = (await gateway.pages(TARO).get("/appointments")).text
    states = re.findall(r'row-state-word">([^<]+)</span> ([^<]+)</span>', page)
    assert states == [
        ("失敗:", "メール(お客様)"),
        ("処理中:", "カレンダー"),
        ("完了:", "Web会議URL、メール、仮予定の取り除き"),
    ]
    english = (await gateway.pages(TARO).get("/appointments?lang=en")).text
    assert "email (Guest)" in english


async def test_a_list_that_was_narrowed_to_nothing_offers_to_clear_it(gateway: Installation) -> None:
    for noun in ("appointments", "proposals"):
        says(gateway, noun)
        page = (await gateway.pages(TARO).get(f"/{noun}?q=nobody")).text
        assert page.count("条件をクリア") == 2


async def test_who_asked_for_other_times_is_marked(gateway: Installation) -> None:
    says(gateway, "proposals", a_proposal_view(asked_again_at="2026-11-20T10:00:00+09:00"))
    assert "別日の依頼あり" in (await gateway.pages(TARO).get("/proposals")).text


def at(minutes: int, **changes: Any) -> dict[str, Any]:
    """From so many minutes on from now, for half an hour."""
    start = clock.now() + timedelta(minutes=minutes)
    times = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}
    return an_appointment_view(id=f"apt_{minutes}", **times | changes)


async def test_today_is_the_organizations_day_for_who_chose_no_zone_and_only_what_stands(gateway: Installation) -> None:
    await gateway.pages(TARO).get("/today")
    first = next(one for one in gateway.services.asked if one.url.path == "/internal/appointments")
    asked = {name: values[0] for name, values in parse_qs(first.url.query.decode()).items()}
    begins, ends = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
    assert (begins.isoformat()[10:], ends - begins) == ("T00:00:00+09:00", timedelta(days=1))
    assert (asked["status"], "staff_id" in asked) == ("confirmed", False)
    gateway.services.asked.clear()
    await gateway.pages(TARO).get("/today?who=me")
    assert all(
        parse_qs(one.url.query.decode())["staff_id"] == [gateway.ids[TARO]]
        for one in gateway.services.asked
        if one.url.path == "/internal/appointments"
    )


async def test_today_says_what_is_over_now_and_next(gateway: Installation) -> None:
    meeting = {"status": "issued", "join_url": "https://zoom.example/j/1", "meeting_id": "1", "passcode": "2"}
    room = {"id": "room_1", "name": "会議室A", "status": "declined"}
    says(
        gateway,
        "appointments",
        at(-90, meeting=meeting),
        at(-10, meeting=meeting),
        at(20, kind="outbound", address="東京都千代田区1-1", meeting={"status": "none"}),
        at(95, room_id="room_1", room=room, reception_code="123456"),
        at(300, hidden=True, title="非公開の予定", guest={"company": "", "name": "", "email": ""}),
    )
    page = (await gateway.pages(TARO).get("/today")).text
    assert re.findall(r'today-item today-(\w+)"', page) == ["over", "now", "next", "later", "later"]
    for words in ("終了", "進行中", "あと20分", "東京都千代田区1-1", "会議室A", "123456", "5件", "非公開の予定"):
        assert words in page, words
    assert page.count("https://zoom.example/j/1") == 1


async def test_a_day_without_appointments_says_so(gateway: Installation) -> None:
    says(gateway, "appointments")
    page = (await gateway.pages(TARO).get("/today")).text
    assert "今日のアポイントメントはありません" in page
    assert "この先の予定もまだありません。" in page


async def test_the_api_takes_the_same_narrowing(gateway: Installation) -> None:
    for noun in ("appointments", "proposals"):
        path = f"/api/v1/{noun}?q=ABC&staff_id=stf_1&kind=web&troubled=true"
        assert (await gateway.taro.get(path)).status_code == 200
        asked = asked_of_booking(gateway)
        assert [asked[name] for name in ("q", "staff_id", "kind", "troubled")] == ["ABC", "stf_1", "web", "true"]
        for wrong in ("kind=odd", "troubled=perhaps", f"q={'x' * 256}"):
            assert (await gateway.taro.get(f"/api/v1/{noun}?{wrong}")).status_code == 422
    assert (await gateway.taro.get("/api/v1/appointments?order=latest")).status_code == 200
    assert asked_of_booking(gateway)["order"] == "latest"
    assert (await gateway.taro.get("/api/v1/appointments?order=odd")).status_code == 422
