"""Connecting and what can go wrong with it, each with its own message and way on (R1-R4, V1, V2, V4)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.pages.conftest import People, Width
from tests.waiting import eventually

PASSWORD = "a-password-of-theirs"
REQUESTS = "https://marketplace.zoom.us/user/requests"


@dataclass
class Newcomers:
    """Staff of these tests' own, so that nobody else's links suffer, and the sandbox that refuses them."""

    people: People
    admin: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    made: list[str] = field(default_factory=list)

    async def page(self, email: str, width: Width = "phone") -> Page:
        """The page of connections of a new staff member with accounts everywhere."""
        body = {"name": "新人 玲子", "email": email, "password": PASSWORD}
        added = await self.admin.post("/api/v1/staff", json=body)
        assert added.status_code == 201, added.text
        self.made.append(added.json()["id"])
        await self.account(email)
        page = await self.people.staff(width, email=email, password=PASSWORD)
        await page.goto("/connections")
        return page

    async def account(self, email: str, **changes: Any) -> None:
        answer = await self.sandbox.post("/inspect/accounts", json={"email": email, **changes})
        assert "items" in answer.json(), answer.text

    async def faults(self, *rules: dict[str, Any]) -> None:
        await self.sandbox.put("/inspect/faults", json={"rules": list(rules)})

    async def organization(self, **changes: Any) -> None:
        (await self.admin.patch("/api/v1/organization", json=changes)).raise_for_status()


@pytest.fixture
async def newcomers(people: People) -> AsyncIterator[Newcomers]:
    async with people.acting() as admin, people.demo.at_sandbox() as sandbox:
        made = Newcomers(people, admin, sandbox)
        yield made
        await made.faults()
        await made.organization(allow_zoom_basic=True)
        for staff_id in made.made:
            await admin.patch(f"/api/v1/staff/{staff_id}", json={"disabled": True})


async def to_consent(page: Page, provider: str) -> None:
    await page.click(f"#{provider} .button-main")
    await page.wait_for_url("**/authorize?*" if provider != "google" else "**/auth?*")


async def consent(page: Page, provider: str, account: str, decision: str = "allow") -> None:
    await to_consent(page, provider)
    await page.check(f"input[value='{account}']")
    await page.click(f"button[value={decision}]")


async def connect(page: Page, provider: str, account: str) -> None:
    await consent(page, provider, account)
    await page.wait_for_url(f"**/connections?connected={provider}")


@pytest.mark.parametrize(
    ("provider", "done", "off"),
    [
        ("zoom", "Zoomと連携しました。", "Zoomとの連携を解除しました。"),
        ("google", "Googleカレンダーと連携しました。", "Googleカレンダーとの連携を解除しました。"),
        ("microsoft", "Outlookカレンダーと連携しました。", "Outlookカレンダーとの連携を解除しました。"),
    ],
)
async def test_r1_v1_a_provider_is_connected_shown_and_disconnected(
    newcomers: Newcomers, provider: str, done: str, off: str
) -> None:
    email = f"{provider}@example.jp"
    page = await newcomers.page(email)
    await connect(page, provider, email)
    await expect(page.locator(".notice-ok")).to_have_text(done)
    await expect(page.locator(f"#{provider} .badge")).to_have_text("連携中")
    await expect(page.locator(f"#{provider} .facts")).to_contain_text(email)
    await page.click(f"[data-open=off-{provider}]")
    await page.click("dialog[open] button[type=submit]")
    await expect(page.locator(".notice-ok")).to_have_text(off)
    await expect(page.locator(f"#{provider} .badge")).to_have_text("未連携")


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_v2_another_address_is_refused_with_both_shown(newcomers: Newcomers, provider: str) -> None:
    mine, other = f"mine-{provider}@example.jp", f"other-{provider}@example.jp"
    page = await newcomers.page(mine, "desktop")
    await newcomers.account(other)
    await consent(page, provider, other)
    trouble = page.locator(".notice-bad")
    await expect(trouble).to_contain_text(f"連携しようとしたアカウント({other})が、社員のメールアドレス({mine})と")
    await expect(trouble.locator("a")).to_have_attribute("href", f"#{provider}")
    await expect(page.locator(f"#{provider} .badge")).to_have_text("未連携")


async def test_r3_an_account_that_is_taken_names_nobody(newcomers: Newcomers) -> None:
    first = await newcomers.page("first-zoom@example.jp")
    await newcomers.account("shared-zoom@example.jp")
    await connect(first, "zoom", "shared-zoom@example.jp")
    page = await newcomers.page("second-zoom@example.jp")
    await consent(page, "zoom", "shared-zoom@example.jp")
    trouble = page.locator(".notice-bad")
    await expect(trouble).to_contain_text("すでにほかの利用者と連携されています。別のアカウントで接続してください。")
    for name in ("first-zoom", "shared-zoom", "新人", "株式会社サンプル"):
        await expect(trouble).not_to_contain_text(name)


async def test_r2_a_basic_plan_is_refused_where_the_organization_forbids_it(newcomers: Newcomers) -> None:
    email = "basic@example.jp"
    page = await newcomers.page(email)
    await newcomers.account(email, zoom_type=1)
    await newcomers.organization(allow_zoom_basic=False)

    async def refused() -> bool:
        """The setting takes a moment to get around."""
        await page.goto("/connections")
        if await page.locator("#zoom .badge-ok").count():
            await page.click("[data-open=off-zoom]")
            await page.click("dialog[open] button[type=submit]")
            await expect(page.locator(".notice-ok")).to_be_visible()
        await consent(page, "zoom", email)
        await page.wait_for_url("**/connections?*")
        return await page.locator(".notice-bad").count() == 1

    await eventually(refused, interval=0.5)
    await expect(page.locator(".notice-bad")).to_contain_text("このZoomアカウントは無料プラン(ベーシック)のため")
    await expect(page.locator(".notice-bad")).to_contain_text("会社の管理者に設定の変更を依頼してください。")
    await expect(page.locator("#zoom .connection-hints")).to_contain_text(
        "無料プラン(ベーシック)のアカウントは接続できません"
    )


async def test_r4_pre_approval_is_explained_beside_the_button_since_zoom_never_returns(newcomers: Newcomers) -> None:
    email = "unapproved@example.jp"
    page = await newcomers.page(email)
    await newcomers.account(email, approved=False)
    explained = page.locator("#zoom .explain")
    await expect(explained).to_contain_text("管理者の事前承認(pre-approve)が必要です。")
    await expect(explained.locator("a")).to_be_visible()
    await expect(explained.locator("a")).to_have_attribute("href", REQUESTS)
    await consent(page, "zoom", email)
    await expect(page.locator(".card")).to_contain_text("not approved")
    await page.goto("/connections")
    await expect(page.locator("#zoom .badge")).to_have_text("未連携")


async def test_r4_where_zoom_returns_its_refusal_the_page_links_to_the_requests(newcomers: Newcomers) -> None:
    page = await newcomers.page("returned@example.jp")
    await to_consent(page, "zoom")
    asked = parse_qs(urlsplit(page.url).query)
    words = "The app has not been approved by the account admin"
    answer = urlencode({"error": "access_denied", "error_description": words, "state": asked["state"][0]})
    await page.goto(f"{asked['redirect_uri'][0]}?{answer}")
    await expect(page.locator(".notice-bad")).to_contain_text(
        "Zoomの管理者による事前承認(pre-approve)が済んでいないため"
    )
    await expect(page.locator(".notice-bad a")).to_have_attribute("href", REQUESTS)


async def expect_administrators_approval(page: Page) -> None:
    await page.wait_for_url("**/connections?*")
    await expect(page.locator(".notice-bad")).to_contain_text("Microsoft 365の管理者の承認が必要なため")
    await expect(page.locator("#microsoft .explain p")).to_be_visible()
    await expect(page.locator("#microsoft .explain p")).to_contain_text("組織を代表して同意する必要があります。")


async def test_v4_an_administrators_approval_that_is_missing_is_explained(newcomers: Newcomers) -> None:
    """AADSTS90094, with which Microsoft's page leads back."""
    email = "needs-approval@example.jp"
    page = await newcomers.page(email)
    await newcomers.account(email, approved=False)
    await consent(page, "microsoft", email)
    await page.click("main a")
    await expect_administrators_approval(page)


