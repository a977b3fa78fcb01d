"""A guest is asked to be erased again while an older erasure is pending (X5): what came since is not passed over."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.integration.booking.conftest import Forward
from tests.integration.booking.erasing import ADMIN, GUEST, Office, an_office
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.test_contacts import contacts, register, told
from tests.integration.booking.test_erasing import CONTACT, PERSONAL, a_past_guest, cancel, erase
from tests.integration.booking.world import HANAKO, in_tokyo


@pytest.fixture
async def office(booking_url: str) -> AsyncIterator[Office]:
    async with an_office(booking_url) as office:
        yield office


async def both_ways(office: Office) -> list[httpx.Response]:
    return [
        await office.world.call("DELETE", f"/contacts/{CONTACT}", **ADMIN),
        await office.world.call("POST", "/erasures", {"email": "HANAKO@Example.JP"}, **ADMIN),
    ]


async def pending(office: Office) -> dict[str, Any]:
    """Of which every part of ours is done, and the others have not answered."""
    await a_past_guest(office)
    erasure = await erase(office)
    await office.asked(erasure["id"])
    assert [one.json()["id"] for one in await both_ways(office)] == [erasure["id"]] * 2
    return erasure


async def test_x5_who_is_expected_again_is_refused_while_an_older_erasure_is_pending(office: Office) -> None:
    await pending(office)
    coming = await register(office.world, HANAKO, hour=15)
    proposal = await office.world.propose()
    for is_contact in (False, True):
        if is_contact:
            await told(office.world)
        assert bool(await contacts(office.world)) is is_contact
        for refused in await both_ways(office):
            assert (refused.status_code, refused.json()["code"]) == (409, "guest_still_expected")
            assert set(refused.json()["coming"]) == {coming, proposal["id"]}


async def test_x5_what_came_since_is_erased_by_a_further_one_and_both_end(office: Office) -> None:
    older = await pending(office)
    new = await register(office.world, HANAKO, hour=15, note="電話 03-1234-5678")
    await told(office.world)
    await cancel(office, new)
    proposal = await office.world.propose()
    await office.world.call("DELETE", f"/proposals/{proposal['id']}")
    await told(office.world)
    await office.confirmed_by_the_broker()
    further = await erase(office)
    assert further["id"] != older["id"]
    event = await office.asked(further["id"])
    assert (event.data.appointment_ids, event.data.proposal_ids) == ([new], [proposal["id"]])
    assert [word for word in PERSONAL if word in await office.everything()] == []
    assert [one.json()["id"] for one in await both_ways(office)] == [further["id"]] * 2
    for one in (older, further):
        await office.answer(one["id"])
        assert (await office.show(one["id"]))["status"] == "done"
    assert [one.json()["id"] for one in await both_ways(office)] == [further["id"]] * 2


async def test_x5_a_proposal_that_came_since_is_found_without_a_contact(office: Office) -> None:
    older = await pending(office)
    proposal = await office.world.propose()
    await office.world.call("DELETE", f"/proposals/{proposal['id']}")
    await office.confirmed_by_the_broker()
    assert await contacts(office.world) == []
    further = await erase(office)
    assert further["id"] != older["id"]
    assert (await office.asked(further["id"])).data.proposal_ids == [proposal["id"]]
    assert GUEST["email"] not in await office.everything()


async def test_g23_another_organization_that_reckoned_the_contacts_id_learns_nothing(office: Office) -> None:
    await pending(office)
    theirs = await office.world.call("DELETE", f"/contacts/{CONTACT}", role="admin", organization="org_other")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")


async def test_x5_g08_a_booking_form_sent_again_after_its_guest_was_erased_books_nothing(
    office: Office, forward: Forward
) -> None:
    page, start, key = await a_page(office.world), in_tokyo(9, 11).isoformat(), {"idempotency-key": "form-1"}
    made = (await book(office.world, page, start, key, guest=GUEST)).json()["id"]
    await told(office.world)
    await cancel(office, made)
    await told(office.world)
    await office.confirmed_by_the_broker()
    await office.asked((await erase(office))["id"])
    appointments = office.world.stores.bookings.appointments
    again = await book(office.world, page, start, key, guest=GUEST)
    assert (again.status_code, again.json()["code"]) == (410, "idempotency_answer_erased")
    assert await appointments.count_documents({}) == 1
    assert "form-1" not in await office.everything(), "what is left tells nobody's key"
    other = await book(office.world, page, start, {"idempotency-key": "form-2"}, guest=GUEST)
    assert other.status_code == 201
    await cancel(office, other.json()["id"])
    forward(timedelta(hours=24, minutes=1))
    assert (await book(office.world, page, start, key, guest=GUEST)).status_code == 201


async def test_x5_g08_staff_who_send_the_same_again_after_its_guest_was_erased_make_nothing(office: Office) -> None:
    body = {"kind": "none", "start": in_tokyo(9, 11).isoformat(), "end": in_tokyo(9, 12).isoformat(), "guest": GUEST}
    key = {"idempotency-key": "form-1"}
    made = (await office.world.call("POST", "/appointments", body, headers=key)).json()["id"]
    await told(office.world)
    await cancel(office, made)
    await told(office.world)
    await office.confirmed_by_the_broker()
    await office.asked((await erase(office))["id"])
    again = await office.world.call("POST", "/appointments", body, headers=key)
    assert (again.status_code, again.json()["code"]) == (410, "idempotency_answer_erased")
