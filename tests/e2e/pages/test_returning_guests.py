"""Guests who come again: the browser that remembers one, and the contact that gathers what they booked (H6-H8)."""

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import People, Width
from tests.e2e.pages.test_booking_pages import a_page, fill
from tests.e2e.pages.test_every_page import VARIANTS, Looker


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_h8_who_asked_for_it_books_with_one_press_and_is_forgotten_on_request(
    people: People, width: Width, language: str
) -> None:
    made = await a_page(people, durations=[30], prefill=True, auto_submit=True)
    address, email = f"/p/{made['slug']}?day={await people.free_day()}&time_zone=Asia/Tokyo", f"{width}@kaho.example"
    looker = Looker(await people.page(width, language=language), width, language)
    page = looker.page
    await page.goto(f"{address}&utm_campaign=spring")
    await page.click("a.time >> text=13:00")
    await fill(page, "夏帆", email)
    await page.check("#remember")
    await looker.look("booking-remember")
    await page.click(".confirm button")
    await expect(page.locator("time")).to_contain_text("13:00")
    await looker.open(address, "booking-known")
    await page.click("button.time >> text=14:00")
    await expect(page.locator("time")).to_contain_text("14:00")
    await page.goto(f"{address}&start={address.partition('day=')[2][:10]}T15:00:00%2B09:00")
    await expect(page.locator("#email")).to_have_value(email)
    await looker.look("booking-filled")
    await page.locator("[data-forget]").click()
    await expect(page.locator("#email")).to_have_value("")
    await page.goto(address)
    await expect(page.locator("a.time").first).to_be_visible()
    staff = Looker(await people.staff(width, language=language), width, language)
    await staff.open("/contacts?q=kaho", "contacts")
    await staff.page.locator(".row", has_text=email).click()
    await expect(staff.page.locator(".row[href^='/appointments/']")).to_have_count(2)
    await staff.look("contact")
    await staff.page.fill("#company", "夏帆商店")
    await staff.page.locator(".form-foot button").click()
    await expect(staff.page.locator(".notice-ok")).to_be_visible()
    await staff.page.locator(".row[href^='/appointments/']").last.click()
    await expect(staff.page.locator("aside")).to_contain_text("spring")
    await staff.page.locator("a[href^='/contacts/']").click()
    await expect(staff.page.locator(".page-head")).to_contain_text("夏帆商店")
