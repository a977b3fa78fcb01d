"""An entry that somebody moves directly in the calendar, settled on the page (V6: ask)."""

from datetime import datetime, timedelta
from typing import Any

from playwright.async_api import expect

from tests.e2e.pages.conftest import TARO, People
from tests.e2e.pages.test_every_page import Looker
from tests.waiting import eventually

GUEST = {"company": "ABC株式会社", "name": "田中花子", "email": "moved-by-hand@example.com"}


async def asked(people: People) -> None:
    """The policy of the organization, whatever it was before."""
    async with people.acting() as admin:
        changed = await admin.patch("/api/v1/organization", json={"drift_policy": "ask"})
    assert changed.status_code == 200, changed.text


async def moved_by_hand(people: People, days: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """An appointment of taro's alone, drifted since its entry was moved to another day, and the entry before."""
    await asked(people)
    made = await people.confirmed(attendee_ids=[people.ids[TARO]], guest=GUEST, title=f"手で動かす予定{days}")
    found = await people.api.get(f"/api/v1/proposals/{made['id']}")
    path = f"/api/v1/appointments/{found.json()['appointment_id']}"

    async def written() -> dict[str, Any] | None:
        shown: dict[str, Any] = (await people.api.get(path)).json()
        return shown if (shown["calendar"]["status"], shown["meeting"]["status"]) == ("written", "issued") else None

    shown = await eventually(written)
    start = datetime.fromisoformat(shown["start"]) + timedelta(days=days)
    entry = await entry_of(people, shown)
    body = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    async with people.demo.at_sandbox() as sandbox:
        await sandbox.post(f"/inspect/microsoft/events/{entry['id']}/move", json=body)

    async def drifted() -> dict[str, Any] | None:
        now: dict[str, Any] = (await people.api.get(path)).json()
        return now if now["drift"] else None

    return await eventually(drifted, timeout=90), entry


async def entry_of(people: People, shown: dict[str, Any]) -> dict[str, Any]:
    """As it stands in taro's calendar."""
    async with people.demo.at_sandbox() as sandbox:
        entries = (await sandbox.get("/inspect/microsoft/events", params={"user": TARO})).json()["items"]
    [entry] = [one for one in entries if one["subject"] == shown["title"]]
    found: dict[str, Any] = entry
    return found


async def test_g16_a_moved_entry_is_shown_and_the_appointment_follows_it_and_both_are_told(people: People) -> None:
    shown, _ = await moved_by_hand(people, 100)
    page = await people.staff()
    await page.goto(f"/appointments?q={shown['title']}")
    row = page.locator(f"a[href='/appointments/{shown['id']}']")
    await expect(row).to_contain_text("カレンダーで変更あり")
    await row.click()
    await expect(page.locator("#drift")).to_contain_text("Outlookカレンダーで、この予定が")
    await Looker(page, "desktop", "ja").look("appointment-drift")
    await page.click("#drift button[value=follow]")
    await expect(page.locator(".notice-ok")).to_have_text("変更を反映しました。")
    await expect(page.locator("#drift")).to_have_count(0)
    after = (await people.api.get(f"/api/v1/appointments/{shown['id']}")).json()
    assert after["start"] == shown["drift"]["start"]

    async def both_told() -> bool:
        return await told(people, GUEST["email"], "日程が変更されました") and await told(people, TARO, "日程変更:")

    await eventually(both_told)


async def told(people: People, to: str, subject: str) -> bool:
    async with people.demo.at_sandbox() as sandbox:
        mails = (await sandbox.get("/inspect/mails", params={"to": to})).json()["items"]
    return any(subject in mail["subject"] and "手で動かす予定100" in mail["text"] for mail in mails)


async def test_a_moved_entry_is_put_back_from_the_page(people: People) -> None:
    shown, entry = await moved_by_hand(people, 101)
    page = await people.staff("phone")
    await page.goto(f"/appointments/{shown['id']}")
    await Looker(page, "phone", "ja").look("appointment-drift")
    await page.click("#drift button[value=restore]")
    await expect(page.locator(".notice-ok")).to_have_text("元に戻します。")

    async def back() -> bool:
        return (await entry_of(people, shown))["start"] == entry["start"]

    await eventually(back)
    assert (await people.api.get(f"/api/v1/appointments/{shown['id']}")).json()["start"] == shown["start"]
