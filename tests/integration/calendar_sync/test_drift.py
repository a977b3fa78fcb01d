"""Entries that somebody moves, renames or deletes directly at a provider (V6, G16, G17)."""

from typing import Any

import pytest

from services.calendar_sync.settings import Settings
from shared.contracts.booking import AppointmentRescheduled, DriftDecided, DriftDecision
from tests.builders import a_slot, an_appointment, an_event, tomorrow_at
from tests.integration.calendar_sync.conftest import World, attending, confirmed, patiently, rarely_polled

DRIFTED = "calendar_sync.calendar_drift_detected.v1"
FROZEN = "calendar_sync.calendar_sync_frozen.v1"
WRITTEN = "calendar_sync.calendar_entry_written.v1"
BOTH = pytest.mark.parametrize("staff_id", ["stf_admin", "stf_taro"])


def provider_of(staff_id: str) -> str:
    return {"stf_admin": "google", "stf_taro": "microsoft"}[staff_id]


def facts_of(staff_id: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "appointment_id": f"apt_{number}",
        "proposal_id": None,
        "organizer_id": staff_id,
        "attendees": attending(staff_id),
        "wants_meeting": False,
        **more,
    }


async def with_entries(world: World, staff_id: str, count: int = 1) -> list[dict[str, Any]]:
    """Connected, watched, read once after the entries were written: what stands in the calendar."""
    await world.connect(staff_id)
    for number in range(1, count + 1):
        await world.confirm(**facts_of(staff_id, number, start_at=tomorrow_at(number)))
    await patiently(lambda: said(world, WRITTEN, count))
    await watched(world, staff_id)
    return sorted(await world.calendar(staff_id), key=lambda entry: str(entry["start"]))


def said(world: World, key: str, count: int) -> list[dict[str, Any]] | None:
    found = world.bus.of(key)
    return found if len(found) >= count else None


async def watched(world: World, staff_id: str) -> None:
    await patiently(
        lambda: world.keeps("mirrors", f"{staff_id}.{provider_of(staff_id)}", {"watch.watch_id": {"$exists": True}})
    )


async def by_hand(world: World, staff_id: str, entry_id: str, act: str, **body: Any) -> None:
    answer = await world.outside.post(f"/inspect/{provider_of(staff_id)}/events/{entry_id}/{act}", json=body)
    assert "error" not in answer.raise_for_status().json()


async def missing(world: World, staff_id: str, number: int = 1) -> None:
    """The first of the two answers came."""
    row = f"entry/apt_{number}/{staff_id}/{provider_of(staff_id)}"
    await patiently(lambda: world.keeps("ledger", row, {"missing_since": {"$ne": None}}))


def restore(drift: dict[str, Any]) -> Any:
    data = DriftDecided(
        appointment_id=drift["appointment_id"],
        drift_id=drift["drift_id"],
        staff_id=drift["staff_id"],
        decision=DriftDecision.RESTORE,
    )
    return an_event(data, subject=drift["appointment_id"])


@rarely_polled
@BOTH
async def test_g16_a_moved_entry_is_told_as_found_and_put_back_once_decided(world: World, staff_id: str) -> None:
    [entry] = await with_entries(world, staff_id)
    start, end = tomorrow_at(9), tomorrow_at(10, 30)
    await by_hand(world, staff_id, entry["id"], "move", start=start.isoformat(), end=end.isoformat())
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["revision"], drift["staff_id"]) == ("moved", 1, staff_id)
    assert (drift["start_at"], drift["end_at"], drift["title"]) == (
        start.isoformat().replace("+00:00", "Z"),
        end.isoformat().replace("+00:00", "Z"),
        None,
    )
    await world.bus.publish(restore(drift), times=3)

    async def back() -> bool:
        return (await world.calendar(staff_id))[0]["start"] == entry["start"]

    await patiently(back)
    await patiently(lambda: said(world, WRITTEN, 2))
    assert len(world.bus.of(DRIFTED)) == 1


@rarely_polled
@BOTH
async def test_g16_a_renamed_entry_is_told_with_its_title(world: World, staff_id: str) -> None:
    [entry] = await with_entries(world, staff_id)
    await by_hand(world, staff_id, entry["id"], "move", summary="別の件名")
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["title"]) == ("changed", "別の件名")


@rarely_polled
@BOTH
async def test_g17_a_deleted_entry_is_told_after_two_answers_and_made_anew_once_decided(
    world: World, staff_id: str
) -> None:
    [entry] = await with_entries(world, staff_id)
    await by_hand(world, staff_id, entry["id"], "delete")
    await missing(world, staff_id)
    assert world.bus.of(DRIFTED) == []
    await world.later(seconds=61)
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["start_at"], drift["end_at"]) == ("deleted", None, None)
    await world.bus.publish(restore(drift), times=2)
    [anew] = await patiently(lambda: world.calendar(staff_id))
    assert anew["start"] == entry["start"]


AS_INSTALLED = {"poll_interval": Settings.model_fields["poll_interval"].default}


