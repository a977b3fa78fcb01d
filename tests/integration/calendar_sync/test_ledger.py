"""Holds and entries (R21, R26, V5, G10, G15)."""

from datetime import datetime, timedelta

import pytest

from shared import clock
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentRescheduled,
    SlotsChanged,
    SlotsWithdrawn,
)
from shared.contracts.zoom_issuer import MeetingIssued
from tests.builders import a_proposal, a_slot, an_appointment, tomorrow_at
from tests.infrastructure.measured import growth_of_effect, growth_of_stage
from tests.integration.calendar_sync.conftest import (
    World,
    a_meeting,
    attending,
    confirmed,
    holds_released,
    patiently,
    proposed,
)

TITLE = "ABC株式会社:田中花子 様"
HOLD = "【仮】" + TITLE


async def has(world: World, staff_id: str, *titles: str) -> bool:
    return await world.titles(staff_id) == sorted(titles)


async def until(world: World, staff_id: str, *titles: str) -> None:
    await patiently(lambda: has(world, staff_id, *titles))


async def test_r21_each_slot_is_held_in_each_linked_calendar_without_noise(world: World) -> None:
    await world.connect("stf_admin")
    await world.connect("stf_taro")
    await world.propose(attendees=attending("stf_admin", "stf_taro", "stf_hana"), times=3)
    await until(world, "stf_admin", HOLD, HOLD)
    await until(world, "stf_taro", HOLD, HOLD)
    google, graph = (await world.calendar("stf_admin"))[0], (await world.calendar("stf_taro"))[0]
    assert (google["status"], google["transparency"], google.get("attendees")) == ("tentative", "opaque", None)
    assert (graph["showAs"], graph["isReminderOn"], graph["attendees"]) == ("tentative", False, [])
    placed = await patiently(lambda: len(found := world.bus.of("calendar_sync.holds_placed.v1")) == 4 and found)
    assert len({(hold["staff_id"], hold["slot_id"]) for event in placed for hold in event["holds"]}) == 4
    assert (await world.outside.get("/inspect/microsoft/invitations")).json()["items"] == []


async def test_r28_holds_follow_the_open_slots(world: World) -> None:
    await world.connect("stf_taro")
    await world.propose()
    await until(world, "stf_taro", HOLD, HOLD)
    changed = a_proposal(title="新しい件名", slots=[a_slot("slt_2", tomorrow_at(6)), a_slot("slt_3", tomorrow_at(8))])
    await world.bus.publish(proposed(changed, 2, SlotsChanged, reason="edited", mail_guest=False))
    await until(world, "stf_taro", "【仮】新しい件名", "【仮】新しい件名")
    await world.bus.publish(proposed(changed, 3, SlotsWithdrawn, notify_guest=False))
    await until(world, "stf_taro")
    released = await patiently(lambda: len(found := holds_released(world)) == 3 and found)
    assert {hold["slot_id"] for hold in released} == {"slt_1", "slt_2", "slt_3"}


async def test_r26_a_confirmation_leaves_one_entry_each_and_no_hold(world: World) -> None:
    written, gone = growth_of_effect("entry", "done"), growth_of_effect("hold", "gone")
    stages = growth_of_stage("entry_written"), growth_of_stage("holds_released")
    for staff_id in ("stf_admin", "stf_hana", "stf_taro", "stf_jiro"):
        await world.connect(staff_id)
    people = attending("stf_admin", "stf_hana", "stf_taro", "stf_jiro")
    await world.propose(attendees=people, organizer_id="stf_admin")
    await until(world, "stf_hana", HOLD, HOLD)
    await world.bus.publish(a_meeting(MeetingIssued))
    await patiently(lambda: world.keeps("appointments", "apt_1", {"meeting": {"$ne": None}}))
    await world.confirm(attendees=people, organizer_id="stf_admin", times=3)
    for staff_id in ("stf_admin", "stf_hana", "stf_taro", "stf_jiro"):
        await until(world, staff_id, TITLE)
    entry = (await world.calendar("stf_admin"))[0]
    assert [one["email"] for one in entry["attendees"]] == ["hana@example.jp"]
    assert "ミーティングID: 72962683804" in entry["description"]
    assert "内部メモ" in entry["description"]
    assert entry["status"] == "confirmed"
    said = await patiently(lambda: len(found := world.bus.of("calendar_sync.calendar_entry_written.v1")) == 3 and found)
    assert sorted(event["covers"] for event in said) == [["stf_admin", "stf_hana"], ["stf_jiro"], ["stf_taro"]]
    assert all(event["with_meeting"] for event in said)
    await patiently(lambda: (written.count, gone.count) == (3, 8) and [one.count for one in stages] == [3, 8])


