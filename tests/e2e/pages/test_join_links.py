"""Another guest and a new join link, from the pages of staff to what the guests' browsers show (X9, C9)."""

from typing import Any

from playwright.async_api import expect

from tests.e2e.pages.conftest import TARO, People
from tests.e2e.pages.test_every_page import Looker
from tests.waiting import eventually


async def an_issued_appointment(people: People) -> dict[str, Any]:
    made = await people.confirmed(title="代わりの方", attendee_ids=[people.ids[TARO]], slots=1)
    proposal = (await people.api.get(f"/api/v1/proposals/{made['id']}")).json()
    path = f"/api/v1/appointments/{proposal['appointment_id']}"

    async def issued() -> dict[str, Any] | None:
        shown: dict[str, Any] = (await people.api.get(path)).json()
        return shown if shown["meeting"]["status"] == "issued" else None

    return await eventually(issued)


async def test_c9_the_form_says_what_another_guest_means_and_the_former_ones_links_are_dead(
    people: People,
) -> None:
    before = await an_issued_appointment(people)
    page = await people.staff()
    looker = Looker(page, "desktop", "ja")
    await page.goto(f"/appointments/{before['id']}/edit")
    await page.fill("#email", "jiro@example.com")
    await page.fill("#name", "鈴木次郎")
    await expect(page.locator("[data-consequences] li:visible", has_text="計3通")).to_have_count(1)
    await looker.look("appointment-edit-another-guest")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator("body")).to_contain_text("内容を変更しました。")
    await expect(page.locator("body")).to_contain_text("jiro@example.com")
    guest = await people.page("touch")
    for dead in (before["guest_url"], before["guest_join_url"]):
        await guest.goto(dead)
        await expect(guest.locator("h1")).to_have_text("このページは見つかりません")

    await page.reload()
    first = await page.locator("#guest-join-url").inner_text()
    await page.locator("[data-open='revoke-link']").click()
    await looker.look("appointment-revoke-link-dialog")
    await page.locator("#revoke-link button[type=submit]").click()
    await expect(page.locator("body")).to_contain_text("お客様の参加リンクを新しくしました。")
    assert await page.locator("#guest-join-url").inner_text() != first
    await guest.goto(first)
    await expect(guest.locator("h1")).to_have_text("このページは見つかりません")