@pytest.mark.parametrize("world", [AS_INSTALLED], indirect=True)
@BOTH
async def test_g16_without_any_notification_it_is_seen_within_ten_minutes(world: World, staff_id: str) -> None:
    """Of two entries one is moved and one is deleted; nobody says a word."""
    moved, deleted = await with_entries(world, staff_id, 2)
    body = {"start": tomorrow_at(9).isoformat(), "end": tomorrow_at(10).isoformat()}
    await by_hand(world, staff_id, moved["id"], "move", notify=False, **body)
    await by_hand(world, staff_id, deleted["id"], "delete", notify=False)
    await world.later(minutes=7)
    await missing(world, staff_id, 2)
    await world.later(seconds=61)
    drifts = await patiently(lambda: said(world, DRIFTED, 2))
    assert {drift["kind"] for drift in drifts} == {"moved", "deleted"}


@BOTH
async def test_moved_back_by_hand_it_is_told_as_written(world: World, staff_id: str) -> None:
    [entry] = await with_entries(world, staff_id)
    for hour in (9, 1):
        body = {"start": tomorrow_at(hour).isoformat(), "end": tomorrow_at(hour + 1).isoformat()}
        await by_hand(world, staff_id, entry["id"], "move", **body)
        await patiently(lambda: said(world, DRIFTED, 1))
    await patiently(lambda: said(world, WRITTEN, 2))


@BOTH
async def test_a_newer_change_of_ours_settles_a_drift(world: World, staff_id: str) -> None:
    [entry] = await with_entries(world, staff_id)
    body = {"start": tomorrow_at(9).isoformat(), "end": tomorrow_at(10).isoformat()}
    await by_hand(world, staff_id, entry["id"], "move", **body)
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    same = an_appointment(**facts_of(staff_id, start_at=tomorrow_at(1), revision=2))
    past = {"previous_start_at": tomorrow_at(1), "previous_end_at": tomorrow_at(2)}
    await world.bus.publish(confirmed(same, AppointmentRescheduled, **past))
    await patiently(lambda: said(world, WRITTEN, 2))
    assert (await world.calendar(staff_id))[0]["start"] == entry["start"]
    await world.bus.publish(restore(drift))


@BOTH
async def test_a_hold_that_is_moved_or_deleted_by_hand_is_put_back(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    slots = [a_slot("slt_1", tomorrow_at(4)), a_slot("slt_2", tomorrow_at(6))]
    await world.propose(organizer_id=staff_id, attendees=attending(staff_id), slots=slots)
    await patiently(lambda: said(world, "calendar_sync.holds_placed.v1", 2))
    await watched(world, staff_id)
    first, second = before = await world.calendar(staff_id)
    body = {"start": tomorrow_at(9).isoformat(), "end": tomorrow_at(10).isoformat()}
    await by_hand(world, staff_id, first["id"], "move", **body)
    await by_hand(world, staff_id, second["id"], "delete")

    async def all_back() -> bool:
        await world.later(seconds=20)
        return sorted(str(one["start"]) for one in await world.calendar(staff_id)) == sorted(
            str(one["start"]) for one in before
        )

    await patiently(all_back)
    assert world.bus.of(DRIFTED) == []


FAULTS = (
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 500},
    {"kind": "timeout", "delay_s": 0.2},
)


@BOTH
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status", "timeout")))
async def test_g17_only_the_word_of_the_provider_on_this_entry_is_proof(
    world: World, staff_id: str, fault: dict[str, Any]
) -> None:
    """The reading says that it went; the provider cannot be asked about it."""
    [entry] = await with_entries(world, staff_id)
    path = ".*/events/.+"
    await world.faults({"provider": provider_of(staff_id), "method": "GET", "path": path, **fault})
    await by_hand(world, staff_id, entry["id"], "delete")
    row = f"entry/apt_1/{staff_id}/{provider_of(staff_id)}"
    await patiently(lambda: world.keeps("ledger", row, {"suspected": True, "tries": {"$gte": 2}}))
    await world.later(seconds=130)
    await patiently(
        lambda: world.keeps("ledger", row, {"suspected": True, "tries": {"$gte": 3}, "missing_since": None})
    )
    assert world.bus.of(DRIFTED) == []
    await world.faults()
    await missing(world, staff_id)


@BOTH
async def test_g17_a_mass_deletion_freezes_the_sync_until_a_person_accepts_it(world: World, staff_id: str) -> None:
    entries = await with_entries(world, staff_id, 5)
    await delete_all(world, staff_id, entries[:4])
    [frozen] = await patiently(lambda: world.bus.of(FROZEN))
    assert (frozen["missing"], frozen["coming"], frozen["staff_id"]) == (4, 5, staff_id)
    assert world.bus.of(DRIFTED) == []
    provider = provider_of(staff_id)
    shown = await world.service.get("/internal/connections", headers=world.identity(staff_id))
    [mine] = [item for item in shown.json()["items"] if item["provider"] == provider]
    assert (mine["status"], mine["frozen"]["missing"]) == ("connected", 4)
    path = f"/internal/connections/{provider}/resume"
    await world.add_busy(staff_id, tomorrow_at(15).isoformat(), tomorrow_at(16).isoformat())
    await patiently(lambda: is_busy(world, staff_id))
    answer = await world.service.post(path, json={"decision": "accept"}, headers=world.identity(staff_id))
    assert (answer.status_code, answer.json()["frozen"]) == (200, None)
    await patiently(lambda: said(world, DRIFTED, 4))
    again = await world.service.post(path, json={"decision": "accept"}, headers=world.identity(staff_id))
    assert (again.status_code, again.json()["code"]) == (409, "not_frozen")
    assert len(world.bus.of(FROZEN)) == 1