async def test_an_entry_does_not_wait_long_for_its_meeting_and_gets_it_later(world: World) -> None:
    await world.connect("stf_taro")
    await world.confirm()
    await until(world, "stf_taro", TITLE)
    assert "Zoom" not in (await world.calendar("stf_taro"))[0]["body"]["content"]
    await world.bus.publish(a_meeting(MeetingIssued))

    async def joined() -> bool:
        return "パスワード: 1" in (await world.calendar("stf_taro"))[0]["body"]["content"]

    await patiently(joined)
    assert len(await world.calendar("stf_taro")) == 1


async def test_events_in_the_wrong_order_bring_nothing_back(world: World) -> None:
    """Each kind of event has a queue of its own, so that only what was seen to be kept is surely the earlier one."""
    await world.connect("stf_taro")
    await world.bus.publish(a_meeting(MeetingIssued))
    await world.bus.publish(confirmed(an_appointment(revision=2), AppointmentCanceled))
    await patiently(lambda: world.keeps("appointments", "apt_1", {"canceled": True, "meeting": {"$ne": None}}))
    await world.bus.publish(confirmed(an_appointment()))
    await world.bus.publish(proposed(a_proposal()))
    await patiently(lambda: world.keeps("proposals", "prp_1", {"sealed": True, "proposal": {"$ne": None}}))
    marker = an_appointment(appointment_id="apt_2", proposal_id=None, title="後の予定", wants_meeting=False)
    await world.bus.publish(confirmed(marker))
    await until(world, "stf_taro", "後の予定")
    calls = await world.calls(provider="microsoft", method="POST", path="/v1.0/me/events")
    assert len(calls) == 1


async def test_a_reschedule_moves_the_entry_and_a_cancellation_removes_it(world: World) -> None:
    await world.connect("stf_admin")
    await world.confirm(organizer_id="stf_admin", attendees=attending("stf_admin"), wants_meeting=False)
    await until(world, "stf_admin", TITLE)
    before = (await world.calendar("stf_admin"))[0]
    later = an_appointment(
        organizer_id="stf_admin",
        attendees=attending("stf_admin"),
        wants_meeting=False,
        revision=2,
        start_at=tomorrow_at(9),
    )
    past = {"previous_start_at": tomorrow_at(4), "previous_end_at": tomorrow_at(5)}
    await world.bus.publish(confirmed(later, AppointmentRescheduled, **past))

    async def moved() -> bool:
        found = await world.calendar("stf_admin")
        return [one["id"] for one in found] == [before["id"]] and found[0]["start"] != before["start"]

    await patiently(moved)
    canceled = later.model_copy(update={"revision": 3})
    await world.bus.publish(confirmed(canceled, AppointmentCanceled))
    await until(world, "stf_admin")
    [event] = await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_removed.v1"))
    assert event["revision"] == 3


async def test_g15_a_change_of_organizer_creates_then_deletes(world: World) -> None:
    for staff_id in ("stf_admin", "stf_hana"):
        await world.connect(staff_id)
    people = attending("stf_admin", "stf_hana")
    await world.confirm(organizer_id="stf_admin", attendees=people, wants_meeting=False)
    await until(world, "stf_hana", TITLE)
    changed = an_appointment(organizer_id="stf_hana", attendees=people, wants_meeting=False, revision=2)
    await world.bus.publish(confirmed(changed, AppointmentChanged))

    async def moved() -> bool:
        found = await world.calendar("stf_admin")
        return [one["organizer"]["email"] for one in found] == ["hana@example.jp"]

    await patiently(moved)
    assert await world.titles("stf_hana") == [TITLE]
    await patiently(lambda: world.keeps("ledger", "entry/apt_1/stf_admin/google", {"written": None, "due_at": None}))
    canceled = changed.model_copy(update={"revision": 3})
    await world.bus.publish(confirmed(canceled, AppointmentCanceled))
    removed = await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_removed.v1"))
    assert [(event["staff_id"], event["revision"]) for event in removed] == [("stf_hana", 3)]


