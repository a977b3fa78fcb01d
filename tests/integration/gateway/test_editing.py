"""Forms that edit what stands (R28): only what differs is asked for, what was typed stays, nobody is overwritten."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, a_problem, a_proposal_view, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import ODD, token_of

TARO, ADMIN = "taro@example.jp", "admin@example.jp"
PATHS = {"appointments": "/appointments/apt_1", "proposals": "/proposals/prp_1"}
VIEWS: dict[str, Any] = {"appointments": an_appointment_view, "proposals": a_proposal_view}
ENTRY = {"effect": "entry", "of": "stf_taro", "status": "done"}


def shows(gateway: Installation, noun: str, **changes: Any) -> None:
    view = VIEWS[noun](title="秋の商談", **changes)
    gateway.services.says("booking", f"GET /internal{PATHS[noun]}", Answer(200, view))


async def form_of(gateway: Installation, noun: str, **changes: Any) -> dict[str, Any]:
    page = (await gateway.pages(TARO).get(f"{PATHS[noun]}/edit")).text
    typed: dict[str, Any] = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]  # type: ignore[index]
        for name in ("csrf_token", "version", "seen", "title", "address")
    }
    typed |= {"guidance": "", "note": "", "visibility": "default", "organizer_id": "stf_taro"}
    typed["attendee_ids"] = re.findall(r'name="attendee_ids" value="([^"]+)"', page)
    typed |= {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}
    if noun == "proposals":
        typed["expires_at"] = "2030-12-02T13:00"
    return typed | changes


async def sent(gateway: Installation, noun: str, **changes: Any) -> tuple[int, str, dict[str, Any] | None]:
    """Status, page or place, and what booking was asked for."""
    typed, page = await form_of(gateway, noun), gateway.pages(TARO)
    typed |= changes | {"csrf_token": await token_of(page, f"{PATHS[noun]}/edit")}
    gateway.services.asked.clear()
    answer = await page.post(f"{PATHS[noun]}/edit", data=typed)
    patches = [one for one in gateway.services.asked if one.method == "PATCH"]
    return (
        answer.status_code,
        answer.headers.get("location", answer.text),
        json.loads(patches[0].content) if patches else None,
    )


@pytest.mark.parametrize("noun", PATHS)
async def test_only_what_differs_is_asked_for_with_the_version_that_was_seen(gateway: Installation, noun: str) -> None:
    shows(gateway, noun, note="一行目\n二行目")
    status, place, body = await sent(gateway, noun, title="冬の商談", note="一行目\r\n二行目", visibility="private")
    assert (status, place) == (303, f"{PATHS[noun]}?said=changed")
    assert body == {"title": "冬の商談", "visibility": "private"}
    patch = next(one for one in gateway.services.asked if one.method == "PATCH")
    assert patch.headers["if-match"] == f'"r{VIEWS[noun]()["version"]}"'
    assert "内容を変更しました。" in (await gateway.pages(TARO).get(place)).text


@pytest.mark.parametrize("noun", PATHS)
async def test_what_changes_nothing_asks_nothing(gateway: Installation, noun: str) -> None:
    assert await sent(gateway, noun) == (303, f"{PATHS[noun]}?said=unchanged", None)


async def test_a_title_made_of_the_guest_stays_made_of_the_guest(gateway: Installation) -> None:
    """The form shows it as empty, and an empty one asks for nothing."""
    page = (await gateway.pages(TARO).get("/proposals/prp_1/edit")).text
    assert re.search(r'name="title"[^>]*value=""', page)
    _, _, body = await sent(gateway, "proposals", name="田中 花")
    assert body == {"guest": {"company": "ABC株式会社", "name": "田中 花", "email": "hanako@example.jp"}}


async def test_c9_another_guest_of_an_appointment_is_asked_for_and_its_consequences_stand_beside(
    gateway: Installation,
) -> None:
    shows(gateway, "appointments")
    page = (await gateway.pages(TARO).get("/appointments/apt_1/edit")).text
    assert "(計3通)" in page
    jiro = {"company": "DEF株式会社", "name": "鈴木次郎", "email": "jiro@example.jp"}
    assert (await sent(gateway, "appointments", **jiro))[2] == {"guest": jiro}


async def test_attendees_organizer_and_end_go_as_the_api_takes_them(gateway: Installation) -> None:
    other = gateway.ids[ADMIN]
    changes = {"attendee_ids": ["stf_taro", other], "organizer_id": other, "allow_overlap": "on"}
    assert (await sent(gateway, "appointments", **changes))[2] == {
        "attendee_ids": ["stf_taro", other],
        "organizer_id": other,
        "allow_overlap": True,
    }
    _, _, body = await sent(gateway, "proposals", expires_at="2030-12-01T09:30", send_mail="on")
    assert body == {"expires_at": "2030-12-01T09:30:00+09:00", "send_mail": True}
    assert (await sent(gateway, "proposals", expires_at=""))[2] == {"expires_at": None}
    assert (await sent(gateway, "proposals", send_mail="on"))[2] == {"send_mail": True}


@pytest.mark.parametrize("noun", PATHS)
async def test_what_booking_refuses_stands_beside_its_field_with_what_was_typed(
    gateway: Installation, noun: str
) -> None:
    problem = a_problem(422, "validation") | {
        "errors": [
            {"pointer": "/title", "detail": "長すぎます。"},
            {"pointer": "/attendee_ids/0", "detail": "この社員は見つかりません。"},
            {"pointer": "/guest/email", "detail": "アドレスが変です。"},
        ]
    }
    gateway.services.says("booking", f"PATCH /internal{PATHS[noun]}", Answer(422, problem))
    status, page, _ = await sent(gateway, noun, title="長い", note="大事なメモ")
    assert status == 422
    assert 'id="title-error">長すぎます。' in page
    assert "この社員は見つかりません。" in page
    assert 'value="長い"' in page
    assert "大事なメモ</textarea>" in page
    assert "アドレスが変です。" in page


async def test_an_attendee_who_is_busy_can_be_added_all_the_same_unless_it_is_an_appointment(
    gateway: Installation,
) -> None:
    gateway.services.says("booking", "PATCH /internal/appointments/apt_1", Answer(409, a_problem(409, "slot_taken")))
    wanted = {"attendee_ids": ["stf_taro", gateway.ids[ADMIN]]}
    status, page, _ = await sent(gateway, "appointments", **wanted)
    assert (status, "それでも加える場合は" in page) == (409, True)
    assert f'name="attendee_ids" value="{gateway.ids[ADMIN]}" checked' in page
    _, page, _ = await sent(gateway, "appointments", **wanted, allow_overlap="on")
    assert "別のアポイントメントがある担当者は加えられません" in page


@pytest.mark.parametrize("noun", PATHS)
async def test_who_was_overtaken_keeps_what_they_typed_and_takes_over_what_they_left_alone(
    gateway: Installation, noun: str
) -> None:
    shows(gateway, noun, version=1)
    typed = await form_of(gateway, noun, title="わたしの件名", note="わたしのメモ")
    shows(gateway, noun, version=2, note="ほかの人のメモ", guidance="ほかの人の案内")
    page = gateway.pages(TARO)
    token = {"csrf_token": await token_of(page, "/account")}
    answer = await page.post(f"{PATHS[noun]}/edit", data=typed | token)
    assert (answer.status_code, gateway.services.count("PATCH", f"/internal{PATHS[noun]}")) == (412, 0)
    notice = answer.text.partition("notice-wait")[2].partition("</div></div>")[0]
    assert "ほかの人のメモ" in notice
    assert "秋の商談" not in notice
    assert 'value="わたしの件名"' in answer.text
    assert "わたしのメモ</textarea>" in answer.text
    assert "ほかの人の案内</textarea>" in answer.text


@pytest.mark.parametrize("noun", PATHS)
async def test_what_was_changed_elsewhere_only_asks_to_save_again(gateway: Installation, noun: str) -> None:
    shows(gateway, noun, version=1)
    typed = await form_of(gateway, noun, title="わたしの件名")
    page = gateway.pages(TARO)
    for changes, words in (({}, "この画面にない内容を"), ({"note": "x"}, "最新の内容にしました")):
        shows(gateway, noun, version=2, **changes)
        body = typed | {"csrf_token": await token_of(page, "/account")}
        assert words in (await page.post(f"{PATHS[noun]}/edit", data=body)).text
    mismatch = Answer(412, a_problem(412, "version_mismatch"))
    gateway.services.says("booking", f"PATCH /internal{PATHS[noun]}", mismatch)
    body = typed | {"csrf_token": await token_of(page, "/account"), "version": "2"}
    answer = await page.post(f"{PATHS[noun]}/edit", data=body)
    assert answer.status_code == 412
    assert 'value="わたしの件名"' in answer.text


@pytest.mark.parametrize("noun", PATHS)
async def test_what_is_over_meanwhile_is_shown_as_it_is(gateway: Installation, noun: str) -> None:
    typed = await form_of(gateway, noun)
    over = {"appointments": "canceled", "proposals": "withdrawn"}[noun]
    shows(gateway, noun, status=over)
    page = gateway.pages(TARO)
    answer = await page.post(f"{PATHS[noun]}/edit", data=typed | {"csrf_token": await token_of(page, "/account")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATHS[noun]}?said=overtaken")
    assert "保存できませんでした" in (await page.get(answer.headers["location"])).text
    assert (await page.get(f"{PATHS[noun]}/edit")).headers["location"] == PATHS[noun]


@pytest.mark.parametrize("noun", PATHS)
async def test_who_may_not_change_it_gets_no_form_and_no_link_to_it(gateway: Installation, noun: str) -> None:
    shows(gateway, noun, can_change=False)
    page = gateway.pages(TARO)
    assert f"{PATHS[noun]}/edit" not in (await page.get(PATHS[noun])).text
    assert (await page.get(f"{PATHS[noun]}/edit")).status_code == 403
    body = {"csrf_token": await token_of(page, "/account")}
    assert (await page.post(f"{PATHS[noun]}/edit", data=body)).status_code == 403


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "name", ["version", "seen", "title", "note", "attendee_ids", "organizer_id", "expires_at", "visibility"]
)
async def test_odd_values_are_refused_or_taken_as_text(gateway: Installation, name: str, odd: str) -> None:
    for noun in PATHS:
        status, _, _ = await sent(gateway, noun, **{name: odd})
        assert status < 500, noun


async def test_x12_each_change_says_what_it_does_with_exact_numbers(gateway: Installation) -> None:
    issued = {"status": "issued", "join_url": "https://zoom.example/j/1"}
    shows(gateway, "appointments", effects=[ENTRY, ENTRY | {"of": "stf_x"}], meeting=issued)
    page = (await gateway.pages(TARO).get("/appointments/apt_1/edit")).text
    assert "担当者2名のカレンダーの予定を書き換えます。" in page
    assert "(計2通)送ります。" in page
    shows(gateway, "appointments", meeting={"status": "none"}, effects=[])
    page = (await gateway.pages(TARO).get("/appointments/apt_1/edit")).text
    assert "ミーティングを作り直す" not in page
    assert "お客様にメールは送りません。" in page
    hold = {"effect": "hold", "of": "stf_taro", "status": "done", "count": 3}
    shows(gateway, "proposals", effects=[hold, hold | {"of": "stf_x"}])
    assert "仮予定6件を書き換えます。" in (await gateway.pages(TARO).get("/proposals/prp_1/edit")).text


async def test_the_guests_page_can_be_copied_again_from_an_appointment(gateway: Installation) -> None:
    shows(gateway, "appointments", guest_url="https://chosei.example/g/TOKEN")
    assert "https://chosei.example/g/TOKEN" in (await gateway.pages(TARO).get("/appointments/apt_1")).text


async def test_x12_another_time_says_what_moves_and_who_is_mailed(gateway: Installation) -> None:
    meeting = {"effect": "meeting", "of": "stf_taro", "status": "done"}
    shows(gateway, "appointments", effects=[meeting, ENTRY])
    page = (await gateway.pages(TARO).get("/appointments/apt_1")).text
    assert "Zoomミーティング1件と、担当者1名のカレンダーの予定を新しい日時に移し" in page
    assert "日時変更のメールを1通ずつ(計2通)送ります。" in page
    nobody = {"company": "", "name": "田中", "email": ""}
    shows(gateway, "appointments", effects=[], guest=nobody)
    page = (await gateway.pages(TARO).get("/appointments/apt_1")).text
    assert "新しい日時に移し" not in page
    assert "担当者に日時変更のメールを1通送ります。" in page


@pytest.mark.parametrize(("status", "booked"), [("accepted", True), ("pending", True), ("declined", False)])
async def test_x12_the_room_that_goes_or_moves_is_counted_where_one_is_booked(
    gateway: Installation, status: str, booked: bool
) -> None:
    room = {"effect": "room", "of": "rom_1", "status": "done"}
    named = {"id": "rom_1", "name": "富士", "status": status}
    shows(gateway, "appointments", effects=[ENTRY, room], room_id="rom_1", room=named)
    page = (await gateway.pages(TARO).get("/appointments/apt_1")).text
    things = "担当者1名のカレンダーの予定" + ("と、会議室の予約1件" if booked else "")
    assert f"{things}を削除します。" in page
    assert f"{things}を新しい日時に移し" in page


RULE = {"freq": "WEEKLY", "interval": "1", "weekdays": "TU", "ends": "count", "count": "4", "until": "2030-12-24"}


def recurs(gateway: Installation, start: str, **changes: Any) -> None:
    at = datetime.fromisoformat(start)
    end = (at + timedelta(hours=1)).isoformat()
    shows(gateway, "appointments", start=start, end=end, rrule="FREQ=WEEKLY;BYDAY=TU;COUNT=4", **changes)


async def test_e6_the_rule_of_a_series_that_has_not_begun_is_changed_in_the_form(gateway: Installation) -> None:
    recurs(gateway, "2030-12-03T13:00:00+09:00")
    page = (await gateway.pages(TARO).get("/appointments/apt_1/edit")).text
    assert "毎週火曜日" in page
    assert re.search(r'name="weekdays" value="TU" checked', page)
    assert (await sent(gateway, "appointments", **RULE))[2] is None
    changed = {"weekdays": ["TU", "TH"], "count": "6"}
    assert (await sent(gateway, "appointments", **RULE | changed))[2] == {"rrule": "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=6"}
    status, page, body = await sent(gateway, "appointments", **RULE | {"ends": "until", "until": ""})
    assert (status, body) == (422, None)
    assert 'id="until-error"' in page


async def test_e6_a_refused_rule_says_why_beside_it_and_keeps_what_was_typed(gateway: Installation) -> None:
    recurs(gateway, "2030-12-03T13:00:00+09:00")
    errors = [{"pointer": "/occurrences/2/start", "detail": "12月17日 13:00"}]
    refused = Answer(409, {**a_problem(409, "slot_taken"), "errors": errors})
    gateway.services.says("booking", "PATCH /internal/appointments/apt_1", refused)
    status, page, _ = await sent(gateway, "appointments", **RULE | {"count": "9"})
    assert status == 409
    assert "12月17日 13:00" in page
    assert re.search(r'name="count"[^>]*value="9"', page)


async def test_e6_a_series_that_has_begun_says_that_its_rule_stands(gateway: Installation) -> None:
    recurs(gateway, "2020-12-01T13:00:00+09:00")
    page = (await gateway.pages(TARO).get("/appointments/apt_1/edit")).text
    assert "すでに始まっているため、繰り返しは変更できません" in page
    assert 'name="freq"' not in page
    assert (await sent(gateway, "appointments", title="別名"))[2] == {"title": "別名"}
