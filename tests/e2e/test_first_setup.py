"""An organization from nothing, in the browser alone: set up, two invited, both connected."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.pages.conftest import People
from tests.e2e.pages.test_connections import connect
from tests.e2e.pages.test_members import choose_password, link_in_mail
from tests.infrastructure.demo import start_demo

STAFF = {"jiro@example.jp": ("鈴木次郎", "google"), "reiko@example.jp": ("新田玲子", "microsoft")}


@pytest.fixture
async def empty(browser: Browser) -> AsyncIterator[People]:
    """A demo without an organization."""
    async with (
        start_demo(environment={"CHOSEI_SEED": "0"}) as demo,
        demo.at_gateway() as api,
    ):
        people = People(demo, browser, api)
        yield people
        for context in people.contexts:
            await context.close()
        assert people.complaints == []


async def set_up(people: People) -> Page:
    announced = people.demo.state.announcement
    (line,) = [line for line in announced if line.startswith(f"setup {people.demo.gateway_url}/setup ")]
    assert not any(line.startswith("login") for line in announced)
    page = await people.page()
    await page.goto("/")
    await page.wait_for_url("**/setup")
    typed = {
        "code": line.rpartition(" ")[2],
        "organization": "株式会社はじめて",
        "name": "佐藤花子",
        "email": "admin@example.jp",
        "password": "the-first-password",
    }
    for name, value in typed.items():
        await page.fill(f"#{name}", value)
    await page.click("main button[type=submit]")
    return page


async def test_an_organization_is_set_up_from_nothing(empty: People) -> None:
    admin = await set_up(empty)
    await expect(admin.locator(".notice-ok")).to_contain_text("佐藤花子さん、会社を登録しました。")
    for email, (name, provider) in STAFF.items():
        await admin.goto("/members/new")
        await admin.fill("#name", name)
        await admin.fill("#email", email)
        await admin.click("text=追加して招待メールを送る")
        await expect(admin.locator(".notice-ok")).to_be_visible()
        async with empty.demo.at_sandbox() as sandbox:
            await sandbox.post("/inspect/accounts", json={"email": email, "name": name})
        member = await empty.page("phone")
        await choose_password(member, await link_in_mail(empty, email), "chosen-by-mail")
        await expect(member.locator(".notice-ok")).to_contain_text(f"{name}さん、パスワードを設定しました。")
        await connect(member, "zoom", email)
        await connect(member, provider, email)
        await expect(member.locator(".badge-ok")).to_have_count(2)
        await member.goto("/proposals")
        await expect(member.locator(".empty")).to_be_visible()
    await admin.goto("/members")
    await expect(admin.locator(".row")).to_have_count(3)
    await expect(admin.locator(".rows")).to_have_text(re.compile("Googleカレンダー.*Outlookカレンダー", re.DOTALL))
    await admin.goto("/setup")
    await expect(admin).to_have_url(re.compile("/proposals$"))
