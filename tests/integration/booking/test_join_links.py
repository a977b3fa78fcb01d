"""Join links (X9): where they lead at the click, who may follow them, and how they are taken away (G7, G23)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import clock
from shared.contracts.booking import AppointmentChanged
from shared.contracts.sealed import AppointmentSecrets, MeetingSecrets
from shared.contracts.zoom_issuer import MeetingErrorCode, MeetingIssued, MeetingIssueFailed, MeetingUpdated
from tests.builders import BUS_RING
from tests.integration.booking.world import HANAKO, TARO, World, in_tokyo

FIRST = MeetingSecrets(join_url="https://zoom.example/j/1?pwd=x", meeting_id="1", passcode="234792")
SECOND = MeetingSecrets(join_url="https://zoom.example/j/2?pwd=y", meeting_id="2", passcode="111111")


async def an_appointment(world: World, **changes: Any) -> str:
    confirmed = await world.confirm(await world.propose(**changes))
    assert confirmed.status_code == 201, confirmed.text
    return str(confirmed.json()["id"])


async def issue(world: World, appointment_id: str, revision: int = 1, secrets: MeetingSecrets = FIRST) -> None:
    sealed = secrets.seal(BUS_RING, subject=appointment_id)
    data = MeetingIssued(appointment_id=appointment_id, revision=revision, sealed=sealed)
    await world.hears(data, subject=appointment_id)


async def guest_link(world: World, appointment_id: str) -> str:
    """As staff see it, and as the newest event tells it to notifier."""
    shown = str((await world.call("GET", f"/appointments/{appointment_id}")).json()["guest_join_url"])
    newest = [event for event in await world.published() if event.subject == appointment_id][-1]
    assert AppointmentSecrets.unseal(BUS_RING, newest.data.sealed, subject=appointment_id).join_url == shown
    return shown


async def follow(world: World, url: str) -> httpx.Response:
    token = url.rpartition("/")[2]
    return await world.client.get("/internal/guest/join", headers={"x-guest-token": token})


async def test_x9_a_guests_link_leads_to_the_meeting_that_is_valid_at_the_click(world: World) -> None:
    appointment_id = await an_appointment(world)
    url = await guest_link(world, appointment_id)
    assert url.startswith("https://chosei.example/j/")
    assert (await follow(world, url)).json()["status"] == "issuing"
    await issue(world, appointment_id)
    assert (await follow(world, url)).json()["url"] == FIRST.join_url
    sealed = SECOND.seal(BUS_RING, subject=appointment_id)
    data = MeetingUpdated(appointment_id=appointment_id, revision=2, link_changed=True, sealed=sealed)
    await world.hears(data, subject=appointment_id)
    assert (await follow(world, url)).json()["url"] == SECOND.join_url


async def test_x9_where_there_is_no_meeting_the_link_says_why(world: World) -> None:
    appointment_id = await an_appointment(world)
    url = await guest_link(world, appointment_id)
    failed = MeetingIssueFailed(
        appointment_id=appointment_id, revision=1, error=MeetingErrorCode.FAILED, reason="x", retry_at=None
    )
    await world.hears(failed, subject=appointment_id)
    assert (await follow(world, url)).json()["status"] == "failed"
    visit = await guest_link(world, await an_appointment(world, kind="visit", slots=[_slot(5)]))
    assert (await follow(world, visit)).json()["status"] == "none"


async def test_x9_a_cancelled_or_past_appointment_leads_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    appointment_id = await an_appointment(world)
    await issue(world, appointment_id)
    url = await guest_link(world, appointment_id)
    later = clock.now() + timedelta(days=5)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        assert (await follow(world, url)).json()["status"] == "over"
    await world.call("DELETE", f"/appointments/{appointment_id}")
    gone = (await follow(world, url)).json()
    assert (gone["status"], gone["url"]) == ("canceled", None)


async def test_x9_revoking_ends_the_old_link_and_tells_another_to_a_meeting_made_anew(world: World) -> None:
    appointment_id = await an_appointment(world)
    await issue(world, appointment_id)
    old = await guest_link(world, appointment_id)
    answer = await world.call("POST", f"/appointments/{appointment_id}/join-link", {"revoke": True})
    assert answer.status_code == 204
    new = await guest_link(world, appointment_id)
    assert (await follow(world, old)).status_code == 404
    assert (await follow(world, new)).json()["url"] == FIRST.join_url, "valid until another is"
    [changed] = await world.published(AppointmentChanged.routing_key)
    assert changed.data.appointment.link_generation == 2


async def test_g23_unknown_revoked_and_foreign_links_look_alike(world: World) -> None:
    appointment_id = await an_appointment(world)
    old = await guest_link(world, appointment_id)
    await world.call("POST", f"/appointments/{appointment_id}/join-link", {"revoke": True})
    page = (await world.call("GET", f"/appointments/{appointment_id}")).json()["guest_url"]
    answers = [await follow(world, url) for url in (old, page, "https://chosei.example/j/" + "A" * 22, "x/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_g23_no_join_token_is_stored_anywhere(world: World) -> None:
    token = (await guest_link(world, await an_appointment(world))).rpartition("/")[2]
    assert len(token) == 22
    rows = await world.stores.bookings.appointments.find({}).to_list(None)
    assert token not in str(rows)


async def test_g07_following_a_link_changes_nothing(world: World) -> None:
    appointment_id = await an_appointment(world)
    await issue(world, appointment_id)
    url = await guest_link(world, appointment_id)
    before = await world.stores.bookings.appointments.find({}).to_list(None)
    await follow(world, url)
    await world.call("GET", f"/appointments/{appointment_id}/join")
    assert await world.stores.bookings.appointments.find({}).to_list(None) == before


async def test_x9_staff_join_as_long_as_they_take_part(world: World) -> None:
    appointment_id = await an_appointment(world)
    await issue(world, appointment_id)
    path = f"/appointments/{appointment_id}/join"
    assert (await world.call("GET", path, staff_id=HANAKO)).json()["url"] == FIRST.join_url
    await world.call("PATCH", f"/appointments/{appointment_id}", {"attendee_ids": [TARO]})
    assert (await world.call("GET", path, staff_id=HANAKO)).status_code == 403
    assert (await world.call("GET", path, organization="org_other")).status_code == 404


async def test_x9_another_organization_and_those_who_may_not_change_it_revoke_nothing(world: World) -> None:
    appointment_id = await an_appointment(world)
    path, body = f"/appointments/{appointment_id}/join-link", {"revoke": True}
    assert (await world.call("POST", path, body, organization="org_other", role="admin")).status_code == 404
    assert (await world.call("POST", path, body, staff_id=HANAKO)).status_code == 403
    assert (await world.call("POST", path, {"revoke": False})).status_code == 422
    assert (await world.call("POST", path, body, headers={"if-match": '"r7"'})).status_code == 412


@pytest.mark.parametrize(
    ("mail_links", "url", "meeting_id"),
    [("raw", FIRST.join_url, "1"), ("own", "own", None), ("both", FIRST.join_url, "1")],
)
async def test_x9_the_guests_page_tells_what_the_organization_chose(
    world: World, mail_links: str, url: str, meeting_id: str | None
) -> None:
    await world.organization(mail_links=mail_links)
    proposal = await world.propose()
    appointment_id = str((await world.confirm(proposal)).json()["id"])
    await issue(world, appointment_id)
    own = await guest_link(world, appointment_id)
    meeting = (await world.guest("GET", proposal)).json()["appointment"]["meeting"]
    assert meeting["join_url"] == (own if url == "own" else url)
    assert meeting["meeting_id"] == meeting_id
    assert meeting["own_url"] == (None if mail_links == "raw" else own)


def _slot(day: int) -> dict[str, str]:
    start = in_tokyo(day, 11)
    return {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
