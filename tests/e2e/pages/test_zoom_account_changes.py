"""The organization's Zoom account taken from another organization, replaced, and its pages in two tabs (C1, C2)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.e2e.pages.another_organization import another_organization
from tests.e2e.pages.conftest import ADMIN, TOKYO, People
from tests.e2e.pages.test_zoom_account import PASSWORD, admin, book, connect_account, listed
from tests.waiting import eventually

__all__ = ["admin"]
OTTO = "otto@other.example"
MAIL = "Attention: the organization's Zoom account was lost"


async def test_c1_an_account_is_taken_from_another_organization_after_a_second_confirmation(
    people: People, admin: httpx.AsyncClient
) -> None:
    await another_organization(people.demo, OTTO, PASSWORD)
    async with (
        people.demo.at_sandbox() as sandbox,
        people.demo.at_gateway() as other,
    ):
        await sandbox.post("/inspect/zoom/users", json={"organization": "shared-zoom", "count": 2})
        signed = await other.post("/api/v1/sessions", json={"email": OTTO, "password": PASSWORD})
        other.cookies.clear()
        other.headers["authorization"] = f"Bearer {signed.json()['token']}"
        ours = {"account_id": "shared-zoom", "client_id": "demo-zoom-client", "client_secret": "demo-zoom-secret"}
        assert (await other.post("/api/v1/zoom-account", json=ours)).json()["account"]["status"] == "connected"

        page = await people.staff(email=ADMIN)
        await connect_account(page, "shared-zoom")
        await expect(page.locator(".notice-wait")).to_contain_text("ほかの組織で連携されています")
        await expect(page.locator("main")).not_to_contain_text("Other Inc.")
        assert (await other.get("/api/v1/zoom-account")).json()["status"] == "connected", "until it is confirmed"
        await page.get_by_role("button", name="連携を引き継ぐ").click()
        await expect(page.locator(".notice-ok")).to_be_visible()
        await expect(page.locator(".facts").first).to_contain_text("shared-zoom")

        assert (await other.get("/api/v1/zoom-account")).json()["status"] != "connected"

        async def told() -> bool:
            mails = (await sandbox.get("/inspect/mails", params={"to": OTTO})).json()["items"]
            return sum(MAIL in mail["subject"] for mail in mails) == 1

        await eventually(told, interval=0.2)


async def test_c1_replacing_the_account_moves_its_meetings_once_their_host_has_a_user_there(
    people: People, admin: httpx.AsyncClient
) -> None:
    email = "moves-along@example.jp"
    await admin.post("/api/v1/staff", json={"name": "移田 円", "email": email, "password": PASSWORD})
    async with people.demo.at_sandbox() as sandbox:

        async def user_of(account: str) -> str:
            wish = {"organization": account, "users": [{"email": f"host@{account}.example", "name": account}]}
            made = await sandbox.post("/inspect/zoom/users", json=wish)
            return str(made.json()["items"][0]["id"])

        async def hosts(user: str) -> bool:
            items = (await sandbox.get("/inspect/zoom/meetings")).json()["items"]
            return any(meeting["host_id"] == user for meeting in items)

        first, second = await user_of("first-zoom"), await user_of("second-zoom")
        page = await people.staff(email=ADMIN)
        await connect_account(page, "first-zoom")
        await listed(admin, 1)
        await assign(page, "first-zoom", email)
        await book(people, email, days=4)
        await eventually(lambda: hosts(first), interval=0.2)

        await connect_account(page, "second-zoom")
        await expect(page.locator("main")).to_contain_text("影響する予定の会議は1件です。")
        await page.get_by_role("button", name="このアカウントに切り替える").click()
        await expect(page.locator("main")).to_contain_text("以前のアカウント first-zoom の会議が1件残っています")
        await listed(admin, 1)
        assert await hosts(first), "the link keeps working until there is another"
        await assign(page, "second-zoom", email)
        await expect(page.locator(".notice-wait")).to_contain_text("すでにZoomユーザー host@first-zoom.example")
        await page.get_by_role("button", name="割り当てを替える").click()

        async def moved() -> bool:
            return await hosts(second) and not await hosts(first)

        await eventually(moved, interval=0.2)


async def test_c1_c2_a_menus_coming_meeting_moves_by_itself_and_one_without_a_user_there_is_named(
    people: People, admin: httpx.AsyncClient
) -> None:
    guest = "guest-of-the-booth@example.com"
    async with (
        people.demo.at_sandbox() as sandbox,
        booked_at_a_booth(people, admin, guest) as path,
    ):

        async def users(account: str, **ids: str) -> None:
            named = [{"email": f"{name}@booths.example", "name": name, "id": one} for name, one in ids.items()]
            await sandbox.post("/inspect/zoom/users", json={"organization": account, "users": named})

        async def hosts() -> set[str]:
            items = (await sandbox.get("/inspect/zoom/meetings")).json()["items"]
            return {str(meeting["host_id"]) for meeting in items} & {"booth-1", "booth-2"}

        async def issued(before: str | None = None) -> str | None:
            meeting = (await admin.get(path)).json()["meeting"]
            return meeting["join_url"] if meeting["status"] == "issued" and meeting["join_url"] != before else None

        page = await people.staff(email=ADMIN)
        await users("booths-one", booth="booth-1", hall="hall-1")
        await connect_account(page, "booths-one")
        await listed(admin, 2)
        first = await eventually(issued, interval=0.2)
        assert await hosts() == {"booth-1"}
        await users("booths-two", booth="booth-2")
        await connect_account(page, "booths-two")
        await page.get_by_role("button", name="このアカウントに切り替える").click()
        await expect(page.locator(".notice-ok")).to_be_visible()
        second = await eventually(lambda: issued(first), interval=0.2)

        async def moved() -> bool:
            return await hosts() == {"booth-2"}

        async def mailed() -> bool:
            mails = (await sandbox.get("/inspect/mails", params={"to": guest})).json()["items"]
            return any(second in mail["text"] for mail in mails)

        await eventually(moved, interval=0.2)
        await eventually(mailed, interval=0.2)
        await page.goto("/settings/zoom")
        await expect(page.locator(".zoom-users li", has_text="booth")).to_contain_text("受付ブース")
        lost = page.locator(".notice-wait")
        await expect(lost).to_contain_text("大ホール")
        await expect(lost).not_to_contain_text("受付ブース")
        await lost.get_by_role("link", name="大ホール").click()
        await expect(page.locator(".notice-wait")).to_contain_text("会社のZoomアカウントに見つかりません")


@asynccontextmanager
async def booked_at_a_booth(people: People, admin: httpx.AsyncClient, guest: str) -> AsyncIterator[str]:
    """The path of an appointment that a bookable hosts; there is another bookable beside. Taken off the menus again."""
    items: list[str] = []

    async def made(path: str, **body: Any) -> str:
        answer = await admin.post(f"/api/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
        items.append(f"/api/v1/{path}/{answer.json()['id']}")
        return str(answer.json()["id"])

    booth = await made("bookables", name="受付ブース", type="time", capacity=1, zoom_user_id="booth-1")
    await made("bookables", name="大ホール", type="time", capacity=1, zoom_user_id="hall-1")
    kind = await made("meeting-types", name="ブース面談", location="zoom")
    start = (await people.now()).astimezone(TOKYO).replace(hour=10, minute=0, second=0, microsecond=0)
    start += timedelta(days=6)
    await made(
        "appointments",
        title="ブースでの面談",
        meeting_type_id=kind,
        bookable_id=booth,
        start=start.isoformat(),
        end=(start + timedelta(minutes=30)).isoformat(),
        guest={"name": "ブース 客子", "email": guest},
    )
    try:
        yield items[-1]
    finally:
        for item in reversed(items):
            await admin.delete(item)


async def test_two_tabs_of_the_zoom_pages_lose_nothing(people: People, admin: httpx.AsyncClient) -> None:
    for name, email in (("二見 葵", "tab-a@example.jp"), ("二見 蓮", "tab-b@example.jp")):
        await admin.post("/api/v1/staff", json={"name": name, "email": email, "password": PASSWORD})
    async with people.demo.at_sandbox() as sandbox:
        users = [{"email": f"tab{number}@tabs.example", "name": f"Tab {number}"} for number in (1, 2)]
        await sandbox.post("/inspect/zoom/users", json={"organization": "tabs-zoom", "users": users})
        await sandbox.post("/inspect/zoom/users", json={"organization": "tabs-next", "count": 1})
    page = await people.staff(email=ADMIN)
    await connect_account(page, "tabs-zoom")
    await listed(admin, 2)
    stale, ending = await page.context.new_page(), await page.context.new_page()
    await stale.goto("/settings/zoom")
    await ending.goto("/settings/zoom/end")
    await assign(page, "Tab 1", "tab-a@example.jp")
    await expect(page.locator("[role=status].badge")).to_be_visible()

    await _assign_on(stale, "Tab 2", "tab-a@example.jp")
    await expect(stale.locator(".notice-wait")).to_contain_text("まだ何も変更していません。")
    await stale.get_by_role("link", name="何も変えずに戻る").click()
    await expect(stale.locator(".zoom-users li", has_text="Tab 1")).to_contain_text("二見 葵")
    await _assign_on(stale, "Tab 1", "tab-b@example.jp")
    await expect(stale.locator(".zoom-users li", has_text="Tab 1")).to_contain_text("二見 蓮")
    await expect(stale.locator(".zoom-users li", has_text="Tab 1")).to_contain_text("二見 葵")

    await connect_account(page, "tabs-next")
    await page.get_by_role("button", name="このアカウントに切り替える").click()
    await expect(page.locator(".notice-ok")).to_be_visible()
    await ending.locator("main form button").click()
    await expect(ending.locator(".notice-bad")).to_contain_text("会社のZoomアカウントが替わりました")
    assert (await admin.get("/api/v1/zoom-account")).json()["status"] == "connected"


async def assign(page: Page, name: str, email: str) -> None:
    await page.goto("/settings/zoom")
    await _assign_on(page, name, email)


async def _assign_on(page: Page, name: str, email: str) -> None:
    """As the tab shows it."""
    row = page.locator(".zoom-users li", has_text=name)
    await row.locator("summary").click()
    await row.locator("input[type=email]").fill(email)
    await row.get_by_role("button", name="割り当てる").click()
