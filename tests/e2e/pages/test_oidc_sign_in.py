"""Somebody signs in with the company's account, and out again, here and there (X8)."""

import re

from playwright.async_api import expect

from tests.e2e.pages.conftest import People


async def test_x8_in_with_the_companys_account_and_out_again(people: People) -> None:
    page = await people.page()
    await page.goto("/account")
    await expect(page.locator("#email")).to_be_visible()
    await page.get_by_role("link", name="会社のアカウントでサインイン").click()
    await page.check("input[name=account][value='taro@example.jp']")
    await page.get_by_role("button", name="許可").click()
    await expect(page.locator("#profile-heading")).to_be_visible()
    await page.get_by_role("button", name="サインアウト").click()
    await page.get_by_role("link", name="会社のアカウントからもサインアウトする").click()
    await expect(page).to_have_url(re.compile(r"/sign-in$"))
    await page.goto("/account")
    await expect(page.locator("#email")).to_be_visible()
