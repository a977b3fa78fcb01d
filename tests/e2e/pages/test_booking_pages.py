"""A scheduling page and the appointment that was booked on it, in the browser: without scripts, by keyboard in another
zone on a phone, with a time gone meanwhile, moved and cancelled (H5, H6, H10, X6, X12).
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import TARO, TOKYO, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker

BOOKED = "アポイントメントの日時が確定しました"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
QUESTIONS = [
    {"label": "ご相談の内容", "kind": "long_text", "required": True},
    {"label": "人数", "kind": "choice", "choices": ["1名", "2名以上"]},
    {"label": "個人情報の取り扱いに同意します", "kind": "checkbox", "required": True},
    {"label": "お電話番号", "kind": "phone"},
]


async def a_page(people: People, **changes: Any) -> dict[str, Any]:
    """Of taro, open in Tokyo's afternoon on every day."""
    hours = {day: [{"start": "13:00", "end": "16:00"}] for day in DAYS}
    body = {
        "title": "サービスのご相談",
        "hosts": [{"staff_id": people.ids[TARO], "hours": hours}],
        "durations": [30, 60],
        "holidays_off": False,
        "horizon_days": 300,
        **changes,
    }
    answer = await people.api.post("/api/v1/pages", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def fill(page: Page, name: str = "田中花子", email: str = "hanako@example.com") -> None:
    await page.fill("#name", name)
    await page.fill("#email", email)


async def booked(people: People, made: dict[str, Any], day: str, hour: int = 13) -> str:
    """By the API; the path of the appointment's page."""
    guest = {"name": "田中花子", "email": "hanako@example.com"}
    asked = [question for question in made["questions"] if question["required"]]
    answers = {question["id"]: True if question["kind"] == "checkbox" else "来期について" for question in asked}
    body = {"start": f"{day}T{hour}:00:00+09:00", "duration": 30, "guest": guest, "answers": answers}
    path = f"/api/v1/guest/pages/{made['slug']}/bookings"
    answer = await people.api.post(path, json=body | {"time_zone": "Asia/Tokyo"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["manage_url"])


async def test_h5_a_guest_books_without_scripts_and_changes_the_time_with_what_was_typed_kept(people: People) -> None:
    made, day = await a_page(people, questions=QUESTIONS), await people.free_day()
    page = await people.page("phone", scripts=False)
    await page.goto(f"/p/{made['slug']}?day={day}&utm_source=newsletter")
    await page.click("text=60分")
    await expect(page.locator("[data-key^=length][aria-current]")).to_have_text("60分")
    await page.click("a.time >> text=13:30")
    await fill(page)
    await page.click("text=この日時で予約する")
    await expect(page.locator(".error-text")).to_have_count(2)
    await page.click("text=別の日時を選ぶ")
    await page.click("button.time >> text=14:30")
    await expect(page.locator("#email")).to_have_value("hanako@example.com")
    await page.fill("textarea", "来期の導入について")
    await page.check("input[type=checkbox]")
    await page.click("text=この日時で予約する")
    await expect(page.locator("h1")).to_have_text(BOOKED)
    await expect(page.locator("time")).to_contain_text("14:30 ～ 15:30")
    for words in ("来期の導入について", "カレンダー用ファイル(.ics)", "日本時間 (GMT+9)"):
        await expect(page.locator(f"text={words}")).to_be_visible()
    kept = (await people.api.get("/api/v1/appointments", params={"q": "田中", "limit": 50})).json()["items"]
    assert any((one["utm"] or {}).get("source") == "newsletter" for one in kept)


async def test_h5_by_keyboard_on_a_phone_in_the_browsers_own_zone(people: People) -> None:
    made, day = await a_page(people, durations=[30]), await people.free_day()
    page = await people.page("phone", language="en", zone="America/New_York")
    await page.goto(f"/p/{made['slug']}?month={day[:7]}")
    await expect(page.locator("[data-zone]")).to_have_value("America/New_York")
    await page.focus("[data-key=later]")
    await page.keyboard.press("Enter")
    following = (date.fromisoformat(day).replace(day=1) + timedelta(days=31)).isoformat()[:7]
    await page.wait_for_url(f"**month={following}*")
    await expect(page.locator("[data-key=later]")).to_be_focused()
    await page.locator(".day-pick").nth(3).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".day-pick").nth(3)).to_have_attribute("aria-current", "date")
    await expect(page.locator("a.time").first).to_have_text("00:00")
    await page.locator("a.time").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chosen")).to_contain_text("Eastern Time")
    await page.fill("#name", "Hanako")
    await page.go_back()
    await expect(page.locator("a.time").first).to_be_visible()
    await page.go_forward()
    await expect(page.locator("#name")).to_have_value("Hanako")
    await page.fill("#email", "hanako@example.com")
    await page.press("#email", "Enter")
    await expect(page.locator("h1")).to_have_text("Your appointment is confirmed")
    await expect(page.locator("time")).to_contain_text("00:00 – 00:30")
    assert await page.evaluate("Object.keys(sessionStorage)") == []


