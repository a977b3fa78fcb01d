"""A link by hand from the page to everybody who attends, and back to issuing (C4)."""

from typing import Any

from playwright.async_api import expect

from tests.e2e.main_job.conftest import ADMIN, TARO, System, token_of
from tests.e2e.main_job.test_timeline import timeline
from tests.e2e.pages.conftest import People
from tests.waiting import eventually

GUEST = "byhand@example.com"
LINK = "https://teams.example/l/meetup-42"
TITLE = "手入力の商談"


async def all_tell(system: System, proposal: dict[str, Any], way: str, link: str) -> bool:
    """Whether mails, both calendars, the guest's page and the join link all lead to this one."""
    for to in (GUEST, TARO):
        mails = [mail for mail in await system.items("/inspect/mails", to=to) if TITLE in mail["text"]]
        if not mails or link not in mails[0]["text"]:
            return False
    for email in (TARO, ADMIN):
        entries = await system.entries(email, TITLE)
        if len(entries) != 1 or link not in str(entries[0]):
            return False
    seen = await system.api.get(f"/api/v1/guest/proposals/{token_of(proposal)}")
    page = await system.api.get(f"/g/{token_of(proposal)}")
    followed = await system.api.get(way, follow_redirects=False)
    told = (seen.json()["appointment"]["meeting"]["join_url"], followed.headers.get("location"))
    return told == (link, link) and link in page.text


async def test_c4_a_link_by_hand_reaches_everybody_and_issuing_takes_over_again(system: System, people: People) -> None:
    await system.faults({"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 503})
    proposal = await system.proposed(title=TITLE, guest={"name": "手入力花子", "email": GUEST})
    confirmed = await system.confirm(proposal, name="手入力花子")
    assert confirmed.status_code == 201, confirmed.text
    appointment = await system.appointment_of(proposal)
    path, way = f"appointments/{appointment['id']}", appointment["guest_join_url"]

    async def waits() -> bool:
        return (await system.appointment_of(proposal))["meeting"]["error"] is not None

    await eventually(waits, interval=0.2)
    page = await people.staff()
    await page.goto(f"/{path}")
    await page.get_by_role("link", name="URLを手入力する").click()
    await page.fill("#join_url", LINK)
    await page.fill("#passcode", "himitsu")
    await page.get_by_role("button", name="このURLを使う").click()
    await expect(page.get_by_text("URLを保存しました。")).to_be_visible()
    await expect(page.get_by_text("手入力されたURLです。")).to_be_visible()
    await eventually(lambda: all_tell(system, proposal, way, LINK), interval=0.5)

    await system.faults()
    await page.get_by_role("link", name="手入力したURLを変更する").click()
    await page.get_by_role("button", name="発行に戻す").click()
    await expect(page.get_by_text("手入力したURLを取り消しました。")).to_be_visible()
    issued = (await system.issued(proposal))["meeting"]["join_url"]
    assert issued != LINK
    await eventually(lambda: all_tell(system, proposal, way, issued), interval=0.5)

    async def said() -> list[dict[str, Any]] | None:
        items = await timeline(system, path)
        found = [item for item in items if "手入力" in item["title"]]
        return items if len(found) == 2 else None

    items = await eventually(said, interval=0.5)
    told = [(item["title"], item["actor"]["staff_id"]) for item in items if "手入力" in item["title"]]
    assert told == [
        ("Web会議のURLを手入力しました", system.ids[TARO]),
        ("手入力したWeb会議のURLを取り消し、Zoomでの発行に戻しました", system.ids[TARO]),
    ]
    assert [secret for secret in (LINK, issued, "himitsu") if secret in str(items)] == []
    mails = [mail["text"] for mail in await system.items("/inspect/mails", to=GUEST)]
    assert [sum(link in text for text in mails) for link in (LINK, issued)] == [1, 1], "each is told once"
