"""Direct registration (E2, E10): the same look and guard as a confirmation, without a guest's choice."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from shared.contracts.sealed import AppointmentSecrets
from shared.contracts.zoom_issuer import EndOfAccount, ZoomAccountConnected, ZoomAccountEnded
from shared.crypto import KeyRing
from tests.builders import BUS_KEYS, ORGANIZATION
from tests.infrastructure.measured import growth_of_stage
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo, token_of

GUEST = {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}


def a_schedule(**changes: Any) -> dict[str, Any]:
    return {"title": "定例打合せ", **a_slot_at(2, 13), **changes}


async def register(world: World, *, who: str = TARO, key: str | None = None, **changes: Any) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return await world.call("POST", "/appointments", a_schedule(**changes), headers=headers, staff_id=who)


async def registered(world: World, **changes: Any) -> dict[str, Any]:
    answer = await register(world, **changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_schedule_without_a_guest_is_confirmed_at_once(world: World) -> None:
    stage = growth_of_stage("confirmed")
    shown = await registered(world, customer="ABC商事", deal="新基幹", others_may_edit=True)
    assert (shown["status"], shown["kind"], shown["proposal_id"]) == ("confirmed", "web", None)
    assert stage.count == 1
    assert (shown["creator"]["staff_id"], shown["organizer_id"]) == (TARO, TARO)
    assert (shown["customer"], shown["deal"], shown["others_may_edit"]) == ("ABC商事", "新基幹", True)
    assert (shown["guest_url"], shown["changed_by"]["staff_id"]) == ("", TARO)
    effects = {(effect["effect"], effect["of"]) for effect in shown["effects"]}
    assert effects == {("meeting", TARO), ("entry", TARO), ("mail", "staff"), ("reminder", "staff")}
    (event,) = await world.published("booking.appointment_confirmed.v1")
    told = event.data.appointment
    assert (told.proposal_id, told.mails_guest, told.wants_meeting) == (None, False, True)
    assert told.topic == "定例打合せ(ABC商事 / 新基幹)"
    secrets = AppointmentSecrets.unseal(KeyRing.parse(BUS_KEYS), event.data.sealed, subject=shown["id"])
    assert secrets.guest_url == ""


async def test_the_registrant_organizes_without_attending(world: World) -> None:
    shown = await registered(world, attendee_ids=[HANAKO], expires_at=None)
    assert (shown["organizer_id"], [one["staff_id"] for one in shown["attendees"]]) == (TARO, [HANAKO])
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.zoom_user_id == f"zoom-{TARO}"
    entries = {effect["of"] for effect in shown["effects"] if effect["effect"] == "entry"}
    assert entries == {TARO, HANAKO}
    window = Span(in_tokyo(0, 0), in_tokyo(9, 0))
    claims = await world.stores.guards.of_staff("org_sample", [TARO, HANAKO], window)
    assert ([len(claims[one]) for one in (TARO, HANAKO)]) == [0, 1]
    path = f"/appointments/{shown['id']}"
    third = await world.call("PATCH", path, {"attendee_ids": [HANAKO, TARO]})
    back = await world.call("PATCH", path, {"attendee_ids": [HANAKO]})
    assert (third.json()["organizer_id"], back.json()["organizer_id"], back.status_code) == (TARO, TARO, 200)


async def test_its_guest_has_a_page_and_nothing_to_choose(world: World) -> None:
    shown = await registered(world, guest=GUEST, guidance="受付でお名前を")
    assert shown["guest_url"].startswith("https://chosei.example/g/")
    page = (await world.guest("GET", shown)).json()
    assert (page["status"], page["slots"], page["appointment"]["id"]) == ("confirmed", [], shown["id"])
    assert page["appointment"]["guest"]["email"] == "h…@example.jp"
    again = await world.confirm({"slots": [{"id": "slt_1"}], "guest_url": shown["guest_url"]})
    assert (again.status_code, again.json()["code"]) == (409, "already_confirmed")
    asked = await world.guest("POST", shown, "/ask-again", {"message": "別の日に"})
    assert (asked.status_code, (await world.guest("POST", shown, "/seen")).status_code) == (409, 204)
    await world.call("DELETE", f"/appointments/{shown['id']}")
    assert (await world.guest("GET", token_of(shown))).json()["appointment"]["status"] == "canceled"


async def test_a_guest_is_told_only_where_that_is_wanted_and_possible(world: World) -> None:
    told = await registered(world, guest=GUEST)
    mails = {effect["of"] for effect in told["effects"] if effect["effect"] == "mail"}
    assert mails == {"guest", "staff"}
    await registered(world, guest=GUEST, send_mail=False, **a_slot_at(3, 9))
    await registered(world, guest={"name": "田中花子"}, **a_slot_at(4, 9))
    events = await world.published("booking.appointment_confirmed.v1")
    assert [event.data.appointment.mails_guest for event in events] == [True, False, False]
    refused = await register(world, guest={"name": "田中花子"}, send_mail=True, **a_slot_at(5, 9))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/guest/email")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"deal": "新基幹"}, "/customer"),
        ({"end": None}, "/end"),
        ({"start": in_tokyo(-1, 9).isoformat()}, "/start"),
        ({"end": in_tokyo(2, 12).isoformat()}, "/end"),
        ({"end": in_tokyo(4, 12).isoformat()}, "/end"),
        ({"attendee_ids": ["stf_nobody"]}, "/attendee_ids/0"),
        ({"slots": []}, "/slots"),
    ],
)
async def test_bad_input_is_refused_with_a_pointer(world: World, changes: dict[str, Any], pointer: str) -> None:
    answer = await register(world, **changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_an_end_is_required_of_what_is_not_all_day(world: World) -> None:
    body = a_schedule()
    del body["end"]
    answer = await world.call("POST", "/appointments", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/end")


async def test_busy_and_claimed_times_are_refused(world: World) -> None:
    await world.busy(HANAKO, Span(in_tokyo(2, 13), in_tokyo(2, 14)))
    busy = await register(world, attendee_ids=[TARO, HANAKO])
    assert (busy.status_code, busy.json()["code"]) == (422, "slot_busy")
    assert (await register(world, attendee_ids=[TARO, HANAKO], allow_overlap=True)).status_code == 201
    taken = await register(world)
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    assert (await register(world, allow_overlap=True)).status_code == 409
    held = await world.propose(attendee_ids=[HANAKO], organizer_id=HANAKO, slots=[a_slot_at(3, 10)])
    refused = await register(world, attendee_ids=[HANAKO], **a_slot_at(3, 10))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    over = await register(world, attendee_ids=[HANAKO], **a_slot_at(3, 10), allow_overlap=True)
    assert over.status_code == 201
    late = await world.confirm(held)
    assert (late.status_code, late.json()["code"]) == (409, "slot_taken")


async def test_g04_an_old_copy_is_looked_at_again(world: World) -> None:
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=5))
    world.look.busy[TARO] = [BusyEntry("new", Span(in_tokyo(2, 13), in_tokyo(2, 14)))]
    assert (await register(world)).json()["code"] == "slot_busy"
    world.look.down = {TARO}
    await world.busy(TARO, read_at=clock.now() - timedelta(minutes=16))
    assert (await register(world)).json()["code"] == "calendar_unreadable"


async def test_g01_registrations_and_a_confirmation_over_one_zoom_user_make_one_winner(
    world: World, second_world: World
) -> None:
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(2, 13)])
    others = [f"stf_other_{number}" for number in range(8)]
    for other in others:
        await world.staff(other, other, zoom=False)
    answers = await asyncio.gather(
        world.confirm(proposal),
        *(
            register(place, attendee_ids=[other], allow_overlap=True)
            for other in others
            for place in (world, second_world)
        ),
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 16


async def test_g08_the_same_request_makes_one_appointment(world: World, second_world: World) -> None:
    answers = await asyncio.gather(*(register(place, key="k1") for place in (world, second_world) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await register(world, key="k1", title="別")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await register(world, who=HANAKO, key="k1")).status_code == 201
    assert len(await world.published("booking.appointment_confirmed.v1")) == 2


async def test_a_web_meeting_needs_zoom_and_no_calendar(world: World) -> None:
    await world.staff("stf_bare", "高橋", zoom=False, calendar=False)
    await world.staff("stf_zoom", "鈴木", calendar=False)
    without = await register(world, who="stf_bare")
    assert (without.status_code, without.json()["code"]) == (422, "zoom_not_connected")
    assert (await register(world, who="stf_zoom")).status_code == 201
    assert (await register(world, who="stf_bare", kind="phone")).status_code == 201


async def test_a_visit_has_a_reception_code_and_a_link_none(world: World) -> None:
    visit = await registered(world, kind="visit")
    assert len(visit["reception_code"]) == 6
    link = await registered(world, kind="link", place="https://teams.example/x", **a_slot_at(3, 9))
    assert (link["reception_code"], link["meeting"]["status"], link["place"]) == (
        None,
        "none",
        "https://teams.example/x",
    )


async def test_whole_days_are_claimed_in_the_organizations_zone(world: World) -> None:
    start = in_tokyo(3, 15)
    shown = await registered(world, kind="none", all_day=True, start=start.isoformat(), end=start.isoformat())
    assert (shown["start"][10:], shown["all_day"]) == ("T00:00:00+09:00", True)
    assert (await register(world, kind="none", **a_slot_at(3, 23))).json()["code"] == "slot_taken"
    assert (await register(world, kind="none", **a_slot_at(4, 0))).status_code == 201
    zoom = await register(world, all_day=True, **a_slot_at(5, 9))
    assert (zoom.status_code, zoom.json()["code"]) == (422, "all_day_with_zoom")
    today = in_tokyo(0, 0)
    begun = {"start": today.isoformat(), "end": (today + timedelta(days=1)).isoformat()}
    assert (await register(world, kind="none", all_day=True, **begun)).status_code == 201


async def test_only_the_registrant_and_whom_they_let_may_change(world: World) -> None:
    closed = await registered(world, attendee_ids=[TARO, HANAKO])
    opened = await registered(world, others_may_edit=True, **a_slot_at(3, 9))
    private = await registered(world, others_may_edit=True, visibility="private", **a_slot_at(4, 9))

    async def renamed(shown: dict[str, Any], title: str, **who: str) -> int:
        answer = await world.call("PATCH", f"/appointments/{shown['id']}", {"title": title}, **who)
        return answer.status_code

    assert await renamed(closed, "一", staff_id=HANAKO) == 403
    assert await renamed(closed, "二", staff_id="stf_boss", role="admin") == 200
    assert await renamed(closed, "三", staff_id=TARO) == 200
    assert await renamed(opened, "四", staff_id=HANAKO) == 200
    assert await renamed(private, "五", staff_id=HANAKO) == 403
    assert (await world.call("DELETE", f"/appointments/{closed['id']}", staff_id=HANAKO)).status_code == 403
    assert (await world.call("DELETE", f"/appointments/{opened['id']}", staff_id=HANAKO)).status_code == 200


async def test_another_kind_takes_the_zoom_user_and_gives_it_back(world: World) -> None:
    other = await registered(world, attendee_ids=[HANAKO], kind="phone", **a_slot_at(3, 9))
    path = f"/appointments/{other['id']}"
    assert (await register(world, **a_slot_at(3, 9))).status_code == 201
    refused = await world.call("PATCH", path, {"kind": "web"})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    moved = await world.call("PATCH", path, {"kind": "web", **a_slot_at(4, 9)})
    assert (moved.status_code, moved.json()["meeting"]["status"]) == (200, "pending")
    visit = (await world.call("PATCH", path, {"kind": "visit"})).json()
    assert (visit["meeting"]["status"], len(visit["reception_code"])) == ("none", 6)
    gone = [effect for effect in visit["effects"] if effect["effect"] == "meeting"]
    assert [(effect["absent"], effect["of"]) for effect in gone] == [(True, TARO)]
    (event,) = await world.published("booking.appointment_changed.v1")
    assert event.data.meets_otherwise
    mails = [(mail["purpose"], mail["of"]) for mail in visit["effects"] if mail["effect"] == "mail"]
    assert mails.count(("confirmed", "staff")) == 1
    assert (event.data.appointment.wants_meeting, event.data.appointment.zoom_user_id) == (False, None)
    assert (await register(world, attendee_ids=["stf_sato"], kind="web", **a_slot_at(4, 10))).status_code == 201


async def test_details_of_a_schedule_are_changed_and_it_is_told_by_whom(world: World) -> None:
    shown = await registered(world, others_may_edit=True)
    path = f"/appointments/{shown['id']}"
    changed = await world.call("PATCH", path, {"customer": "ABC商事", "deal": "新基幹"}, staff_id=HANAKO)
    assert (changed.status_code, changed.json()["changed_by"]["staff_id"]) == (200, HANAKO)
    (event,) = await world.published("booking.appointment_changed.v1")
    assert event.data.appointment.topic == "定例打合せ(ABC商事 / 新基幹)"
    nobody = await world.call("PATCH", path, {"customer": ""})
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/customer")
    days = await world.call("PATCH", path, {"all_day": True})
    assert (days.status_code, days.json()["code"]) == (422, "all_day_with_zoom")
    whole = (await world.call("PATCH", path, {"all_day": True, "kind": "none"})).json()
    assert (whole["start"][10:], whole["end"][10:]) == ("T00:00:00+09:00", "T00:00:00+09:00")


async def test_c5_a_place_belongs_to_another_tool_than_zoom_when_it_is_changed_too(world: World) -> None:
    for body, status in (({"kind": "web"}, 422), ({"kind": "phone"}, 422), ({"kind": "link"}, 200)):
        shown = await registered(world, allow_overlap=True, **{**a_slot_at(3, 9), **body})
        answer = await world.call("PATCH", f"/appointments/{shown['id']}", {"place": "https://teams.example/y"})
        assert answer.status_code == status, answer.text
        await world.call("DELETE", f"/appointments/{shown['id']}")


async def test_a_canceled_schedule_says_who_canceled_it(world: World) -> None:
    shown = await registered(world, others_may_edit=True)
    ended = await world.call("DELETE", f"/appointments/{shown['id']}", staff_id=HANAKO)
    assert ended.json()["changed_by"]["staff_id"] == HANAKO


async def test_every_occurrence_of_a_recurring_schedule_is_claimed(world: World) -> None:
    shown = await registered(world, rrule="FREQ=DAILY;COUNT=3")
    assert shown["rrule"] == "FREQ=DAILY;COUNT=3"
    (event,) = await world.published("booking.appointment_confirmed.v1")
    assert event.data.appointment.series.rrule == "FREQ=DAILY;COUNT=3"
    taken = await register(world, **a_slot_at(4, 13))
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    await world.busy(HANAKO, Span(in_tokyo(7, 13), in_tokyo(7, 14)))
    busy = await register(world, attendee_ids=[HANAKO], rrule="FREQ=DAILY;COUNT=3", **a_slot_at(6, 13))
    assert (busy.status_code, busy.json()["code"]) == (422, "slot_busy")
    assert busy.json()["errors"][0]["pointer"] == "/occurrences/1/start"
    odd = await register(world, rrule="FREQ=YEARLY;COUNT=3", **a_slot_at(6, 13))
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/rrule")


async def a_type(world: World, location: str, **changes: Any) -> str:
    body = {"name": f"面談 {location}", "location": location, **changes}
    answer = await world.call("POST", "/meeting-types", body, role="admin")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_meeting_type_decides_kind_length_and_place(world: World) -> None:
    teams = await a_type(world, "link", place="https://teams.example/x", duration_minutes=45)
    start = in_tokyo(2, 13)
    body = {"title": "面談", "start": start.isoformat(), "meeting_type_id": teams}
    shown = (await world.call("POST", "/appointments", body)).json()
    assert (shown["kind"], shown["place"], shown["meeting_type"]["id"]) == ("link", "https://teams.example/x", teams)
    assert shown["end"] == (start + timedelta(hours=9, minutes=45)).strftime("%Y-%m-%dT%H:%M:00+09:00")
    zoom = await a_type(world, "zoom")
    changed = (await world.call("PATCH", f"/appointments/{shown['id']}", {"meeting_type_id": zoom})).json()
    assert (changed["kind"], changed["meeting"]["status"], changed["place"]) == ("web", "pending", "")
    none = (await world.call("PATCH", f"/appointments/{shown['id']}", {"kind": "none"})).json()
    assert (none["meeting_type"], none["meeting"]["status"]) == (None, "none")
    odd = await register(world, meeting_type_id=teams, kind="web", **a_slot_at(3, 9))
    assert (odd.status_code, odd.json()["code"]) == (422, "mode_mismatch")
    unknown = await register(world, meeting_type_id="mtp_unknown", **a_slot_at(3, 9))
    assert unknown.status_code == 422


async def test_a_bookables_seats_are_taken_one_by_one(world: World) -> None:
    phone = await a_type(world, "phone")
    made = await world.call("POST", "/bookables", {"name": "窓口", "capacity": 2, "type": "time"}, role="admin")
    chosen = {"meeting_type_id": phone, "bookable_id": made.json()["id"]}
    people = ["stf_1", "stf_2", "stf_3"]
    for person in people:
        await world.staff(person, person)
    answers = [await register(world, attendee_ids=[person], **chosen) for person in people]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    await world.call("PATCH", f"/bookables/{made.json()['id']}", {"name": "改名"}, role="admin")
    shown = (await world.call("GET", f"/appointments/{answers[0].json()['id']}")).json()
    assert shown["bookable"] == {"id": made.json()["id"], "name": "窓口"}, "as it was named then"


async def test_e1_with_an_account_of_the_organization_an_address_is_enough_to_try(world: World) -> None:
    await world.staff("stf_bare", "高橋", zoom=False)
    linked = ZoomAccountConnected(kind="app")
    await world.hears(linked, subject="zac_1", organizationid=ORGANIZATION)
    made = await register(world, who="stf_bare")
    assert (made.status_code, made.json()["meeting"]["status"]) == (201, "pending")
    replaced = ZoomAccountEnded(reason=EndOfAccount.REPLACED, current=False)
    await world.hears(replaced, subject="zac_0", organizationid=ORGANIZATION)
    assert (await register(world, who="stf_bare", **a_slot_at(3, 9))).status_code == 201
    ended = ZoomAccountEnded(reason=EndOfAccount.DISCONNECTED, current=True)
    later = clock.now() + timedelta(seconds=1)
    await world.hears(ended, subject="zac_1", organizationid=ORGANIZATION, time=later)
    assert (await register(world, who="stf_bare", **a_slot_at(4, 9))).json()["code"] == "zoom_not_connected"
