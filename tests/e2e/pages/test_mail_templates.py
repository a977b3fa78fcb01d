"""An administrator writes a mail in the company's own words, sees it, and takes it back (C6)."""

from typing import Any
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import ADMIN, People
from tests.waiting import eventually

PAGE = "/settings/mails/confirmed.guest/ja"


async def mail_to(people: People, address: str, subject: str) -> dict[str, Any]:
    async with people.demo.at_sandbox() as sandbox:

        async def found() -> list[dict[str, Any]]:
            mails = (await sandbox.get("/inspect/mails", params={"to": address})).json()["items"]
            return [mail for mail in mails if subject in mail["subject"]]

        mail: dict[str, Any] = (await eventually(found))[0]
        return mail


async def write(page: Page, body: str) -> None:
    await page.fill("#body", body)


async def test_c6_a_mail_in_ones_own_words_from_the_first_mistake_to_the_way_back(people: People) -> None:
    word = uuid4().hex[:6]
    page = await people.staff(email=ADMIN)
    shown = await people.confirmed(title=f"見本の予定{word}", slots=1)
    appointment = (await people.api.get(f"/api/v1/proposals/{shown['id']}")).json()["appointment_id"]
    await page.goto("/settings")
    await page.get_by_role("link", name="メールの文面").click()
    await page.locator(f"a[href='{PAGE}']").click()
    try:
        await page.fill("#subject", f"{{{{ company }}}}のご予約{word}")
        await write(page, "{{ gest }} 様\n\nお待ちしております。\n\n{{ details_block }}\n\n")
        mistake = page.locator("#body-errors li").first
        await expect(mistake).to_contain_text("1行目 4文字目")
        await page.click("button[value=save]")
        await expect(page.locator("#body-errors li").first).to_contain_text("もしかして {{ guest }}")
        assert await page.input_value("#body") == "{{ gest }} 様\n\nお待ちしております。\n\n{{ details_block }}"
        await page.locator("#body-errors button").first.press("Enter")
        await page.keyboard.type("guest")
        await page.locator("#body").press("Control+End")
        await page.locator("#body").press("Enter")
        await page.locator("#body").press("Enter")
        await page.click("[data-insert=zoom_block]")
        await page.select_option("#about", appointment)
        await expect(page.locator("[data-subject]")).to_contain_text(f"のご予約{word}")
        frame = page.frame_locator("#preview iframe")
        await expect(frame.locator("body")).to_contain_text(f"見本の予定{word}")
        await expect(frame.locator("body")).to_contain_text("お待ちしております。")
        await page.click("button[value=save]")
        await expect(page.locator(".notice-ok")).to_contain_text("文面を保存しました。")
        address = f"own-words-{word}@example.com"
        await people.confirmed(guest={"name": "田中花子", "company": "ABC株式会社", "email": address}, slots=1)
        mail = await mail_to(people, address, f"のご予約{word}")
        assert mail["text"].startswith("田中花子 様\n\nお待ちしております。\n\n■ 件名")
        assert "【Zoom連携情報】" in mail["text"]
        assert "お待ちしております。</p>" in mail["html"]
    finally:
        await page.goto(PAGE)
        await page.click("#restore summary")
        await page.get_by_role("button", name="文面を捨てて既定に戻す").click()
    await expect(page.locator(".notice-ok")).to_contain_text("既定の文面に戻しました。")
    await expect(page.locator("h1 .badge")).to_have_text("既定")
