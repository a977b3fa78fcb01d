"""The free times of a page as staff see them: also of unsaved rules, and why others are missing (H2, X11)."""

from typing import Any

from shared.contracts.gateway import StaffDisabled
from shared.contracts.people import Person
from tests.integration.booking.page_requests import BOTH, a_host, a_page, a_page_request, book, slots_of
from tests.integration.booking.world import HANAKO, TARO, World, in_tokyo


def at(day: int, hour: int, minute: int = 0) -> str:
    return in_tokyo(day, hour, minute).isoformat()


async def why(world: World, page: dict[str, Any], start: str, **query: str) -> dict[str, Any]:
    asked = {"at": start, **query}
    answer = await world.client.get(f"/internal/pages/{page['id']}/explain", params=asked, headers=world.headers())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_h2_staff_see_the_times_that_guests_see_and_who_could_attend(world: World) -> None:
    page = await a_page(world, hosts=BOTH, assignment="round_robin")
    answer = (await world.call("GET", f"/pages/{page['id']}/slots")).json()
    assert (answer["time_zone"], answer["duration"]) == ("Asia/Tokyo", 30)
    assert {tuple(sorted(slot["host_ids"])) for slot in answer["slots"]} == {tuple(sorted((TARO, HANAKO)))}
    last = answer["slots"][-1]["start"]
    shown = [slot["start"] for slot in await slots_of(world, page)]
    assert [slot["start"] for slot in answer["slots"]] == [start for start in shown if start <= last]


async def test_h2_rules_are_tried_before_they_are_saved(world: World) -> None:
    monday = in_tokyo(8, 0)
    hours = {day: [{"start": "10:00", "end": "11:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    tried = a_page_request(hosts=[a_host(hours=hours)], durations=[30, 60])
    answer = await world.call("POST", "/pages/preview", {"page": tried, "duration": 60, "at": monday.isoformat()})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {slot["start"][11:16] for slot in found["slots"]} == {"10:00"}
    assert 12 <= len(found["slots"]) <= 14
    assert found["why"]["hosts"] == [{"staff_id": TARO, "reasons": ["outside_hours"], "trouble": None}]
    assert (await world.call("GET", "/pages")).json()["items"] == []


async def test_h2_bookings_of_the_page_count_for_rules_that_are_tried(world: World) -> None:
    page = await a_page(world)
    assert (await book(world, page, at(8, 10))).status_code == 201
    asked = {"page": a_page_request(daily_limit=1), "at": at(8, 15)}
    alone = (await world.call("POST", "/pages/preview", asked)).json()["why"]
    assert (alone["free"], alone["host_ids"]) == (True, [TARO])
    of_page = (await world.call("POST", "/pages/preview", asked | {"page_id": page["id"]})).json()["why"]
    assert (of_page["free"], of_page["reasons"]) == (False, ["daily_limit"])
    unknown = await world.call("POST", "/pages/preview", asked | {"page_id": "pag_x"})
    assert unknown.status_code == 404


async def test_h2_what_cannot_be_saved_cannot_be_tried(world: World) -> None:
    asked = {"page": a_page_request(hosts=[a_host("stf_nobody")])}
    refused = await world.call("POST", "/pages/preview", asked)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/hosts/0/staff_id")


async def test_x11_a_missing_time_is_explained_for_the_page_and_for_each_host(world: World) -> None:
    page = await a_page(world, hosts=BOTH, assignment="round_robin", buffer_before=15, minimum_notice=60)
    taken = await book(world, page, at(8, 10))
    assert taken.status_code == 201
    then = await why(world, page, at(8, 10))
    reasons = {host["staff_id"]: host["reasons"] for host in then["hosts"]}
    assert (then["free"], then["reasons"], sorted(reasons.values())) == (True, [], [[], ["claimed", "resource"]])
    assert reasons[then["host_ids"][0]] == []
    beside = await why(world, page, at(8, 10, 30))
    assert sorted(host["reasons"] for host in beside["hosts"]) == [[], ["buffer"]]
    assert (await why(world, page, at(8, 10, 10)))["reasons"] == ["step"]
    assert (await why(world, page, at(-1, 10)))["reasons"] == ["past", "notice"]


async def test_x11_a_host_who_cannot_be_offered_has_a_trouble(world: World) -> None:
    page = await a_page(world, hosts=BOTH)
    gone = StaffDisabled(person=Person(name="佐藤花子", email="sato@example.jp"))
    await world.hears(gone, subject=HANAKO)
    then = await why(world, page, at(8, 10))
    assert (then["free"], {host["staff_id"]: host["trouble"] for host in then["hosts"]}) == (
        False,
        {TARO: None, HANAKO: "disabled"},
    )


async def test_a_length_that_the_page_does_not_offer_is_refused(world: World) -> None:
    page = await a_page(world)
    refused = await world.call("GET", f"/pages/{page['id']}/slots?duration=45")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "?duration")
