"""What happens to a proposal before a choice: lists, edits, withdrawal, expiry, asking for new slots."""

import asyncio
from datetime import timedelta
from typing import Any

from services.booking.model.spans import Span
from shared import clock
from tests.integration.booking.conftest import Forward
from tests.integration.booking.world import HANAKO, TARO, World, a_request, a_slot_at, in_tokyo


async def held_by(world: World, staff_id: str = TARO) -> list[Any]:
    window = Span(in_tokyo(0, 0), in_tokyo(60, 0))
    claims = (await world.stores.guards.of_staff("org_sample", [staff_id], window))[staff_id]
    return sorted(claims, key=lambda claim: claim.span.start_at)


async def test_edited_slots_keep_release_and_take_time(world: World) -> None:
    made = await world.propose()
    kept, new = made["slots"][0], a_slot_at(7, 9)
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"slots": [{"id": kept["id"]}, new]})
    assert answer.status_code == 200, answer.text
    assert [slot["status"] for slot in answer.json()["slots"]] == ["open", "withdrawn", "withdrawn", "open"]
    assert answer.json()["version"] == 2
    assert [claim.span.start_at for claim in await held_by(world)] == [in_tokyo(2, 13), in_tokyo(7, 9)]
    (event,) = await world.published("booking.slots_changed.v1")
    assert (event.data.mail_guest, len(event.data.proposal.slots)) == (False, 2)


async def test_an_unknown_slot_or_new_times_under_an_id_are_refused(world: World) -> None:
    made = await world.propose()
    kept = made["slots"][0]["id"]
    for slots, pointer in (
        ([{"id": "slt_unknown"}], "/slots/0/id"),
        ([{"id": kept, **a_slot_at(8, 9)}], "/slots/0/id"),
        ([{"id": kept}, {"id": kept}], "/slots/1/id"),
        ([{"start": a_slot_at(8, 9)["start"]}], "/slots/0/end"),
        ([{"id": kept}, a_slot_at(2, 13, 30)], "/slots/1/start"),
    ):
        answer = await world.call("PATCH", f"/proposals/{made['id']}", {"slots": slots})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_an_edit_that_changes_nothing_makes_no_version(world: World) -> None:
    made = await world.propose()
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"title": made["title"][:0], "note": ""})
    assert answer.json()["version"] == 1
    assert await world.published("booking.slots_changed.v1") == []


async def test_changed_attendees_change_what_is_held(world: World) -> None:
    made = await world.propose()
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"attendee_ids": [HANAKO], "send_mail": True})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["organizer_id"], len(await held_by(world)), len(await held_by(world, HANAKO))) == (
        HANAKO,
        0,
        3,
    )
    (event,) = await world.published("booking.slots_changed.v1")
    assert event.data.mail_guest


async def test_an_old_version_is_412_and_a_stranger_is_403(world: World) -> None:
    await world.staff("stf_other", "高橋")
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    assert (await world.call("PATCH", path, {"note": "a"}, headers={"if-match": '"r1"'})).status_code == 200
    assert (await world.call("PATCH", path, {"note": "b"}, headers={"if-match": '"r1"'})).status_code == 412
    assert (await world.call("DELETE", path, headers={"if-match": '"r1"'})).status_code == 412
    assert (await world.call("PATCH", path, {"note": "b"}, staff_id="stf_other")).status_code == 403
    assert (await world.call("PATCH", path, {"note": "b"}, staff_id="stf_other", role="admin")).status_code == 200


async def test_withdrawing_frees_the_time_and_a_second_one_does_nothing(world: World) -> None:
    made = await world.propose()
    answers = [await world.call("DELETE", f"/proposals/{made['id']}", {"notify_guest": True}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "withdrawn")] * 2
    (event,) = await world.published("booking.slots_withdrawn.v1")
    assert event.data.notify_guest
    assert await held_by(world) == []
    assert (await world.guest("GET", made)).json()["status"] == "withdrawn"
    closed = await world.call("PATCH", f"/proposals/{made['id']}", {"note": "a"})
    assert (closed.status_code, closed.json()["code"]) == (409, "not_open")


async def test_g08_the_same_time_can_be_proposed_again_after_withdrawing(world: World) -> None:
    made = await world.propose()
    await world.call("DELETE", f"/proposals/{made['id']}")
    again = await world.propose()
    assert (await world.confirm(again)).status_code == 201


async def test_r29_an_expired_proposal_frees_its_time_and_new_slots_reopen_it(world: World, forward: Forward) -> None:
    made = await world.propose(expires_at=in_tokyo(1, 0).isoformat())
    forward(in_tokyo(1, 0, 1) - clock.now())
    early = await world.confirm(made)
    assert (early.status_code, early.json()["code"]) == (410, "expired")
    assert (await world.guest("GET", made)).json()["status"] == "expired"

    assert await world.expiry.run_due() == 1
    assert await world.expiry.run_due() == 0
    assert len(await world.published("booking.proposal_expired.v1")) == 1
    assert await held_by(world) == []

    for staff_id in (TARO, HANAKO):
        await world.busy(staff_id)
    keep = made["slots"][1]["id"]
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"slots": [{"id": keep}, a_slot_at(5, 9)]})
    assert (answer.status_code, answer.json()["status"]) == (200, "open"), answer.text
    assert len(await held_by(world)) == 2
    assert (await world.confirm(answer.json(), 1)).status_code == 201


