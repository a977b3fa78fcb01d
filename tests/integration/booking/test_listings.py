"""Lists of proposals and appointments (R28): found, narrowed, paged, and read by their indexes."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.contracts.notifier import Audience, NotificationFailed, NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReminderScheduled
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

OTHER = "stf_other"


async def listed(world: World, path: str, **who: str) -> list[str]:
    """Titles of all pages, two at a time."""
    found, cursor = list[str](), ""
    while True:
        page = (await world.call("GET", f"{path}{'&' if '?' in path else '?'}limit=2{cursor}", **who)).json()
        found += [item["title"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def confirmed(world: World, day: int, **changes: Any) -> str:
    made = await world.propose(slots=[a_slot_at(day, 10)], **changes)
    answer = await world.confirm(made)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def mail(world: World, appointment_id: str, failed: str = "", *, version: int = 1) -> None:
    values: dict[str, Any] = {
        "about": appointment_id,
        "revision": version,
        "purpose": Purpose.CONFIRMED,
        "audience": Audience.GUEST,
        "message_id": "<m@chosei>",
    }
    if failed:
        event: Any = NotificationFailed(**values, reason=failed, suppressed=False, retry_at=None)
    else:
        event = NotificationSent(**values, with_meeting=True)
    await world.hears(event, subject=appointment_id, time=clock.now() + timedelta(seconds=version))


async def test_an_appointment_is_found_by_every_word_in_title_or_guest(world: World) -> None:
    await confirmed(world, 2, title="秋の商談")
    await confirmed(world, 3, title="定例", guest={"company": "XYZ", "name": "X", "email": "sales@xyz.example"})
    assert await listed(world, "/appointments?q=商談") == ["秋の商談"]
    assert await listed(world, "/appointments?q=abc%20田中") == ["秋の商談", "定例"]
    assert await listed(world, "/appointments?q=abc%20秋の") == ["秋の商談"]
    assert await listed(world, "/appointments?q=SALES@xyz") == ["定例"]
    for odd in ("nobody", ".*", "%00", "(", "%20%20zzz"):
        assert await listed(world, f"/appointments?q={odd}") == []


async def test_a_private_appointment_is_not_found_by_words_that_one_may_not_read(world: World) -> None:
    await world.staff(OTHER, "高橋")
    await confirmed(world, 2, title="極秘の商談", visibility="private")
    for words in ("極秘", "田中", "ABC", "hanako@example"):
        assert await listed(world, f"/appointments?q={words}", staff_id=OTHER) == []
        assert await listed(world, f"/appointments?q={words}", staff_id=HANAKO) == ["極秘の商談"]
        assert await listed(world, f"/appointments?q={words}", staff_id=OTHER, role="admin") == ["極秘の商談"]
    assert await listed(world, "/appointments", staff_id=OTHER) == ["非公開の予定"]
    assert await listed(world, f"/appointments?staff_id={TARO}&kind=web", staff_id=OTHER) == ["非公開の予定"]
    assert await listed(world, "/appointments?q=極秘", organization="org_other") == []


@pytest.mark.parametrize("noun", ["appointments", "proposals"])
async def test_lists_are_narrowed_to_a_person_and_a_kind(world: World, noun: str) -> None:
    await world.staff(OTHER, "高橋")
    await confirmed(world, 2, title="web")
    await confirmed(world, 3, title="visit", kind="visit", attendee_ids=[OTHER])
    await confirmed(world, 4, title="outbound", kind="outbound", attendee_ids=[HANAKO, OTHER])
    by_taro = ["web", "visit", "outbound"]
    assert sorted(await listed(world, f"/{noun}?staff_id={TARO}")) == sorted(by_taro)
    assert sorted(await listed(world, f"/{noun}?staff_id={OTHER}")) == ["outbound", "visit"]
    assert await listed(world, f"/{noun}?staff_id={OTHER}&kind=visit") == ["visit"]
    assert await listed(world, f"/{noun}?staff_id={HANAKO}&kind=visit") == []
    assert await listed(world, f"/{noun}?staff_id=stf_nobody") == []
    odd = await world.call("GET", f"/{noun}?kind=odd")
    assert odd.status_code == 422


async def test_troubled_ones_are_those_of_which_something_failed_or_is_tried_again(world: World) -> None:
    calm, bad = await confirmed(world, 2, title="calm"), await confirmed(world, 3, title="bad")
    await confirmed(world, 4, title="silent")
    await mail(world, calm)
    due_at = in_tokyo(2, 7)
    filed = ReminderScheduled(appointment_id=calm, revision=1, due_at=due_at)
    await world.hears(filed, subject=calm)
    await mail(world, bad, "smtp_550")
    assert await listed(world, "/appointments?troubled=true") == ["bad"]
    assert await listed(world, "/appointments?troubled=true&q=calm") == []
    assert await listed(world, "/appointments?troubled=false") == ["calm", "bad", "silent"]


async def test_trouble_that_is_over_is_none_and_pages_go_on_behind_it(world: World) -> None:
    ids = [await confirmed(world, day, title=f"nr {day}") for day in range(2, 8)]
    for appointment_id in ids:
        await mail(world, appointment_id, "smtp_550")
    for appointment_id in ids[:5:2]:
        start = in_tokyo(20 + ids.index(appointment_id), 10).isoformat()
        moved = await world.call("PATCH", f"/appointments/{appointment_id}", {"start": start})
        assert moved.json()["version"] == 2
    assert await listed(world, "/appointments?troubled=true") == ["nr 3", "nr 5", "nr 7"]


async def test_the_latest_come_first_where_asked_and_go_on_from_a_cursor(world: World) -> None:
    await world.staff(OTHER, "高橋")
    for day in (3, 2, 4):
        await confirmed(world, day, title=f"nr {day}")
    await confirmed(world, 3, title="same time", kind="visit", attendee_ids=[OTHER])
    earliest = await listed(world, "/appointments")
    assert sorted(earliest) == ["nr 2", "nr 3", "nr 4", "same time"]
    assert await listed(world, "/appointments?order=latest") == earliest[::-1]
    until = in_tokyo(3, 9).isoformat().replace("+", "%2B")
    assert await listed(world, f"/appointments?order=latest&to={until}") == ["nr 2"]
    assert (await world.call("GET", "/appointments?order=odd")).status_code == 422


async def test_no_list_scans_a_collection_or_sorts_in_memory(world: World) -> None:
    for day in range(2, 6):
        await confirmed(world, day, title=f"nr {day}")
    database = world.stores.bookings.appointments.database
    now = clock.now().isoformat().replace("+", "%2B")
    await database.command("profile", 2)
    try:
        for narrowed in ("", "&q=nr", f"&staff_id={TARO}", "&kind=web", "&troubled=true", f"&q=nr&staff_id={TARO}"):
            for status in ("", "&status=confirmed"):
                assert len(await listed(world, f"/proposals?x=1{narrowed}{status}")) in (0, 4)
                for window in ("", f"&from={now}", f"&to={now}&order=latest", "&order=latest"):
                    await listed(world, f"/appointments?x=1{narrowed}{status}{window}")
        seen = {"op": "query", "ns": {"$regex": r"\.(proposals|appointments)$"}, "command.sort": {"$exists": True}}
        plans = await database["system.profile"].find(seen).to_list(None)
    finally:
        await database.command("profile", 0)
        await database["system.profile"].drop()
    assert len(plans) > 50
    assert {plan["planSummary"].split(" ")[0] for plan in plans} == {"IXSCAN"}
    assert not [plan for plan in plans if plan.get("hasSortStage")]
