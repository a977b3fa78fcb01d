"""Settings, members, account and invitation as ``test_every_page`` looks at pages."""

from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import ADMIN, SIZES, People, Width
from tests.e2e.pages.test_every_page import VARIANTS, Looker, in_dialog
from tests.e2e.pages.test_members import link_in_mail
from tests.e2e.pages.test_zoom_account import admin, connect_account, listed
from tests.waiting import eventually

__all__ = ["admin"]


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_settings_pages(people: People, width: Width, language: str) -> None:
    looker = Looker(await people.staff(width, language=language, email=ADMIN), width, language)
    page = looker.page
    await looker.open("/settings", "settings")
    await page.fill("#name", "")
    await page.evaluate("document.querySelector('main form').noValidate = true")
    await page.click("main button[type=submit]")
    await expect(page.locator("#name-error")).to_be_visible()
    await looker.look("settings-error")
    await looker.open("/settings/mails", "mail-templates")
    await looker.open(f"/settings/mails/confirmed.guest/{language}", "mail-template")
    await looker.open("/settings/api-keys", "api-keys")
    await page.fill("#name", f"looked-at-{width}-{language}")
    await page.check("input[value='appointments:write']")
    await page.click("main form button[type=submit]")
    await expect(page.locator("#secret")).to_be_visible()
    await looker.look("api-key-made")
    await page.locator(".key a").last.click()
    await expect(page.locator(".button-danger")).to_be_visible()
    await looker.look("api-key-revoke")
    await looker.open("/settings/erasures", "erasures")
    await looker.open("/settings/webhooks", "webhooks")
    webhook = await add_webhook(people)
    await looker.open("/settings/webhooks", "webhooks")
    await looker.open("/ops", "ops")
    await looker.open("/members", "members")
    await looker.open("/members?q=nobody-is-called-like-this", "members-none-found")
    await looker.open("/members/new", "member-new")
    email = f"looked-at-{width}-{language}@example.jp"
    member = await add(people, email, language)
    await looker.open(f"/members/{member['id']}", "member-invited")
    await in_dialog(looker, "[data-open=disable]", "member-disable-dialog")
    await page.click("[data-open=disable]")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".notice-ok")).to_be_visible()
    await looker.look("member-disabled")
    await looker.open("/members?show=disabled", "members-disabled")
    await look_at_webhook(looker, webhook)
    await looker.open("/account", "account")
    await page.click("form[action='/account/feed'] button")
    await expect(page.locator("#feed-url")).to_be_visible()
    await looker.look("account-feed")
    await page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    await page.click(".nav-more summary")
    await Looker(page, "phone", language).look("menu-dialog")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_pages_of_the_zoom_account(people: People, admin: httpx.AsyncClient, width: Width, language: str) -> None:
    looker = Looker(await people.staff(width, language=language, email=ADMIN), width, language)
    page, account = looker.page, f"looked-at-{width}-{language}"
    async with people.demo.at_sandbox() as sandbox:
        await sandbox.post("/inspect/zoom/users", json={"organization": account, "count": 30})
        await sandbox.post("/inspect/zoom/users", json={"organization": f"{account}-next", "count": 1})
    await looker.open("/settings/zoom", "zoom-none")
    await connect_account(page, account, secret="wrong")
    await expect(page.locator(".notice-bad")).to_be_visible()
    await looker.look("zoom-refused")
    await connect_account(page, account)
    await listed(admin, 30)
    await looker.open("/settings/zoom", "zoom-users")
    await page.goto("/settings/zoom?show=free&q=1")
    await page.locator(".zoom-map summary").first.click()
    await looker.look("zoom-users-free")
    await looker.open("/settings/zoom/end", "zoom-end")
    await connect_account(page, f"{account}-next")
    await expect(page.locator("form[action^='/settings/zoom/offers/']")).to_be_visible()
    await looker.look("zoom-offer")


@pytest.mark.parametrize(("width", "language"), VARIANTS)
async def test_pages_of_members_and_of_the_invited(people: People, width: Width, language: str) -> None:
    looker = Looker(await people.staff(width, language=language), width, language)
    await looker.open("/settings", "settings-member")
    await looker.open("/members", "members-member")
    await looker.open("/members/new", "forbidden")
    await looker.open("/connections?error=approval_required&provider=zoom", "connections-approval-zoom")
    await looker.open("/connections?error=approval_required&provider=microsoft", "connections-approval-microsoft")
    email = f"invited-{width}-{language}@example.jp"
    await add(people, email, language)
    link = await link_in_mail(people, email)
    await looker.open(link, "invite")
    await looker.open("/invite/AAAAAAAAAAAAAAAAAAAAAA", "invite-over")


async def add_webhook(people: People) -> str:
    """To a server that is not there; answers its page."""
    async with people.acting() as api:
        body = {"url": "http://127.0.0.1:9/hook", "events": ["gateway.*"], "description": "顧客管理システム"}
        return f"/settings/webhooks/{(await api.post('/api/v1/webhooks', json=body)).json()['id']}"


async def look_at_webhook(looker: Looker, path: str) -> None:
    """With a delivery that failed, then as it is removed."""
    page = looker.page

    async def tried() -> bool:
        await page.goto(path)
        return await page.locator(".hook-tries").count() > 0

    await eventually(tried, interval=0.5)
    await page.locator(".hook-delivery summary").first.click()
    await looker.look("webhook")
    await looker.open(f"{path}/remove", "webhook-remove")
    await page.click("main button[type=submit]")
    await expect(page.locator(".notice-ok")).to_be_visible()


async def add(people: People, email: str, language: str) -> dict[str, Any]:
    """Invited by the administrator."""
    async with people.acting() as api:
        body = {"name": "見本 さくら", "kana": "みほんさくら", "email": email, "locale": language}
        answer = await api.post("/api/v1/staff", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
