"""Guests see a page's free times and book them (H3-H6): one wins, what is shown can be booked, and what cannot be is
said kindly.
"""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from shared.contracts.sealed import AppointmentSecrets
from tests.builders import BUS_RING
from tests.infrastructure.measured import growth_of_stage
from tests.integration.booking.page_requests import ADMIN, BOTH, a_host, a_page, book, slots_of, visit
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

HALF = timedelta(minutes=30)


def at(day: int, hour: int, minute: int = 0) -> str:
    return in_tokyo(day, hour, minute).isoformat()


def an_entry(staff_id: str, start: datetime, length: timedelta = HALF) -> BusyEntry:
    return BusyEntry(f"entry-{staff_id}", Span(start, start + length))


async def test_h5_the_page_says_what_a_guest_needs(world: World) -> None:
    page = await a_page(world, hosts=BOTH, description="30分でご相談を承ります。", questions=[{"label": "ご用件"}])
    shown = (await visit(world, "GET", page)).json()
    assert (shown["title"], shown["organization"], shown["kind"]) == ("ご相談", "株式会社サンプル", "web")
    assert (shown["host_names"], shown["active"], shown["takes_requests"]) == (["山田太郎", "佐藤花子"], True, False)
    assert shown["questions"] == page["questions"]
    assert (await visit(world, "GET", {"slug": "nobody"})).status_code == 404


async def test_h5_a_closed_page_is_kind_and_takes_nothing(world: World) -> None:
    page = await a_page(world, description="秘密")
    await world.call("PATCH", f"/pages/{page['id']}", {"active": False}, **ADMIN)
    shown = (await visit(world, "GET", page)).json()
    assert (shown["active"], shown["title"], shown["description"]) == (False, "ご相談", "")
    assert await slots_of(world, page) == []
    refused = await book(world, page, at(2, 10))
    assert (refused.status_code, refused.json()["code"]) == (410, "page_closed")
    await world.call("DELETE", f"/pages/{page['id']}", **ADMIN)
    assert (await visit(world, "GET", page)).json()["active"] is False


async def test_h3_times_are_told_in_the_zone_and_the_window_that_is_asked_for(world: World) -> None:
    page = await a_page(world, durations=[30, 60])
    day = in_tokyo(3, 0)
    slots = await slots_of(
        world, page, **{"from": day.isoformat(), "to": (day + timedelta(hours=2)).isoformat()}, duration="60"
    )
    assert [slot["start"][11:] for slot in slots] == [
        "00:00:00+09:00",
        "00:30:00+09:00",
        "01:00:00+09:00",
        "01:30:00+09:00",
    ]
    assert slots[0]["end"][11:] == "01:00:00+09:00"
    date = (day + timedelta(hours=9)).date().isoformat()
    new_york = await slots_of(world, page, **{"from": date, "to": date, "time_zone": "America/New_York"})
    assert new_york[0]["start"][:19] == f"{date}T00:00:00"
    assert len(new_york) == 48


BAD_QUERIES = [
    ({"from": "x"}, "?from"),
    ({"to": "2026-13-01"}, "?to"),
    ({"from": "2026-12-10", "to": "2026-12-01"}, "?to"),
    ({"from": "2026-12-01", "to": "2027-12-01"}, "?to"),
    ({"duration": "45"}, "?duration"),
    ({"time_zone": "Mars/Base"}, "?time_zone"),
    ({"from": "2026-12-01T10:00:00"}, "?from"),
]


