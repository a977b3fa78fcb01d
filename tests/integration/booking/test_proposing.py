"""Making proposals: each rule of R5, R6, R10-R16 and G2 with code and pointer; nothing is written where refused."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared.contracts.gateway import StaffDisabled
from shared.contracts.people import Person
from shared.contracts.zoom_issuer import EndOfConnection
from tests.integration.booking.conftest import Forward
from tests.integration.booking.world import HANAKO, TARO, World, a_request, a_slot_at, in_tokyo
from tests.waiting import eventually

A_DAY = 24 * 60
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"slots": [a_slot_at(-1, 13)]}, "invalid", "/slots/0/start"),
    ({"slots": [a_slot_at(2, 13), a_slot_at(2, 13, 30)]}, "invalid", "/slots/1/start"),
    ({"slots": [a_slot_at(2, 13, 15)]}, "invalid", "/slots/0/start"),
    ({"slots": [a_slot_at(2, 13, minutes=45)]}, "invalid", "/slots/0/end"),
    ({"slots": [a_slot_at(2, 13, minutes=0)]}, "invalid", "/slots/0/end"),
    ({"slots": [a_slot_at(2, 13, minutes=-60)]}, "invalid", "/slots/0/end"),
    ({"slots": [a_slot_at(2, 13, minutes=A_DAY + 30)]}, "invalid", "/slots/0/end"),
    ({"slots": [{**a_slot_at(2, 13), "room_id": "room_x"}]}, "unknown_room", "/slots/0/room_id"),
    ({"slots": [a_slot_at(day, 13) for day in range(1, 52)]}, "invalid", "/slots"),
    ({"slots": []}, "invalid", "/slots"),
    ({"slots": [{"start": "2026-12-01T13:00:00", "end": 5}]}, "invalid", "/slots/0/start"),
    ({"slots": "tomorrow"}, "invalid", "/slots"),
    ({"attendee_ids": [TARO, "stf_nobody"]}, "invalid", "/attendee_ids/1"),
    ({"attendee_ids": []}, "invalid", "/attendee_ids"),
    ({"organizer_id": "stf_nobody"}, "organizer_not_attending", "/organizer_id"),
    ({"attendee_ids": [TARO], "organizer_id": HANAKO}, "organizer_not_attending", "/organizer_id"),
    ({"guest": {"name": "田中"}}, "invalid", "/guest/email"),
    ({"guest": {"email": "a@example.jp"}, "send_mail": False}, "invalid", "/guest/name"),
    ({"guest": {"email": "a@example.jp\r\nBcc: b@example.jp"}}, "invalid", "/guest/email"),
    ({"guest": {"name": "a" * 256, "email": "a@example.jp"}}, "invalid", "/guest/name"),
    ({"title": "a" * 252}, "invalid", "/title"),
    ({"title": "a\r\nBcc: b"}, "invalid", "/title"),
    ({"title": "a\x00"}, "invalid", "/title"),
    ({"title": "\ud800"}, "invalid", "/title"),
    ({"note": "a" * 100_001}, "invalid", "/note"),
    ({"expires_at": "2001-01-01T00:00:00Z"}, "invalid", "/expires_at"),
    ({"issue_reception_code": True, "issue_web_meeting": True}, "modes_exclusive", "/issue_web_meeting"),
    ({"kind": "visit", "issue_web_meeting": True}, "mode_mismatch", "/kind"),
    ({"kind": "web", "issue_reception_code": True}, "mode_mismatch", "/kind"),
    ({"kind": "phone"}, "invalid", "/kind"),
    ({"nonsense": 1}, "invalid", "/nonsense"),
    ({"\ud800": 1}, "invalid", ""),
    ({"send_mail": "yes"}, "invalid", "/send_mail"),
]


@pytest.mark.parametrize(("changes", "code", "pointer"), BAD)
async def test_bad_proposals_are_refused_with_a_code_and_a_pointer(
    world: World, changes: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await world.call("POST", "/proposals", a_request(**changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await world.stores.bookings.proposals.count_documents({}) == 0


async def test_broken_json_is_a_problem(world: World) -> None:
    answer = await world.client.post("/internal/proposals", content=b"{", headers=world.headers())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


async def test_a_proposal_answers_what_it_made(world: World) -> None:
    made = await world.propose(title="  打合せ ", note="一行目\r\n二行目", guidance="a" * 50_000)
    assert (made["status"], made["title"], made["note"]) == ("open", "打合せ", "一行目\n二行目")
    assert made["guest_url"].startswith("https://chosei.example/g/")
    assert made["organizer_id"] == TARO
    assert made["slots"][0]["start"].endswith("+09:00")
    (event,) = await world.published("booking.slots_proposed.v1")
    assert (event.subject, event.aggregateversion, len(event.data.proposal.slots)) == (made["id"], 1, 3)
    assert made["guest_url"] not in event.model_dump_json()


async def test_everything_but_slots_and_guest_has_a_default(world: World) -> None:
    body = {"slots": [a_slot_at(2, 13)], "guest": {"email": "a@example.jp"}}
    answer = await world.call("POST", "/proposals", body)
    assert answer.status_code == 201, answer.text
    assert [attendee["staff_id"] for attendee in answer.json()["attendees"]] == [TARO]
    assert answer.json()["title"] == "a@example.jp 様"


async def test_r10_the_creator_may_propose_for_others(world: World) -> None:
    made = await world.propose(attendee_ids=[HANAKO])
    assert (made["organizer_id"], made["creator"]["staff_id"]) == (HANAKO, TARO)


async def test_r05_a_web_meeting_needs_the_organizers_zoom_and_calendar(world: World) -> None:
    await world.staff("stf_nozoom", "佐々木", zoom=False)
    await world.staff("stf_nocal", "高橋", calendar=False)
    no_zoom = await world.call("POST", "/proposals", a_request(attendee_ids=["stf_nozoom"]))
    no_calendar = await world.call("POST", "/proposals", a_request(attendee_ids=["stf_nocal"]))
    assert (no_zoom.status_code, no_zoom.json()["code"]) == (422, "zoom_not_connected")
    assert (no_calendar.status_code, no_calendar.json()["code"]) == (422, "calendar_not_connected")
    assert no_zoom.json()["errors"][0]["pointer"] == "/organizer_id"
    assert (await world.propose(attendee_ids=["stf_nocal"], kind="outbound"))["status"] == "open"


async def test_r05_a_broken_calendar_is_not_connected(world: World) -> None:
    await world.breaks(TARO, EndOfConnection.BROKEN)
    answer = await world.call("POST", "/proposals", a_request())
    assert answer.json()["code"] == "calendar_not_connected"


async def test_disabled_staff_cannot_attend(world: World) -> None:
    gone = StaffDisabled(person=Person(name="佐藤", email="sato@example.jp"))
    await world.hears(gone, subject=HANAKO)
    answer = await world.call("POST", "/proposals", a_request())
    assert answer.json()["errors"][0]["pointer"] == "/attendee_ids/1"


async def test_g02_a_held_time_needs_allow_overlap_and_a_confirmed_one_is_never_given(world: World) -> None:
    first = await world.propose(slots=[a_slot_at(2, 13)])
    refused = await world.call("POST", "/proposals", a_request(slots=[a_slot_at(3, 9), a_slot_at(2, 13, 30)]))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert refused.json()["errors"][0]["pointer"] == "/slots/1/start"
    await world.propose(slots=[a_slot_at(2, 13, 30)], allow_overlap=True)
    assert (await world.confirm(first)).status_code == 201
    over = await world.call("POST", "/proposals", a_request(slots=[a_slot_at(2, 13, 30)], allow_overlap=True))
    assert (over.status_code, over.json()["code"]) == (409, "slot_taken")
    assert await world.stores.bookings.proposals.count_documents({}) == 2


async def test_g02_a_busy_time_needs_allow_overlap(world: World) -> None:
    await world.busy(HANAKO, Span(in_tokyo(3, 9), in_tokyo(3, 10, 1)))
    refused = await world.call("POST", "/proposals", a_request())
    assert (refused.status_code, refused.json()["code"]) == (422, "slot_busy")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/slots/1/start"]
    made = await world.propose(allow_overlap=True)
    assert len((await world.guest("GET", made)).json()["slots"]) == 3


async def test_g01_two_proposals_at_once_for_the_same_time_make_one(world: World, second_world: World) -> None:
    calls = [
        (world, second_world)[number % 2].call("POST", "/proposals", a_request(slots=[a_slot_at(2, 13)]))
        for number in range(20)
    ]
    codes = [answer.status_code for answer in await asyncio.gather(*calls)]
    assert sorted(codes) == [201] + [409] * 19


async def test_g08_the_same_key_makes_one_proposal_and_another_body_is_refused(world: World) -> None:
    body, key = a_request(), {"idempotency-key": "k1"}
    answers = await asyncio.gather(*(world.call("POST", "/proposals", body, headers=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await world.call("POST", "/proposals", {**body, "title": "別"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    somebody = await world.call("POST", "/proposals", {**body, "allow_overlap": True}, headers=key, staff_id=HANAKO)
    assert somebody.status_code == 201


async def test_r29_it_expires_after_fourteen_days_or_at_its_last_slot(world: World) -> None:
    near = await world.propose()
    assert near["expires_at"] == near["slots"][2]["start"]
    far = await world.propose(slots=[a_slot_at(40, 13)])
    span = timedelta(days=14)
    proposal = await world.stores.bookings.proposal("org_sample", far["id"])
    assert proposal is not None
    assert proposal.expires_at - proposal.created_at == span


async def test_r17_a_preview_stores_nothing(world: World) -> None:
    answer = await world.call("POST", "/proposals/preview", a_request())
    assert answer.status_code == 200
    assert answer.json()["event"] == "booking.slots_proposed.v1"
    assert answer.json()["data"]["proposal"]["proposal_id"] == answer.json()["subject"]
    assert await world.stores.bookings.proposals.count_documents({}) == 0


async def test_r08_slots_are_copied_as_text_in_both_languages(world: World) -> None:
    made = await world.propose(slots=[a_slot_at(2, 13)])
    start = in_tokyo(2, 13) + timedelta(hours=9)
    japanese = (await world.call("GET", f"/proposals/{made['id']}/slots.txt?locale=ja")).text
    english = (await world.call("GET", f"/proposals/{made['id']}/slots.txt?locale=en&time_zone=UTC")).text
    weekday = "月火水木金土日"[start.weekday()]
    assert japanese == f"{start.year}年{start.month}月{start.day}日({weekday}) 13:00 ～ 14:00\n"
    assert english == f"{start:%a}, {start.day} {start:%b} {start.year} 04:00 – 05:00\n"


FAR = 100
"""Days ahead: beyond what ``World.busy`` read."""


async def test_g03_a_slot_beyond_the_copy_is_looked_at_when_proposed_and_when_confirmed(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(FAR, 13)])
    span = Span(in_tokyo(FAR, 13), in_tokyo(FAR, 14))
    assert world.look.asked == [((TARO,), span)]
    assert len((await world.guest("GET", proposal)).json()["slots"]) == 1
    world.look.down = {TARO}
    assert (await world.confirm(proposal)).status_code == 503
    world.look.down = set()
    assert (await world.confirm(proposal)).status_code == 201
    assert world.look.asked == [((TARO,), span)] * 3


async def test_g03_a_slot_beyond_the_copy_that_nobody_read_is_not_offered(world: World) -> None:
    world.look.down = {TARO}
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(FAR, 13), a_slot_at(2, 13)])
    shown = (await world.guest("GET", proposal)).json()["slots"]
    assert [slot["id"] for slot in shown] == [proposal["slots"][1]["id"]]


async def test_g02_busy_time_beyond_the_copy_refuses_the_slot(world: World) -> None:
    world.look.busy[TARO] = [BusyEntry("far", Span(in_tokyo(FAR, 13), in_tokyo(FAR, 14)))]
    answer = await world.call("POST", "/proposals", a_request(slots=[a_slot_at(2, 13), a_slot_at(FAR, 13)]))
    assert (answer.status_code, answer.json()["code"]) == (422, "slot_busy")
    assert answer.json()["errors"][0]["pointer"] == "/slots/1/start"


async def test_looks_at_many_slots_are_made_several_at_once(world: World) -> None:
    world.look.held = asyncio.Event()
    slots = [a_slot_at(day, 13) for day in range(2, 34)]
    proposing = asyncio.create_task(world.propose(slots=slots, allow_overlap=True))
    await eventually(lambda: len(world.look.asked) == 8)
    world.look.held.set()
    await proposing
    assert len(world.look.asked) == 32


async def test_months_that_are_over_are_forgotten(world: World, forward: Forward) -> None:
    before = {row["month"] for row in await world.stores.people.busy_months.find({"staff_id": TARO}).to_list(None)}
    forward(timedelta(days=40))
    await world.busy(TARO)
    after = {row["month"] for row in await world.stores.people.busy_months.find({"staff_id": TARO}).to_list(None)}
    assert min(after) > min(before)
