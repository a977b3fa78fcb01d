"""Why a time is not free (X11), which could be proposed, and what an open page asks (X10, X12)."""

from typing import Any

import pytest

from shared import clock
from tests.integration.gateway.fakes import GUEST_TOKEN, SLOT, Answer, a_guest_appointment, a_guest_view
from tests.integration.gateway.installation import Installation

GUEST = f"/api/v1/guest/proposals/{GUEST_TOKEN}"
AT = "2030-12-02T13:10:00+09:00"
ENTRY = {**SLOT, "kind": "busy", "calendar": "google"}
READ = {"provider": "google", "is_broken": False, "read_at": clock.now().isoformat(), "reaches": True}


async def explained(gateway: Installation, language: str = "ja", at: str = AT, **known: Any) -> dict[str, Any]:
    answer = {"status": "fresh", "calendars": [READ], "entries": []} | known
    gateway.services.says("calendar_sync", "GET /internal/explain", Answer(200, answer))
    query = {"staff_id": gateway.ids["taro@example.jp"], "at": at}
    answer = await gateway.taro.get("/api/v1/calendar/explain", params=query, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_x11_a_free_time_has_no_reasons(gateway: Installation) -> None:
    found = await explained(gateway)
    assert (found["free"], found["status"], found["reasons"]) == (True, "fresh", [])


async def test_x11_entries_and_claims_are_named_with_their_times_and_the_readers_words(gateway: Installation) -> None:
    claim = {**SLOT, "kind": "hold", "title": "ABC:田中 様", "proposal_id": "prp_1", "appointment_id": None}
    gateway.services.says("booking", "GET /internal/explain", Answer(200, {"claims": [claim]}))
    found = await explained(gateway, entries=[ENTRY])
    hold, entry = found["reasons"]
    assert (found["free"], hold["kind"], hold["proposal_id"]) == (False, "hold", "prp_1")
    assert "ABC:田中 様" in hold["detail"]
    assert (entry["kind"], entry["entry"], entry["start"]) == (
        "entry",
        {"kind": "busy", "calendar": "google"},
        SLOT["start"],
    )
    assert "Googleカレンダーに予定があります" in entry["detail"]
    english = await explained(gateway, "en", entries=[ENTRY])
    assert english["reasons"][1]["detail"].startswith("There is an entry in Google Calendar")


@pytest.mark.parametrize(
    ("status", "calendar", "kind", "free"),
    [
        ("unknown", {"is_broken": True}, "unreadable", False),
        ("unknown", {"read_at": None, "reaches": False}, "unreadable", False),
        ("stale", {}, "unreadable", False),
        ("fresh", {"reaches": False}, "outside_window", False),
        ("not_connected", None, "not_connected", True),
    ],
)
async def test_g03_what_cannot_be_read_is_said_and_is_not_free(
    gateway: Installation, status: str, calendar: dict[str, Any] | None, kind: str, free: bool
) -> None:
    found = await explained(gateway, status=status, calendars=[] if calendar is None else [READ | calendar])
    assert ([reason["kind"] for reason in found["reasons"]], found["free"]) == ([kind], free)


async def test_x11_the_past_is_not_free(gateway: Installation) -> None:
    found = await explained(gateway, at="2020-01-01T00:00:00Z")
    assert ([reason["kind"] for reason in found["reasons"]], found["free"]) == (["past"], False)


async def test_x11_strangers_are_not_explained(gateway: Installation) -> None:
    answer = await gateway.taro.get("/api/v1/calendar/explain", params={"staff_id": "stf_nobody", "at": AT})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?staff_id")


async def test_x12_suggestions_are_asked_of_booking(gateway: Installation) -> None:
    me = gateway.ids["taro@example.jp"]
    answer = await gateway.taro.get(
        "/api/v1/calendar/suggestions", params={"staff_ids": me, "kind": "visit", "from": AT}
    )
    assert answer.json()["slots"] == [SLOT]
    asked = gateway.services.last("booking").url.params
    assert (asked["staff_ids"], asked["minutes"], asked["count"], asked["kind"]) == (me, "60", "3", "visit")
    odd = await gateway.taro.get("/api/v1/calendar/suggestions", params={"staff_ids": me, "minutes": 45})
    assert odd.status_code == 422


async def test_x10_an_open_page_is_answered_304_until_something_changes(gateway: Installation) -> None:
    client = gateway.client()
    tag = (await client.get(GUEST)).headers["etag"]
    same = await client.get(GUEST, headers={"if-none-match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, a_guest_view(slots=[])))
    changed = await client.get(GUEST, headers={"if-none-match": tag})
    assert (changed.status_code, changed.json()["slots"]) == (200, [])


async def test_g07_only_a_post_says_that_the_page_was_seen(gateway: Installation) -> None:
    client = gateway.client()
    await client.get(GUEST)
    await client.get(f"/g/{GUEST_TOKEN}")
    assert gateway.services.count("POST", "/internal/guest/proposal/seen") == 0
    assert (await client.post(f"{GUEST}/seen")).status_code == 204
    assert gateway.services.count("POST", "/internal/guest/proposal/seen") == 1


async def test_x12_the_file_for_a_calendar_bears_the_invitations_uid_and_utc(gateway: Installation) -> None:
    view = a_guest_view(status="confirmed", slots=[], appointment=a_guest_appointment())
    gateway.services.says("booking", "GET /internal/guest/proposal", Answer(200, view))
    answer = await gateway.pages().get(f"/g/{GUEST_TOKEN}/invite.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "UID:apt_1@chosei" in answer.text
    assert "DTSTART:20301202T040000Z" in answer.text
    page = (await gateway.pages().get(f"/g/{GUEST_TOKEN}")).text
    assert "dates=20301202T040000Z%2F20301202T050000Z" in page