async def test_g10_a_lost_answer_makes_no_second_entry(world: World) -> None:
    await world.connect("stf_admin")
    await world.connect("stf_taro")
    await world.faults(
        {"kind": "lost_answer", "provider": "google", "method": "POST", "path": "/events$", "times": 2},
        {"kind": "lost_answer", "provider": "microsoft", "method": "POST", "path": "/me/events$", "times": 2},
    )
    people = attending("stf_admin", "stf_taro")
    await world.confirm(organizer_id="stf_admin", attendees=people, wants_meeting=False)
    written = await patiently(
        lambda: len(found := world.bus.of("calendar_sync.calendar_entry_written.v1")) == 2 and found
    )
    assert len(written) == 2
    assert await world.titles("stf_admin") == [TITLE]
    assert await world.titles("stf_taro") == [TITLE]


async def test_g10_a_transaction_that_microsoft_forgot_makes_no_second_entry(world: World) -> None:
    await world.connect("stf_taro")
    await world.faults(
        {"kind": "lost_answer", "provider": "microsoft", "method": "POST", "path": "/me/events$", "times": 1}
    )
    await world.confirm(wants_meeting=False)
    await patiently(lambda: world.calendar("stf_taro"), interval=0.01)
    await world.outside.put("/inspect/microsoft/settings", json={"forget_transaction_ids": True})
    await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    assert await world.titles("stf_taro") == [TITLE]


async def test_throttling_is_honoured_and_told(world: World) -> None:
    await world.connect("stf_taro")
    rule = {"kind": "status", "provider": "microsoft", "method": "POST", "path": "/me/events$", "status": 429}
    await world.faults({**rule, "headers": {"Retry-After": "2"}, "times": 1})
    await world.confirm(wants_meeting=False)
    [waiting] = await patiently(lambda: world.bus.of("calendar_sync.calendar_write_failed.v1"))
    assert waiting["retry_at"] is not None
    await until(world, "stf_taro", TITLE)
    assert len(await world.calls(method="POST", path="/v1.0/me/events")) == 2


async def test_g20_googles_403_of_the_user_is_a_pause_for_all_holds_of_the_mailbox_and_none_is_lost(
    world: World,
) -> None:
    await world.connect("stf_admin")
    body = {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}
    rule = {"kind": "status", "provider": "google", "method": "POST", "path": "/events$", "status": 403, "body": body}
    await world.faults({**rule, "headers": {"Retry-After": "3"}, "times": 1})
    await world.propose(attendees=attending("stf_admin"))
    await until(world, "stf_admin", HOLD, HOLD)
    calls = await world.calls(provider="google", method="POST", path="/calendar/v3/calendars/primary/events")
    tries = sorted((datetime.fromisoformat(call["at"]), call["status"]) for call in calls)
    [refused_at] = [at for at, status in tries if status == 403]
    late = [at for at, _ in tries if at > refused_at + timedelta(seconds=1)]
    assert late, "what was refused came again"
    assert all(at - refused_at > timedelta(seconds=2.5) for at in late)
    failed = await patiently(lambda: world.bus.of("calendar_sync.calendar_write_failed.v1"))
    assert "userRateLimitExceeded" in [one["reason"] for one in failed]


@pytest.mark.parametrize("world", [{"google_per_minute": 1}], indirect=True)
async def test_g20_what_has_no_room_in_the_window_is_not_asked_and_told_as_waiting(world: World) -> None:
    await world.connect("stf_admin")
    await world.propose(attendees=attending("stf_admin"))
    [waiting, *_] = await patiently(lambda: world.bus.of("calendar_sync.calendar_write_failed.v1"))
    assert datetime.fromisoformat(waiting["retry_at"]) > clock.now() + timedelta(seconds=10)
    calls = await world.calls(provider="google", path="/calendar/v3/calendars/primary/events")
    assert len(calls) <= 1, "one for all holds and reads of this minute"


async def test_every_try_is_told_by_the_event_that_comes_next(world: World) -> None:
    await world.connect("stf_taro")
    rule = {"kind": "status", "provider": "microsoft", "method": "POST", "path": "/me/events$", "status": 503}
    await world.faults({**rule, "times": 2})
    await world.confirm(wants_meeting=False)
    [written] = await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    [failed] = await patiently(lambda: world.bus.of("calendar_sync.calendar_write_failed.v1"))
    tries = [(call["operation"], call["result"]) for event in (failed, written) for call in event["calls"]]
    assert [result for operation, result in tries if operation == "events.create"] == ["503", "503", "201"]
    assert tries[0] == ("events.create", "503")


