"""An administrator finds what failed on the page of operators, has it tried again, gives another up with a reason, and
reads who decided what (X7). Without scripts.
"""

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.e2e.pages.conftest import ADMIN, People
from tests.e2e.pages.test_every_page import VARIANTS, Looker
from tests.waiting import eventually

REFUSAL = {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 400}


async def confirmed(people: People) -> str:
    """An appointment whose meeting Zoom refuses."""
    proposal = await people.proposal(slots=1)
    token = proposal["guest_url"].rpartition("/")[2]
    body: dict[str, Any] = {"slot_id": proposal["slots"][0]["id"], "name": "田中花子", "email": "hanako@example.com"}
    answer = await people.api.post(f"/api/v1/guest/proposals/{token}/confirm", json=body)
    appointment_id: str = answer.raise_for_status().json()["id"]
    return appointment_id


REFUSED = "Zoom ミーティングの予約に失敗しました。"


async def failed(page: Page, appointment_id: str) -> Locator:
    """Its row, once it failed."""
    row = page.locator("#failed .ops-row", has=page.locator(f"a[href='/appointments/{appointment_id}']"))

    async def there() -> bool:
        await page.goto("/ops")
        return await row.count() == 1

    await eventually(there, interval=0.5)
    return row


async def gone(page: Page, row: Locator) -> None:
    async def away() -> bool:
        await page.goto("/ops")
        return await row.count() == 0

    await eventually(away, interval=0.5)


async def test_x7_what_failed_is_found_explained_retried_and_given_up(people: People) -> None:
    page = await people.staff(email=ADMIN, scripts=False)
    await page.goto("/settings")
    await page.get_by_role("link", name="運用状況").click()
    await expect(page.locator("h1")).to_have_text("運用状況")
    async with people.demo.at_sandbox() as sandbox:
        (await sandbox.put("/inspect/faults", json={"rules": [REFUSAL]})).raise_for_status()
        try:
            first, second = await confirmed(people), await confirmed(people)
            await failed(page, second)
            row = await failed(page, first)
        finally:
            await sandbox.put("/inspect/faults", json={"rules": []})
    await expect(row).to_contain_text(REFUSED)
    await row.locator("button", has_text="再試行").click()
    await expect(page.locator(".notice-ok")).to_have_text("再試行を始めました。")
    await gone(page, row)
    other = await failed(page, second)
    await other.locator(".ops-end summary").click()
    await other.locator("input[name=reason]").fill("電話で実施したため")
    await other.locator("button", has_text="理由を記録して断念する").click()
    await expect(page.locator(".notice-ok")).to_have_text("断念しました。理由を記録しました。")
    await gone(page, other)
    decisions = page.locator("section", has=page.locator("#decisions-heading"))
    await expect(decisions).to_contain_text("理由: 電話で実施したため")


async def test_x7_equal_failures_are_one_row_that_leads_to_each(people: People) -> None:
    page = await people.staff(email=ADMIN)
    group = page.locator("#failed .ops-groups .ops-row", has_text=REFUSED)

    async def all_failed() -> bool:
        await page.goto("/ops")
        return await group.filter(has_text="同じもの 5件").count() == 1

    async def settled() -> bool:
        await page.goto("/ops")
        return await page.locator("#failed .ops-row", has_text=REFUSED).count() == 0

    async with people.demo.at_sandbox() as sandbox:
        (await sandbox.put("/inspect/faults", json={"rules": [REFUSAL]})).raise_for_status()
        try:
            made = [await confirmed(people) for _ in range(5)]
            await eventually(all_failed, interval=0.5)
        finally:
            await sandbox.put("/inspect/faults", json={"rules": []})
    await group.get_by_role("link", name="1件ずつ表示").click()
    await expect(page.locator("#single-heading")).to_contain_text(REFUSED)
    for appointment_id in made:
        await expect(page.locator(f"a[href='/appointments/{appointment_id}']")).to_have_count(1)
    at = page.url
    for width, language in VARIANTS:
        looker = Looker(await people.staff(width, language=language, email=ADMIN), width, language)
        await looker.open("/ops", "ops-groups")
        await looker.open(at, "ops-effects")
    await page.goto("/ops")
    await page.locator("form[action='/ops/effects/retry'] button").click()
    await eventually(settled, interval=0.5)