@pytest.mark.parametrize(("query", "pointer"), BAD_QUERIES)
async def test_a_question_that_makes_no_sense_is_refused(world: World, query: dict[str, str], pointer: str) -> None:
    answer = await visit(world, "GET", await a_page(world), "/slots", **query)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_h5_h6_a_booking_is_an_appointment_with_answers_and_where_the_guest_came_from(world: World) -> None:
    questions = [{"id": "q1", "label": "ご用件", "kind": "choice", "choices": ["商談", "採用"], "required": True}]
    page = await a_page(world, questions=[*questions, {"id": "q2", "label": "電話", "kind": "phone"}])
    stage = growth_of_stage("confirmed")
    answer = await book(
        world, page, at(2, 10), answers={"q1": "商談", "q2": "+81 3-1234-5678"}, utm={"utm_source": "mail", "x": "y"}
    )
    assert answer.status_code == 201, answer.text
    assert stage.count == 1
    made = answer.json()
    assert made["manage_url"].startswith("https://chosei.example/a/")
    assert (made["status"], made["kind"], made["title"]) == ("confirmed", "web", "ご相談")
    assert [one["value"] for one in made["answers"]] == ["商談", "+81 3-1234-5678"]
    shown = (await world.call("GET", f"/appointments/{made['id']}")).json()
    assert (shown["page_id"], shown["page"]["slug"], shown["utm"]["source"]) == (page["id"], page["slug"], "mail")
    assert (shown["organizer_id"], shown["guest"]["email"]) == (TARO, "hanako@guest.example")
    await world.call("PATCH", f"/pages/{page['id']}", {"questions": [{"id": "q1", "label": "別の質問"}]}, **ADMIN)
    assert (await world.call("GET", f"/appointments/{made['id']}")).json()["answers"][0]["label"] == "ご用件"
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.page.page_id == page["id"]
    assert event.data.appointment.guest_participates is True
    assert event.data.appointment.zoom_user_id == f"zoom-{TARO}"
    opened = AppointmentSecrets.unseal(BUS_RING, event.data.sealed, subject=made["id"])
    assert [(one.label, one.value) for one in opened.answers] == [("ご用件", "商談"), ("電話", "+81 3-1234-5678")]


Q = [
    {"id": "t", "label": "一行", "required": True},
    {"id": "c", "label": "選択", "kind": "choice", "choices": ["a"]},
    {"id": "b", "label": "同意", "kind": "checkbox"},
    {"id": "p", "label": "電話", "kind": "phone"},
]
BAD_BOOKINGS: list[tuple[dict[str, Any], str]] = [
    ({"answers": {}}, "/answers/t"),
    ({"answers": {"t": ""}}, "/answers/t"),
    ({"answers": {"t": "x", "nope": "y"}}, "/answers/nope"),
    ({"answers": {"t": "x\ny"}}, "/answers/t"),
    ({"answers": {"t": "x", "c": "b"}}, "/answers/c"),
    ({"answers": {"t": "x", "b": "yes"}}, "/answers/b"),
    ({"answers": {"t": 5}}, "/answers/t"),
    ({"answers": {"t": "x" * 5001}}, "/answers/t"),
    ({"answers": {"t": True}}, "/answers/t"),
    ({"answers": {"t": "x", "p": "call me"}}, "/answers/p"),
    ({"duration": 45}, "/duration"),
    ({"guest": {"name": "田中", "email": ""}}, "/guest/email"),
    ({"guest": {"name": "", "email": "a@b.example"}}, "/guest/name"),
    ({"start": at(2, 10, 7)}, "/start"),
    ({"start": at(200, 10)}, "/start"),
    ({"start": at(2, 3)}, "/start"),
]


