"""The mirror of busy time (G3, G4, G16, G25)."""

import asyncio
from datetime import timedelta

import pytest

from shared import clock
from tests.builders import a_slot, tomorrow_at
from tests.integration.calendar_sync.conftest import World, attending, patiently, rarely_polled

DAY = f"{clock.now() + timedelta(days=5):%Y-%m-%d}"
MORNING, EVENING = f"{DAY}T00:00:00Z", f"{DAY}T23:00:00Z"
SPAN = (f"{DAY}T04:00:00Z", f"{DAY}T05:00:00Z")
PEOPLE = ("stf_admin", "stf_taro")


def at(text: str) -> str:
    return text.replace("+00:00", "Z")


async def spans(world: World, staff_id: str) -> list[tuple[str, str]]:
    item = await world.busy(staff_id, MORNING, EVENING)
    return [(at(one["start"]), at(one["end"])) for one in item["busy"]]


async def shows(world: World, staff_id: str, *wanted: tuple[str, str]) -> None:
    async def seen() -> bool:
        return await spans(world, staff_id) == list(wanted)

    await patiently(seen)


async def test_g25_what_stands_in_the_calendars_is_mirrored_and_followed(world: World) -> None:
    for staff_id in PEOPLE:
        entry_id = await world.add_busy(staff_id, *SPAN)
        await world.connect(staff_id)
        await shows(world, staff_id, SPAN)
        later = (f"{DAY}T06:00:00Z", f"{DAY}T07:00:00Z")
        await world.add_busy(staff_id, *later)
        await shows(world, staff_id, SPAN, later)
        provider = "google" if staff_id == "stf_admin" else "microsoft"
        await world.outside.post(f"/inspect/{provider}/events/{entry_id}/delete", json={"notify": False})
        await shows(world, staff_id, later)


@rarely_polled
async def test_g16_a_notification_leads_to_a_read_at_once(world: World) -> None:
    for staff_id in PEOPLE:
        await world.connect(staff_id)

    async def watched() -> bool:
        google = (await world.outside.get("/inspect/google/channels")).json()["items"]
        graph = (await world.outside.get("/inspect/microsoft/subscriptions")).json()["items"]
        return bool(google and graph)

    await patiently(watched)
    for staff_id in PEOPLE:
        await world.add_busy(staff_id, *SPAN, notify=True)
        await shows(world, staff_id, SPAN)


async def test_a_notification_with_a_wrong_secret_is_ignored_and_answered_alike(world: World) -> None:
    headers = {"X-Goog-Channel-ID": "x", "X-Goog-Channel-Token": "y", "X-Goog-Resource-State": "exists"}
    answer = await world.service.post("/internal/notifications/google", json={"headers": headers})
    assert answer.json() == {"status": 200, "text": ""}
    query = {"validationToken": "Validation: Testing <client>"}
    answer = await world.service.post("/internal/notifications/microsoft", json={"query": query})
    assert answer.json() == {"status": 200, "text": "Validation: Testing <client>"}


async def test_a_lost_cursor_leads_to_a_full_read(world: World) -> None:
    for staff_id in PEOPLE:
        await world.connect(staff_id)
        await shows(world, staff_id)
    await world.outside.put("/inspect/google/settings", json={"expire_sync_tokens": True})
    await world.outside.put("/inspect/microsoft/settings", json={"expire_delta_tokens": True})
    for staff_id in PEOPLE:
        await world.add_busy(staff_id, *SPAN)
        await shows(world, staff_id, SPAN)


async def test_a_series_is_expanded_and_goes_as_a_whole(world: World) -> None:
    await world.connect("stf_admin")
    series = await _daily(world, f"{clock.now() + timedelta(days=2):%Y-%m-%d}")
    await shows(world, "stf_admin", SPAN)
    await world.outside.post(f"/inspect/google/events/{series}/delete", json={"notify": False})
    await shows(world, "stf_admin")


async def _daily(world: World, first: str) -> str:
    body = {
        "calendar": "admin@example.jp",
        "summary": "朝会",
        "start": {"dateTime": f"{first}T13:00:00", "timeZone": "Asia/Tokyo"},
        "end": {"dateTime": f"{first}T14:00:00", "timeZone": "Asia/Tokyo"},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=10"],
        "notify": False,
    }
    return str((await world.outside.post("/inspect/google/events", json=body)).json()["id"])


