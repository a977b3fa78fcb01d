"""Erasing a guest (X5): what booking forgets, whom it asks, and when it is done."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from faststream.rabbit import RabbitBroker

from services.booking.erase_again import erase_again
from services.booking.model.contact import contact_id_of
from services.booking.model.erasure import SERVICES
from services.booking.store.erasures import Erasures
from shared.contracts.booking import AppointmentConfirmed
from shared.contracts.gateway import OrganizationChanged
from shared.contracts.people import Guest
from shared.contracts.sealed import ErasureSecrets, MeetingSecrets
from shared.contracts.zoom_issuer import MeetingIssued
from shared.messaging.relay import Relay
from tests.builders import BUS_RING, ORGANIZATION
from tests.integration.booking.conftest import Forward
from tests.integration.booking.erasing import ADMIN, GUEST, Office, an_office
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.test_contacts import contacts, register, told
from tests.integration.booking.world import HANAKO, TARO, in_tokyo, token_of
from tests.waiting import eventually

PERSONAL = ("田中花子", "hanako@example.jp", "Hanako@Example.JP", "ABC株式会社", "03-1234-5678", "秘密の用件")
CONTACT = contact_id_of(ORGANIZATION, Guest(**GUEST)) or ""


@pytest.fixture
async def office(booking_url: str) -> AsyncIterator[Office]:
    async with an_office(booking_url) as office:
        yield office


async def cancel(office: Office, appointment_id: str) -> None:
    answer = await office.world.call(
        "POST", f"/appointments/{appointment_id}/cancel", {"message": "秘密の用件"}, **ADMIN
    )
    assert answer.status_code == 200, answer.text


async def a_past_guest(office: Office, **changes: Any) -> str:
    """Whose appointment was cancelled and who is a contact."""
    words = {"title": "田中花子様のご相談", "note": "電話 03-1234-5678", **changes}
    appointment_id = await register(office.world, **words)
    await told(office.world)
    await cancel(office, appointment_id)
    await told(office.world)
    await office.confirmed_by_the_broker()
    return appointment_id


async def erase(office: Office, contact_id: str = CONTACT) -> dict[str, Any]:
    answer = await office.world.call("DELETE", f"/contacts/{contact_id}", **ADMIN)
    assert answer.status_code == 202, answer.text
    erasure: dict[str, Any] = answer.json()
    return erasure


async def test_x5_who_is_still_expected_is_not_erased_and_it_says_why(office: Office) -> None:
    coming = await register(office.world)
    proposal = await office.world.propose()
    await told(office.world)
    answer = await office.world.call("DELETE", f"/contacts/{CONTACT}", **ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (409, "guest_still_expected")
    assert set(answer.json()["coming"]) == {coming, proposal["id"]}
    assert [one["email"] for one in await contacts(office.world)] == [GUEST["email"]]
    for who in ({}, {"staff_id": HANAKO}):
        assert (await office.world.call("DELETE", f"/contacts/{CONTACT}", **who)).status_code == 403


async def test_x5_nothing_of_the_guest_is_left_and_the_appointment_is(office: Office) -> None:
    appointment_id = await a_past_guest(office)
    page = await a_page(office.world)
    booked = (await book(office.world, page, in_tokyo(9, 11).isoformat(), guest=GUEST)).json()["id"]
    proposal = await office.world.propose(note="03-1234-5678", guidance="秘密の用件")
    assert (await office.world.confirm(proposal, email="Hanako@Example.JP")).status_code == 201
    chosen = (await office.world.call("GET", f"/proposals/{proposal['id']}")).json()["appointment_id"]
    await told(office.world)
    for one in (booked, chosen):
        await cancel(office, one)
    await told(office.world, seed=1)
    await office.confirmed_by_the_broker()
    erasure = await erase(office)
    await office.asked(erasure["id"])
    assert [word for word in PERSONAL if word in await office.everything()] == []
    for one in (appointment_id, booked, chosen):
        shown = (await office.world.call("GET", f"/appointments/{one}", **ADMIN)).json()
        assert shown["guest"] == {"company": "", "name": "", "email": ""}
        assert (shown["status"], bool(shown["erased_at"]), shown["can_change"]) == ("canceled", True, False)
        assert shown["attendees"][0]["staff_id"] in (TARO, HANAKO)
    shown = (await office.world.call("GET", f"/proposals/{proposal['id']}", **ADMIN)).json()
    assert (shown["guest"]["name"], shown["note"], shown["status"]) == ("", "", "confirmed")
    assert (await office.world.guest("GET", token_of(proposal))).status_code == 404


async def test_x5_the_others_are_told_ids_and_the_address_only_sealed(office: Office) -> None:
    appointment_id = await a_past_guest(office)
    erasure = await erase(office)
    event = await office.asked(erasure["id"])
    assert (event.subject, event.aggregateversion, event.data.appointment_ids) == (erasure["id"], 1, [appointment_id])
    assert ErasureSecrets.unseal(BUS_RING, event.data.sealed, subject=event.subject).email == GUEST["email"]
    assert [word for word in PERSONAL if word in event.to_wire().decode()] == []


async def test_x5_it_is_done_once_every_service_has_answered_and_asked_again_until_then(
    office: Office, forward: Forward
) -> None:
    await a_past_guest(office)
    erasure = await erase(office)
    await office.asked(erasure["id"])
    await office.answer(erasure["id"], "zoom_issuer", left_outside=2)
    await office.answer(erasure["id"], *[one for one in SERVICES if one not in ("zoom_issuer", "notifier")])
    shown = await office.show(erasure["id"])
    assert (shown["status"], await office.completed(erasure["id"])) == ("pending", [])
    assert {one["service"]: one["left_outside"] for one in shown["services"]}["zoom_issuer"] == 2
    assert [one["service"] for one in shown["services"] if one["erased_at"] is None] == ["notifier"]
    forward(timedelta(minutes=2))
    await office.work()
    again = await office.asked(erasure["id"], times=2)
    assert again.aggregateversion == 2
    for _ in range(2):
        await office.answer(erasure["id"], "notifier", version=2)
    assert (await office.show(erasure["id"]))["status"] == "done"
    [said] = await office.completed(erasure["id"])
    assert said.data.appointment_ids == again.data.appointment_ids


async def test_x5_asked_twice_it_is_one_and_knows_it_afterwards(office: Office, forward: Forward) -> None:
    await a_past_guest(office)
    first = await erase(office)
    await office.asked(first["id"])
    assert (await erase(office))["id"] == first["id"]
    await office.answer(first["id"])
    assert (await erase(office))["status"] == "done"
    by_address = await office.world.call("POST", "/erasures", {"email": "HANAKO@example.jp"}, **ADMIN)
    assert (by_address.status_code, by_address.json()["id"]) == (202, first["id"])
    forward(timedelta(hours=2, minutes=1))
    await office.work()
    assert (await office.asked(first["id"], times=2)).aggregateversion == 2
    assert CONTACT not in await office.everything()
    assert (await erase(office))["id"] == first["id"]


async def test_x5_what_is_still_to_be_published_is_published_first(office: Office, forward: Forward) -> None:
    appointment_id = await register(office.world)
    await told(office.world)
    await cancel(office, appointment_id)
    erasure = await erase(office)
    assert (await office.world.call("GET", f"/contacts/{CONTACT}", **ADMIN)).status_code == 404
    await eventually(lambda: office.rows().find_one({"_id": erasure["id"], "waits": {"$gt": 0}}))
    assert (await office.world.published())[-1].routing_key == "booking.appointment_canceled.v1"
    await office.confirmed_by_the_broker()
    forward(timedelta(minutes=5))
    await office.work()
    assert (await office.asked(erasure["id"])).data.appointment_ids == [appointment_id]


async def test_x5_late_events_bring_nothing_back(office: Office) -> None:
    await register(office.world)
    [confirmed] = await office.world.published(AppointmentConfirmed.routing_key)
    appointment_id = confirmed.subject
    await told(office.world)
    await cancel(office, appointment_id)
    late = [one for one in await office.world.published() if one.subject == appointment_id]
    await office.confirmed_by_the_broker()
    await office.asked((await erase(office))["id"])
    random.Random(3).shuffle(late)
    for event in late * 2:
        await getattr(office.world.subscribers, "on_" + event.routing_key.split(".")[1])(event)
    secrets = MeetingSecrets(join_url="https://zoom.example/j/1", meeting_id="1", passcode="2")
    sealed = secrets.seal(BUS_RING, subject=appointment_id)
    issued = MeetingIssued(appointment_id=appointment_id, revision=9, sealed=sealed)
    await office.world.hears(issued, subject=appointment_id)
    assert [word for word in PERSONAL if word in await office.everything()] == []
    assert await contacts(office.world) == []
    shown = (await office.world.call("GET", f"/appointments/{appointment_id}", **ADMIN)).json()
    assert shown["meeting"]["join_url"] is None


async def test_x5_who_books_again_is_somebody_new(office: Office, forward: Forward) -> None:
    old = await a_past_guest(office)
    erasure = await erase(office)
    await office.asked(erasure["id"])
    await office.answer(erasure["id"])
    new = await register(office.world, HANAKO, hour=15)
    await told(office.world)
    [contact] = await contacts(office.world)
    shown = (await office.world.call("GET", f"/contacts/{contact['id']}", **ADMIN)).json()
    assert ([one["id"] for one in shown["history"]], shown["owner_id"]) == ([new], HANAKO)
    await office.confirmed_by_the_broker()
    forward(timedelta(hours=2, minutes=1))
    await office.work()
    event = await office.asked(erasure["id"], times=2)
    assert event.data.appointment_ids == [old]
    assert [one["name"] for one in await contacts(office.world)] == ["田中花子"]
    refused = await office.world.call("DELETE", f"/contacts/{CONTACT}", **ADMIN)
    assert refused.json()["coming"] == [new]


async def test_x5_other_capitals_are_the_same_guest_and_another_organization_keeps_its_own(office: Office) -> None:
    mine = await a_past_guest(office, guest={**GUEST, "email": "Hanako@Example.JP"})
    other = {"organization": "org_other", **ADMIN}
    await office.world.hears(another_organization(), subject="org_other", organizationid="org_other")
    await office.world.staff("stf_other", "別会社", organization="org_other")
    body = {"kind": "none", "start": in_tokyo(2, 10).isoformat(), "end": in_tokyo(2, 11).isoformat(), "guest": GUEST}
    theirs = await office.world.call(
        "POST", "/appointments", {**body, "attendee_ids": ["stf_other"]}, staff_id="stf_other", **other
    )
    assert theirs.status_code == 201, theirs.text
    await office.confirmed_by_the_broker()
    event = await office.asked((await erase(office))["id"])
    assert event.data.appointment_ids == [mine]
    kept = await office.world.call("GET", f"/appointments/{theirs.json()['id']}", staff_id="stf_other", **other)
    assert kept.json()["guest"]["email"] == GUEST["email"]


async def test_x5_who_was_only_written_to_is_erased_by_address(office: Office) -> None:
    proposal = await office.world.propose()
    unknown = await office.world.call("POST", "/erasures", {"email": "nobody@example.jp"}, **ADMIN)
    assert unknown.status_code == 404
    assert (await office.world.call("POST", "/erasures", {"email": "x"}, **ADMIN)).status_code == 422
    await office.world.call("DELETE", f"/proposals/{proposal['id']}")
    await office.confirmed_by_the_broker()
    asked = await office.world.call("POST", "/erasures", {"email": "Hanako@example.jp"}, **ADMIN)
    event = await office.asked(asked.json()["id"])
    assert (event.data.appointment_ids, event.data.proposal_ids) == ([], [proposal["id"]])
    assert [word for word in PERSONAL if word in await office.everything()] == []


async def test_x5_who_gave_their_place_away_is_found_too(office: Office) -> None:
    appointment_id = await register(office.world)
    another = {"company": "", "name": "後任者", "email": "next@example.jp"}
    changed = await office.world.call("PATCH", f"/appointments/{appointment_id}", {"guest": another}, **ADMIN)
    assert changed.status_code == 200, changed.text
    await told(office.world)
    await office.confirmed_by_the_broker()
    asked = await office.world.call("POST", "/erasures", {"email": GUEST["email"]}, **ADMIN)
    assert asked.status_code == 202, asked.text
    event = await office.asked(asked.json()["id"])
    assert (event.data.appointment_ids, event.data.former_ids) == ([], [appointment_id])
    shown = (await office.world.call("GET", f"/appointments/{appointment_id}", **ADMIN)).json()
    assert shown["guest"]["name"] == "後任者"


async def test_x5_after_a_restore_what_had_been_erased_is_erased_again_by_its_ids(office: Office) -> None:
    appointment_id = await a_past_guest(office)
    erasures = Erasures(office.rows().database, Relay(RabbitBroker(), []))
    again = await erase_again(office.world.stores.bookings, erasures, ORGANIZATION, [appointment_id])
    await office.work()
    assert (await office.asked(again.erasure_id)).data.appointment_ids == [appointment_id]
    assert [word for word in PERSONAL if word in await office.everything()] == []
    assert await contacts(office.world) == []


async def test_x5_a_link_that_is_another_guests_by_now_stays(office: Office) -> None:
    proposal = await office.world.propose()
    assert (await office.world.confirm(proposal, email="next@example.jp")).status_code == 201
    await told(office.world)
    await office.confirmed_by_the_broker()
    await office.world.stores.bookings.proposals.update_one(
        {"_id": proposal["id"]}, {"$set": {"guest": GUEST, "contact_id": CONTACT}}
    )
    asked = await office.world.call("POST", "/erasures", {"email": GUEST["email"]}, **ADMIN)
    assert (await office.asked(asked.json()["id"])).data.proposal_ids == [proposal["id"]]
    assert GUEST["email"] not in await office.everything()
    assert (await office.world.guest("GET", token_of(proposal))).json()["status"] == "confirmed"


async def test_x5_an_erased_appointment_is_a_record_of_the_past(office: Office) -> None:
    appointment_id = await a_past_guest(office)
    await office.asked((await erase(office))["id"])
    for method, path, body in (
        ("PATCH", "", {"title": "x"}),
        ("PUT", "/outcome", {"outcome": "completed"}),
        ("DELETE", "", None),
    ):
        refused = await office.world.call(method, f"/appointments/{appointment_id}{path}", body, **ADMIN)
        assert (refused.status_code, refused.json()["code"]) == (409, "erased"), path


async def test_x5_an_organization_keeps_guests_for_so_many_days(office: Office, forward: Forward) -> None:
    old, young = await register(office.world), await register(office.world, day=12)
    proposal = await office.world.propose()
    await told(office.world)
    await office.confirmed_by_the_broker()
    await office.world.organization(retention_days=7)
    await office.work()
    assert await office.rows().count_documents({}) == 0
    forward(timedelta(days=11))
    await office.world.expiry.run_due()
    await office.confirmed_by_the_broker()
    await office.work()
    [erasure] = (await office.world.call("GET", "/erasures", **ADMIN)).json()["items"]
    event = await office.asked(erasure["id"])
    assert (event.data.reason, event.data.appointment_ids) == ("retention", [old])
    assert event.data.sealed == ""
    kept = (await office.world.call("GET", f"/appointments/{young}", **ADMIN)).json()
    assert kept["guest"]["name"] == "田中花子"
    assert [one["name"] for one in await contacts(office.world)] == ["田中花子"]
    await office.answer(erasure["id"])
    forward(timedelta(days=12))
    await office.work()
    await office.confirmed_by_the_broker()
    forward(timedelta(hours=3))
    await office.work()
    assert [word for word in PERSONAL if word in await office.everything()] == []
    assert await contacts(office.world) == []
    assert (await office.world.call("GET", f"/proposals/{proposal['id']}", **ADMIN)).json()["erased_at"]


async def test_x5_all_that_is_held_of_a_guest_is_told_in_one_document(office: Office) -> None:
    appointment_id = await a_past_guest(office)
    answer = await office.world.call("GET", f"/contacts/{CONTACT}/export", **ADMIN)
    held = answer.json()
    assert (held["contact"]["email"], held["appointments"][0]["id"]) == (GUEST["email"], appointment_id)
    assert held["appointments"][0]["note"] == "電話 03-1234-5678"
    assert (await office.world.call("GET", f"/contacts/{CONTACT}/export")).status_code == 403


def another_organization() -> OrganizationChanged:
    return OrganizationChanged(
        name="別会社",
        product_name="Chosei",
        time_zone="Asia/Tokyo",
        locale="ja",
        reminder_time="07:00",
        allow_zoom_basic=True,
        drift_policy="ask",
        mail_format="html",
    )
