"""A link that staff enter by hand (C4), and what is refused at once where a Zoom user's day is spent (E8)."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from services.booking.rotate import SECRETS
from shared import clock
from shared.contracts.gateway import StaffDisabled
from shared.contracts.people import Account, Person
from shared.contracts.sealed import AppointmentSecrets
from shared.contracts.zoom_issuer import MeetingErrorCode, MeetingIssueFailed, ZoomBudgetExhausted
from tests.builders import BUS_RING
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.test_registering import register
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

LINK = {"join_url": "https://teams.example/l/meetup?x=1", "meeting_id": "123 456 789", "passcode": "abc"}
LIMIT = "Zoom Meeting Error: ZoomAPIのリクエスト上限に達しました"


async def budget_gone(world: World, *, same_day_left: bool = False, resets_at: datetime | None = None) -> None:
    spent = ZoomBudgetExhausted(
        zoom_user_id=f"zoom-{TARO}",
        account=Account(email="taro@example.jp"),
        day="2026-12-01",
        resets_at=resets_at or clock.now() + timedelta(hours=6),
        same_day_left=same_day_left,
    )
    await world.hears(spent, subject=spent.zoom_user_id)


async def test_c4_a_link_by_hand_is_shown_and_told_sealed_and_no_meeting_is_wanted(world: World) -> None:
    shown = await confirmed(world)
    path = f"/appointments/{shown['id']}"
    waits = MeetingIssueFailed(
        appointment_id=shown["id"],
        revision=1,
        error=MeetingErrorCode.RATE_LIMITED,
        reason="budget",
        retry_at=clock.now() + timedelta(hours=6),
    )
    await world.hears(waits, subject=shown["id"])
    assert (await world.call("GET", path)).json()["meeting"]["error"]["message"] == LIMIT
    answer = await world.call("PUT", f"{path}/meeting", LINK)
    assert answer.status_code == 200, answer.text
    meeting = answer.json()["meeting"]
    assert (meeting["status"], meeting["by_hand"], meeting["error"]) == ("issued", True, None)
    assert (meeting["join_url"], meeting["meeting_id"], meeting["passcode"]) == (LINK["join_url"], "123456789", "abc")
    assert "【Web会議情報】 ---※ここ以下を編集しないでください---" in answer.json()["details"], "it is not Zoom's"
    assert answer.json()["changed_by"]["staff_id"] == TARO
    assert "meeting" not in {effect["effect"] for effect in answer.json()["effects"]}
    (event,) = await world.published("booking.appointment_changed.v1")
    assert event.data.appointment.wants_meeting is False
    assert LINK["join_url"] not in event.model_dump_json()
    opened = AppointmentSecrets.unseal(BUS_RING, event.data.sealed, subject=shown["id"])
    assert opened.by_hand is not None
    assert opened.by_hand.join_url == LINK["join_url"]
    row = await world.stores.bookings.appointments.find_one({"_id": shown["id"]}) or {}
    assert LINK["join_url"] not in str({**row, "outbox": []})
    assert "link_by_hand" in SECRETS["appointments"]


async def test_c4_the_same_link_again_changes_nothing_and_taking_it_away_issues_again(world: World) -> None:
    path = f"/appointments/{(await confirmed(world))['id']}/meeting"
    first = await world.call("PUT", path, LINK)
    again = await world.call("PUT", path, LINK)
    assert (first.json()["version"], again.json()["version"]) == (2, 2)
    back = await world.call("DELETE", path)
    assert (back.json()["version"], back.json()["meeting"]["status"]) == (3, "pending")
    assert (await world.call("DELETE", path)).json()["version"] == 3
    changed = (await world.published("booking.appointment_changed.v1"))[-1].data.appointment
    assert (changed.wants_meeting, changed.link_since) == (True, 3)


async def test_the_timeline_says_that_a_link_was_entered_and_taken_away_and_by_whom_and_not_which(world: World) -> None:
    path = f"/appointments/{(await confirmed(world))['id']}"
    await world.call("PUT", f"{path}/meeting", LINK)
    back = await world.call("DELETE", f"{path}/meeting")
    for event in await world.published("booking.appointment_changed.v1"):
        await world.subscribers.on_appointment_changed(event)
    items = (await world.call("GET", f"{path}/timeline?limit=200")).json()["items"]
    said = [(one["facts"]["reason"], one["actor"]) for one in items if one["type"].endswith("appointment_changed.v1")]
    assert said == [("link_entered", f"staff:{TARO}"), ("link_removed", f"staff:{TARO}")]
    assert "teams.example" not in str(items)
    assert back.json()["changed_by"]["staff_id"] == TARO


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("join_url", "http://teams.example/l"),
        ("join_url", "javascript:alert(1)"),
        ("join_url", "https://user:pass@teams.example/"),
        ("join_url", 'https://teams.example/"><script>'),
        ("join_url", "https://teams.example/\r\nBcc: evil@example.com"),
        ("join_url", "https://"),
        ("join_url", ""),
        ("join_url", "https://teams.example/" + "a" * 1000),
        ("meeting_id", "abc"),
        ("passcode", "a\nb"),
        ("passcode", "a" * 61),
    ],
)
async def test_g24_a_link_by_hand_is_checked(world: World, field: str, value: str) -> None:
    path = f"/appointments/{(await confirmed(world))['id']}/meeting"
    refused = await world.call("PUT", path, {**LINK, field: value})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{field}")


async def test_c4_an_appointment_without_zoom_takes_no_link_by_hand(world: World) -> None:
    visit = await confirmed(world, kind="visit")
    refused = await world.call("PUT", f"/appointments/{visit['id']}/meeting", LINK)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_web_meeting")


async def test_g12_a_plain_move_keeps_the_link_and_another_host_does_not(world: World) -> None:
    shown = await confirmed(world)
    await world.call("PATCH", f"/appointments/{shown['id']}", {"start": in_tokyo(6, 9).isoformat()})
    (moved,) = await world.published("booking.appointment_rescheduled.v1")
    assert moved.data.appointment.link_since == 1
    await world.call("PATCH", f"/appointments/{shown['id']}", {"organizer_id": shown["attendees"][1]["staff_id"]})
    (changed,) = await world.published("booking.appointment_changed.v1")
    assert changed.data.appointment.link_since == 3


async def test_e8_what_is_known_to_be_spent_is_refused_to_staff_and_never_to_guests(world: World) -> None:
    shown = await confirmed(world)
    proposal = await world.propose(slots=[{"start": in_tokyo(3, 10).isoformat(), "end": in_tokyo(3, 11).isoformat()}])
    await budget_gone(world)
    refused: list[Any] = [
        await register(world),
        await world.call("PATCH", f"/appointments/{shown['id']}", {"start": in_tokyo(6, 9).isoformat()}),
        await world.call("PATCH", f"/appointments/{shown['id']}", {"title": "別の件名"}),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (422, "zoom_rate_limited")
        assert answer.json()["detail"] == LIMIT
    noted = await world.call("PATCH", f"/appointments/{shown['id']}", {"note": "Zoomには関わらない"})
    assert noted.status_code == 200
    assert (await world.confirm(proposal)).status_code == 201


async def test_c4_of_what_was_cancelled_staff_still_read_that_its_link_was_entered_by_hand(world: World) -> None:
    for by_hand in (True, False):
        path = f"/appointments/{(await confirmed(world, slots=[a_slot_at(3 + by_hand, 10)]))['id']}"
        if by_hand:
            await world.call("PUT", f"{path}/meeting", LINK)
        await world.call("DELETE", path, {})
        meeting = (await world.call("GET", path)).json()["meeting"]
        assert (meeting["status"], meeting["join_url"], meeting["by_hand"]) == ("none", None, by_hand)


async def test_e8_moving_an_occurrence_asks_zoom_and_cancelling_one_is_never_refused(world: World) -> None:
    weekly = {"rrule": "FREQ=WEEKLY;COUNT=3", "issue_web_meeting": True}
    series = (await register(world, **weekly)).json()
    first, second = (await world.call("GET", f"/appointments/{series['id']}/occurrences")).json()["items"][:2]
    await budget_gone(world)
    path = f"/appointments/{series['id']}/occurrences/"
    later = (datetime.fromisoformat(second["start"]) + timedelta(hours=3)).isoformat()
    refused = await world.call("PATCH", path + quote(second["original_start"]), {"start": later})
    assert (refused.status_code, refused.json()["code"]) == (422, "zoom_rate_limited")
    assert (await world.call("DELETE", path + quote(first["original_start"]))).status_code == 200


async def test_c4_with_the_reserve_left_only_later_meetings_are_refused(world: World) -> None:
    await budget_gone(world, same_day_left=True, resets_at=in_tokyo(3, 9))
    assert (
        await register(world, start=in_tokyo(4, 13).isoformat(), end=in_tokyo(4, 14).isoformat())
    ).status_code == 422
    assert (await register(world)).status_code == 201


async def test_c4_after_the_reset_nothing_is_refused(world: World) -> None:
    await budget_gone(world, resets_at=clock.now() - timedelta(seconds=1))
    assert (await register(world)).status_code == 201


@pytest.mark.parametrize("change", ["guest", "attendee", "link", "disabled"])
async def test_c9_a_link_by_hand_that_somebody_knows_who_left_is_told_until_another_is_entered(
    world: World, change: str
) -> None:
    path = f"/appointments/{(await confirmed(world, attendee_ids=[TARO, HANAKO]))['id']}"
    assert (await world.call("PUT", f"{path}/meeting", LINK)).json()["link_stays_known"] is False
    if change == "disabled":
        gone = StaffDisabled(person=Person(name="花子", email="hanako@corp.example", kana=""))
        await world.hears(gone, subject=HANAKO)
    elif change == "link":
        await world.call("POST", f"{path}/join-link", {"revoke": True})
    else:
        body = {"guest": {"email": "jiro@example.jp"}} if change == "guest" else {"attendee_ids": [TARO]}
        await world.call("PATCH", path, body)
    assert (await world.call("GET", path)).json()["link_stays_known"] is True
    *_, event = await world.published("booking.appointment_changed.v1")
    assert event.data.link_stays_known is True
    await world.subscribers.on_appointment_changed(event)
    told = (await world.call("GET", f"{path}/timeline")).json()["items"]
    assert told[-1]["facts"]["link_stays_known"] is True
    await world.call("PATCH", path, {"title": "改題"})
    assert (await world.published("booking.appointment_changed.v1"))[-1].data.link_stays_known is False, "told once"
    assert (await world.call("GET", path)).json()["link_stays_known"] is True, "and shown while it is so"
    again = await world.call("PUT", f"{path}/meeting", {**LINK, "join_url": "https://teams.example/l/other"})
    assert again.json()["link_stays_known"] is False


async def test_c9_an_issued_link_is_made_anew_and_nothing_is_said_of_it(world: World) -> None:
    path = f"/appointments/{(await confirmed(world, attendee_ids=[TARO, HANAKO]))['id']}"
    assert (await world.call("PATCH", path, {"attendee_ids": [TARO]})).json()["link_stays_known"] is False
    await world.call("PUT", f"{path}/meeting", LINK)
    await world.call("PATCH", path, {"guest": {"email": "jiro@example.jp"}})
    assert (await world.call("DELETE", f"{path}/meeting")).json()["link_stays_known"] is False
