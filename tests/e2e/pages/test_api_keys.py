"""An administrator makes an API key, copies it, a program uses it, and it is taken back (X8)."""

from playwright.async_api import expect

from tests.e2e.pages.conftest import ADMIN, People


async def test_x8_a_key_from_its_making_to_its_end(people: People) -> None:
    page = await people.staff(email=ADMIN)
    await page.goto("/settings")
    await page.get_by_role("link", name="APIキー").click()
    await page.fill("#name", "顧客管理システム")
    await page.get_by_label("アポイントメント: 読み取り").check()
    await page.get_by_role("button", name="APIキーを作成").click()
    shown = page.locator("#secret")
    await expect(shown).to_contain_text("csk_")
    secret = (await shown.inner_text()).strip()
    copy = page.locator("[data-copy=secret]")
    await copy.click()
    await expect(copy).to_have_text("コピーしました")
    async with people.demo.at_gateway() as program:
        program.headers["authorization"] = f"Bearer {secret}"
        assert (await program.get("/api/v1/appointments")).status_code == 200
        assert (await program.get("/api/v1/contacts")).json()["missing"] == ["contacts:read"]
        await page.get_by_role("link", name="取り消す: 顧客管理システム").last.click()
        await page.get_by_role("button", name="このAPIキーを取り消す").click()
        await expect(page.locator(".notice-ok")).to_contain_text("APIキーを取り消しました。")
        assert (await program.get("/api/v1/appointments")).status_code == 401
