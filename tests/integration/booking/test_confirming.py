"""A guest's choice: one winner, in api.md's order of answers."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from httpx import Response

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from tests.integration.booking.conftest import Forward
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo, token_of
from tests.waiting import eventually


async def test_a_guest_confirms_one_slot_and_consumers_get_all_they_need(world: World) -> None:
    proposal = await world.propose(note="内緒", guidance="地図")
    page = (await world.guest("GET", proposal)).json()
    assert [slot["id"] for slot in page["slots"]] == [slot["id"] for slot in proposal["slots"]]

    answer = await world.confirm(proposal, 1)

    assert answer.status_code == 201, answer.text
    assert answer.json()["start"] == proposal["slots"][1]["start"]
    assert "内緒" not in answer.text
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.zoom_user_id == "zoom-stf_taro"
    assert event.data.slot_id == proposal["slots"][1]["id"]
    assert "内緒" not in event.model_dump_json()


async def test_the_page_shows_afterwards_what_was_chosen(world: World) -> None:
    proposal = await world.propose()
    chosen = (await world.confirm(proposal)).json()
    page = (await world.guest("GET", proposal)).json()
    assert (page["status"], page["slots"], page["appointment"]["id"]) == ("confirmed", [], chosen["id"])


async def test_g01_fifty_guests_at_one_slot_make_one_winner(world: World) -> None:
    proposal = await world.propose()
    answers = await asyncio.gather(*(world.confirm(proposal, name=f"客{number}") for number in range(50)))
    codes = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert codes == {(201, None): 1, (409, "already_confirmed"): 49}
    assert len(await world.published("booking.appointment_confirmed.v1")) == 1


async def test_g01_two_processes_at_different_slots_of_one_proposal_make_one_winner(
    world: World, second_world: World
) -> None:
    proposal = await world.propose()
    calls = [(world, second_world)[number % 2].confirm(proposal, number % 3) for number in range(50)]
    codes = Counter(answer.status_code for answer in await asyncio.gather(*calls))
    assert codes == {201: 1, 409: 49}


async def test_g01_overlapping_slots_of_two_proposals_that_share_an_attendee_make_one_winner(
    world: World, second_world: World
) -> None:
    mine = await world.propose(slots=[a_slot_at(2, 13), a_slot_at(3, 13)])
    other = await world.propose(
        slots=[a_slot_at(2, 13, 30), a_slot_at(5, 13)], allow_overlap=True, attendee_ids=[HANAKO]
    )
    calls = [
        (world, second_world)[number % 2].confirm((mine, other)[number // 2 % 2], name=f"客{number}")
        for number in range(50)
    ]
    answers = await asyncio.gather(*calls)
    codes = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert codes[201, None] == 1
    assert sum(codes.values()) - 1 == codes[409, "slot_taken"] + codes[409, "already_confirmed"]
    window = Span(in_tokyo(1, 0), in_tokyo(7, 0))
    claims = await world.stores.guards.of_staff("org_sample", [HANAKO], window)
    confirmed = [claim for claim in claims[HANAKO] if claim.kind == "confirmed"]
    assert len(confirmed) == 1


async def test_g02_a_slot_whose_time_went_elsewhere_is_refused_with_the_remaining_ones(world: World) -> None:
    first = await world.propose(slots=[a_slot_at(2, 13)])
    second = await world.propose(slots=[a_slot_at(2, 13), a_slot_at(3, 10)], allow_overlap=True)
    assert (await world.confirm(first)).status_code == 201
    assert len((await world.guest("GET", second)).json()["slots"]) == 1

    answer = await world.confirm(second)

    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert [slot["id"] for slot in answer.json()["slots"]] == [second["slots"][1]["id"]]


async def test_g02_slots_that_lost_their_time_leave_the_proposal(world: World) -> None:
    first = await world.propose(slots=[a_slot_at(2, 13)])
    second = await world.propose(slots=[a_slot_at(2, 13, 30), a_slot_at(3, 10)], allow_overlap=True)
    await world.confirm(first)
    (confirmed,) = await world.published("booking.appointment_confirmed.v1")
    for _ in range(2):
        await world.subscribers.on_appointment_confirmed(confirmed)
    (event,) = await world.published("booking.slots_changed.v1")
    assert (event.data.reason, len(event.data.proposal.slots)) == ("taken", 1)
    shown = (await world.call("GET", f"/proposals/{second['id']}")).json()
    assert [slot["status"] for slot in shown["slots"]] == ["taken", "open"]


async def test_answers_come_in_the_order_of_the_api(world: World) -> None:
    assert (await world.guest("POST", "no-such-token", "/confirm", {})).status_code == 404
    withdrawn = await world.propose()
    await world.call("DELETE", f"/proposals/{withdrawn['id']}")
    gone = await world.guest("POST", withdrawn, "/confirm", {"slot_id": 5})
    assert (gone.status_code, gone.json()["code"]) == (410, "withdrawn")

    proposal = await world.propose()
    unknown = await world.guest("POST", proposal, "/confirm", {"slot_id": "slt_x", "name": "田中"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/slot_id")
    await world.confirm(proposal)
    settled = await world.guest("POST", proposal, "/confirm", {"nonsense": True})
    assert (settled.status_code, settled.json()["code"]) == (409, "already_confirmed")


async def test_a_name_is_required_and_an_address_where_none_is_known(world: World) -> None:
    proposal = await world.propose(send_mail=False, guest={"name": "田中"})
    nameless = await world.confirm(proposal, name=" ", email="a@example.jp")
    assert nameless.json()["errors"][0]["pointer"] == "/name"
    silent = await world.confirm(proposal)
    assert silent.json()["errors"][0]["pointer"] == "/email"
    answer = await world.confirm(proposal, email="other@example.jp", locale="en-US", time_zone="Europe/Paris")
    assert (answer.status_code, answer.json()["guest"]["email"]) == (201, "other@example.jp")
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert (event.data.appointment.guest_locale, event.data.appointment.guest_time_zone) == ("en", "Europe/Paris")


async def test_r22_an_address_that_the_guest_did_not_type_stays_masked(world: World) -> None:
    proposal = await world.propose(guest={"name": "田中花子", "email": "hanako@example.jp"})
    answer = await world.confirm(proposal)
    assert (answer.status_code, answer.json()["guest"]["email"]) == (201, "h…@example.jp")
    shown = (await world.guest("GET", proposal)).json()["appointment"]
    assert shown["guest"]["email"] == "h…@example.jp"
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.guest.email == "hanako@example.jp"


async def test_g23_a_title_made_of_the_address_does_not_show_it_to_whoever_has_the_link(world: World) -> None:
    proposal = await world.propose(guest={"email": "hanako@example.jp"})
    shown = await world.guest("GET", proposal)
    assert shown.json()["title"] == "h…@example.jp 様"
    assert "hanako@example.jp" not in shown.text


async def test_staff_see_who_confirmed_where_they_knew_an_address_only(world: World) -> None:
    proposal = await world.propose(guest={"email": "hanako@example.jp"})
    await world.confirm(proposal, name="田中花子", email="other@example.jp")
    seen = (await world.call("GET", f"/proposals/{proposal['id']}")).json()
    assert seen["guest"] == {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}


async def test_an_empty_title_is_made_anew_of_who_confirmed(world: World) -> None:
    proposal = await world.propose()
    assert proposal["title"] == "ABC株式会社:田中花子 様"
    answer = await world.confirm(proposal, name="鈴木一郎", company="")
    assert answer.json()["title"] == "鈴木一郎 様"


async def test_a_slot_that_has_begun_is_neither_offered_nor_confirmed(world: World, forward: Forward) -> None:
    expires = in_tokyo(10, 0).isoformat()
    proposal = await world.propose(expires_at=expires)
    forward(in_tokyo(2, 13, 1) - clock.now())
    for staff_id in (TARO, HANAKO):
        await world.busy(staff_id)
    assert len((await world.guest("GET", proposal)).json()["slots"]) == 2
    answer = await world.confirm(proposal)
    assert (answer.status_code, answer.json()["code"], len(answer.json()["slots"])) == (409, "slot_taken", 2)


async def test_g04_an_old_copy_is_looked_at_again_and_a_new_entry_takes_the_slot(world: World) -> None:
    proposal = await world.propose()
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=5))
    world.look.busy[TARO] = [BusyEntry("new", Span(in_tokyo(2, 13, 30), in_tokyo(2, 14, 30)))]
    answer = await world.confirm(proposal)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert world.look.asked == [((TARO,), Span(in_tokyo(2, 13), in_tokyo(2, 14)))]
    assert (await world.confirm(proposal, 1)).status_code == 201


async def test_g04_a_fresh_copy_asks_nobody(world: World) -> None:
    proposal = await world.propose()
    assert (await world.confirm(proposal)).status_code == 201
    assert world.look.asked == []


async def test_g04_all_who_wait_share_one_look(world: World) -> None:
    proposal = await world.propose()
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=5))
    world.look.held = asyncio.Event()
    confirming = asyncio.gather(*(world.confirm(proposal) for _ in range(20)))
    await eventually(lambda: world.look.asked)
    for _ in range(5):
        await world.guest("GET", proposal)  # a longer way than theirs to the look, and they began before
    world.look.held.set()
    answers = await confirming
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert len(world.look.asked) == 1


async def test_g03_a_stale_copy_and_no_answer_is_unreadable(world: World) -> None:
    proposal = await world.propose()
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=16))
    world.look.down = {TARO}
    assert (await world.guest("GET", proposal)).json()["slots"] == []
    answer = await world.confirm(proposal)
    assert (answer.status_code, answer.json()["code"]) == (503, "calendar_unreadable")
    assert int(answer.headers["retry-after"]) > 0
    world.look.down = set()
    assert (await world.confirm(proposal)).status_code == 201


async def test_g03_a_broken_calendar_is_neither_offered_nor_confirmed(world: World) -> None:
    proposal = await world.propose()
    await world.breaks(HANAKO)
    assert (await world.guest("GET", proposal)).json()["slots"] == []
    assert (await world.confirm(proposal)).status_code == 503


async def test_g03_staff_and_the_guest_are_told_that_a_calendar_cannot_be_read(world: World) -> None:
    proposal = await world.propose()
    path, [first, *_] = f"/proposals/{proposal['id']}", proposal["slots"]
    assert (await world.call("GET", path)).json()["unreadable"] == {}
    assert (await world.guest("GET", proposal)).json()["unreadable"] is False
    await world.breaks(HANAKO)
    await world.busy(TARO, Span(datetime.fromisoformat(first["start"]), datetime.fromisoformat(first["end"])))
    shown = (await world.call("GET", path)).json()
    assert shown["unreadable"] == {slot["id"]: [HANAKO] for slot in shown["slots"] if slot["id"] != first["id"]}
    assert (await world.guest("GET", proposal)).json()["unreadable"] is True
    assert (await world.call("DELETE", path)).status_code == 200
    assert (await world.call("GET", path)).json()["unreadable"] == {}
    assert (await world.guest("GET", proposal)).json()["unreadable"] is False


async def test_g03_a_look_that_finds_the_calendar_broken_outweighs_an_older_copy(world: World) -> None:
    proposal = await world.propose()
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=5))
    world.look.revoked = {TARO}
    answer = await world.confirm(proposal)
    assert (answer.status_code, answer.json()["code"]) == (503, "calendar_unreadable")


async def test_g03_a_host_who_never_connected_has_only_claims(world: World) -> None:
    await world.staff("stf_new", "新人", calendar=False, zoom=False)
    proposal = await world.propose(attendee_ids=[TARO, "stf_new"])
    assert (await world.confirm(proposal)).status_code == 201


async def test_g02_what_was_busy_when_proposing_over_it_does_not_take_the_slot(world: World) -> None:
    known = Span(in_tokyo(2, 13), in_tokyo(2, 13, 30))
    await world.busy(TARO, known)
    world.look.busy[TARO] = [BusyEntry("known", known)]
    proposal = await world.propose(allow_overlap=True)
    assert len((await world.guest("GET", proposal)).json()["slots"]) == 3
    await world.busy(TARO, known, read_at=clock.now() - timedelta(minutes=5))
    assert (await world.confirm(proposal)).status_code == 201


async def test_g02_another_entry_at_a_tolerated_time_does_take_the_slot(world: World) -> None:
    known = Span(in_tokyo(2, 13), in_tokyo(2, 13, 30))
    await world.busy(TARO, known)
    world.look.busy[TARO] = [BusyEntry("known", known)]
    proposal = await world.propose(allow_overlap=True)
    await world.busy(TARO, known, read_at=clock.now() - timedelta(minutes=5))
    world.look.busy[TARO].append(BusyEntry("another", known))
    assert (await world.confirm(proposal)).status_code == 409


async def test_g05_busy_time_that_came_since_is_neither_offered_nor_confirmed(world: World) -> None:
    proposal = await world.propose()
    await world.busy(HANAKO, Span(in_tokyo(3, 9), in_tokyo(3, 10, 5)))
    shown = [slot["id"] for slot in (await world.guest("GET", proposal)).json()["slots"]]
    assert shown == [proposal["slots"][0]["id"], proposal["slots"][2]["id"]]
    assert (await world.confirm(proposal, 1)).status_code == 409


async def test_g07_reading_changes_nothing(world: World) -> None:
    proposal = await world.propose()
    before = await world.stores.bookings.proposals.find_one({"_id": proposal["id"]}, {"outbox": 0})
    for _ in range(3):
        await world.guest("GET", proposal)
    assert await world.stores.bookings.proposals.find_one({"_id": proposal["id"]}, {"outbox": 0}) == before


async def test_g23_no_token_is_stored_anywhere(world: World) -> None:
    proposal = await world.propose()
    await world.confirm(proposal)
    token = token_of(proposal)
    for collection in (world.stores.bookings.proposals, world.stores.bookings.appointments):
        rows = await collection.find({}).to_list(None)
        assert token not in str(rows)


async def test_a_visit_gets_a_reception_code_and_no_meeting(world: World) -> None:
    proposal = await world.propose(kind="visit")
    answer = (await world.confirm(proposal)).json()
    assert answer["meeting"]["status"] == "none"
    assert len(answer["reception_code"]) == 6


async def while_looking(world: World, proposal: dict[str, Any], changed: Callable[[], Awaitable[Any]]) -> Response:
    """Confirm while the proposal changes between what was looked at and the write."""
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=5))
    world.look.held = held = asyncio.Event()
    confirming = asyncio.create_task(world.confirm(proposal))
    await eventually(lambda: world.look.asked)
    world.look.held = None
    await changed()
    held.set()
    return await confirming


async def test_g01_an_attendee_who_was_added_meanwhile_is_looked_at_too(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO])
    path = f"/proposals/{proposal['id']}"

    async def added() -> None:
        await world.call("PATCH", path, {"attendee_ids": [TARO, HANAKO]})
        await world.busy(HANAKO, Span(in_tokyo(2, 13), in_tokyo(2, 14)))

    answer = await while_looking(world, proposal, added)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")


async def test_g09_an_attendee_who_was_added_meanwhile_gets_an_entry(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO])
    path, wanted = f"/proposals/{proposal['id']}", {"attendee_ids": [TARO, HANAKO]}
    answer = await while_looking(world, proposal, lambda: world.call("PATCH", path, wanted))
    assert answer.status_code == 201
    shown = (await world.call("GET", f"/appointments/{answer.json()['id']}")).json()
    assert {one["of"] for one in shown["effects"] if one["effect"] == "entry"} == {TARO, HANAKO}


async def test_g01_an_organizer_who_was_changed_meanwhile_has_their_zoom_user_claimed(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO])
    path, wanted = f"/proposals/{proposal['id']}", {"attendee_ids": [HANAKO]}
    answer = await while_looking(world, proposal, lambda: world.call("PATCH", path, wanted))
    assert answer.status_code == 201
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.zoom_user_id == "zoom-stf_sato"


async def test_a_proposal_that_was_withdrawn_meanwhile_says_so_before_all_else(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO])
    world.look.busy[TARO] = [BusyEntry("new", Span(in_tokyo(2, 13), in_tokyo(2, 14)))]
    answer = await while_looking(world, proposal, lambda: world.call("DELETE", f"/proposals/{proposal['id']}"))
    assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")
