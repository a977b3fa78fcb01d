"""Rooms at the sandbox's Google, with Google's own clients: the directory, free/busy, and what rooms answer."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.sandbox.google_client import SCOPES, GoogleAdministrator, GoogleUser, an_event
from tests.contract.sandbox.test_google_client import refusal
from tests.infrastructure.sandbox import Sandbox

ADMIN, MEMBER = "keeper@example.jp", "staff001@example.jp"
FUJI, HAKONE = "c_fuji@resource.calendar.google.com", "c_hakone@resource.calendar.google.com"


@pytest.fixture(autouse=True)
def _keeper(sandbox: Sandbox) -> None:
    keeper = {"email": ADMIN, "providers": ["google"], "admin": True}
    httpx.post(f"{sandbox.base_url}/inspect/accounts", json=keeper, trust_env=False).raise_for_status()


@pytest.fixture
def administrator(sandbox: Sandbox) -> Iterator[GoogleAdministrator]:
    person = GoogleAdministrator(sandbox.base_url, ADMIN)
    yield person
    person.close()
    assert person.exchanges.violations() == []


@pytest.fixture
def user(sandbox: Sandbox) -> Iterator[GoogleUser]:
    person = GoogleUser(sandbox.base_url, MEMBER)
    yield person
    person.close()
    assert person.exchanges.violations() == []


def invited(room: str, day: str) -> dict[str, object]:
    return an_event(day, attendees=[{"email": room, "resource": True}])


def said(user: GoogleUser, event_id: str) -> dict[str, str]:
    return {guest["email"]: guest["responseStatus"] for guest in user.get(event_id)["attendees"]}


def test_buildings_and_their_rooms_come_page_by_page(administrator: GoogleAdministrator) -> None:
    buildings = administrator.resources.buildings().list(customer="my_customer").execute()["buildings"]
    calendars, rooms, request = administrator.resources.calendars(), [], None
    request = calendars.list(customer="my_customer", maxResults=2)
    while request is not None:
        answer = request.execute()
        rooms += answer["items"]
        request = calendars.list_next(request, answer)

    assert [one["buildingName"] for one in buildings] == ["本社", "渋谷オフィス"]
    assert {(room["resourceName"], room["buildingId"], room.get("capacity")) for room in rooms} >= {
        ("富士", "honsha", 4),
        ("渋谷B", "shibuya", 10),
    }
    assert len({room["resourceEmail"] for room in rooms}) == len(rooms) == 6


def test_one_building_and_one_room_are_found_by_their_ids(administrator: GoogleAdministrator) -> None:
    building = administrator.resources.buildings().get(customer="my_customer", buildingId="shibuya").execute()
    room = administrator.resources.calendars().get(customer="my_customer", calendarResourceId="honsha-fuji").execute()

    assert (building["floorNames"], room["resourceEmail"]) == (["12"], FUJI)
    missing = administrator.resources.buildings().get(customer="my_customer", buildingId="nowhere")
    assert refusal(missing.execute) == (404, "notFound")


def test_rooms_are_read_only_by_administrators_who_granted_the_extra_scope(sandbox: Sandbox) -> None:
    for email, scopes, reason in (
        (ADMIN, SCOPES, "insufficientPermissions"),
        (MEMBER, None, "forbidden"),
    ):
        person = GoogleAdministrator(sandbox.base_url, email, *([scopes] if scopes else []))
        assert refusal(person.resources.buildings().list(customer="my_customer").execute) == (403, reason)
        person.close()


def test_a_free_room_accepts_and_is_busy_then(user: GoogleUser) -> None:
    made = user.insert(invited(FUJI, "2031-03-03"))
    asked = {"timeMin": "2031-03-03T00:00:00Z", "timeMax": "2031-03-04T00:00:00Z", "items": [{"id": FUJI}]}
    busy = user.service.freebusy().query(body=asked).execute()["calendars"][FUJI]["busy"]

    assert made["attendees"][0]["responseStatus"] == "needsAction"
    assert said(user, made["id"]) == {FUJI: "accepted"}
    assert busy == [{"start": "2031-03-03T04:00:00Z", "end": "2031-03-03T05:00:00Z"}]


def test_a_busy_room_declines_and_answers_anew_when_the_event_moves(user: GoogleUser) -> None:
    first = user.insert(invited(HAKONE, "2031-03-04"))
    second = user.insert(invited(HAKONE, "2031-03-04"))
    assert (said(user, first["id"]), said(user, second["id"])) == ({HAKONE: "accepted"}, {HAKONE: "declined"})

    times = {side: an_event("2031-03-05")[side] for side in ("start", "end")}
    user.patch(second["id"], times)
    assert said(user, second["id"]) == {HAKONE: "accepted"}


def test_a_room_is_released_when_the_event_goes_or_it_is_taken_off(user: GoogleUser) -> None:
    gone, without = user.insert(invited(FUJI, "2031-03-06")), user.insert(invited(FUJI, "2031-03-07"))
    user.delete(gone["id"])
    user.patch(without["id"], {"attendees": []})
    again = [user.insert(invited(FUJI, day))["id"] for day in ("2031-03-06", "2031-03-07")]

    assert [said(user, event_id) for event_id in again] == [{FUJI: "accepted"}] * 2


def test_a_change_that_repeats_the_room_without_an_answer_keeps_its_answer(user: GoogleUser) -> None:
    made = user.insert(invited(FUJI, "2031-03-10"))
    user.patch(made["id"], {"summary": "別の件", "attendees": [{"email": FUJI, "resource": True}]})

    assert said(user, made["id"]) == {FUJI: "accepted"}
