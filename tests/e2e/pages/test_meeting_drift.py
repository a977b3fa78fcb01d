"""A meeting that somebody moves or deletes directly at Zoom, settled on the page (E7, V6: ask)."""

from datetime import datetime, timedelta
from typing import Any

import httpx
from playwright.async_api import expect

from tests.e2e.pages.conftest import TARO, People
from tests.e2e.pages.test_drift import asked
from tests.e2e.pages.test_every_page import Looker
from tests.waiting import eventually

GUEST = {"company": "ABC株式会社", "name": "田中花子", "email": "changed-at-zoom@example.com"}


def at_sandbox(people: People) -> httpx.AsyncClient:
    return people.demo.at_sandbox()


async def issued(people: People, title: str) -> dict[str, Any]:
    """An appointment of taro's alone with its meeting."""
    await asked(people)
    made = await people.confirmed(attendee_ids=[people.ids[TARO]], guest=GUEST, title=title)
    proposal = await people.api.get(f"/api/v1/proposals/{made['id']}")
    path = f"/api/v1/appointments/{proposal.json()['appointment_id']}"

    async def ready() -> dict[str, Any] | None:
        shown: dict[str, Any] = (await people.api.get(path)).json()
        return shown if (shown["calendar"]["status"], shown["meeting"]["status"]) == ("written", "issued") else None

    return await eventually(ready)


async def by_hand(people: People, shown: dict[str, Any], act: str, **wish: Any) -> None:
    async with at_sandbox(people) as sandbox:
        number = shown["meeting"]["meeting_id"]
        (await sandbox.post(f"/inspect/zoom/meetings/{number}/{act}", json=wish)).raise_for_status()


async def drifted(people: People, shown: dict[str, Any], *, hurry: bool = False) -> None:
    """``hurry``: the clock goes on meanwhile, since a deletion is believed after a minute only."""

    async def told() -> bool:
        if hurry:
            async with at_sandbox(people) as sandbox:
                await sandbox.post("/inspect/clock", json={"advance": 10})
        return bool((await people.api.get(f"/api/v1/appointments/{shown['id']}")).json()["drift"])

    await eventually(told, interval=0.5)


async def test_g16_a_meeting_moved_at_zoom_is_shown_and_the_appointment_follows(people: People) -> None:
    shown = await issued(people, "Zoomで動かす予定")
    start = datetime.fromisoformat(shown["start"]) + timedelta(days=110)
    await by_hand(people, shown, "move", start=start.isoformat(), end=(start + timedelta(hours=1)).isoformat())
    await drifted(people, shown)
    page = await people.staff()
    await page.goto(f"/appointments/{shown['id']}")
    await expect(page.locator("#drift")).to_contain_text("Zoomでミーティングが直接変更されています")
    await expect(page.locator("#drift")).to_contain_text("に移されました。")
    await Looker(page, "desktop", "ja").look("appointment-meeting-drift")
    await page.click("#drift button[value=follow]")
    await expect(page.locator(".notice-ok")).to_have_text("変更を反映しました。")
    await expect(page.locator("#drift")).to_have_count(0)
    after = (await people.api.get(f"/api/v1/appointments/{shown['id']}")).json()
    assert datetime.fromisoformat(after["start"]) == start
    assert after["meeting"]["join_url"] == shown["meeting"]["join_url"]


async def test_g17_a_meeting_deleted_at_zoom_is_shown_and_made_anew_with_its_link(people: People) -> None:
    shown = await issued(people, "Zoomで消す予定")
    await by_hand(people, shown, "delete")
    await drifted(people, shown, hurry=True)
    page = await people.staff("phone")
    await page.goto(f"/appointments/{shown['id']}")
    await expect(page.locator("#drift")).to_contain_text("ミーティングが削除されました。")
    await Looker(page, "phone", "ja").look("appointment-meeting-drift")
    await page.click("#drift button[value=restore]")
    await expect(page.locator(".notice-ok")).to_have_text("元に戻します。")

    async def another() -> str | None:
        now = (await people.api.get(f"/api/v1/appointments/{shown['id']}")).json()["meeting"]
        return now["join_url"] if now["join_url"] not in (None, shown["meeting"]["join_url"]) else None

    link = await eventually(another)

    async def mailed() -> bool:
        async with at_sandbox(people) as sandbox:
            mails = (await sandbox.get("/inspect/mails", params={"to": GUEST["email"]})).json()["items"]
        return any("Web会議URL" in mail["subject"] and link in mail["text"] for mail in mails)

    await eventually(mailed)