async def test_a_confirmed_proposal_never_expires(world: World, forward: Forward) -> None:
    made = await world.propose()
    await world.confirm(made)
    forward(timedelta(days=30))
    assert await world.expiry.run_due() == 0


async def test_r24_staff_are_told_once_a_day_that_new_slots_are_wanted(world: World, forward: Forward) -> None:
    made = await world.propose(expires_at=in_tokyo(20, 0).isoformat())
    for words in ("もっと早い日を", "お願いします"):
        assert (await world.guest("POST", made, "/ask-again", {"message": words})).status_code == 202
    assert len(await world.published("booking.new_slots_requested.v1")) == 1
    assert (await world.call("GET", f"/proposals/{made['id']}")).json()["guest_message"] == "お願いします"
    forward(timedelta(days=1, minutes=1))
    await world.guest("POST", made, "/ask-again")
    versions = [event.aggregateversion for event in await world.published("booking.new_slots_requested.v1")]
    assert versions == [2, 4]


async def test_r24_a_wish_for_other_slots_stands_until_new_ones_are_offered(world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    await world.guest("POST", made, "/ask-again", {"message": "もっと早い日を"})
    asked_at = (await world.guest("GET", made)).json()["asked_again_at"]
    assert asked_at == (await world.call("GET", path)).json()["asked_again_at"] is not None
    await world.call("PATCH", path, {"note": "社内"})
    assert (await world.guest("GET", made)).json()["asked_again_at"] == asked_at
    kept = [{"id": slot["id"]} for slot in made["slots"]]
    assert (await world.call("PATCH", path, {"slots": [*kept, a_slot_at(9, 9)]})).status_code == 200
    assert (await world.guest("GET", made)).json()["asked_again_at"] is None
    await world.guest("POST", made, "/ask-again", {"message": "もう一度"})
    assert len(await world.published("booking.new_slots_requested.v1")) == 2


async def test_asking_again_is_refused_where_it_is_over(world: World) -> None:
    made = await world.propose()
    await world.confirm(made)
    assert (await world.guest("POST", made, "/ask-again", {"message": 5})).json()["code"] == "already_confirmed"
    assert (await world.guest("POST", "no-token", "/ask-again")).status_code == 404
    long = await world.guest(
        "POST", await world.propose(slots=[a_slot_at(9, 9)]), "/ask-again", {"message": "a" * 5001}
    )
    assert long.status_code == 422


async def test_lists_are_newest_first_and_go_on_from_a_cursor(world: World) -> None:
    made = [(await world.propose(slots=[a_slot_at(day, 9)], title=f"件名{day}"))["id"] for day in range(1, 6)]
    found: list[str] = []
    cursor = ""
    while True:
        page = (await world.call("GET", f"/proposals?limit=2{cursor}")).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == made[::-1]
    assert len((await world.call("GET", "/proposals?q=件名3")).json()["items"]) == 1
    assert (await world.call("GET", "/proposals?status=confirmed")).json()["items"] == []
    for odd in ("%00", "(", "%FF", ".*"):
        assert (await world.call("GET", f"/proposals?q={odd}")).json()["items"] == []
    for bad in ("cursor=x", "cursor=W10=", "limit=0", "status=odd"):
        assert (await world.call("GET", f"/proposals?{bad}")).status_code == 422


async def test_g23_another_organization_sees_nothing(world: World) -> None:
    await world.staff("stf_foreign", "他社", organization="org_other")
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        answer = await world.call(method, path, {}, staff_id="stf_foreign", organization="org_other", role="admin")
        assert answer.status_code == 404
    assert (await world.call("GET", "/proposals", staff_id="stf_foreign", organization="org_other")).json()[
        "items"
    ] == []
    foreign = await world.call("PATCH", path, {"attendee_ids": [TARO, "stf_foreign"]})
    assert foreign.json()["errors"][0]["pointer"] == "/attendee_ids/1"


async def test_a_private_proposal_is_hidden_from_those_who_take_no_part(world: World) -> None:
    await world.staff("stf_other", "高橋")
    made = await world.propose(visibility="private", title="極秘")
    path = f"/proposals/{made['id']}"
    other = (await world.call("GET", path, staff_id="stf_other")).json()
    assert (other["title"], other["hidden"], other["guest_url"], other["guest"]["name"]) == (
        "非公開の予定",
        True,
        "",
        "",
    )
    assert (await world.call("GET", path, staff_id=HANAKO)).json()["title"] == "極秘"
    assert (await world.call("GET", "/proposals?q=極秘", staff_id="stf_other")).json()["items"] == []


async def test_only_known_services_may_call(world: World) -> None:
    answer = await world.client.get("/internal/proposals", headers={**world.headers(), "authorization": "Bearer no"})
    assert answer.status_code == 401


async def test_withdrawing_and_confirming_at_once_have_one_outcome(world: World, second_world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    calls = [world.call("DELETE", path) for _ in range(5)]
    withdrawn, chosen = await asyncio.gather(asyncio.gather(*calls), second_world.confirm(made))
    status = (await world.call("GET", path)).json()["status"]
    expected = {"withdrawn": ({200}, 410), "confirmed": ({409}, 201)}[status]
    assert ({answer.status_code for answer in withdrawn}, chosen.status_code) == expected


async def test_edits_at_once_without_a_version_all_go_in(world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    answers = await asyncio.gather(*(world.call("PATCH", path, {"note": f"{number}"}) for number in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert (await world.call("GET", path)).json()["version"] == 5


async def test_slots_are_taken_back_as_they_were_received(world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    first = await world.call("PATCH", path, {"slots": [*made["slots"][1:], a_slot_at(7, 9)]})
    assert first.status_code == 200, first.text
    again = await world.call("PATCH", path, {"slots": [*first.json()["slots"], a_slot_at(8, 9)]})
    assert [slot["status"] for slot in again.json()["slots"]] == ["withdrawn", "open", "open", "open", "open"]


async def test_the_last_open_slot_is_not_edited_away(world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    edited = (await world.call("PATCH", path, {"slots": [{"id": made["slots"][0]["id"]}]})).json()
    over = [slot for slot in edited["slots"] if slot["status"] != "open"]
    answer = await world.call("PATCH", path, {"slots": over})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/slots")


async def test_edits_at_once_without_a_version_all_succeed(world: World, second_world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    edits = [(world, second_world)[n % 2].call("PATCH", path, {"note": f"{n}"}) for n in range(16)]
    assert {answer.status_code for answer in await asyncio.gather(*edits)} == {200}
    assert (await world.call("GET", path)).json()["version"] == 17


async def test_g02_a_new_attendee_who_is_busy_in_a_kept_slot_is_refused(world: World) -> None:
    made = await world.propose(attendee_ids=[TARO])
    await world.busy(HANAKO, Span(in_tokyo(2, 13), in_tokyo(2, 14)))
    path, wanted = f"/proposals/{made['id']}", {"attendee_ids": [TARO, HANAKO]}
    answer = await world.call("PATCH", path, wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "slot_busy")
    assert answer.json()["errors"][0]["pointer"] == "/attendee_ids"


async def test_g02_what_was_busy_when_an_attendee_was_added_over_it_is_tolerated(world: World) -> None:
    made = await world.propose(attendee_ids=[TARO])
    await world.busy(HANAKO, Span(in_tokyo(2, 13), in_tokyo(2, 14)))
    path, wanted = f"/proposals/{made['id']}", {"attendee_ids": [TARO, HANAKO], "allow_overlap": True}
    assert (await world.call("PATCH", path, wanted)).status_code == 200
    assert len((await world.guest("GET", made)).json()["slots"]) == 3
    assert (await world.confirm(made)).status_code == 201


async def test_g01_a_new_attendee_whose_time_is_taken_is_named(world: World) -> None:
    made = await world.propose(attendee_ids=[TARO])
    await world.confirm(await world.propose(attendee_ids=[HANAKO], slots=[a_slot_at(2, 13)]))
    answer = await world.call("PATCH", f"/proposals/{made['id']}", {"attendee_ids": [TARO, HANAKO]})
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert answer.json()["errors"][0]["pointer"] == "/attendee_ids"


async def test_r24_what_a_guest_asks_is_not_lost_to_an_edit_at_the_same_time(world: World) -> None:
    made = await world.propose()
    path = f"/proposals/{made['id']}"
    await world.guest("POST", made, "/ask-again", {"message": "もっと早い日を"})
    asks = [world.guest("POST", made, "/ask-again", {"message": "午前"})]
    edits = [world.call("PATCH", path, {"note": f"{number}"}) for number in range(6)]
    await asyncio.gather(*edits, *asks)
    shown = (await world.call("GET", path)).json()
    assert (shown["guest_message"], shown["version"]) == ("午前", 9)


async def test_g08_a_key_is_kept_for_a_day(world: World, forward: Forward) -> None:
    body, key = a_request(expires_at=in_tokyo(20, 0).isoformat()), {"idempotency-key": "k1"}
    body["slots"] = [a_slot_at(5, 13)]
    first = (await world.call("POST", "/proposals", body, headers=key)).json()["id"]
    forward(timedelta(hours=23))
    assert (await world.call("POST", "/proposals", body, headers=key)).json()["id"] == first
    forward(timedelta(hours=2))
    later = {**body, "slots": [a_slot_at(6, 13)]}
    answer = await world.call("POST", "/proposals", later, headers=key)
    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] != first
    assert (await world.call("POST", "/proposals", later, headers=key)).json()["id"] == answer.json()["id"]
