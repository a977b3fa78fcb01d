"""An administrator exports and erases a guest, and sees that it is done (X5)."""

from playwright.async_api import expect

from tests.e2e.pages.conftest import ADMIN, People
from tests.e2e.pages.test_booking_pages import a_page, fill
from tests.e2e.pages.test_every_page import Looker
from tests.waiting import eventually


async def test_x5_a_guest_is_erased_after_what_is_to_come_was_cancelled(people: People) -> None:
    made = await a_page(people, durations=[30])
    guest = Looker(await people.page("phone", language="ja"), "phone", "ja").page
    await guest.goto(f"/p/{made['slug']}?day={await people.free_day()}&time_zone=Asia/Tokyo")
    await guest.click("a.time >> text=13:00")
    await fill(guest, "消田忘子", "erased@kieru.example")
    await guest.click(".confirm button")
    await expect(guest.locator("time")).to_contain_text("13:00")
    looker = Looker(await people.staff("desktop", language="ja", email=ADMIN), "desktop", "ja")
    page = looker.page
    await looker.open("/contacts?q=kieru", "contacts-of-one")
    await page.locator(".row", has_text="erased@kieru.example").click()
    async with page.expect_download() as download:
        await page.click("a[download]")
    assert "消田忘子" in (await (await download.value).path()).read_text("utf-8")
    await page.click("[data-open=delete]")
    await looker.look("contact-erase-dialog")
    await page.click("#delete button[type=submit]")
    coming = page.locator("#coming a")
    await expect(coming).to_have_count(1)
    await looker.look("contact-still-expected")
    await coming.click()
    await page.click("[data-open=cancel]")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".actions .badge", has_text="キャンセル")).to_be_visible()
    await page.goto("/contacts?q=kieru")
    await page.locator(".row", has_text="erased@kieru.example").click()
    await page.click("[data-open=delete]")
    await page.click("#delete button[type=submit]")
    await expect(page.locator("[data-erasures] [data-status]").first).to_be_visible()

    async def done() -> bool:
        await page.goto("/settings/erasures")
        return await page.locator("[data-erasures] [data-status=done]").count() == 1

    await eventually(done, interval=0.5)
    await looker.look("erasure-done")
    await page.goto("/contacts?q=kieru")
    await expect(page.locator(".empty")).to_be_visible()
