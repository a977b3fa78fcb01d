"""Guests move and cancel what they booked by its link (H10): the same appointment, the page's rules and deadlines."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.booking.conftest import Forward
from tests.integration.booking.page_requests import ADMIN, BOTH, a_host, a_page, book
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo


def at(day: int, hour: int, minute: int = 0) -> str:
    return in_tokyo(day, hour, minute).isoformat()


class Link:
    """What a guest does with the link of their booking."""

    def __init__(self, world: World, booked: dict[str, Any]) -> None:
        self._world = world
        self.id = booked["id"]
        self.token = booked["manage_url"].rpartition("/")[2]

    async def ask(self, method: str, path: str = "", body: Any = None, **query: str) -> httpx.Response:
        headers = {"x-guest-token": self.token}
        url = f"/internal/guest/appointment{path}"
        return await self._world.client.request(method, url, json=body, params=query, headers=headers)

    async def shown(self) -> dict[str, Any]:
        answer = await self.ask("GET")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def reschedule(self, start: str, **changes: str) -> httpx.Response:
        return await self.ask("POST", "/reschedule", {"start": start, **changes})

    async def cancel(self, **changes: str) -> httpx.Response:
        return await self.ask("POST", "/cancel", changes)


async def booked(world: World, page: dict[str, Any], start: str) -> Link:
    answer = await book(world, page, start)
    assert answer.status_code == 201, answer.text
    return Link(world, answer.json())


async def test_h10_a_move_is_the_same_appointment_and_its_old_time_is_free(world: World) -> None:
    page = await a_page(world)
    link = await booked(world, page, at(2, 10))
    shown = await link.shown()
    assert (shown["can_reschedule"], shown["can_cancel"]) == (True, True)
    assert shown["uid"] == f"{link.id}@chosei"
    moved = await link.reschedule(at(3, 14), reason="急用のため", time_zone="Asia/Tokyo")
    assert moved.status_code == 200, moved.text
    after = moved.json()
    assert (after["id"], after["sequence"], after["manage_url"]) == (link.id, 2, shown["manage_url"])
    assert datetime.fromisoformat(after["start"]) == in_tokyo(3, 14)
    assert (await book(world, page, at(2, 10))).status_code == 201
    assert (await book(world, page, at(3, 14))).status_code == 409
    staff = (await world.call("GET", f"/appointments/{link.id}")).json()
    assert (staff["guest_reason"], staff["guest_time_zone"]) == ("急用のため", "Asia/Tokyo")
    (event,) = await world.published("booking.appointment_rescheduled.v1")
    assert event.data.previous_start_at == in_tokyo(2, 10)
    assert event.actor == "guest"


async def test_h10_to_its_own_time_and_twice_changes_nothing(world: World) -> None:
    link = await booked(world, await a_page(world), at(2, 10))
    assert (await link.reschedule(at(2, 10))).json()["sequence"] == 1
    answers = await asyncio.gather(*(link.reschedule(at(3, 10)) for _ in range(5)))
    assert {(answer.status_code, answer.json()["sequence"]) for answer in answers} == {(200, 2)}
    assert len(await world.published("booking.appointment_rescheduled.v1")) == 1


async def test_h10_a_cancellation_frees_the_time_and_is_the_guests(world: World) -> None:
    page = await a_page(world, daily_limit=1)
    link = await booked(world, page, at(2, 10))
    assert (await book(world, page, at(2, 12))).status_code == 409
    answers = await asyncio.gather(*(link.cancel(reason="都合が悪くなりました") for _ in range(3)))
    assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(200, "canceled")}
    staff = (await world.call("GET", f"/appointments/{link.id}")).json()
    assert (staff["outcome"], staff["guest_reason"], staff["cancel_message"]) == (
        "canceled",
        "都合が悪くなりました",
        "",
    )
    assert len(await world.published("booking.appointment_canceled.v1")) == 1
    assert (await book(world, page, at(2, 10))).status_code == 201
    late = await link.reschedule(at(3, 10))
    assert (late.status_code, late.json()["code"]) == (409, "already_canceled")


async def test_g08_book_cancel_and_book_the_same_time_again_works(world: World) -> None:
    page = await a_page(world)
    for _ in range(3):
        assert (await (await booked(world, page, at(2, 10))).cancel()).status_code == 200


async def test_h10_rights_and_deadlines_are_the_pages_as_it_is_now(world: World, forward: Forward) -> None:
    page = await a_page(world, reschedule={"allowed": False}, cancel={"allowed": True, "until": 60})
    link = await booked(world, page, at(2, 10))
    shown = await link.shown()
    assert (shown["can_reschedule"], shown["reschedule_until"]) == (False, None)
    assert datetime.fromisoformat(shown["cancel_until"]) == in_tokyo(2, 9)
    assert (await link.reschedule(at(3, 10))).json()["code"] == "change_not_allowed"
    await world.call("PATCH", f"/pages/{page['id']}", {"reschedule": {"allowed": True, "until": 0}}, **ADMIN)
    assert (await link.shown())["can_reschedule"] is True
    start = in_tokyo(2, 10)
    forward(start - timedelta(minutes=30) - datetime.now(start.tzinfo))
    await world.busy(TARO)
    assert (await link.cancel()).json()["code"] == "too_late"
    assert (await link.shown())["status"] == "confirmed"
    assert (await link.shown())["can_cancel"] is False


async def test_h10_a_move_keeps_to_the_pages_rules(world: World) -> None:
    hours = {day: [{"start": "09:00", "end": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    page = await a_page(world, hosts=[a_host(hours=hours)], buffer_before=30)
    link, other = await booked(world, page, at(2, 10)), await booked(world, page, at(2, 14))
    for start in (at(3, 18), at(3, 10, 7), at(100, 10)):
        assert (await link.reschedule(start)).status_code == 422
    refused = await link.reschedule(at(2, 14, 30))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    starts = {datetime.fromisoformat(slot["start"]) for slot in refused.json()["slots"]}
    assert in_tokyo(2, 15) in starts
    assert (await link.reschedule(at(2, 10, 30))).status_code == 200
    assert (await other.shown())["sequence"] == 1


async def test_g05_what_a_guest_is_shown_can_be_moved_to(world: World) -> None:
    page = await a_page(world, hosts=BOTH, assignment="round_robin")
    link = await booked(world, page, at(2, 10))
    hosted_by = (await world.call("GET", f"/appointments/{link.id}")).json()["organizer_id"]
    other = HANAKO if hosted_by == TARO else TARO
    direct = {"title": "社内", "kind": "none", "attendee_ids": [hosted_by], **a_slot_at(2, 12)}
    await world.call("POST", "/appointments", direct, staff_id=hosted_by)
    await world.call("POST", "/appointments", {**direct, "attendee_ids": [other], **a_slot_at(2, 13)}, staff_id=other)
    window = {"from": at(2, 10), "to": at(2, 14)}
    slots = (await link.ask("GET", "/slots", **window)).json()["slots"]
    starts = [datetime.fromisoformat(slot["start"]) for slot in slots]
    assert starts == [in_tokyo(2, hour, minute) for hour in (10, 11, 13) for minute in (0, 30)]
    for start in reversed(starts):
        assert (await link.reschedule(start.isoformat())).status_code == 200
    assert (await link.reschedule(at(2, 12))).status_code == 409
    assert (await world.call("GET", f"/appointments/{link.id}")).json()["organizer_id"] == hosted_by


async def test_g01_two_who_move_to_one_time_and_one_who_books_it(world: World) -> None:
    page = await a_page(world)
    links = [await booked(world, page, at(2, hour)) for hour in (9, 10, 11)]
    answers = await asyncio.gather(
        *(link.reschedule(at(3, 10)) for link in links), *(book(world, page, at(3, 10)) for _ in range(5))
    )
    won = Counter(answer.status_code < 300 for answer in answers)
    assert won[True] == 1
    assert {answer.status_code for answer in answers} <= {200, 201, 409}


async def test_g07_a_wrong_link_is_404_and_looking_changes_nothing(world: World) -> None:
    link = await booked(world, await a_page(world), at(2, 10))
    before = await link.shown()
    for _ in range(3):
        await link.ask("GET", "/slots")
    assert await link.shown() == before
    link.token = "x" * 22
    for method, path in (("GET", ""), ("POST", "/reschedule"), ("POST", "/cancel")):
        assert (await link.ask(method, path, {})).status_code == 404


async def test_h10_what_was_booked_on_no_page_is_shown_and_not_changed(world: World) -> None:
    body = {"title": "商談", "kind": "web", "guest": {"name": "田中", "email": "t@guest.example"}, **a_slot_at(2, 10)}
    made = (await world.call("POST", "/appointments", body)).json()
    link = Link(world, {"id": made["id"], "manage_url": made["guest_url"]})
    assert (await link.shown())["can_cancel"] is False
    assert (await link.cancel()).json()["code"] == "change_not_allowed"
    assert (await link.reschedule(at(3, 10))).json()["code"] == "change_not_allowed"


async def test_h10_a_booking_of_a_closed_page_can_be_cancelled_and_not_moved(world: World) -> None:
    page = await a_page(world)
    link = await booked(world, page, at(2, 10))
    await world.call("DELETE", f"/pages/{page['id']}", **ADMIN)
    assert (await link.reschedule(at(3, 10))).json()["code"] == "change_not_allowed"
    assert (await link.cancel()).status_code == 200


@pytest.mark.parametrize("moves", [{"start": True}, {"attendees": True}])
async def test_staff_may_put_it_where_guests_may_not(world: World, moves: dict[str, bool]) -> None:
    """Within a buffer, on a day that is full; it counts there all the same."""
    page = await a_page(world, buffer_after=60, daily_limit=1)
    await booked(world, page, at(2, 10))
    link = await booked(world, page, at(3, 10))
    change: dict[str, Any] = a_slot_at(2, 9, 30, minutes=30) if "start" in moves else {"attendee_ids": [TARO, HANAKO]}
    answer = await world.call("PATCH", f"/appointments/{link.id}", change, **ADMIN)
    assert answer.status_code == 200, answer.text
    day = 2 if "start" in moves else 3
    await link.cancel()
    await world.call("PATCH", f"/pages/{page['id']}", {"daily_limit": 2}, **ADMIN)
    assert (await book(world, page, at(day, 15))).status_code == 201