async def test_v4_consent_taken_away_meanwhile_is_explained_alike(newcomers: Newcomers) -> None:
    """AADSTS65001, which the token endpoint answers."""
    email = "taken-away@example.jp"
    page = await newcomers.page(email)

    async def meanwhile(route: Route) -> None:
        """A code has been given; before it is redeemed, the administrator takes consent away."""
        allowed = await route.fetch(max_redirects=0)
        await newcomers.account(email, approved=False)
        way_back = escape(allowed.headers["location"])
        body = f'<meta http-equiv="refresh" content="0;url={way_back}">'
        await route.fulfill(status=200, content_type="text/html", body=body)

    await to_consent(page, "microsoft")
    await page.route("**/authorize?*", meanwhile)
    await page.check(f"input[value='{email}']")
    await page.click("button[value=allow]")
    await expect_administrators_approval(page)


@pytest.mark.parametrize("provider", ["zoom", "google", "microsoft"])
async def test_who_denies_access_reads_how_to_go_on(newcomers: Newcomers, provider: str) -> None:
    email = f"denies-{provider}@example.jp"
    page = await newcomers.page(email)
    await consent(page, provider, email, "deny")
    await expect(page.locator(".notice-bad")).to_contain_text("アクセスが許可されなかったため、接続しませんでした。")