async def test_g04_our_own_holds_and_entries_are_not_busy_time(world: World) -> None:
    for staff_id in ("stf_admin", "stf_hana", "stf_taro", "stf_jiro"):
        await world.connect(staff_id)
    start = clock.now().replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=5)
    everybody = attending("stf_taro", "stf_jiro", "stf_admin", "stf_hana")
    await world.propose(proposal_id="prp_2", slots=[a_slot("slt_7", start)], attendees=everybody)
    await world.confirm(start_at=start, end_at=start + timedelta(hours=1), attendees=everybody, wants_meeting=False)
    await patiently(lambda: len(world.bus.of("calendar_sync.calendar_entry_written.v1")) == 3)
    for staff_id in ("stf_admin", "stf_hana", "stf_taro", "stf_jiro"):
        assert await world.calendar(staff_id)
        looked = await world.look(staff_id, *SPAN, max_age_s=0)
        assert (looked["status"], looked["busy"]) == ("read", [])
        await shows(world, staff_id)


@rarely_polled
async def test_g04_a_look_sees_what_was_added_without_a_word(world: World) -> None:
    for staff_id in PEOPLE:
        await world.connect(staff_id)
        await world.add_busy(staff_id, *SPAN)
        [found] = (await world.look(staff_id, *SPAN, max_age_s=0))["busy"]
        assert (at(found["start"]), at(found["end"])) == SPAN
        again = (await world.look(staff_id, *SPAN, max_age_s=0))["busy"]
        assert [one["entry"] for one in again] == [found["entry"]]


@rarely_polled
async def test_g04_those_who_look_at_once_share_one_request(world: World) -> None:
    await world.connect("stf_admin")
    await patiently(lambda: world.bus.of("calendar_sync.busy_times_changed.v1"))
    reads = {"provider": "google", "method": "GET", "path": "/calendar/v3/calendars/primary/events"}
    before = len(await world.calls(**reads))
    await world.faults({"kind": "slow", "provider": "google", "method": "GET", "delay_s": 1.0})
    hours = [(f"{DAY}T{hour:02}:00:00Z", f"{DAY}T{hour + 1:02}:00:00Z") for hour in range(1, 11)]
    looks = await asyncio.gather(*(world.look("stf_admin", *span, max_age_s=0) for span in hours))
    assert {look["status"] for look in looks} == {"read"}
    assert len(await world.calls(**reads)) == before + 1


OUTLASTED = timedelta(seconds=6)
"""How long the service waits for a provider in general; ending it takes as long while a read is under way."""


@pytest.mark.parametrize("world", [{"provider_timeout": OUTLASTED}], indirect=True)
async def test_g03_a_calendar_that_does_not_answer_is_unreadable_within_the_budget(world: World) -> None:
    await world.connect("stf_taro")
    await world.faults({"kind": "timeout", "provider": "microsoft", "path": "/v1.0/me"})
    patient = asyncio.create_task(world.look("stf_taro", *SPAN, max_age_s=0, budget_s=10))
    looked = await world.look("stf_taro", *SPAN, max_age_s=0, budget_s=0.5)
    assert (looked["status"], patient.done()) == ("unreadable", False)
    assert (await patient)["status"] == "unreadable"
    assert (await world.look("stf_hana", *SPAN))["status"] == "not_connected"


async def test_g03_a_broken_connection_is_unknown_not_empty(world: World) -> None:
    await world.connect("stf_admin")
    await shows(world, "stf_admin")
    await world.faults({"kind": "revoke_tokens", "provider": "google"})

    async def unknown() -> bool:
        return (await world.busy("stf_admin", MORNING, EVENING))["status"] == "unknown"

    assert (await world.look("stf_admin", *SPAN, max_age_s=0))["status"] == "broken"
    await patiently(unknown)
    assert (await world.look("stf_admin", *SPAN))["status"] == "broken"


async def test_another_organization_sees_nothing(world: World) -> None:
    await world.add_busy("stf_admin", *SPAN)
    await world.connect("stf_admin")
    await shows(world, "stf_admin", SPAN)
    query = {"staff_ids": "stf_admin", "from": MORNING, "to": EVENING}
    answer = await world.service.get("/internal/busy", params=query, headers={"x-organization-id": "org_other"})
    assert answer.json()["items"] == [{"staff_id": "stf_admin", "status": "not_connected", "as_of": None, "busy": []}]


@rarely_polled
async def test_g04_a_hold_that_is_made_while_its_calendar_is_looked_at_is_ours(world: World) -> None:
    """Else the guest who confirms at once would read that the slot is taken."""
    await world.connect("stf_taro")
    await world.faults({"kind": "slow", "provider": "microsoft", "path": "calendarView$", "delay_s": 3})
    slot = a_slot("slt_1", tomorrow_at(4))
    span = slot.start_at.isoformat(), slot.end_at.isoformat()
    looking = asyncio.create_task(world.look("stf_taro", *span, max_age_s=0, budget_s=30))
    await patiently(lambda: world.calls(method="GET", path="/v1.0/me/calendarView"))
    await world.propose(slots=[slot])
    await patiently(lambda: world.titles("stf_taro"))
    assert not looking.done(), "the hold came before the calendar answered"
    assert (await looking)["busy"] == []
