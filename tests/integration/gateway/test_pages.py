"""Pages without a browser: odd forms, refusals that keep what was typed, and limits that ask nobody."""

import re
from typing import Any

import httpx
import pytest

from tests.integration.gateway.fakes import (
    GUEST_TOKEN,
    Answer,
    a_guest_appointment,
    a_guest_view,
    a_problem,
    a_proposal_view,
    an_appointment_view,
)
from tests.integration.gateway.installation import Installation

GUEST = f"/g/{GUEST_TOKEN}"
CHOICE = {"slot_id": "slt_1", "name": "田中 花子", "company": "ABC", "email": "h@example.jp", "form_key": "key-1"}
MOVE = {"date": "2030-12-03", "start": "10:00", "end": "11:00", "version": "2"}
CONFIRM, ASK = "POST /internal/guest/proposal/confirm", "POST /internal/guest/proposal/ask-again"
ODD = ["あ", "\x00", "\r\nx-evil: 1", "x" * 5000, "1" * 5000, "\u2028", "0001", "<b>", "-1"]


async def token_of(client: httpx.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', (await client.get(path)).text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", [*CHOICE, "time_zone", "message", "tz"])
async def test_odd_values_of_a_guests_form_are_refused_or_taken_as_text(
    gateway: Installation, name: str, odd: str
) -> None:
    page = gateway.pages()
    for path in (GUEST, f"{GUEST}/ask", f"{GUEST}/zone"):
        answer = await page.post(path, data=CHOICE | {name: odd})
        assert answer.status_code < 500, path
        assert "x-evil" not in answer.headers


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", [*MOVE, "message", "csrf_token", "notify_guest"])
async def test_odd_values_of_a_staff_members_forms_are_refused_or_taken_as_text(
    gateway: Installation, name: str, odd: str
) -> None:
    page = gateway.pages("taro@example.jp")
    token = await token_of(page, "/appointments/apt_1")
    for path in ("/appointments/apt_1/reschedule", "/appointments/apt_1/cancel", "/proposals/prp_1/withdraw"):
        answer = await page.post(path, data=MOVE | {"csrf_token": token, name: odd})
        assert answer.status_code < 500, path


@pytest.mark.parametrize("odd", ODD)
async def test_odd_values_of_the_first_forms_are_refused(gateway: Installation, odd: str) -> None:
    page = gateway.pages()
    for path, names in (
        ("/sign-in", ["email", "password", "next", "csrf_token"]),
        ("/setup", ["code", "organization", "time_zone", "locale", "name", "kana", "email", "password", "csrf_token"]),
    ):
        for name in names:
            answer = await page.post(path, data={name: odd, "csrf_token": await token_of(page, "/sign-in")})
            assert 400 <= answer.status_code < 500, (path, name)


async def test_a_key_that_is_none_is_refused_and_what_was_typed_stays(gateway: Installation) -> None:
    answer = await gateway.pages().post(GUEST, data=CHOICE | {"form_key": "あ"})
    assert answer.status_code == 422
    assert 'value="田中 花子"' in answer.text
    assert gateway.services.count("POST", "/internal/guest/proposal/confirm") == 0


async def test_a_year_that_is_none_is_refused_in_the_dialog(gateway: Installation) -> None:
    page = gateway.pages("taro@example.jp")
    token = await token_of(page, "/appointments/apt_1")
    answer = await page.post("/appointments/apt_1/reschedule", data=MOVE | {"date": "1999-12-03", "csrf_token": token})
    assert answer.status_code == 422
    assert "日付と時刻をご確認ください。" in answer.text
    assert gateway.services.count("PATCH", "/internal/appointments/apt_1") == 0


async def test_an_old_version_of_a_form_shows_how_things_stand(gateway: Installation) -> None:
    page = gateway.pages("taro@example.jp")
    token = await token_of(page, "/appointments/apt_1")
    for version in ("あ", "1"):
        gateway.services.says(
            "booking", "PATCH /internal/appointments/apt_1", Answer(412, a_problem(412, "version_mismatch"))
        )
        body = MOVE | {"version": version, "csrf_token": token}
        answer = await page.post("/appointments/apt_1/reschedule", data=body)
        assert answer.status_code == 412
        assert "ほかの人が先に変更しました。" in answer.text


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/appointments/apt_1/reschedule", "/appointments/apt_1"),
        ("/appointments/apt_1/cancel", "/appointments/apt_1"),
        ("/proposals/prp_1/withdraw", "/proposals/prp_1"),
        ("/connections/zoom/disconnect", "/connections"),
        (f"{GUEST}/ask", GUEST),
        (f"{GUEST}/zone?tz=Europe%2FParis", f"{GUEST}?tz=Europe%2FParis"),
    ],
)
async def test_reloading_what_a_form_answered_leads_back_to_the_page(
    gateway: Installation, path: str, leads_to: str
) -> None:
    answer = await gateway.pages("taro@example.jp").get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)


