"""Menus: a type with another tool whose way to join is told just before, from its form to the guest's page (C5, C7)."""

from playwright.async_api import expect

from tests.e2e.pages.conftest import ADMIN, People
from tests.e2e.pages.test_every_page import Looker

PLACE = "https://teams.example/l/meetup-join/1"


async def test_an_administrator_adds_orders_and_archives_and_a_proposal_uses_it(people: People) -> None:
    looker = Looker(await people.staff("desktop", language="ja", email=ADMIN), "desktop", "ja")
    page = looker.page
    await looker.open("/menus", "menus")
    await looker.open("/menus/meeting-types/new", "menu-type")
    await page.fill("#name", "Teams面談")
    await page.check("[name=location][value=link]")
    await page.fill("#place", PLACE)
    await page.check("[name=link][value=in_notice]")
    await page.fill("#notice_1", "1")
    words = "参加方法は、開始の1時間前に送る直前のお知らせではじめてお知らせします。"
    await expect(page.locator("[data-preview-words]")).to_have_text(words)
    await page.click("form[data-reveal] button[type=submit]")
    row = page.locator(".menu-line", has_text="Teams面談")
    await expect(row).to_contain_text(words)
    await row.get_by_role("button", name="「Teams面談」を上へ").click()
    titles = page.locator("section[aria-labelledby=meeting-types-heading] .row-title")
    await expect(titles.nth(5)).to_have_text("Teams面談")

    await looker.open("/menus/bookables/new", "menu-bookable")
    await page.fill("#name", "相談窓口")
    await page.fill("#capacity", "2")
    await page.fill("#zoom_user_id", "zoom-1")
    await page.click("main form button[type=submit]")
    await expect(page.locator("#capacity-error")).to_contain_text("提供数は1")
    await page.fill("#capacity", "1")
    await page.click("main form button[type=submit]")
    await expect(page.locator(".menu-line", has_text="相談窓口")).to_be_visible()

    await page.goto("/proposals/new")
    choice = page.locator("#meeting_type_id option", has_text="Teams面談")
    await expect(choice).to_have_count(1)
    meeting_type_id = await choice.get_attribute("value")
    proposal = await people.proposal(slots=1, meeting_type_id=meeting_type_id)
    guest = await people.page("phone")
    await guest.goto(proposal["guest_url"].replace("http://127.0.0.1", people.demo.gateway_url.rpartition(":")[0]))
    await guest.locator("[name=slot_id]").first.check(force=True)
    await guest.click("main form button[type=submit]")
    await expect(guest.get_by_text("Web会議の参加方法は、直前にお知らせします")).to_be_visible()
    assert PLACE not in await guest.content()

    await page.goto("/menus")
    await page.locator(".menu-line", has_text="Teams面談").locator("a.row").click()
    await page.get_by_role("button", name="アーカイブ").click()
    await expect(page.get_by_role("status")).to_contain_text("アーカイブしました。")
    await expect(page.locator(".menu-line", has_text="Teams面談")).to_have_count(0)