async def test_a_refusal_is_final_and_told(world: World) -> None:
    failures = growth_of_effect("entry", "failed")
    await world.connect("stf_taro")
    rule = {"kind": "status", "provider": "microsoft", "method": "POST", "path": "/me/events$", "status": 403}
    await world.faults(rule)
    await world.confirm(wants_meeting=False)
    [failed] = await patiently(lambda: world.bus.of("calendar_sync.calendar_write_failed.v1"))
    assert (failed["appointment_id"], failed["retry_at"]) == ("apt_1", None)
    assert failures.count == 1


async def test_g09_holds_that_waited_and_were_never_placed_are_told_as_released(world: World) -> None:
    await world.connect("stf_taro")
    await world.faults({"kind": "status", "provider": "microsoft", "method": "POST", "status": 503})
    await world.propose()
    waiting = await patiently(
        lambda: len(found := world.bus.of("calendar_sync.calendar_write_failed.v1")) == 2 and found
    )
    assert all(event["retry_at"] for event in waiting)
    await world.faults()
    await world.bus.publish(proposed(a_proposal(), 2, SlotsWithdrawn, notify_guest=False))
    await patiently(lambda: len(holds_released(world)) == 2)
    assert {event["revision"] for event in world.bus.of("calendar_sync.holds_released.v1")} == {2}


async def test_g19_a_broken_connection_keeps_its_rows_and_drains_after_reconnecting(world: World) -> None:
    await world.connect("stf_admin")
    mine = attending("stf_admin")
    await world.propose(attendees=mine, organizer_id="stf_admin")
    await until(world, "stf_admin", HOLD, HOLD)
    await world.faults({"kind": "revoke_tokens", "provider": "google"})
    await world.confirm(attendees=mine, organizer_id="stf_admin", wants_meeting=False)
    await patiently(lambda: world.bus.of("calendar_sync.calendar_write_failed.v1"))
    assert await world.titles("stf_admin") == [HOLD, HOLD]
    await world.connect("stf_admin")
    await until(world, "stf_admin", TITLE)


async def test_r21_somebody_who_connects_later_gets_the_open_holds_and_entries(world: World) -> None:
    await world.propose(proposal_id="prp_2", slots=[a_slot("slt_9", tomorrow_at(7))])
    await world.confirm(wants_meeting=False)
    await world.connect("stf_taro")
    await until(world, "stf_taro", TITLE, HOLD)


async def test_r1_disconnecting_removes_the_holds_and_connecting_again_brings_them_back(world: World) -> None:
    await world.connect("stf_taro")
    await world.propose()
    await until(world, "stf_taro", HOLD, HOLD)
    answer = await world.service.delete("/internal/connections/microsoft", headers=world.identity("stf_taro"))
    assert answer.json()["not_released"] == []
    assert await world.titles("stf_taro") == []
    await world.connect("stf_taro")
    await until(world, "stf_taro", HOLD, HOLD)


async def test_r1_holds_that_could_not_be_removed_are_named(world: World) -> None:
    await world.connect("stf_taro")
    await world.propose()
    await until(world, "stf_taro", HOLD, HOLD)
    await world.faults({"kind": "status", "provider": "microsoft", "method": "DELETE", "status": 503})
    answer = await world.service.delete("/internal/connections/microsoft", headers=world.identity("stf_taro"))
    assert [one["title"] for one in answer.json()["not_released"]] == [HOLD, HOLD]


async def test_a_note_beyond_googles_limit_is_cut_with_a_link(world: World) -> None:
    await world.connect("stf_admin")
    appointment = an_appointment(organizer_id="stf_admin", attendees=attending("stf_admin"), wants_meeting=False)
    await world.bus.publish(confirmed(appointment, note="𩸽" * 50_000))
    await until(world, "stf_admin", TITLE)
    text = (await world.calendar("stf_admin"))[0]["description"]
    assert text.endswith("/appointments/apt_1")
    assert len(text.encode("utf-16-le")) // 2 <= 8192


async def test_entries_end_where_the_appointment_says(world: World) -> None:
    await world.connect("stf_taro")
    await world.confirm(wants_meeting=False, end_at=tomorrow_at(4) + timedelta(minutes=90))
    await until(world, "stf_taro", TITLE)
    entry = (await world.calendar("stf_taro"))[0]
    assert entry["originalStartTimeZone"] == "Tokyo Standard Time"
    assert entry["end"]["dateTime"].startswith(f"{tomorrow_at(5, 30):%Y-%m-%dT%H:%M}")
