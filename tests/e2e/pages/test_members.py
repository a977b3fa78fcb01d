"""Inviting by mail in a browser, and two tabs that change the same thing."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import ADMIN, People, Width
from tests.waiting import eventually


async def newest_mail(people: People, email: str, count: int = 1) -> dict[str, Any]:
    async with people.demo.at_sandbox() as sandbox:

        async def mails() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await sandbox.get("/inspect/mails", params={"to": email})).json()["items"]
            return found if len(found) >= count else []

        return (await eventually(mails))[0]


async def link_in_mail(people: People, email: str, count: int = 1) -> str:
    found = re.search(r"http\S+/invite/[\w-]+", (await newest_mail(people, email, count))["text"])
    assert found is not None
    return found[0]


async def choose_password(page: Page, url: str, password: str) -> None:
    await page.goto(url)
    await page.fill("#password", password)
    await page.click("main button[type=submit]")


@pytest.mark.parametrize("width", ["phone", "desktop"])
async def test_a_member_is_invited_chooses_a_password_and_is_disabled(people: People, width: Width) -> None:
    email = f"invited-{width}@example.jp"
    admin = await people.staff(width, email=ADMIN)
    await admin.goto("/members")
    await admin.click("text=メンバーを追加")
    await admin.fill("#name", "招待 花子")
    await admin.fill("#email", email)
    await admin.click("text=追加して招待メールを送る")
    await expect(admin.locator(".notice-ok")).to_contain_text("招待メールを送りました。")
    mail = await newest_mail(people, email)
    assert mail["subject"] == "[株式会社サンプル]Choseiへの招待"
    first = await link_in_mail(people, email)
    await admin.click("text=招待メールを送り直す")
    await expect(admin.locator(".notice-ok")).to_contain_text("前のリンクは使えなくなりました。")
    second = await link_in_mail(people, email, 2)
    member = await people.page(width, scripts=False)
    await member.goto(first)
    await expect(member.locator("h1")).to_have_text("この招待リンクは使えません")
    await choose_password(member, second, "chosen-by-mail")
    await expect(member.locator(".notice-ok")).to_contain_text("招待 花子さん、パスワードを設定しました。")
    await member.goto("/members/new")
    await expect(member.locator("h1")).to_have_text("権限がありません")
    await admin.reload()
    await expect(admin.locator(".badge-ok")).to_have_text("サインイン可")
    await admin.click("[data-open=disable]")
    await expect(admin.locator("dialog[open]")).to_contain_text("ほかの担当者もいる今後のアポイントメントからは外れ")
    await expect(admin.locator("dialog[open]")).to_contain_text("調整アポ、仮予定はそのまま残り")
    await admin.click("dialog[open] button[type=submit]")
    await expect(admin.locator(".notice-ok")).to_have_text("無効にしました。")
    await member.goto("/proposals")
    await expect(member).to_have_url(re.compile("/sign-in"))


async def test_a_second_tab_is_told_what_changed_and_may_save_again(people: People) -> None:
    first = await people.staff(email=ADMIN)
    await first.goto("/settings")
    second = await first.context.new_page()
    await second.goto("/settings")
    await first.fill("#minimum_slots", "3")
    await first.click("main button[type=submit]")
    await expect(first.locator(".notice-ok")).to_have_text("設定を保存しました。")
    await second.fill("#minimum_slots", "2")
    await second.click("main button[type=submit]")
    await expect(second.locator(".notice-wait")).to_contain_text("残しておく候補の数: いまは 3")
    await expect(second.locator("#minimum_slots")).to_have_value("2")
    await second.click("main button[type=submit]")
    await expect(second.locator(".notice-ok")).to_have_text("設定を保存しました。")
    await first.goto("/settings")
    await expect(first.locator("#minimum_slots")).to_have_value("2")
    await first.fill("#minimum_slots", "1")
    await first.click("main button[type=submit]")
    await expect(first.locator(".notice-ok")).to_have_text("設定を保存しました。")


@pytest.mark.parametrize("width", ["phone", "desktop"])
async def test_every_page_of_the_console_is_reached_from_the_navigation(people: People, width: Width) -> None:
    page = await people.staff(width)
    await page.goto("/proposals")
    for path in ("connections", "members", "settings", "account"):
        if width == "phone":
            await page.click(".nav-more summary")
        await page.locator(f"nav a[href='/{path}']:visible, .who a[href='/{path}']:visible").first.click()
        await page.wait_for_url(f"**/{path}")
        here = page.locator("nav [aria-current=page], .who [aria-current=page]").first
        await expect(here).to_have_attribute("href", f"/{path}")
