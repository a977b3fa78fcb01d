"""Occurrences of a recurring appointment in the browser (E6): moved and cancelled, with two tabs, without scripts."""

from datetime import date, datetime, timedelta
from typing import Any

from playwright.async_api import expect

from tests.e2e.pages.conftest import TARO, TOKYO, People
from tests.e2e.pages.test_every_page import Looker
from tests.waiting import eventually


async def a_series(people: People, *, hour: int = 19) -> dict[str, Any]:
    """Of four weeks, in the evening, when no other test has anything."""
    start = datetime.fromisoformat(f"{await people.free_day()}T{hour}:00").replace(tzinfo=TOKYO)
    body = {
        "title": "定例会",
        "kind": "visit",
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
        "attendee_ids": [people.ids[TARO]],
        "guest": {"name": "田中花子", "email": "hanako@example.com"},
        "rrule": "FREQ=WEEKLY;COUNT=4",
    }
    answer = await people.api.post("/api/v1/appointments", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def day_after(made: dict[str, Any], days: int) -> str:
    return (date.fromisoformat(made["start"][:10]) + timedelta(days=days)).isoformat()


async def test_one_is_moved_and_one_cancelled_while_another_tab_is_open(people: People) -> None:
    made = await a_series(people)
    looker = Looker(await people.staff("desktop"), "desktop", "ja")
    page = looker.page
    await page.goto(f"/appointments/{made['id']}")
    lines = page.locator(".occurrence")
    await expect(lines).to_have_count(4)
    await expect(lines.first).to_contain_text("次回")
    await lines.nth(1).get_by_role("link").click()
    await expect(page.locator("#date")).to_be_visible()
    await looker.look("occurrence")
    other = await page.context.new_page()
    await other.goto(page.url)

    await page.fill("#date", day_after(made, 30))
    await page.get_by_role("button", name="この回の日時を変更する").click()
    await expect(page.locator("#date-error")).to_contain_text("前後の回の日を越えて")
    await expect(page.locator("#date")).to_have_value(day_after(made, 30))
    await looker.look("occurrence-error")
    await page.fill("#date", day_after(made, 8))
    await page.get_by_role("button", name="この回の日時を変更する").click()
    await expect(page.get_by_text("この回の日時を変更しました。")).to_be_visible()
    await expect(lines.nth(1)).to_contain_text("日時変更")

    await other.fill("#date", day_after(made, 9))
    await other.get_by_role("button", name="この回の日時を変更する").click()
    await expect(other.get_by_text("ほかの画面でこの定例が変更されました。")).to_be_visible()
    await expect(other.locator("#date")).to_have_value(day_after(made, 9))
    await other.get_by_role("button", name="この回の日時を変更する").click()
    await expect(other.get_by_text("この回の日時を変更しました。")).to_be_visible()

    async def is_told() -> bool:
        await page.reload()
        return "定例の1回を別の日時に移しました" in await page.locator(".timeline").inner_text()

    await eventually(is_told, interval=0.5)

    await lines.nth(2).get_by_role("link").click()
    await expect(page.get_by_text("ほかの回は変わりません。").last).to_be_visible()
    await page.get_by_role("button", name="この回をキャンセルする").click()
    await expect(page.get_by_text("この回をキャンセルしました。")).to_be_visible()
    await expect(lines.nth(2)).to_contain_text("キャンセル")
    await expect(lines.nth(2).get_by_role("link")).to_have_count(0)
    await looker.look("appointment-recurring")
    await page.goto("/appointments?q=定例会")
    await expect(page.locator(".row", has_text="定例会").first).to_contain_text("毎週")
    assert people.complaints == []


async def test_the_same_without_scripts_on_a_phone_in_english_and_what_the_guest_sees(people: People) -> None:
    made = await a_series(people)
    page = await people.staff("phone", language="en", scripts=False)
    await page.goto(f"/appointments/{made['id']}")
    await page.locator(".occurrence").nth(0).get_by_role("link").click()
    await page.get_by_role("button", name="Cancel this occurrence").click()
    await expect(page.get_by_text("The occurrence was cancelled.")).to_be_visible()
    await page.locator(".occurrence").nth(1).get_by_role("link").click()
    await page.fill("#start", "20:00")
    await page.fill("#end", "21:00")
    await page.get_by_role("button", name="Move this occurrence").click()
    await expect(page.locator(".occurrence").nth(1)).to_contain_text("20:00 – 21:00")

    guest = Looker(await people.page("phone", language="en"), "phone", "en")
    await guest.open(made["guest_url"], "guest-recurring")
    coming = guest.page.locator(".coming li")
    await expect(coming.nth(0)).to_contain_text("Cancelled")
    await expect(coming.nth(1)).to_contain_text("20:00 – 21:00")
    await expect(guest.page.locator("main")).to_contain_text("Every week on")
    invite = await people.api.get(f"/g/{made['guest_url'].rpartition('/')[2]}/invite.ics")
    assert all(word in invite.text for word in ("RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE", "RECURRENCE-ID"))


async def test_the_rule_of_a_series_that_has_not_begun_is_changed_and_every_change_is_said_before(
    people: People,
) -> None:
    made = await a_series(people, hour=21)
    looker = Looker(await people.staff("desktop"), "desktop", "ja")
    page = looker.page
    await page.goto(f"/appointments/{made['id']}/edit")
    await expect(page.get_by_text("まだ何も変えていません。")).to_be_visible()
    await page.fill("[name=count]", "61")
    said = page.locator("[data-consequences] > li:visible")
    await expect(said).to_have_count(1)
    await expect(said).to_contain_text("すべての回を新しい日程に移します。")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator("#rrule-error")).to_be_visible()
    await looker.look("appointment-edit-rule")
    await page.fill("[name=count]", "2")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator(".occurrence")).to_have_count(2)

    phone = Looker(await people.staff("phone", language="en"), "phone", "en")
    await phone.open(f"/appointments/{made['id']}/edit", "appointment-edit-rule")
    await expect(phone.page.locator("[name=count]")).to_have_value("2")
    await phone.page.select_option("#freq", "MONTHLY")
    await expect(phone.page.locator(".weekdays")).to_be_hidden()
    await phone.page.get_by_role("button", name="Save").click()
    await expect(phone.page.locator("main")).to_contain_text("Every month on")
    assert people.complaints == []
