"""Staff in a browser: withdrawing, moving, cancelling, connecting, signing in and out."""

import re

from playwright.async_api import expect

from tests.e2e.pages.conftest import People
from tests.waiting import eventually


async def test_a_proposal_is_withdrawn_after_a_question(people: People) -> None:
    made = await people.proposal()
    page = await people.staff()
    await page.goto(f"/proposals/{made['id']}")
    await page.click("[data-open=withdraw]")
    await expect(page.locator("dialog[open]")).to_contain_text("仮予定6件")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".notice-ok")).to_contain_text("調整アポを取り下げました。")


async def test_an_appointment_is_moved_and_cancelled(people: People) -> None:
    await people.confirmed()
    page = await people.staff()
    await page.goto("/appointments")
    await page.locator(".row").last.click()
    await page.click("[data-open=reschedule]")
    await page.fill("#start", "15:00")
    await page.fill("#end", "16:00")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".notice-ok")).to_contain_text("日時を変更しました。")
    await expect(page.locator(".page-head .tabular")).to_contain_text("15:00 ～ 16:00")
    await page.click("[data-open=cancel]")
    await page.fill("#message", "都合によりキャンセルいたします。")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".notice-ok")).to_contain_text("アポイントメントをキャンセルしました。")


async def test_every_effect_of_a_proposal_ends_in_plain_words(people: People) -> None:
    made = await people.proposal()
    page = await people.staff()

    async def all_done() -> bool:
        await page.goto(f"/proposals/{made['id']}")
        return await page.locator(".table .badge-ok").count() == 4

    await eventually(all_done, interval=0.5)


async def test_a_page_asks_to_sign_in_and_leads_back(people: People) -> None:
    page = await people.page()
    await page.goto("/connections")
    await page.fill("#email", "taro@example.jp")
    await page.fill("#password", "wrong")
    await page.click("button[type=submit]")
    await expect(page.locator(".notice-bad")).to_have_text("メールアドレスまたはパスワードが違います。")
    await page.fill("#password", dict(people.demo.logins)["taro@example.jp"])
    await page.click("button[type=submit]")
    await page.wait_for_url("**/connections")


async def test_zoom_is_disconnected_and_connected_again(people: People) -> None:
    page = await people.staff()
    await page.goto("/connections")
    await page.click("[data-open=off-zoom]")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".notice-ok")).to_have_text("Zoomとの連携を解除しました。")
    await expect(page.locator("#zoom a")).to_have_attribute("href", "https://marketplace.zoom.us/user/requests")
    await page.locator("#zoom button", has_text="接続").click()
    await page.wait_for_url(f"{people.demo.sandbox_url}/**")
    await page.check("input[value='taro@example.jp']")
    await page.click("button[value=allow]")
    await page.wait_for_url("**/connections?connected=zoom")
    await expect(page.locator(".notice-ok")).to_have_text("Zoomと連携しました。")


async def test_signing_out_ends_the_session(people: People) -> None:
    page = await people.page()
    await page.goto("/sign-in")
    await page.fill("#email", "taro@example.jp")
    await page.fill("#password", dict(people.demo.logins)["taro@example.jp"])
    await page.click("button[type=submit]")
    await page.wait_for_url("**/proposals")
    await page.click("text=サインアウト")
    await expect(page).not_to_have_url(re.compile("/proposals"))
    await page.goto("/proposals")
    await expect(page).to_have_url(re.compile("/sign-in"))