async def test_h5_the_way_back_asks_for_no_form_again_and_keeps_what_was_typed(people: People) -> None:
    made, day = await a_page(people, durations=[30]), await people.free_day()
    page = await people.page("phone")
    scripted = page.locator("html.scripted")
    await page.goto(f"/p/{made['slug']}?day={day}")
    await page.click("a.time >> text=14:00")
    await fill(page)
    await page.click("text=別の日時を選ぶ")
    await expect(page.locator("button.time").first).to_be_visible()
    await expect(scripted).to_be_visible()
    await page.click("button.time >> text=15:00")
    await expect(page.locator(".chosen")).to_contain_text("15:00 ～ 15:30")
    await expect(scripted).to_be_visible()
    await page.go_back()
    await expect(page.locator("a.time >> text=14:30")).to_be_visible()
    await page.go_back()
    await expect(page.locator(".chosen")).to_contain_text("14:00 ～ 14:30")
    await page.go_forward()
    await page.click("a.time >> text=15:30")
    await expect(page.locator(".chosen")).to_contain_text("15:30 ～ 16:00")
    await expect(page.locator("#name")).to_have_value("田中花子")


async def test_h15_a_link_with_a_time_opens_the_form_in_the_browsers_own_zone(people: People) -> None:
    made, day = await a_page(people), await people.free_day()
    page = await people.page("phone", language="en", zone="Europe/Berlin")
    await page.goto(f"/p/{made['slug']}?start={day}T06:00:00Z&duration=60")
    begins = datetime.fromisoformat(f"{day}T06:00:00Z").astimezone(ZoneInfo("Europe/Berlin"))
    ends = begins + timedelta(hours=1)
    await expect(page.locator(".chosen")).to_contain_text(f"{begins:%H:%M} – {ends:%H:%M}")
    await expect(page.locator(".chosen")).to_contain_text("15:00 – 16:00 in Japan")


async def test_x12_a_time_gone_meanwhile_shows_the_nearest_and_keeps_what_was_typed(people: People) -> None:
    made, day = await a_page(people, durations=[30]), await people.free_day()
    page = await people.page("phone", scripts=False)
    await page.goto(f"/p/{made['slug']}?day={day}")
    await page.click("a.time >> text=14:00")
    await booked(people, made, day, 14)
    await fill(page)
    await page.click("text=この日時で予約する")
    await expect(page.locator(".notice-bad")).to_contain_text("たった今埋まりました")
    await expect(page.locator("#name")).to_have_value("田中花子")
    await expect(page.locator(".choice-time").first).to_contain_text("13:30 ～ 14:00")
    await page.locator("input[name=start]").first.check()
    await page.click("text=この日時で予約する")
    await expect(page.locator("time")).to_contain_text("13:30 ～ 14:00")


async def test_h10_moved_and_cancelled_without_scripts(people: People) -> None:
    made, day = await a_page(people), await people.free_day()
    page = await people.page("phone", scripts=False)
    await page.goto(await booked(people, made, day))
    await page.click("text=日時を変更する")
    await expect(page.locator(".summary")).to_contain_text("13:00 ～ 13:30")
    await page.click("a.time >> text=15:00")
    await page.fill("#reason", "前の会議が延びるため")
    await page.click("text=この日時に変更する")
    await expect(page.locator(".notice-ok")).to_contain_text("日時を変更しました")
    await expect(page.locator("time")).to_contain_text("15:00 ～ 15:30")
    await page.click("a >> text=キャンセルする")
    await page.fill("#reason", "都合により")
    await page.click("text=予約をキャンセルする")
    await expect(page.locator("h1")).to_have_text("このアポイントメントはキャンセルされました")
    await page.click("text=空いている日時を見る")
    await expect(page.locator("a.time").first).to_be_visible()


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_booking_pages_look_right(people: People, width: Width, language: str) -> None:
    made, day = (
        await a_page(people, questions=QUESTIONS, description="30分または60分で承ります。"),
        await people.free_day(),
    )
    looker = Looker(await people.page(width, language=language), width, language)
    page = looker.page
    await looker.open(f"/p/{made['slug']}?day={day}", "booking-times")
    holiday = (await people.now()).astimezone(TOKYO) + timedelta(days=60)
    await looker.open(f"/p/{made['slug']}?month={holiday:%Y}-{holiday:%m}&time_zone=Asia/Tokyo", "booking-holidays")
    await page.locator("a.time").first.click()
    await page.locator(".confirm button").click()
    await expect(page.locator("#name-error")).to_be_visible()
    await looker.look("booking-details-error")
    managed = await booked(people, made, day)
    await looker.open(f"{managed}/reschedule", "booking-move")
    await page.locator("a.time").first.click()
    await expect(page.locator("#reason")).to_be_visible()
    await looker.look("booking-move-confirm")
    await looker.open(f"{managed}/cancel", "booking-cancel")
    await page.goto(managed)
    await expect(page.locator("#meeting-id")).to_be_visible()
    await looker.look("booking-managed")
