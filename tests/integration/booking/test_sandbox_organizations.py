"""A sandbox organization books with its own staff only, whichever way (H14)."""

from typing import Any

import httpx
import pytest

from tests.builders import ORGANIZATION
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.world import HANAKO, World, in_tokyo

INSIDER = f"{HANAKO}@example.jp"
OUTSIDER = "hanako@guest.example"


def a_schedule(email: str) -> dict[str, Any]:
    guest = {"name": "田中花子", "company": "ABC株式会社", "email": email}
    times = {"start": in_tokyo(4, 10).isoformat(), "end": in_tokyo(4, 11).isoformat()}
    return {"kind": "visit", "title": "打合せ", "guest": guest, **times}


def said(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["code"], body["errors"][0]["pointer"]


async def test_h14_a_page_takes_staff_and_refuses_others_in_their_language(world: World) -> None:
    page = await a_page(world)
    await world.organization(sandbox=True)
    start = in_tokyo(3, 10).isoformat()
    refused = await book(world, page, start, {"accept-language": "en"})
    assert said(refused) == (422, "sandbox_organization", "/guest/email")
    assert refused.json()["errors"][0]["detail"].startswith("This is a sandbox organization")
    guest = {"name": "佐藤花子", "email": INSIDER.upper()}
    assert (await book(world, page, start, guest=guest)).status_code == 201


@pytest.mark.parametrize("path", ["/proposals", "/appointments"])
async def test_h14_staff_cannot_name_a_guest_from_outside(world: World, path: str) -> None:
    await world.organization(sandbox=True)
    body = a_schedule(OUTSIDER)
    if path == "/proposals":
        body = {"kind": "visit", "guest": body["guest"], "slots": [{"start": body["start"], "end": body["end"]}]}
    assert said(await world.call("POST", path, body)) == (422, "sandbox_organization", "/guest/email")
    body["guest"]["email"] = INSIDER
    assert (await world.call("POST", path, body)).status_code == 201


async def test_h14_a_proposal_from_before_cannot_be_confirmed_from_outside(world: World) -> None:
    made = await world.propose()
    await world.organization(sandbox=True)
    assert said(await world.confirm(made, email=OUTSIDER)) == (422, "sandbox_organization", "/email")
    assert said(await world.confirm(made)) == (422, "sandbox_organization", "/email")
    assert (await world.confirm(made, email=INSIDER)).status_code == 201


async def test_h14_an_appointment_from_before_can_be_moved_but_not_given_to_another_outsider(world: World) -> None:
    made = (await world.call("POST", "/appointments", a_schedule(OUTSIDER))).json()
    await world.organization(sandbox=True)
    path = f"/appointments/{made['id']}"
    other = await world.call("PATCH", path, {"guest": {"email": "other@guest.example"}})
    assert said(other) == (422, "sandbox_organization", "/guest/email")
    moved = {"start": in_tokyo(4, 14).isoformat(), "end": in_tokyo(4, 15).isoformat()}
    assert (await world.call("PATCH", path, moved)).status_code == 200


async def test_h14_the_newest_word_of_the_setting_holds_in_any_order(world: World) -> None:
    page = await a_page(world)
    await world.organization(sandbox=True)
    newest = world.versions[ORGANIZATION]
    for version in (newest - 1, newest, newest):
        await world.organization(sandbox=version == newest, version=version)
    assert (await book(world, page, in_tokyo(3, 10).isoformat())).status_code == 422
    await world.organization(sandbox=False)
    assert (await book(world, page, in_tokyo(3, 10).isoformat())).status_code == 201
