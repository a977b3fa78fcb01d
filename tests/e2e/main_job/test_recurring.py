"""A recurring web meeting over a change of clocks, seen from outside; one moved and one cancelled on the pages (E6)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page

from tests.e2e.main_job.conftest import ADMIN, TARO, System
from tests.waiting import eventually

BERLIN = "Europe/Berlin"
TITLE = "時計をまたぐ定例"
GUEST = "teirei@example.com"


async def test_g06_a_series_over_a_change_of_clocks_is_the_same_everywhere(system: System, browser: Browser) -> None:
    async with zone_of_the_organization(system, BERLIN):
        first = before_a_change_of_clocks(await system.now())
        made = await registered(system, first)
        starts = [wall(first, week) for week in range(5)]
        assert starts[4] - starts[0] != timedelta(weeks=4)
        url, meeting_id = await seen(system, starts), await the_meeting(system)

        moved = wall(first, 1) + timedelta(days=1, hours=2)
        async with the_pages_of_taro(system, browser) as page:
            await page.goto(f"/appointments/{made['id']}")
            await page.locator(".occurrence").nth(1).get_by_role("link").click()
            local = moved.astimezone(ZoneInfo(BERLIN))
            for name, value in (("date", f"{local:%Y-%m-%d}"), ("start", f"{local:%H:%M}"), ("end", "12:00")):
                await page.fill(f"#{name}", value)
            await page.get_by_role("button", name="この回の日時を変更する").click()
            await page.get_by_text("この回の日時を変更しました。").wait_for()
            await page.locator(".occurrence").nth(2).get_by_role("link").click()
            await page.get_by_role("button", name="この回をキャンセルする").click()
            await page.get_by_text("この回をキャンセルしました。").wait_for()
        assert await seen(system, [starts[0], moved, *starts[3:]]) == url
        assert await the_meeting(system) == meeting_id

        [canceled] = await eventually(lambda: system.mails(GUEST, "キャンセル"))
        assert all(word in canceled["ics"] for word in ("RRULE:", "EXDATE", "RECURRENCE-ID", "METHOD:REQUEST"))
        await system.api.delete(f"/api/v1/appointments/{made['id']}", headers=system.headers[TARO])
        await eventually(lambda: gone(system))


def before_a_change_of_clocks(now: datetime) -> datetime:
    """09:00 in Berlin, some ten days before the next one that is at least a month ahead."""
    zone = ZoneInfo(BERLIN)
    day = now.astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=30)
    while (day + timedelta(days=10)).utcoffset() == day.utcoffset():
        day += timedelta(days=1)
    return day


def wall(first: datetime, weeks: int) -> datetime:
    """The same time on the clock so many weeks later."""
    return (first + timedelta(weeks=weeks)).astimezone(UTC)


async def registered(system: System, first: datetime) -> dict[str, Any]:
    body = {
        "title": TITLE,
        "kind": "web",
        "start": first.isoformat(),
        "end": (first + timedelta(hours=1)).isoformat(),
        "attendee_ids": [system.ids[TARO], system.ids[ADMIN]],
        "guest": {"name": "定例花子", "email": GUEST},
        "rrule": "FREQ=WEEKLY;COUNT=5",
    }
    answer = await system.api.post("/api/v1/appointments", json=body, headers=system.headers[TARO])
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert made["time_zone"] == BERLIN
    return made


async def seen(system: System, starts: Sequence[datetime]) -> str:
    """Waits until calendars and Zoom show exactly these; where one joins."""

    async def is_so() -> list[str]:
        entries = {
            ADMIN: await system.items("/inspect/google/occurrences", calendar=ADMIN),
            TARO: await system.items("/inspect/microsoft/occurrences", user=TARO),
        }
        shown = [sorted(begins(one) for one in mine(found)) for found in entries.values()]
        meetings = await system.meetings(TITLE)
        shown += [
            sorted(datetime.fromisoformat(one["start_time"]) for one in each["occurrences"] if is_live(one))
            for each in meetings
        ]
        return [each["join_url"] for each in meetings] if shown == [sorted(starts)] * 3 else []

    [url] = await eventually(is_so)
    return str(url)


def mine(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in entries if str(one.get("summary") or one.get("subject")).endswith(TITLE)]


def begins(entry: dict[str, Any]) -> datetime:
    at = datetime.fromisoformat(entry["start"]["dateTime"][:26])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def is_live(occurrence: dict[str, Any]) -> bool:
    return bool(occurrence["status"] == "available")


async def the_meeting(system: System) -> str:
    [meeting] = await system.meetings(TITLE)
    assert meeting["type"] == 8
    return str(meeting["id"])


async def gone(system: System) -> bool:
    left = [
        *mine(await system.items("/inspect/google/occurrences", calendar=ADMIN)),
        *mine(await system.items("/inspect/microsoft/occurrences", user=TARO)),
        *await system.meetings(TITLE),
    ]
    return not left


@asynccontextmanager
async def zone_of_the_organization(system: System, zone: str) -> AsyncIterator[None]:
    """Until then it is Tokyo's, as all other tests have it."""
    await set_zone(system, zone)
    try:
        yield
    finally:
        await set_zone(system, "Asia/Tokyo")


async def set_zone(system: System, zone: str) -> None:
    """Waits until booking has heard of it."""
    headers = system.headers[ADMIN]
    answer = await system.api.patch("/api/v1/organization", json={"time_zone": zone}, headers=headers)
    assert answer.status_code == 200, answer.text

    async def is_heard() -> bool:
        [(start, end)] = await system.free_times(1, 30)
        body = {"title": "時間帯", "kind": "phone", "start": start.isoformat(), "end": end.isoformat()}
        made = await system.api.post(
            "/api/v1/appointments", json={**body, "attendee_ids": [system.ids[TARO]]}, headers=system.headers[TARO]
        )
        await system.api.delete(f"/api/v1/appointments/{made.json()['id']}", headers=system.headers[TARO])
        return bool(made.json()["time_zone"] == zone)

    await eventually(is_heard)


@asynccontextmanager
async def the_pages_of_taro(system: System, browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page(base_url=system.demo.gateway_url, locale="ja-JP")
    await page.goto("/sign-in")
    await page.fill("#email", TARO)
    await page.fill("#password", dict(system.demo.logins)[TARO])
    await page.click("button[type=submit]")
    await page.wait_for_url("**/proposals")
    yield page
    await page.close()
