"""Entries changed directly in Google and Outlook, through the whole system, under the policies that ask nobody (V6)."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.main_job.conftest import ADMIN, TARO, System
from tests.waiting import eventually

BOTH = pytest.mark.parametrize("who", [ADMIN, TARO])
PROVIDERS = {ADMIN: "google", TARO: "microsoft"}


async def appointed(system: System, who: str, title: str, policy: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An appointment of one person whose entry is complete, and the entry."""
    answer = await system.api.patch(
        "/api/v1/organization", json={"drift_policy": policy}, headers=system.headers[ADMIN]
    )
    assert answer.status_code == 200, answer.text
    proposal = await system.proposed(who=who, attendee_ids=[system.ids[who]], title=title)
    assert (await system.confirm(proposal)).status_code == 201
    shown = await system.issued(proposal)

    async def complete() -> dict[str, Any] | None:
        found = await system.entries(who, title)
        linked = [one for one in found if shown["meeting"]["meeting_id"] in json.dumps(one)]
        return linked[0] if len(found) == len(linked) == 1 else None

    return shown, await eventually(complete)


async def by_hand(system: System, who: str, entry: dict[str, Any], act: str, **body: Any) -> None:
    answer = await system.sandbox.post(f"/inspect/{PROVIDERS[who]}/events/{entry['id']}/{act}", json=body)
    assert "error" not in answer.json()


async def shown_of(system: System, shown: dict[str, Any]) -> dict[str, Any]:
    answer = await system.api.get(f"/api/v1/appointments/{shown['id']}", headers=system.headers[ADMIN])
    found: dict[str, Any] = answer.json()
    return found


def elsewhere(shown: dict[str, Any]) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(shown["start"]) + timedelta(days=60)
    return start, start + timedelta(hours=1)


@BOTH
async def test_g16_follow_reschedules_and_both_are_told(system: System, who: str) -> None:
    title = f"移す予定{who}"
    shown, entry = await appointed(system, who, title, "follow")
    start, end = elsewhere(shown)
    await by_hand(system, who, entry, "move", start=start.isoformat(), end=end.isoformat())

    async def moved() -> bool:
        now = await shown_of(system, shown)
        [meeting] = await system.meetings(title)
        return datetime.fromisoformat(now["start"]) == start and meeting["start_time"][:10] == f"{start:%Y-%m-%d}"

    await eventually(moved)

    async def both_told() -> bool:
        mails = [*await system.mails("hanako@example.com", "変更されました"), *await system.mails(who, "日程変更:")]
        return len([mail for mail in mails if title in mail["text"]]) == 2

    await eventually(both_told)


@BOTH
async def test_g17_follow_cancels_what_was_deleted(system: System, who: str) -> None:
    title = f"消す予定{who}"
    shown, entry = await appointed(system, who, title, "follow")
    await by_hand(system, who, entry, "delete")
    assert (await shown_of(system, shown))["status"] == "confirmed"

    async def canceled() -> bool:
        await system.move_clock_to(await system.now() + timedelta(seconds=10))
        return bool((await shown_of(system, shown))["status"] == "canceled")

    await eventually(canceled, interval=0.5)
    await eventually(lambda: system.mails("hanako@example.com", "キャンセルされました"))
    await eventually(lambda: without(system, title))


async def without(system: System, title: str) -> bool:
    return await system.meetings(title) == []


@BOTH
async def test_follow_takes_the_title(system: System, who: str) -> None:
    shown, entry = await appointed(system, who, f"名付ける予定{who}", "follow")
    await by_hand(system, who, entry, "move", summary=f"新しい件名{who}")

    async def renamed() -> bool:
        return bool((await shown_of(system, shown))["title"] == f"新しい件名{who}")

    await eventually(renamed)
    await eventually(lambda: system.meetings(f"新しい件名{who}"))


@BOTH
@pytest.mark.parametrize("act", ["move", "rename", "delete"])
async def test_restore_puts_back_what_was_done_by_hand(system: System, who: str, act: str) -> None:
    title = f"守る予定{act}{who}"
    shown, entry = await appointed(system, who, title, "restore")
    start, end = elsewhere(shown)
    bodies = {"move": {"start": start.isoformat(), "end": end.isoformat()}, "rename": {"summary": "別件"}, "delete": {}}
    await by_hand(system, who, entry, "delete" if act == "delete" else "move", **bodies[act])
    assert [one["start"] for one in await system.entries(who, title)] != [entry["start"]]

    async def back() -> bool:
        if act == "delete":
            await system.move_clock_to(await system.now() + timedelta(seconds=10))
        return [one["start"] for one in await system.entries(who, title)] == [entry["start"]]

    await eventually(back, interval=0.5)
    after = await shown_of(system, shown)
    assert (after["version"], after["start"], after["drift"]) == (shown["version"], shown["start"], None)