async def test_a_link_that_broke_is_shown_mailed_and_mended(newcomers: Newcomers) -> None:
    email = "broken@example.jp"
    page = await newcomers.page(email)
    await connect(page, "microsoft", email)
    await newcomers.account(email, approved=False)
    await newcomers.faults({"provider": "microsoft", "kind": "expire_tokens"})
    start = (await newcomers.people.now()) + timedelta(days=2)
    entry = {"subject": "x", "start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}

    async def broken() -> bool:
        await newcomers.sandbox.post("/inspect/microsoft/events", json={"user": email, "notify": True, **entry})
        await page.goto("/connections")
        return await page.locator("#microsoft .badge-bad").count() == 1

    await eventually(broken, interval=1)
    await expect(page.locator("#microsoft .notice-bad")).to_contain_text(
        "接続し直すと、待っている処理はそのまま続きます。"
    )

    async def mailed() -> bool:
        mails = (await newcomers.sandbox.get("/inspect/mails", params={"to": email})).json()["items"]
        return "【Chosei】連携が切れました" in [mail["subject"] for mail in mails]

    await eventually(mailed)
    await newcomers.account(email)
    await expect(page.locator("#microsoft .button-main")).to_have_text("接続し直す")
    await connect(page, "microsoft", email)
    await expect(page.locator("#microsoft .badge")).to_have_text("連携中")


async def test_r1_holds_that_could_not_be_removed_are_named(newcomers: Newcomers) -> None:
    email = "holds@example.jp"
    page = await newcomers.page(email)
    await connect(page, "microsoft", email)
    async with newcomers.people.acting(email) as api:
        day = await newcomers.people.free_day()
        slot = {"start": f"{day}T13:00:00+09:00", "end": f"{day}T14:00:00+09:00"}
        body = {"kind": "visit", "title": "残る予定", "slots": [slot], "guest": {"name": "田中"}, "send_mail": False}
        made = await eventually(lambda: _proposed(api, body))

        async def held() -> bool:
            effects = (await api.get(f"/api/v1/proposals/{made['id']}")).json()["effects"]
            return any(effect["effect"] == "hold" and effect["status"] == "done" for effect in effects)

        await eventually(held)
    await newcomers.faults({"provider": "microsoft", "method": "DELETE", "kind": "status", "status": 503})
    await page.goto("/connections")
    await page.click("[data-open=off-microsoft]")
    await page.click("dialog[open] button[type=submit]")
    left = page.locator(".notice-wait")
    await expect(left).to_contain_text("次の仮予定は、カレンダーから取り除けませんでした。")
    await expect(left).to_contain_text("13:00 ～ 14:00")
    await expect(left.locator("a")).to_have_text("【仮】残る予定")
    await expect(left.locator("a")).to_have_attribute("href", f"/proposals/{made['id']}")


async def _proposed(api: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any] | None:
    """The first read of the calendar may still be under way."""
    answer = await api.post("/api/v1/proposals", json=body)
    made: dict[str, Any] | None = answer.json() if answer.status_code == 201 else None
    return made
