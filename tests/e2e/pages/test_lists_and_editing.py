"""The console's lists, the view of today, and the forms that edit what stands, in a browser (R28, X12)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import ADMIN, TARO, TOKYO, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.e2e.pages.test_proposing import move
from tests.waiting import eventually


async def soon(people: People) -> datetime:
    """The next half hour of this day in Tokyo that has not begun; late at night the clock goes on to the morning."""
    now = (await people.now()).astimezone(TOKYO)
    if now.hour >= 22:
        morning = (now + timedelta(days=1)).replace(hour=8, minute=10, second=0, microsecond=0)
        async with people.demo.at_sandbox() as sandbox:
            await sandbox.post("/inspect/clock", json={"now": morning.isoformat()})
        now = morning
    half = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    return half + timedelta(minutes=30)


async def today(people: People, word: str) -> dict[str, Any]:
    """A web meeting of taro that is the next one today."""
    made = await people.confirmed(title=word, attendee_ids=[people.ids[TARO]], slots=1)
    start = await soon(people)
    moved = {"start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat(), "allow_overlap": True}
    path = f"/api/v1/appointments/{await appointment_of(people, made)}"
    answer = await people.api.patch(path, json=moved)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def appointment_of(people: People, made: dict[str, Any]) -> str:
    return str((await people.api.get(f"/api/v1/proposals/{made['id']}")).json()["appointment_id"])


async def joinable(page: Page, title: str) -> bool:
    await page.goto("/today")
    return await page.locator(".today-item", has_text=title).locator(".today-join").count() == 1


@pytest.fixture(scope="module")
async def of_today(people: People) -> dict[str, Any]:
    return await today(people, f"本日の打ち合わせ{uuid4().hex[:6]}")


async def test_today_leads_to_the_meeting_that_is_next(people: People, of_today: dict[str, Any]) -> None:
    page = await people.staff("touch")
    await page.goto("/proposals")
    await page.get_by_role("link", name="今日").click()
    await eventually(lambda: joinable(page, of_today["title"]), interval=0.5)
    item = page.locator(".today-item", has_text=of_today["title"])
    await expect(item.locator(".badge")).to_contain_text("あと")
    await expect(item).to_contain_text("山田 太郎")
    shown = (await people.api.get(f"/api/v1/appointments/{of_today['id']}")).json()
    assert await item.locator(".today-join a").get_attribute("href") == shown["meeting"]["join_url"]
    await page.get_by_role("link", name="自分").click()
    await page.wait_for_url("**/today?who=me*")
    await expect(item).to_have_count(1)
    other = await people.staff("touch", email=ADMIN)
    await other.goto("/today?who=me")
    await expect(other.locator(".today-item", has_text=of_today["title"])).to_have_count(0)


@pytest.mark.parametrize("noun", ["proposals", "appointments"])
async def test_a_list_is_searched_and_narrowed_by_keyboard(people: People, noun: str) -> None:
    word = f"検索{uuid4().hex[:6]}"
    await people.confirmed(title=word)
    page = await people.staff()
    await page.goto(f"/{noun}")
    await page.focus("#q")
    await page.keyboard.type(word)
    await page.keyboard.press("Enter")
    await expect(page.locator(".row")).to_have_count(1)
    await expect(page.locator(".row")).to_contain_text(word)
    await page.select_option("#staff_id", label="自分")
    await page.select_option("#kind", label="来訪")
    await page.click(".narrow button")
    await expect(page.locator(".row")).to_have_count(0)
    await expect(page.locator("#q")).to_have_value(word)
    await page.select_option("#kind", "web")
    await page.click(".narrow button")
    await expect(page.locator(".row")).to_have_count(1)
    await page.get_by_role("link", name="条件をクリア").click()
    await expect(page.locator("#q")).to_have_value("")


async def test_x12_an_appointment_is_edited_and_what_saving_does_is_said_while_typing(people: People) -> None:
    appointment_id = await appointment_of(people, await people.confirmed())
    page = await people.staff("phone")
    await page.goto(f"/appointments/{appointment_id}")
    await page.get_by_role("link", name="内容を編集").click()
    told = page.locator("[data-consequences] li:visible")
    await expect(told).to_have_count(0)
    await expect(page.locator("[data-nothing]")).to_be_visible()
    await page.fill("#title", "変更後の件名")
    await expect(told.filter(has_text="お客様にメールは送りません。")).to_have_count(1)
    await page.select_option("#organizer_id", people.ids[ADMIN])
    await expect(told.filter(has_text="計2通")).to_have_count(1)
    await expect(told.filter(has_text="お客様にメールは送りません。")).to_have_count(0)
    await page.select_option("#organizer_id", people.ids[TARO])
    await page.locator("[data-staff]", has_text="管理 太郎").get_by_role("button").press("Enter")
    await expect(page.locator("#organizer_id option")).to_have_count(1)
    await page.fill("#note", "二行の\nメモ")
    await page.click(".edit-foot button[type=submit]")
    await expect(page.locator(".notice-ok")).to_contain_text("内容を変更しました。")
    shown = (await people.api.get(f"/api/v1/appointments/{appointment_id}")).json()
    assert (shown["title"], shown["note"], shown["version"]) == ("変更後の件名", "二行の\nメモ", 2)
    assert [one["staff_id"] for one in shown["attendees"]] == [people.ids[TARO]]


async def test_of_two_tabs_the_second_is_told_and_may_save_again(people: People) -> None:
    made = await people.proposal()
    first, second = await people.staff(), await people.staff(email=ADMIN)
    for page in (first, second):
        await page.goto(f"/proposals/{made['id']}/edit")
    await first.fill("#title", "一人目の件名")
    await first.click(".edit-foot button[type=submit]")
    await expect(first.locator(".notice-ok")).to_contain_text("内容を変更しました。")
    await second.fill("#guidance", "二人目のご案内")
    await second.click(".edit-foot button[type=submit]")
    await expect(second.locator(".notice-wait")).to_contain_text("一人目の件名")
    await expect(second.locator("#guidance")).to_have_value("二人目のご案内")
    await expect(second.locator("#title")).to_have_value("一人目の件名")
    await second.click(".edit-foot button[type=submit]")
    await expect(second.locator(".notice-ok")).to_contain_text("内容を変更しました。")
    shown = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    assert (shown["title"], shown["guidance"]) == ("一人目の件名", "二人目のご案内")


async def test_without_scripts_an_attendee_can_be_taken_out(people: People) -> None:
    made = await people.proposal()
    page = await people.staff(scripts=False)
    await page.goto(f"/proposals/{made['id']}/edit")
    await page.uncheck(f"[name=attendee_ids][value='{people.ids[ADMIN]}']")
    await page.click(".edit-foot button[type=submit]")
    await expect(page.locator(".notice-ok")).to_contain_text("内容を変更しました。")
    shown = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    assert [one["staff_id"] for one in shown["attendees"]] == [people.ids[TARO]]


async def test_a_public_holiday_is_shaded_and_named_in_the_grid(people: People) -> None:
    page = await people.staff()
    await page.goto("/proposals/new")
    for _ in range(14):
        if await page.locator(".grid .holiday").count():
            break
        await move(page)
    await expect(page.locator(".grid .holiday").first).to_be_visible()
    names = await page.evaluate("Object.values(JSON.parse(document.getElementById('page-data').textContent).holidays)")
    heads = await page.locator(".grid [role=columnheader]").all_inner_texts()
    assert any(name in head.replace("\n", "") for name in names for head in heads), heads
    await Looker(page, "desktop", "ja").look("proposal-new-holiday")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_lists_and_editing_look_right(
    people: People, of_today: dict[str, Any], width: Width, language: str
) -> None:
    looker = Looker(await people.staff(width, language=language), width, language)
    page = looker.page
    made, appointment_id = await people.proposal(), of_today["id"]
    await eventually(lambda: joinable(page, of_today["title"]), interval=0.5)
    await looker.look("today")
    await looker.open(f"/appointments?period=all&q={of_today['title']}&kind=web", "appointments-narrowed")
    await looker.open("/appointments?q=nobody-is-called-like-this", "appointments-none-found")
    await looker.open(f"/appointments/{appointment_id}/edit", "appointment-edit")
    await page.fill("#title", "x")
    await page.fill("#note", "y")
    await looker.look("appointment-edit-typed")
    await looker.open(f"/proposals/{made['id']}/edit", "proposal-edit")
    await page.fill("#email", "hanako@")
    await page.check("[name=send_mail]")
    await page.click(".edit-foot button[type=submit]")
    await expect(page.locator("#email-error")).to_be_visible()
    await looker.look("proposal-edit-error")
    await people.api.patch(f"/api/v1/proposals/{made['id']}", json={"note": "meanwhile"})
    await page.click(".edit-foot button[type=submit]")
    await expect(page.locator(".notice-wait")).to_contain_text("meanwhile")
    await looker.look("proposal-edit-overtaken")