@pytest.mark.parametrize(
    ("code", "status", "state", "words"),
    [
        ("withdrawn", 410, "withdrawn", "担当者が取り下げたため、確定できませんでした。"),
        ("expired", 410, "expired", "回答期限が過ぎたため、確定できませんでした。"),
    ],
)
async def test_g07_a_stale_tab_says_why_nothing_was_confirmed(
    gateway: Installation, code: str, status: int, state: str, words: str
) -> None:
    gateway.services.says("booking", CONFIRM, Answer(status, a_problem(status, code)))
    over = a_guest_view(status=state, slots=[], can_ask_again=state == "expired")
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, over))
    answer = await gateway.pages().post(GUEST, data=CHOICE)
    assert answer.status_code == status
    assert words in answer.text
    assert "もう一度お試しください" not in answer.text


async def test_the_pages_own_words_never_become_the_guests(gateway: Installation) -> None:
    over = a_guest_view(status="expired", slots=[])
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, over))
    page = (await gateway.pages().get(GUEST)).text
    assert re.search(r'<textarea[^>]* name="message"[^>]*></textarea>', page)


async def test_a_form_sent_twice_with_another_choice_shows_what_was_confirmed(gateway: Installation) -> None:
    gateway.services.says("booking", CONFIRM, Answer(422, a_problem(422, "idempotency_key_reused")))
    confirmed = a_guest_view(status="confirmed", slots=[], can_ask_again=False, appointment=a_guest_appointment())
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, confirmed))
    answer = await gateway.pages().post(GUEST, data=CHOICE)
    assert "すでに確定しています" in answer.text


async def test_what_was_typed_stays_when_other_times_are_asked_for(gateway: Installation) -> None:
    asked = a_guest_view(asked_again_at="2026-11-26T10:00:00+09:00")
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, asked))
    answer = await gateway.pages().post(f"{GUEST}/ask", data=CHOICE | {"message": "来週"})
    assert answer.status_code == 200
    assert 'value="田中 花子"' in answer.text
    assert "担当者にお伝えしました" in answer.text
    assert b"\xe6\x9d\xa5\xe9\x80\xb1" in next(r for r in gateway.services.asked if r.method == "POST").content


async def test_what_was_typed_stays_when_the_zone_is_changed_without_a_script(gateway: Installation) -> None:
    answer = await gateway.pages().post(f"{GUEST}/zone", data=CHOICE | {"tz": "America/New_York", "time_zone": "UTC"})
    assert 'value="田中 花子"' in answer.text
    assert '<input type="hidden" name="time_zone" value="America/New_York">' in answer.text
    assert gateway.services.asked[-1].method == "GET"


async def test_g24_a_guest_beyond_the_limit_asks_nobody_and_keeps_what_was_typed(
    gateway: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.parts.limits, "_per_ip", 0)
    for path in (GUEST, f"{GUEST}/ask"):
        answer = await gateway.pages().post(path, data=CHOICE)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        assert '<input type="hidden" name="name" value="田中 花子">' in answer.text
    assert gateway.services.asked == []


async def test_an_unreadable_calendar_says_when_to_come_again(gateway: Installation) -> None:
    problem = Answer(503, a_problem(503, "calendar_unreadable"), headers={"retry-after": "7"})
    gateway.services.says("booking", CONFIRM, problem)
    answer = await gateway.pages().post(GUEST, data=CHOICE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


async def test_a_cancelled_appointment_shows_the_guest_what_staff_wrote(gateway: Installation) -> None:
    appointment = a_guest_appointment(status="canceled", cancel_message="都合により\nhttps://example.com/new <b>")
    confirmed = a_guest_view(status="confirmed", slots=[], can_ask_again=False, appointment=appointment)
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, confirmed))
    page = (await gateway.pages().get(GUEST)).text
    assert '<a href="https://example.com/new" rel="noopener noreferrer" target="_blank">' in page
    assert "&lt;b&gt;" in page


async def test_the_list_shows_slots_that_stand(gateway: Installation) -> None:
    gone = {"id": "slt_0", "start": "2030-12-01T09:00:00+09:00", "end": "2030-12-01T10:00:00+09:00"}
    slots = [gone | {"room_id": None, "status": "withdrawn"}, *a_proposal_view()["slots"]]
    listed: dict[str, Any] = {"items": [a_proposal_view(slots=slots)], "next_cursor": None}
    gateway.services.says("booking", "GET /internal/proposals?", Answer(200, listed))
    page = (await gateway.pages("taro@example.jp").get("/proposals")).text
    assert "2030年12月2日(月) 13:00 ～ 14:00" in page
    assert "2030年12月1日" not in page
    assert "ほか1件" not in page


