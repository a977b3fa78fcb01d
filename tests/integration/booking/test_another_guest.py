"""Another guest (C9): whose links end, who is told, and what a correction leaves as it is (G12, G23)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.booking import AppointmentChanged, AppointmentRescheduled
from shared.contracts.sealed import AppointmentSecrets
from tests.builders import BUS_RING
from tests.integration.booking.conftest import Forward
from tests.integration.booking.test_join_links import FIRST, an_appointment, follow, guest_link, issue
from tests.integration.booking.world import HANAKO, TARO, World, in_tokyo

JIRO = {"company": "DEF株式会社", "name": "鈴木次郎", "email": "jiro@example.jp"}


async def shown(world: World, appointment_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await world.call("GET", f"/appointments/{appointment_id}")).json()
    return answer


async def change(world: World, appointment_id: str, **patch: Any) -> Any:
    answer = await world.call("PATCH", f"/appointments/{appointment_id}", patch)
    assert answer.status_code == 200, answer.text
    return [event for event in await world.published() if event.subject == appointment_id][-1].data


async def test_c9_another_address_is_another_person_whose_links_are_new_and_the_old_ones_dead(world: World) -> None:
    proposal = await world.propose()
    appointment_id = str((await world.confirm(proposal)).json()["id"])
    await issue(world, appointment_id)
    old = await guest_link(world, appointment_id)
    told = await change(world, appointment_id, guest=JIRO)
    assert isinstance(told, AppointmentChanged)
    assert (told.appointment.link_generation, told.appointment.guest.email) == (2, JIRO["email"])
    assert told.former_guest is not None
    assert told.former_guest.guest.email == "hanako@example.jp"
    assert (await follow(world, old)).status_code == 404
    assert (await follow(world, await guest_link(world, appointment_id))).json()["url"] == FIRST.join_url
    page = (await shown(world, appointment_id))["guest_url"]
    seen = (await world.guest("GET", page.rpartition("/")[2])).json()
    assert seen["appointment"]["guest"]["name"] == JIRO["name"]
    assert AppointmentSecrets.unseal(BUS_RING, told.sealed, subject=appointment_id).guest_url == page


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "", None), ("POST", "/ask-again", {"message": "?"}), ("POST", "/seen", None), ("POST", "/confirm", {})],
)
async def test_g23_the_former_guests_page_is_as_one_that_never_was(
    world: World, method: str, path: str, body: Any
) -> None:
    proposal = await world.propose()
    key = {"idempotency-key": "k1"}
    chosen = {"slot_id": proposal["slots"][0]["id"], "name": "田中花子"}
    made = await world.guest("POST", proposal, "/confirm", chosen, **key)
    await change(world, made.json()["id"], guest=JIRO)
    gone = await world.guest(method, proposal, path, chosen if path == "/confirm" else body, **key)
    never = await world.guest(method, "A" * 22, path, chosen if path == "/confirm" else body, **key)
    assert (gone.status_code, gone.content) == (404, never.content)
    assert (await world.call("GET", f"/proposals/{proposal['id']}")).json()["guest_url"] == ""


async def test_g23_neither_the_page_nor_the_title_shows_the_new_guest_the_former_one(world: World) -> None:
    appointment_id = await an_appointment(world)
    told = await change(world, appointment_id, guest=JIRO)
    assert told.appointment.title == "DEF株式会社:鈴木次郎 様"
    page = (await shown(world, appointment_id))["guest_url"]
    assert "田中" not in (await world.guest("GET", page.rpartition("/")[2])).text


async def test_c9_a_guest_can_be_replaced_again_and_again(world: World) -> None:
    appointment_id = await an_appointment(world)
    pages = []
    for name in ("a", "b", "c"):
        told = await change(world, appointment_id, guest={"name": name, "email": f"{name}@example.jp"})
        pages.append((await shown(world, appointment_id))["guest_url"])
    assert told.appointment.link_generation == 4
    found = [(await world.guest("GET", page.rpartition("/")[2])).status_code for page in pages]
    assert found == [404, 404, 200]


async def test_g12_a_correction_and_a_plain_move_keep_link_and_page(world: World) -> None:
    proposal = await world.propose()
    appointment_id = str((await world.confirm(proposal)).json()["id"])
    before = await guest_link(world, appointment_id)
    told = await change(world, appointment_id, guest={"name": "田中華子", "email": "HANAKO@example.jp"})
    assert (told.former_guest, told.appointment.link_generation) == (None, 1)
    start = in_tokyo(6, 9)
    told = await change(world, appointment_id, start=start.isoformat())
    assert isinstance(told, AppointmentRescheduled)
    assert (told.former_guest, told.appointment.link_generation) == (None, 1)
    assert await guest_link(world, appointment_id) == before
    assert (await world.guest("GET", proposal)).json()["appointment"]["guest"]["name"] == "田中華子"


async def test_c9_a_move_to_another_guest_tells_the_time_that_the_former_one_knew(world: World) -> None:
    appointment_id = await an_appointment(world)
    known = (await shown(world, appointment_id))["start"]
    start = in_tokyo(6, 9)
    told = await change(world, appointment_id, start=start.isoformat(), guest=JIRO)
    assert isinstance(told, AppointmentRescheduled)
    assert told.former_guest is not None
    assert told.former_guest.start_at.isoformat() == known or told.former_guest.start_at == told.previous_start_at
    purposes = {
        (one["of"], one["purpose"]) for one in (await shown(world, appointment_id))["effects"] if one["purpose"]
    }
    assert {("guest", "confirmed"), ("guest", "replaced"), ("staff", "rescheduled")} <= purposes
    assert ("guest", "rescheduled") not in purposes


async def test_c9_an_attendee_who_leaves_knows_the_link_and_one_who_joins_changes_nothing(world: World) -> None:
    appointment_id = await an_appointment(world, attendee_ids=[TARO])
    assert (await change(world, appointment_id, attendee_ids=[TARO, HANAKO])).appointment.link_generation == 1
    assert (await change(world, appointment_id, attendee_ids=[TARO])).appointment.link_generation == 2


async def test_c9_the_guest_cannot_be_emptied(world: World) -> None:
    appointment_id = await an_appointment(world)
    answer = await world.call("PATCH", f"/appointments/{appointment_id}", {"guest": {"email": ""}})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/guest/email")


async def test_c9_a_link_that_was_not_told_yet_is_not_made_anew_for_another_guest(world: World) -> None:
    appointment_id = await an_appointment(world)
    untold = {"link": "in_notice", "notices": [10]}
    await world.stores.bookings.appointments.update_one({"_id": appointment_id}, {"$set": {"reveal": untold}})
    told = await change(world, appointment_id, guest=JIRO)
    assert told.appointment.link_generation == 1
    assert told.former_guest is not None
    assert timedelta(0) < told.appointment.end_at - told.appointment.start_at


async def test_c9_a_move_does_not_make_the_guest_forget_a_link_that_the_notice_told(
    world: World, forward: Forward
) -> None:
    appointment_id = await an_appointment(world)
    told_before = {"link": "in_notice", "notices": [24 * 60]}
    await world.stores.bookings.appointments.update_one({"_id": appointment_id}, {"$set": {"reveal": told_before}})
    forward(timedelta(days=1, hours=23))
    assert (await change(world, appointment_id, start=in_tokyo(7, 9).isoformat())).appointment.link_generation == 1
    assert (await change(world, appointment_id, guest=JIRO)).appointment.link_generation == 2
    assert (await change(world, appointment_id, guest={**JIRO, "email": "saburo@example.jp"})).former_guest is not None
    assert (await shown(world, appointment_id))["link_at"] is not None


async def test_c9_who_never_learnt_the_new_link_leaves_it_alive(world: World, forward: Forward) -> None:
    appointment_id = await an_appointment(world)
    told_before = {"link": "in_notice", "notices": [24 * 60]}
    await world.stores.bookings.appointments.update_one({"_id": appointment_id}, {"$set": {"reveal": told_before}})
    forward(timedelta(days=1, hours=23))
    await change(world, appointment_id, start=in_tokyo(7, 9).isoformat(), guest=JIRO)
    replaced = await change(world, appointment_id, guest={**JIRO, "email": "saburo@example.jp"})
    assert replaced.appointment.link_generation == 2


async def test_c9_the_new_guest_is_owed_the_notice_and_no_link_before_it(world: World) -> None:
    appointment_id = await an_appointment(world)
    later = {"link": "in_notice", "notices": [10]}
    await world.stores.bookings.appointments.update_one({"_id": appointment_id}, {"$set": {"reveal": later}})
    await change(world, appointment_id, start=in_tokyo(6, 9).isoformat())
    await change(world, appointment_id, guest=JIRO)
    stored = await world.stores.bookings.appointment("org_sample", appointment_id)
    assert stored is not None
    owed = {item.purpose: item.tells_link for item in stored.expected if item.of == "guest"}
    assert owed == {"notice": True, "confirmed": False, "replaced": False}


async def test_e2_whoever_takes_the_guests_link_away_changed_it_last(world: World) -> None:
    appointment_id = await an_appointment(world)
    answer = await world.call("POST", f"/appointments/{appointment_id}/join-link", {"revoke": True})
    assert answer.status_code == 204
    assert (await shown(world, appointment_id))["changed_by"]["staff_id"] == TARO