@BOTH
async def test_g17_what_a_frozen_calendar_lost_can_be_put_back(world: World, staff_id: str) -> None:
    entries = await with_entries(world, staff_id, 5)
    await delete_all(world, staff_id, entries)
    await patiently(lambda: world.bus.of(FROZEN))
    path = f"/internal/connections/{provider_of(staff_id)}/resume"
    stranger = {**world.identity("stf_hana"), "x-role": "member"}
    body = {"decision": "restore", "staff_id": staff_id}
    assert (await world.service.post(path, json=body, headers=stranger)).status_code == 403
    admin = {**stranger, "x-role": "admin"}
    listed = await world.service.get("/internal/connections/frozen", headers=admin)
    assert [item["staff_id"] for item in listed.json()["items"]] == [staff_id]
    assert (await world.service.post(path, json=body, headers=admin)).status_code == 200

    async def all_there() -> bool:
        return len(await world.calendar(staff_id)) == 5

    await patiently(all_there)
    assert world.bus.of(DRIFTED) == []


async def delete_all(world: World, staff_id: str, entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        await by_hand(world, staff_id, entry["id"], "delete")
    for number in range(1, len(entries) + 1):
        await missing(world, staff_id, number)
    await world.later(seconds=61)


async def is_busy(world: World, staff_id: str) -> bool:
    shown = await world.busy(staff_id, tomorrow_at(15).isoformat(), tomorrow_at(16).isoformat())
    return bool(shown["busy"])


@BOTH
async def test_our_own_writes_are_no_drift(world: World, staff_id: str) -> None:
    """Five moves of ours; each is seen in a reading and asked about nowhere."""
    await with_entries(world, staff_id)
    past = {"previous_start_at": tomorrow_at(1), "previous_end_at": tomorrow_at(2)}
    for revision in range(2, 7):
        moved = an_appointment(**facts_of(staff_id, start_at=tomorrow_at(revision + 6), revision=revision))
        await world.bus.publish(confirmed(moved, AppointmentRescheduled, **past))
    await patiently(lambda: world.keeps("ledger", f"entry/apt_1/{staff_id}/{provider_of(staff_id)}", WRITTEN_AS_SIX))
    await world.add_busy(staff_id, tomorrow_at(15).isoformat(), tomorrow_at(16).isoformat())
    await patiently(lambda: is_busy(world, staff_id))
    assert world.bus.of(DRIFTED) == []


WRITTEN_AS_SIX = {"written.revision": 6, "due_at": {"$exists": False}}


@rarely_polled
async def test_microsofts_lifecycle_notices_renew_the_subscription_and_read(world: World) -> None:
    [entry] = await with_entries(world, "stf_taro")
    [subscription] = (await world.outside.get("/inspect/microsoft/subscriptions")).json()["items"]
    assert subscription["lifecycleNotificationUrl"]
    body = {"start": tomorrow_at(9).isoformat(), "end": tomorrow_at(10).isoformat()}
    await by_hand(world, "stf_taro", entry["id"], "move", notify=False, **body)
    path = f"/inspect/microsoft/subscriptions/{subscription['id']}/lifecycle"
    await world.outside.post(path, json={"event": "missed"})
    await patiently(lambda: world.bus.of(DRIFTED))
    for count, event in enumerate(("reauthorizationRequired", "subscriptionRemoved"), start=1):
        await world.outside.post(path, json={"event": event})

        async def renewed(count: int = count) -> bool:
            found = await world.calls(provider="microsoft", method="PATCH", path="/v1.0/subscriptions")
            return len(found) >= count

        await patiently(renewed)


async def test_g16_watches_are_renewed_before_they_lapse(world: World) -> None:
    """Five days later, a day before their end; what happened meanwhile without a word the poll saw."""
    for staff_id in ("stf_admin", "stf_taro"):
        await world.connect(staff_id)
        await watched(world, staff_id)
    before = await ends_of_watches(world)
    await world.later(days=5, minutes=1)

    async def renewed() -> bool:
        now = await ends_of_watches(world)
        return len(now) == 2 and all(now[name] > ends for name, ends in before.items())

    await patiently(renewed)


async def ends_of_watches(world: World) -> dict[str, str]:
    google = (await world.outside.get("/inspect/google/channels")).json()["items"]
    graph = (await world.outside.get("/inspect/microsoft/subscriptions")).json()["items"]
    ends = {"google": max((one["expiration"] for one in google), default="")}
    return ends | {"microsoft": max((one["expirationDateTime"] for one in graph), default="")}