@pytest.mark.parametrize("status", ["expired", "withdrawn", "confirmed"])
async def test_slots_of_what_is_over_are_not_called_open(gateway: Installation, status: str) -> None:
    gateway.services.says(
        "booking", "GET /internal/proposals/prp_1", Answer(200, a_proposal_view(status=status, appointment_id=None))
    )
    page = (await gateway.pages("taro@example.jp").get("/proposals/prp_1")).text
    assert "選択可" not in page
    assert "受付終了" in page


@pytest.mark.parametrize("own", [True, False])
async def test_g03_slots_that_an_unreadable_calendar_keeps_back_are_not_called_open(
    gateway: Installation, own: bool
) -> None:
    reader = gateway.ids["taro@example.jp"]
    whose = {"staff_id": reader if own else "stf_x", "name": "鈴木 一郎", "email": "x@example.jp"}
    view = a_proposal_view(attendees=[whose], unreadable={"slt_1": [whose["staff_id"]]})
    gateway.services.says("booking", "GET /internal/proposals/prp_1", Answer(200, view))
    page = (await gateway.pages("taro@example.jp").get("/proposals/prp_1")).text
    assert "選択可" not in page
    assert "いま選べません</span>" in page
    assert "鈴木 一郎 のカレンダーを読み取れないため" in page
    assert ('<a href="/connections">外部連携を確認する</a>' in page) == own


async def test_g03_the_guest_reads_that_times_cannot_be_confirmed_for_now(gateway: Installation) -> None:
    view = a_guest_view(slots=[], unreadable=True)
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, view))
    page = (await gateway.anyone.get(GUEST, headers={"accept": "text/html"})).text
    assert "いまは日時をお選びいただけません" in page
    assert "すべて埋まったか" not in page
    assert "別の日時を依頼する" in page


async def test_r05_a_broken_connection_is_not_called_missing(gateway: Installation) -> None:
    known = {"items": [{"provider": "google", "status": "broken", "account": "taro@example.jp"}]}
    gateway.services.says("calendar_sync", "GET /internal/connections", Answer(200, known))
    page = (await gateway.pages("taro@example.jp").get("/proposals/new")).text
    assert "<p>カレンダーとの連携が切れています。" in page
    assert "<p>カレンダーが未連携です。" not in page
    assert "<p>Zoomが未連携です。" in page
    assert '<a href="/connections">外部連携で接続し直す</a>' in page


async def test_only_calendars_with_holds_are_counted_before_withdrawing(gateway: Installation) -> None:
    hold = {"effect": "hold", "of": "stf_taro", "status": "done", "reason": None, "until": None}
    other = {"staff_id": "stf_x", "name": "未連携", "email": "x@example.jp"}
    view = a_proposal_view(effects=[hold], attendees=[*a_proposal_view()["attendees"], other])
    gateway.services.says("booking", "GET /internal/proposals/prp_1", Answer(200, view))
    assert "仮予定1件" in (await gateway.pages("taro@example.jp").get("/proposals/prp_1")).text


async def test_a_meeting_that_failed_is_said_in_words(gateway: Installation) -> None:
    failed = an_appointment_view() | {"meeting": {"status": "failed"}}
    gateway.services.says(
        "booking", "GET /internal/appointments?", Answer(200, {"items": [failed], "next_cursor": None})
    )
    assert "Web会議URL未発行" in (await gateway.pages("taro@example.jp").get("/appointments")).text


async def test_a_form_sent_without_a_session_says_why_and_leads_back(gateway: Installation) -> None:
    page = gateway.pages()
    lost = await page.post("/appointments/apt_1/reschedule", data=MOVE)
    assert lost.headers["location"] == "/sign-in?next=%2Fappointments%2Fapt_1%2Freschedule&lost=1"
    assert "有効期限が切れたため" in (await page.get(lost.headers["location"])).text
    assert "続けるにはサインインしてください。" in (await page.get("/sign-in?next=%2Fconnections")).text


async def test_an_empty_sign_in_is_not_called_a_wrong_password(gateway: Installation) -> None:
    answer = await gateway.pages().post("/sign-in", data={"email": "taro@example.jp", "password": ""})
    assert answer.status_code == 422
    assert "メールアドレスとパスワードを入力してください。" in answer.text
