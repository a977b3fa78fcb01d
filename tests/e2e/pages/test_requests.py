"""A page whose bookings are requests, in the browser: asked without scripts, declined with a message, taken back,
approved with the link to the meeting (H4, G7).
"""

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import People, Width
from tests.e2e.pages.test_booking_pages import a_page, fill
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.waiting import eventually

RECEIVED = "お申し込みを受け付けました"


async def a_page_of_requests(people: People) -> dict[str, Any]:
    return await a_page(people, title=f"個別のご相談{uuid4().hex[:6]}", offline=True, durations=[30])


async def asked(page: Page, slug: str, day: str, hour: str) -> str:
    """The address of the guest's page."""
    await page.goto(f"/p/{slug}?day={day}")
    await page.click(f"a.time >> text={hour}")
    await fill(page)
    await page.click("text=この日時を申し込む")
    await expect(page.locator("h1")).to_have_text(RECEIVED)
    return page.url


async def answered(staff: Page, title: str, button: str, message: str, said: str) -> None:
    """From the list of what waits."""
    await staff.goto("/appointments?period=requests")
    await staff.locator(".row", has_text=title).click()
    await staff.fill("#answer-message", message)
    await staff.get_by_role("button", name=button, exact=True).click()
    await expect(staff.locator(".notice").first).to_contain_text(said)


async def mailed(people: People, *words: str) -> bool:
    """Whether the guest has a mail with all of these."""
    async with people.demo.at_sandbox() as sandbox:
        answer = await sandbox.get("/inspect/mails", params={"to": "hanako@example.com"})
    return any(all(word in one["text"] for word in words) for one in answer.json()["items"])


async def test_h4_a_request_is_declined_with_a_message_and_another_approved(people: People) -> None:
    made, day = await a_page_of_requests(people), await people.free_day()
    guest, staff = await people.page("phone", scripts=False), await people.staff()
    mine = await asked(guest, made["slug"], day, "13:00")
    await answered(staff, made["title"], "お断りする", "その日は終日不在です。", "お断りしました")
    await guest.goto(mine)
    await expect(guest.locator("h1")).to_have_text("ご希望の日時では承れませんでした")
    await expect(guest.locator("text=その日は終日不在です。")).to_be_visible()
    await eventually(lambda: mailed(people, made["title"], "その日は終日不在です。"))
    await guest.click("text=空いている日時を見る")
    await expect(guest.locator("h1")).to_contain_text(made["title"])
    mine = await asked(guest, made["slug"], day, "14:00")
    await answered(staff, made["title"], "承認する", "資料をお持ちください。", "承認しました")
    await guest.goto(mine)
    await expect(guest.locator("h1")).to_have_text("アポイントメントの日時が確定しました")
    await expect(guest.locator("text=資料をお持ちください。")).to_be_visible()
    reading = await people.page("phone")
    await reading.goto(mine)
    await expect(reading.locator("#join-url")).to_be_visible()
    link = await reading.locator("#join-url").inner_text()
    await eventually(lambda: mailed(people, made["title"], "資料をお持ちください。", link))


async def test_h4_a_request_is_taken_back(people: People) -> None:
    made, day = await a_page_of_requests(people), await people.free_day()
    guest = await people.page("phone", scripts=False)
    await asked(guest, made["slug"], day, "13:00")
    await guest.get_by_role("link", name="お申し込みを取り下げる").click()
    await guest.fill("#reason", "都合により")
    await guest.get_by_role("button", name="お申し込みを取り下げる").click()
    await expect(guest.locator("h1")).to_have_text("お申し込みを取り下げました")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_h4_how_requests_look(people: People, width: Width, language: str) -> None:
    made, day = await a_page_of_requests(people), await people.free_day()
    guest = {"name": "田中花子", "company": "ABC株式会社", "email": "hanako@example.com"}
    body = {"start": f"{day}T13:00:00+09:00", "duration": 30, "guest": guest, "time_zone": "Asia/Tokyo"}
    answer = await people.api.post(f"/api/v1/guest/pages/{made['slug']}/bookings", json=body)
    assert (answer.status_code, answer.json()["status"]) == (202, "requested")
    mine, path = answer.json()["manage_url"], f"/appointments/{answer.json()['id']}"
    looker = Looker(await people.page(width, language=language), width, language)
    await looker.open(mine, "guest-request")
    await looker.open(f"{mine}/cancel", "guest-request-withdraw")
    staff = Looker(await people.staff(width, language=language), width, language)
    await staff.open(path, "staff-request")
    await staff.open("/today", "staff-today-requests")
    await people.api.post(f"/api/v1{path}/decline", json={"message": "その日は終日不在です。"})
    await looker.open(mine, "guest-request-declined")
    await staff.open(path, "staff-request-declined")
