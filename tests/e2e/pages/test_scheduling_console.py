"""Staff make a scheduling page, look into its times, offer some in a mail (H1, H2, H15, H16, X11)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import TARO, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker

EVERY_DAY = {day: [{"start": "09:00", "end": "18:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def a_page(people: People, **changes: Any) -> dict[str, Any]:
    hosts = [{"staff_id": people.ids[TARO], "hours": EVERY_DAY}]
    body = {
        "title": f"ご相談{uuid4().hex[:6]}",
        "hosts": hosts,
        "holidays_off": False,
        "durations": [30, 60],
    }
    answer = await people.api.post("/api/v1/pages", json=body | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_page_is_made_looked_into_and_handed_on(people: People) -> None:
    page = await people.staff("desktop")
    title = f"新製品のご相談{uuid4().hex[:6]}"
    await page.goto("/pages/new")
    await page.fill("#title", title)
    await page.get_by_role("button", name="質問を追加").click()
    await expect(page.locator("#title")).to_have_value(title)
    await page.fill("#question_0_label", "ご用件")
    await page.fill("#host_0_mon", "いつでも")
    await page.locator(".scheduling-save button").click()
    await expect(page.locator("#host_0_mon-error")).to_be_visible()
    await page.fill("#host_0_mon", "10-12, 13:00～17:00")
    await page.locator(".scheduling-save button").click()
    await expect(page.get_by_role("status").first).to_contain_text("予約ページを作りました")
    await expect(page.locator("#host_0_mon")).to_have_value("10:00-12:00, 13:00-17:00")
    before = await page.locator("[data-preview] .card-head").inner_text()
    await page.fill("#dates_off", "2030-01-01")
    await page.fill("#host_0_tue", "")
    await expect(page.locator("[data-preview] .card-head")).not_to_have_text(before)
    await page.locator(".scheduling-day summary").first.click()
    await page.locator(".chip:not(.chip-free):visible").first.click()
    await expect(page.locator("[data-why]")).to_contain_text("予約できません")
    await page.goto("/pages?q=" + title)
    row = page.locator(".scheduling-row", has_text=title)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await row.get_by_role("button", name="リンクをコピー").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"http://[^/]+/p/[a-z0-9-]+", copied)


async def test_h15_a_time_in_a_mail_opens_the_page_with_it_chosen(people: People) -> None:
    made = await a_page(people)
    page = await people.staff("desktop")
    await page.goto(f"/pages/{made['id']}/times")
    await page.locator(".chip-choice input").nth(2).check()
    await page.get_by_role("button", name="文章を作る").click()
    link = page.locator("#times-shown a").first
    await expect(link).to_be_visible()
    address = (await link.get_attribute("href") or "").partition("/p/")[2]
    guest = await people.page("phone")
    await guest.goto(f"/p/{address}")
    _, clock = re.fullmatch(r"(.*\)) (\d\d:\d\d) .*", await link.inner_text()).groups()  # type: ignore[union-attr]
    await expect(guest.locator("main")).to_contain_text(clock)
    await expect(guest.locator("#name")).to_be_visible()


@pytest.mark.parametrize("width", ["phone"])
async def test_a_page_is_edited_without_scripts(people: People, width: Width) -> None:
    made = await a_page(people)
    page = await people.staff(width, scripts=False)
    await page.goto(f"/pages/{made['id']}")
    await page.get_by_role("button", name="担当者を追加").click()
    await expect(page.locator("#host_1_staff_id")).to_be_visible()
    await page.locator(".chip:visible").first.click()
    await expect(page.locator("[data-why]")).to_be_visible()
    await expect(page.locator("#host_1_staff_id")).to_be_visible()


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_pages_of_scheduling_pages(people: People, width: Width, language: str) -> None:
    made = await a_page(people, questions=[{"label": "ご用件"}])
    looker = Looker(await people.staff(width, language=language), width, language)
    await looker.open("/pages", "pages")
    await looker.open(f"/pages/{made['id']}", "page-editor")
    await looker.page.locator(".chip:visible").first.click()
    await expect(looker.page.locator("[data-why]")).to_be_visible()
    await looker.look("page-explained")
    await looker.open(f"/pages/{made['id']}/times", "page-times")
    await looker.open(f"/pages/{made['id']}/delete", "page-delete")