@pytest.mark.parametrize(("changes", "pointer"), BAD_BOOKINGS)
async def test_what_the_page_never_offers_is_refused_with_a_pointer(
    world: World, changes: dict[str, Any], pointer: str
) -> None:
    days = {day: [{"start": "09:00", "end": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    page = await a_page(world, questions=Q, hosts=[a_host(hours=days)])
    wanted = {"start": at(2, 10), "answers": {"t": "x"}, **changes}
    answer = await book(world, page, **wanted)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_g01_of_fifty_guests_at_one_time_one_wins(world: World, second_world: World) -> None:
    page = await a_page(world)
    worlds = (world, second_world)
    answers = await asyncio.gather(*(book(worlds[n % 2], page, at(2, 10)) for n in range(50)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["code"] == "slot_taken"
    zone = timedelta(hours=-5) if lost["slots"][0]["start"].endswith("-05:00") else timedelta(hours=-4)
    nearest = [datetime.fromisoformat(slot["start"]) for slot in lost["slots"]]
    assert {nearest[0], nearest[1]} == {in_tokyo(2, 9, 30), in_tokyo(2, 10, 30)}
    assert nearest[0].utcoffset() == zone


async def test_g01_pages_proposals_and_direct_schedules_contend_for_one_person(world: World) -> None:
    first, other = await a_page(world), await a_page(world, durations=[60])
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(2, 10)], allow_overlap=True)
    direct = {"title": "社内", "kind": "none", **a_slot_at(2, 10)}
    answers = await asyncio.gather(
        *(book(world, page, at(2, 10, minute)) for page in (first, other) for minute in (0, 30) for _ in range(5)),
        *(world.call("POST", "/appointments", direct) for _ in range(5)),
    )
    won = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(won) == 0  # the proposal holds this time (G2)
    assert (await world.confirm(proposal)).status_code == 201
    assert (await book(world, first, at(2, 10))).status_code == 409


async def test_g01_two_pages_of_one_person_and_a_direct_schedule_make_one(world: World) -> None:
    first, other = await a_page(world), await a_page(world, durations=[60])
    direct = {"title": "社内", "kind": "none", **a_slot_at(2, 10)}
    answers = await asyncio.gather(
        *(book(world, page, at(2, 10)) for _ in range(10) for page in (first, other)),
        *(world.call("POST", "/appointments", direct) for _ in range(5)),
    )
    assert Counter(answer.status_code for answer in answers)[201] == 1


async def test_g08_twice_with_the_same_key_is_one_booking(world: World) -> None:
    page, key = await a_page(world), {"idempotency-key": "k"}
    answers = await asyncio.gather(*(book(world, page, at(2, 10), key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await book(world, page, at(2, 11), key)
    assert other.json()["code"] == "idempotency_key_reused"
    somebody = await book(world, page, at(2, 11), key, guest={"name": "別人", "email": "other@guest.example"})
    assert somebody.status_code == 201


async def test_h3_round_robin_takes_the_fairest_and_then_the_next(world: World) -> None:
    page = await a_page(world, hosts=BOTH, assignment="round_robin")
    hosts = []
    for _ in range(2):
        made = (await book(world, page, at(2, 10))).json()
        hosts.append((await world.call("GET", f"/appointments/{made['id']}")).json()["organizer_id"])
    assert set(hosts) == {TARO, HANAKO}
    assert (await book(world, page, at(2, 10))).status_code == 409
    made = (await book(world, page, at(3, 10))).json()
    assert (await world.call("GET", f"/appointments/{made['id']}")).json()["organizer_id"] == hosts[0]


async def test_h3_round_robin_racers_fill_every_host_once(world: World) -> None:
    page = await a_page(world, hosts=BOTH, assignment="round_robin")
    answers = await asyncio.gather(*(book(world, page, at(2, 10)) for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 10}


async def test_g03_an_unreadable_host_is_skipped_and_alone_is_503(world: World) -> None:
    both = await a_page(world, hosts=BOTH, assignment="round_robin")
    alone = await a_page(world)
    await world.breaks(TARO)
    world.look.down.add(TARO)
    assert await slots_of(world, alone) == []
    made = await book(world, both, at(2, 10))
    assert made.json()["attendees"] == ["佐藤花子"]
    refused = await book(world, alone, at(2, 10))
    assert (refused.status_code, refused.json()["code"]) == (503, "calendar_unreadable")


async def test_g04_a_look_refuses_what_the_copy_does_not_know(world: World) -> None:
    page = await a_page(world, hosts=BOTH)
    for staff_id in (TARO, HANAKO):
        await world.busy(staff_id, read_at=clock.now() - timedelta(minutes=2))
    world.look.busy[HANAKO] = [an_entry(HANAKO, in_tokyo(2, 10))]
    assert (await book(world, page, at(2, 10))).status_code == 409
    assert (await book(world, page, at(2, 11))).status_code == 201


async def test_g25_listing_asks_no_provider(world: World) -> None:
    await slots_of(world, await a_page(world, hosts=BOTH))
    assert world.look.asked == []


async def test_h3_all_hosts_attend_and_the_first_organizes(world: World) -> None:
    page = await a_page(world, hosts=[a_host(HANAKO), a_host(TARO)])
    await world.busy(TARO, Span(in_tokyo(2, 10), in_tokyo(2, 11)))
    assert (await book(world, page, at(2, 10))).status_code == 409
    made = (await book(world, page, at(2, 11))).json()
    shown = (await world.call("GET", f"/appointments/{made['id']}")).json()
    assert (shown["organizer_id"], len(shown["attendees"])) == (HANAKO, 2)


async def test_c3_one_zoom_user_is_claimed_whichever_page_it_is(world: World) -> None:
    await world.staff("stf_third", "第三", calendar=True)
    desk = {"name": "会議Zoom", "type": "room", "zoom_user_id": "zoom-shared"}
    bookable = (await world.call("POST", "/bookables", desk, **ADMIN)).json()
    first = await a_page(world, bookable_id=bookable["id"])
    other = await a_page(world, hosts=[a_host(HANAKO)], bookable_id=bookable["id"])
    answers = await asyncio.gather(*(book(world, page, at(2, 10)) for page in (first, other)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert at(2, 10) not in [slot["start"] for slot in await slots_of(world, other)]
