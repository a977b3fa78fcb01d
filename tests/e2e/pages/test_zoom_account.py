"""An organization's Zoom account with 30 users, connected and mapped in the browser; a meeting stands on a mapped one
(C1, C2, E1).
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import ADMIN, TOKYO, People
from tests.waiting import eventually

ACCOUNT = "acme-zoom"
PASSWORD = "a-password-of-theirs"


@pytest.fixture
async def admin(people: People) -> AsyncIterator[httpx.AsyncClient]:
    """Ends the account again, so that nobody else's meetings go there."""
    async with people.acting() as api:
        yield api
        await api.delete("/api/v1/zoom-account")


async def connect_account(page: Page, account: str = ACCOUNT, secret: str = "demo-zoom-secret") -> None:
    await page.goto("/settings/zoom")
    if not await page.locator("#account_id").is_visible():
        await page.click("details.card summary")
    await page.fill("#account_id", account)
    await page.fill("#client_id", "demo-zoom-client")
    await page.fill("#client_secret", secret)
    await page.click("form[method=post][action='/settings/zoom'] button")


async def test_c1_c2_an_account_of_thirty_users_is_connected_mapped_and_hosts(
    people: People, admin: httpx.AsyncClient
) -> None:
    email = "no-own-zoom@example.jp"
    staff = await admin.post("/api/v1/staff", json={"name": "新田 舞", "email": email, "password": PASSWORD})
    async with people.demo.at_sandbox() as sandbox:
        wish = {"organization": ACCOUNT, "users": [{"email": "booth@acme.example"}], "count": 29}
        made = (await sandbox.post("/inspect/zoom/users", json=wish)).json()["items"]
        page = await people.staff(email=ADMIN)
        await connect_account(page, secret="wrong")
        await expect(page.locator(".notice-bad")).to_contain_text("Client Secret")
        await connect_account(page)
        await expect(page.locator(".notice-ok")).to_be_visible()
        await listed(admin, 30)
        await page.goto("/settings/zoom?q=booth")
        row = page.locator(".zoom-users li")
        await expect(row).to_have_count(1)
        await row.locator("summary").click()
        await row.locator("[name=staff_email]").fill(email)
        await row.get_by_role("button").last.click()
        await expect(row.get_by_role("status")).to_contain_text("割り当てました")
        await expect(page.locator(".zoom-users li")).to_contain_text("新田 舞")
        await book(people, email)
        host = made[0]["id"]

        async def hosted() -> bool:
            items = (await sandbox.get("/inspect/zoom/meetings")).json()["items"]
            return any(meeting["host_id"] == host for meeting in items)

        await eventually(hosted)
        await _replaced(page, sandbox)
        unknown = await admin.patch(f"/api/v1/staff/{staff.json()['id']}", json={"zoom_user": "nobody@acme.example"})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "zoom_user_unknown")


async def _replaced(page: Page, sandbox: httpx.AsyncClient) -> None:
    """Another account shows first what it touches; turning back changes nothing."""
    await sandbox.post("/inspect/zoom/users", json={"organization": "next-zoom", "count": 1})
    await connect_account(page, "next-zoom")
    await expect(page.locator("main")).to_contain_text("影響する予定の会議は1件です。")
    await page.screenshot(path="artifacts/screenshots/zoom-offer.png", full_page=True)
    await page.click("text=何も変えずに戻る")
    await expect(page.locator(".facts").first).to_contain_text(ACCOUNT)
    await page.screenshot(path="artifacts/screenshots/zoom-account.png", full_page=True)
    await page.click("a[href='/settings/zoom/end']")
    await expect(page.locator("main")).to_contain_text("1件")


async def test_c1_an_administrator_of_the_zoom_account_connects_it_by_consent(
    people: People, admin: httpx.AsyncClient
) -> None:
    boss = {"email": "boss@consent.example", "admin": True}
    async with people.demo.at_sandbox() as sandbox:
        await sandbox.post("/inspect/zoom/users", json={"organization": "consent-zoom", "users": [boss], "count": 2})
    page = await people.staff(email=ADMIN)
    for decision, said in (("deny", ".notice-bad"), ("allow", ".notice-ok")):
        await page.goto("/settings/zoom")
        await page.locator("form[action='/settings/zoom/consent'] button").evaluate("one => one.form.submit()")
        await page.check(f"input[value='{boss['email']}']")
        await page.click(f"button[value={decision}]")
        await expect(page.locator(said)).to_be_visible()
    await listed(admin, 3)


async def listed(admin: httpx.AsyncClient, count: int) -> None:
    async def read() -> bool:
        shown: dict[str, Any] = (await admin.get("/api/v1/zoom-account")).json()
        return bool(shown["users"] == count and shown["listed_at"])

    await eventually(read)


async def book(people: People, email: str, *, days: int = 3) -> None:
    """Registered directly by somebody who has no Zoom connection of their own."""
    starts = (await people.now()).astimezone(TOKYO).replace(hour=10, minute=0, second=0, microsecond=0)
    starts += timedelta(days=days)
    async with people.demo.at_gateway() as api:
        signed = await api.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
        api.headers["authorization"] = f"Bearer {signed.json()['token']}"
        api.cookies.clear()
        body = {
            "kind": "web",
            "title": "定例",
            "start": starts.isoformat(),
            "end": (starts + timedelta(hours=1)).isoformat(),
        }

        async def registered() -> bool:
            answer = await api.post("/api/v1/appointments", json=body)
            return answer.status_code == 201

        await eventually(registered, interval=0.2)
