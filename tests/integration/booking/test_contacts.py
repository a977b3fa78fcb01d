"""Contacts (H6, H7): every guest by address, derived from appointments in whatever order these are told."""

import random
from typing import Any

import pytest

from services.booking.model.contact import contact_id_of
from services.booking.store.guest_history import GuestHistory
from services.booking.usecases.know_contacts import KnowContacts
from shared.contracts.people import Guest
from tests.builders import ORGANIZATION
from tests.integration.booking.page_requests import ADMIN, a_host, a_page, book
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

GUEST = {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}
ADS = {"utm_source": "news", "utm_medium": "mail", "utm_campaign": "spring", "utm_term": "t", "utm_content": "c"}


async def told(world: World, *, seed: int | None = None) -> None:
    """All that was published so far, twice and in any order where a ``seed`` is given."""
    events = [one for one in await world.published() if one.subject.startswith("apt_")]
    if seed is not None:
        events = events * 2
        random.Random(seed).shuffle(events)
    for event in events:
        await getattr(world.subscribers, "on_" + event.routing_key.split(".")[1])(event)


async def register(world: World, staff_id: str = TARO, day: int = 2, hour: int = 10, **changes: Any) -> str:
    body = {"kind": "none", **a_slot_at(day, hour), "guest": GUEST, "organizer_id": staff_id, **changes}
    answer = await world.call("POST", "/appointments", {"attendee_ids": [staff_id], **body}, **ADMIN)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def contacts(world: World, query: str = "", **who: str) -> list[dict[str, Any]]:
    answer = await world.call("GET", f"/contacts{query}", **who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def contact(world: World, **who: str) -> dict[str, Any]:
    """The only one, with its history."""
    [one] = await contacts(world, **who)
    shown: dict[str, Any] = (await world.call("GET", f"/contacts/{one['id']}", **who)).json()
    return shown


async def documents(world: World) -> list[dict[str, Any]]:
    """As they stand, but for what tells of the writing itself."""
    rows = await world.stores.contacts.contacts.find().sort("_id").to_list(None)
    apart = ("version", "created_at", "updated_at")
    return [{name: value for name, value in row.items() if name not in apart} for row in rows]


async def test_h7_guests_of_proposals_schedules_and_pages_are_one_contact_by_address(world: World) -> None:
    proposal = await world.propose()
    await world.confirm(proposal, email="Hanako@Example.jp")
    registered = await register(world, day=6)
    page = await a_page(world)
    start = in_tokyo(9, 11).isoformat()
    booked = await book(world, page, start, guest={"name": "田中 花子", "email": "HANAKO@example.jp"}, utm=ADS)
    assert booked.status_code == 201, booked.text
    await told(world)
    shown = await contact(world)
    assert (shown["name"], shown["company"]) == ("田中 花子", "ABC株式会社")
    assert (shown["email"], shown["owner_id"]) == ("HANAKO@example.jp", TARO)
    assert [one["id"] for one in shown["history"]][:2] == [booked.json()["id"], registered]
    assert len(shown["history"]) == 3
    last = shown["last_booking"]
    assert {name: last[name] for name in ("source", "medium", "campaign", "term", "content")} == {
        "source": "news",
        "medium": "mail",
        "campaign": "spring",
        "term": "t",
        "content": "c",
    }
    assert (last["page"]["id"], last["at"]) == (page["id"], shown["last_seen_at"])
    assert shown["first_seen_at"] < shown["last_seen_at"]


@pytest.mark.parametrize("seed", range(3))
async def test_g10_events_twice_and_in_any_order_make_the_same_contacts_as_a_rebuild(world: World, seed: int) -> None:
    first = await register(world, HANAKO)
    await register(world, TARO, hour=13, guest={**GUEST, "name": "田中華子"})
    page = await a_page(world, hosts=[a_host(TARO)])
    await book(world, page, in_tokyo(9, 11).isoformat(), utm=ADS)
    other = {"company": "DEF", "name": "鈴木次郎", "email": "jiro@example.jp"}
    await world.call("PATCH", f"/appointments/{first}", {"guest": other}, **ADMIN)
    await told(world, seed=seed)
    found = {one["email"]: one for one in await contacts(world)}
    assert {email: one["owner_id"] for email, one in found.items()} == {
        "jiro@example.jp": HANAKO,
        "hanako@example.jp": TARO,
        "hanako@guest.example": TARO,
    }
    assert found["hanako@example.jp"]["name"] == "田中華子"
    before = await documents(world)
    know = KnowContacts(world.stores.contacts, GuestHistory(world.stores.bookings))
    assert await know.all_anew() == 3
    assert await documents(world) == before
    await world.stores.contacts.contacts.delete_many({})
    await world.stores.bookings.appointments.update_many({}, {"$unset": {"contact_id": ""}})
    await know.all_anew()
    assert await documents(world) == before


async def test_c9_a_replaced_or_corrected_guest_takes_the_history_along(world: World) -> None:
    appointment_id = await register(world, guest={**GUEST, "email": "hanak@example.jp"})
    await told(world)
    await world.call("PATCH", f"/appointments/{appointment_id}", {"guest": {**GUEST, "name": "田中華子"}}, **ADMIN)
    await told(world)
    shown = await contact(world)
    assert (shown["email"], shown["name"]) == ("hanako@example.jp", "田中華子")
    assert [one["id"] for one in shown["history"]] == [appointment_id]


async def test_h7_a_contact_without_an_owner_gets_the_next_organizer_and_an_owned_one_stays(world: World) -> None:
    await register(world, HANAKO)
    await told(world)
    path = f"/contacts/{(await contact(world))['id']}"
    assert (await world.call("PATCH", path, {"owner_id": TARO}, staff_id=TARO)).status_code == 403
    assert (await world.call("PATCH", path, {"owner_id": "stf_x"}, **ADMIN)).status_code == 422
    assert (await world.call("PATCH", path, {"owner_id": None}, staff_id=HANAKO)).json()["owner_id"] is None
    await told(world)
    assert (await contact(world))["owner_id"] is None
    await register(world, TARO, hour=15)
    await told(world, seed=1)
    assert (await contact(world))["owner_id"] == TARO
    await register(world, HANAKO, hour=17)
    await told(world)
    assert (await contact(world))["owner_id"] == TARO


async def test_what_staff_put_stands_over_what_guests_type_until_it_is_emptied(world: World) -> None:
    await register(world)
    await told(world)
    shown = await contact(world)
    path = f"/contacts/{shown['id']}"
    changed = await world.call("PATCH", path, {"name": "田中 様"}, headers={"if-match": f'"r{shown["version"]}"'})
    assert (changed.status_code, changed.json()["name"]) == (200, "田中 様")
    old = await world.call("PATCH", path, {"name": "x"}, headers={"if-match": f'"r{shown["version"]}"'})
    assert old.status_code == 412
    await register(world, hour=15, guest={**GUEST, "name": "田中華子"})
    await told(world)
    assert [one["name"] for one in await contacts(world, "?q=田中+abc")] == ["田中 様"]
    assert (await world.call("PATCH", path, {"name": ""})).json()["name"] == "田中華子"


async def test_private_appointments_tell_of_a_guest_to_those_only_who_may_read_them(world: World) -> None:
    private = await register(world, TARO, visibility="private", title="秘密の相談")
    await told(world)
    assert await contacts(world, staff_id=HANAKO) == []
    contact_id = contact_id_of(ORGANIZATION, Guest(**GUEST))
    assert (await world.call("GET", f"/contacts/{contact_id}", staff_id=HANAKO)).status_code == 404
    assert [one["title"] for one in (await contact(world))["history"]] == ["秘密の相談"]
    await register(world, HANAKO, hour=15)
    await told(world)
    assert private not in [one["id"] for one in (await contact(world, staff_id=HANAKO))["history"]]
    assert private in [one["id"] for one in (await contact(world, **ADMIN))["history"]]


async def test_g23_contacts_of_one_organization_are_none_of_anothers(world: World) -> None:
    await register(world)
    await told(world)
    shown = await contact(world)
    other = {"organization": "org_other", **ADMIN}
    assert await contacts(world, **other) == []
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        assert (await world.call(method, f"/contacts/{shown['id']}", body, **other)).status_code == 404


async def test_lists_are_narrowed_by_owner_and_go_on_from_a_cursor(world: World) -> None:
    for number in range(3):
        guest = {"name": f"客{number}", "company": "", "email": f"g{number}@example.jp"}
        await register(world, HANAKO if number else TARO, hour=10 + number, guest=guest)
    await told(world)
    first = (await world.call("GET", "/contacts?limit=2")).json()
    assert [one["name"] for one in first["items"]] == ["客2", "客1"]
    rest = (await world.call("GET", f"/contacts?limit=2&cursor={first['next_cursor']}")).json()
    assert ([one["name"] for one in rest["items"]], rest["next_cursor"]) == (["客0"], None)
    assert [one["name"] for one in await contacts(world, f"?owner_id={HANAKO}")] == ["客2", "客1"]


async def test_h6_appointments_are_narrowed_to_a_campaign(world: World) -> None:
    page = await a_page(world)
    booked = (await book(world, page, in_tokyo(9, 11).isoformat(), utm=ADS)).json()["id"]
    await book(world, page, in_tokyo(9, 13).isoformat())
    found = (await world.call("GET", "/appointments?campaign=spring")).json()["items"]
    assert [(one["id"], one["utm"]["source"]) for one in found] == [(booked, "news")]
