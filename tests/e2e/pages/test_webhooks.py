"""An administrator adds a webhook, an appointment is confirmed, and the console shows that it arrived, signed (X1)."""

from playwright.async_api import expect

from services.notifier.model import signing
from tests.e2e.pages.conftest import ADMIN, People
from tests.infrastructure.receiver import receiving
from tests.waiting import eventually


async def test_x1_a_webhook_from_its_making_to_its_end(people: People) -> None:
    page = await people.staff(email=ADMIN)
    async with receiving() as receiver:
        await page.goto("/settings")
        await page.get_by_role("link", name="Webhook").click()
        await page.fill("#url", receiver.url())
        await page.fill("#description", "顧客管理システム")
        await page.get_by_text("会社とメンバー", exact=True).click()
        await page.get_by_label("会社とメンバーのすべて").check()
        await page.get_by_role("button", name="送信先を追加").click()
        shown = page.locator("#secret")
        await expect(shown).to_contain_text("whsec_")
        secret = (await shown.inner_text()).strip()
        await page.goto("/members/new")
        await page.fill("#name", "届先 花子")
        await page.fill("#email", "hooked@example.jp")
        await page.locator("main form button[type=submit]").click()
        got = (await eventually(lambda: receiver.received))[0]
        moment = int(got.headers["webhook-timestamp"])
        assert got.headers["webhook-signature"] == signing.signature(secret, got.id, moment, got.body)
        assert got.event["type"] == "chosei.gateway.staff_changed.v1"
        await page.goto("/settings/webhooks")
        await page.get_by_role("link", name="顧客管理システム").click()
        delivery = page.locator(".hook-delivery", has_text=got.id)
        await expect(delivery).to_contain_text("gateway.staff_changed.v1")

        async def noted() -> bool:
            """What came back is written down after it was answered."""
            await page.reload()
            return "HTTP 204" in (await delivery.text_content() or "")

        await eventually(noted, interval=0.5)
        await delivery.locator("summary").click()
        await delivery.get_by_role("button", name="再送").click()
        await expect(page.locator(".notice-ok")).to_contain_text("再送を始めました。")
        await eventually(lambda: [one.id for one in receiver.received].count(got.id) == 2)
        await page.get_by_role("link", name="削除する").click()
        await page.get_by_role("button", name="この送信先を削除する").click()
        await expect(page.locator(".notice-ok")).to_contain_text("送信先を削除しました。")
