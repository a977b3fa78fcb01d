"""The guest of a page booking in the organizer's entry (H9, G14): a participant who has not answered, or not at all."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.booking import AppointmentChanged, AppointmentConfirmed, AppointmentRescheduled, PageRef
from shared.contracts.gateway import OrganizationChanged
from shared.contracts.notifier import Audience, NotificationSent, Purpose
from shared.contracts.reveal import LinkShown, Reveal
from shared.contracts.sealed import AppointmentSecrets
from shared.contracts.zoom_issuer import MeetingIssued
from tests.builders import BUS_RING, ORGANIZATION, an_appointment, an_event, tomorrow_at
from tests.integration.calendar_sync.conftest import World, a_meeting, attending, patiently

GOOGLE, MICROSOFT = "stf_admin", "stf_taro"
GUEST = "hanako@example.jp"
OWN_LINK = "https://chosei.example.jp/j/TOKEN"
RAW_LINK = "https://zoom.example/j/72962683804"
NOTE = "内部メモ"
UNANSWERED = ("needsAction", "none", "notResponded")
EITHER = pytest.mark.parametrize("staff_id", [GOOGLE, MICROSOFT], ids=["google", "microsoft"])
TOO_LATE = pytest.mark.parametrize("world", [{"guest_wait": timedelta(0)}], indirect=True)


def booked(*staff_ids: str, kind: Any = AppointmentConfirmed, revision: int = 1, **changes: Any) -> Any:
    """A booking on a page; the first one organizes."""
    more = {name: changes.pop(name) for name in ("previous_start_at", "previous_end_at") if name in changes}
    page = {"proposal_id": None, "page": PageRef(page_id="pag_1", title="相談", slug="soudan")}
    people = {"organizer_id": staff_ids[0], "attendees": attending(*staff_ids)}
    appointment = an_appointment(**{"guest_participates": True, **page, **people, **changes}, revision=revision)
    sealed = AppointmentSecrets(note=NOTE, join_url=OWN_LINK).seal(BUS_RING, subject="apt_1")
    data = kind(appointment=appointment, sealed=sealed, **more)
    return an_event(data, subject="apt_1", version=revision)


def attendees(entry: dict[str, Any]) -> dict[str, str]:
    """Answers by address."""
    return {
        one["email"] if "email" in one else one["emailAddress"]["address"]: one.get("responseStatus")
        or one["status"]["response"]
        for one in entry.get("attendees", [])
    }


def description(entry: dict[str, Any]) -> str:
    return str(entry.get("description") or (entry.get("body") or {}).get("content") or "")


def place(entry: dict[str, Any]) -> str:
    location = entry.get("location") or ""
    return str(location if isinstance(location, str) else location.get("displayName", ""))


async def the_entry(world: World, staff_id: str, revision: int = 1) -> dict[str, Any]:
    """As it stands once this revision is told to be written."""

    async def standing() -> dict[str, Any] | None:
        said = world.bus.of("calendar_sync.calendar_entry_written.v1")
        if not any(one["revision"] == revision and one["staff_id"] == staff_id for one in said):
            return None
        return next((one for one in await world.calendar(staff_id)), None)

    return await patiently(standing)


def written(world: World) -> list[tuple[int, str, bool | None]]:
    said = world.bus.of("calendar_sync.calendar_entry_written.v1")
    return [(one["revision"], one["staff_id"], one["with_guest"]) for one in said]


@EITHER
async def test_the_guest_is_a_participant_who_has_not_answered_and_reads_no_note(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(booked(staff_id, wants_meeting=False), times=2)
    entry = await the_entry(world, staff_id)
    assert attendees(entry)[GUEST] in UNANSWERED
    assert NOTE not in description(entry)
    (said,) = {one["ical_uid"] for one in world.bus.of("calendar_sync.calendar_entry_written.v1")}
    assert said == (entry.get("iCalUID") or entry.get("iCalUId"))
    assert (1, staff_id, True) in written(world)


@pytest.mark.parametrize(("staff_id", "vendor", "mailed"), [(GOOGLE, "google", []), (MICROSOFT, "microsoft", [GUEST])])
async def test_only_microsoft_invites_the_guest_itself(
    world: World, staff_id: str, vendor: str, mailed: list[str]
) -> None:
    await world.connect(staff_id)
    await world.bus.publish(booked(staff_id, wants_meeting=False))
    await the_entry(world, staff_id)
    assert [one["to"] for one in (await world.outside.get(f"/inspect/{vendor}/invitations")).json()["items"]] == mailed


async def test_entries_of_others_are_without_the_guest_and_with_the_note(world: World) -> None:
    for staff_id in (GOOGLE, MICROSOFT):
        await world.connect(staff_id)
    await world.bus.publish(booked(GOOGLE, MICROSOFT, wants_meeting=False))
    entry = await the_entry(world, MICROSOFT)
    assert GUEST not in attendees(entry)
    assert NOTE in description(entry)
    assert (1, MICROSOFT, None) in written(world)


async def test_guests_of_proposals_and_schedules_are_no_participants(world: World) -> None:
    await world.connect(GOOGLE)
    await world.bus.publish(booked(GOOGLE, guest_participates=False, page=None, wants_meeting=False))
    entry = await the_entry(world, GOOGLE)
    assert GUEST not in attendees(entry)
    assert NOTE in description(entry)
    assert written(world) == [(1, GOOGLE, None)]


@TOO_LATE
async def test_g14_an_entry_that_is_written_too_late_never_invites_the_guest(world: World) -> None:
    await world.connect(GOOGLE)
    await world.bus.publish(booked(GOOGLE, wants_meeting=False))
    assert GUEST not in attendees(await the_entry(world, GOOGLE))
    await world.bus.publish(booked(GOOGLE, kind=AppointmentChanged, revision=2, title="別の件", wants_meeting=False))
    assert GUEST not in attendees(await the_entry(world, GOOGLE, 2))
    assert written(world) == [(1, GOOGLE, False), (2, GOOGLE, False)]


@pytest.mark.parametrize(
    ("first", "then"), [(GOOGLE, MICROSOFT), (MICROSOFT, GOOGLE)], ids=["to-microsoft", "to-google"]
)
async def test_g14_another_organizer_at_once_invites_the_guest_no_second_time(
    world: World, first: str, then: str
) -> None:
    for staff_id in (first, then):
        await world.connect(staff_id)
    await world.bus.publish(booked(first, wants_meeting=False))
    assert GUEST in attendees(await the_entry(world, first))
    await world.bus.publish(booked(then, kind=AppointmentChanged, revision=2, wants_meeting=False))
    assert GUEST not in attendees(await the_entry(world, then, 2))

    async def left() -> bool:
        return await world.calendar(first) == []

    await patiently(left)
    await world.bus.publish(booked(first, kind=AppointmentChanged, revision=3, wants_meeting=False))
    assert GUEST not in attendees(await the_entry(world, first, 3))
    assert written(world) == [(1, first, True), (2, then, False), (3, first, False)]


@EITHER
async def test_g14_who_was_invited_apart_leaves_the_entry(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(booked(staff_id, wants_meeting=False))
    await the_entry(world, staff_id)
    sent = NotificationSent(
        about="apt_1",
        revision=1,
        purpose=Purpose.CONFIRMED,
        audience=Audience.GUEST,
        message_id="<x@example.jp>",
        with_meeting=False,
        invited_apart=True,
    )
    await world.bus.publish(an_event(sent, subject="apt_1"), times=2)

    async def left() -> bool:
        return (1, staff_id, False) in written(world)

    await patiently(left)
    (entry,) = await world.calendar(staff_id)
    assert GUEST not in attendees(entry)


async def test_c7_a_participant_reads_our_link_where_the_meetings_is_told_by_a_notice(world: World) -> None:
    await world.connect(GOOGLE)
    await world.bus.publish(a_meeting(MeetingIssued))
    await world.bus.publish(booked(GOOGLE, reveal=Reveal(link=LinkShown.IN_NOTICE, notices=(60,))))
    entry = await the_entry(world, GOOGLE)
    assert OWN_LINK in description(entry)
    assert place(entry) == OWN_LINK
    assert RAW_LINK not in str(entry)


@pytest.mark.parametrize(
    ("mail_links", "raw", "own"), [("raw", True, False), ("own", False, True), ("both", True, True)]
)
async def test_x9_a_participant_reads_what_the_organization_tells(
    world: World, mail_links: str, raw: bool, own: bool
) -> None:
    await world.connect(GOOGLE)
    settings = OrganizationChanged(
        name="サンプル",
        product_name="Chosei",
        time_zone="Asia/Tokyo",
        locale="ja",
        reminder_time="07:00",
        allow_zoom_basic=True,
        drift_policy="ask",
        mail_format="html",
        mail_links=mail_links,
    )
    await world.bus.publish(an_event(settings, subject=ORGANIZATION))

    async def heard() -> bool:
        return await world.keeps("organizations", ORGANIZATION, {"mail_links": mail_links})

    await patiently(heard)
    await world.bus.publish(a_meeting(MeetingIssued))
    await world.bus.publish(booked(GOOGLE))
    text = description(await the_entry(world, GOOGLE))
    assert (RAW_LINK in text, OWN_LINK in text) == (raw, own)


@EITHER
async def test_an_answer_outlives_another_detail_and_not_another_time(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(booked(staff_id, wants_meeting=False))
    entry = await the_entry(world, staff_id)
    vendor = "google" if staff_id == GOOGLE else "microsoft"
    answer = {"response": "accepted", "attendee": GUEST}
    (await world.outside.post(f"/inspect/{vendor}/events/{entry['id']}/respond", json=answer)).raise_for_status()
    await world.bus.publish(booked(staff_id, kind=AppointmentChanged, revision=2, title="別の件", wants_meeting=False))
    assert attendees(await the_entry(world, staff_id, 2))[GUEST] == "accepted"
    start_at = tomorrow_at(7)
    moved = {"start_at": start_at, "previous_start_at": tomorrow_at(4), "previous_end_at": tomorrow_at(5)}
    await world.bus.publish(
        booked(staff_id, kind=AppointmentRescheduled, revision=3, title="別の件", wants_meeting=False, **moved)
    )
    assert attendees(await the_entry(world, staff_id, 3))[GUEST] in UNANSWERED


def responses(world: World) -> list[tuple[int, str]]:
    return [(one["revision"], one["response"]) for one in world.bus.of("calendar_sync.guest_responded.v1")]


async def answer(world: World, staff_id: str, entry: dict[str, Any], response: str) -> None:
    vendor = "google" if staff_id == GOOGLE else "microsoft"
    body = {"response": response, "attendee": GUEST}
    (await world.outside.post(f"/inspect/{vendor}/events/{entry['id']}/respond", json=body)).raise_for_status()


@EITHER
async def test_h9_the_guests_answer_is_read_back_once_for_each_time_and_answer(world: World, staff_id: str) -> None:
    await world.connect(staff_id)
    await world.bus.publish(booked(staff_id, wants_meeting=False))
    entry = await the_entry(world, staff_id)
    await answer(world, staff_id, entry, "tentative")
    await patiently(lambda: responses(world) == [(1, "tentative")])
    await answer(world, staff_id, entry, "accepted")
    await patiently(lambda: responses(world) == [(1, "tentative"), (1, "accepted")])
    await world.bus.publish(booked(staff_id, kind=AppointmentChanged, revision=2, title="別の件", wants_meeting=False))
    await the_entry(world, staff_id, 2)
    moved = {"previous_start_at": tomorrow_at(4), "previous_end_at": tomorrow_at(5), "start_at": tomorrow_at(7)}
    await world.bus.publish(
        booked(staff_id, kind=AppointmentRescheduled, revision=3, title="別の件", wants_meeting=False, **moved)
    )
    await patiently(lambda: responses(world)[2:] == [(3, "needs_action")])
    await answer(world, staff_id, entry, "declined")
    await patiently(lambda: responses(world)[3:] == [(3, "declined")])


async def test_a_colleagues_answer_is_not_the_guests(world: World) -> None:
    await world.connect(GOOGLE)
    await world.connect("stf_hana")
    await world.bus.publish(booked(GOOGLE, "stf_hana", wants_meeting=False))
    entry = await the_entry(world, GOOGLE)
    body = {"response": "declined", "attendee": "hana@example.jp"}
    (await world.outside.post(f"/inspect/google/events/{entry['id']}/respond", json=body)).raise_for_status()
    await answer(world, GOOGLE, entry, "accepted")
    await patiently(lambda: responses(world) == [(1, "accepted")])
