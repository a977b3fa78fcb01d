"""What became of each effect, in whatever order the other services report it (G9)."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.booking.rotate import SECRETS as SECRETS_AT_REST
from services.booking.views.meeting import secret_place
from shared import clock
from shared.contracts.calendar_sync import (
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    Hold,
    HoldsPlaced,
    HoldsReleased,
    Provider,
)
from shared.contracts.envelope import EventData
from shared.contracts.notifier import Audience, NotificationFailed, NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReminderScheduled
from shared.contracts.sealed import MeetingSecrets
from shared.contracts.zoom_issuer import (
    MeetingErrorCode,
    MeetingIssued,
    MeetingIssueFailed,
    MeetingRevoked,
    MeetingUpdated,
)
from shared.crypto import KeyRing
from shared.rotation import rewrap_all
from tests.builders import BUS_RING, DATA_KEYS
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

SECRETS = MeetingSecrets(join_url="https://zoom.example/j/1?pwd=x", meeting_id="1", passcode="234792")


async def effects_of(world: World, path: str) -> dict[tuple[str, str], str]:
    shown = (await world.call("GET", path)).json()
    return {(effect["effect"], effect["of"]): effect["status"] for effect in shown["effects"]}


async def hear(world: World, *events: EventData, about: str, version: int = 1) -> None:
    """In the order in which they were said."""
    for event, at in said(*events):
        await world.hears(event, subject=about, version=version, time=at)


def said(*events: EventData) -> list[tuple[EventData, datetime]]:
    now = clock.now()
    return [(event, now + timedelta(milliseconds=number)) for number, event in enumerate(events)]


def reports(appointment_id: str, proposal: dict[str, Any]) -> list[EventData]:
    holds = [Hold(staff_id=staff, slot_id=slot["id"]) for staff in (TARO, HANAKO) for slot in proposal["slots"]]
    sealed = SECRETS.seal(BUS_RING, subject=appointment_id)
    failed = MeetingIssueFailed(
        appointment_id=appointment_id,
        revision=1,
        error=MeetingErrorCode.RATE_LIMITED,
        reason="budget",
        retry_at=clock.now() + timedelta(hours=1),
    )
    mails = [
        NotificationSent(
            about=appointment_id,
            revision=1,
            purpose=purpose,
            audience=audience,
            message_id="m",
            with_meeting=True,
        )
        for purpose in (Purpose.CONFIRMED, Purpose.REMINDER)
        for audience in (Audience.GUEST, Audience.STAFF)
    ]
    return [
        HoldsPlaced(proposal_id=proposal["id"], revision=1, holds=holds),
        HoldsReleased(proposal_id=proposal["id"], revision=1, holds=holds),
        failed,
        MeetingIssued(appointment_id=appointment_id, revision=1, sealed=sealed),
        CalendarEntryWritten(
            appointment_id=appointment_id,
            revision=1,
            staff_id=TARO,
            provider=Provider.GOOGLE,
            covers=[TARO, HANAKO],
            with_meeting=True,
        ),
        ReminderScheduled(appointment_id=appointment_id, revision=1, due_at=in_tokyo(2, 7)),
        *mails,
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_g09_reports_in_any_order_and_twice_end_in_the_same_picture(world: World, seed: int) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    events = said(*reports(appointment_id, proposal)) * 2
    random.Random(seed).shuffle(events)
    for event, at in events:
        await world.hears(event, subject=appointment_id, version=1, time=at)
    statuses = await effects_of(world, f"/appointments/{appointment_id}")
    assert set(statuses.values()) == {"done"}
    shown = (await world.call("GET", f"/appointments/{appointment_id}")).json()
    assert (shown["meeting"]["status"], shown["meeting"]["join_url"]) == ("issued", SECRETS.join_url)
    assert (shown["meeting"]["error"], shown["calendar"]["status"]) == (None, "written")


async def test_g09_a_mail_that_waits_says_until_when_and_why_and_ends_as_sent(world: World) -> None:
    appointment_id = (await world.confirm(await world.propose())).json()["id"]
    first, second = (clock.now().replace(microsecond=0) + timedelta(minutes=minutes) for minutes in (1, 9))

    def put_off(until: datetime) -> NotificationFailed:
        return NotificationFailed(
            about=appointment_id,
            revision=1,
            purpose=Purpose.CONFIRMED,
            audience=Audience.GUEST,
            reason="smtp_451",
            suppressed=False,
            retry_at=until,
        )

    events = said(put_off(first), put_off(second), a_mail(appointment_id))
    for event, at in (events[1], events[0]):
        await world.hears(event, subject=appointment_id, version=1, time=at)
    shown = (await world.call("GET", f"/appointments/{appointment_id}")).json()["effects"]
    (mail,) = [effect for effect in shown if (effect["effect"], effect["of"]) == ("mail", "guest")]
    assert (mail["status"], mail["reason"]) == ("waiting", "smtp_451")
    assert datetime.fromisoformat(mail["until"]) == second
    for event, at in (events[2], events[0]):
        await world.hears(event, subject=appointment_id, version=1, time=at)
    assert (await effects_of(world, f"/appointments/{appointment_id}"))["mail", "guest"] == "done"


def a_mail(appointment_id: str) -> NotificationSent:
    return NotificationSent(
        about=appointment_id,
        revision=1,
        purpose=Purpose.CONFIRMED,
        audience=Audience.GUEST,
        message_id="m",
        with_meeting=True,
    )


async def test_mails_about_others_than_appointments_and_proposals_are_none_of_bookings(world: World) -> None:
    about = "zoom-user/2026-11-27"
    of_a_budget = a_mail(about).model_copy(update={"purpose": Purpose.BUDGET_GONE, "revision": 1_479_894})
    await world.hears(of_a_budget, subject=about, version=1)
    refused = {"reason": "smtp_550", "suppressed": False}
    failed = NotificationFailed.model_validate(of_a_budget.model_dump(exclude={"message_id", "with_meeting"}) | refused)
    await world.hears(failed, subject=about, version=1)


async def test_g26_the_link_is_not_in_clear_in_the_database(world: World) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    await hear(world, *reports(appointment_id, proposal), about=appointment_id)
    row = await world.stores.bookings.appointments.find_one({"_id": appointment_id}, {"outbox": 0})
    assert SECRETS.join_url not in str(row)
    assert SECRETS.passcode not in str(row)


async def test_g26_secrets_are_rewrapped_with_the_newest_key(world: World) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    await hear(world, *reports(appointment_id, proposal), about=appointment_id)
    database = world.stores.bookings.appointments.database
    ring = KeyRing.parse("d2:" + "RUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUU=" + "," + DATA_KEYS)
    assert [await rewrap_all(database, ring, SECRETS_AT_REST) for _ in range(2)] == [1, 0]
    row = await world.stores.bookings.appointments.find_one({"_id": appointment_id})
    assert row is not None
    assert SECRETS.passcode in ring.decrypt(row["meeting"]["secret"], place=secret_place(appointment_id)).decode()


async def test_a_failed_meeting_shows_the_error_word_for_word(world: World) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    failed = MeetingIssueFailed(
        appointment_id=appointment_id, revision=1, error=MeetingErrorCode.NO_CREDENTIALS, reason="x", retry_at=None
    )
    await hear(world, failed, about=appointment_id)
    shown = (await world.call("GET", f"/appointments/{appointment_id}")).json()
    assert shown["meeting"]["status"] == "failed"
    assert shown["meeting"]["error"] == {
        "code": "zoom_no_credentials",
        "message": "Zoom Meeting Error: Zoom 認証情報がありません",
    }


async def test_holds_of_an_open_proposal_are_shown_by_attendee(world: World) -> None:
    proposal = await world.propose()
    first = [Hold(staff_id=TARO, slot_id=slot["id"]) for slot in proposal["slots"]]
    refused = CalendarWriteFailed(
        proposal_id=proposal["id"],
        appointment_id=None,
        revision=1,
        staff_id=HANAKO,
        slot_id=proposal["slots"][0]["id"],
        reason="quota",
        retry_at=clock.now() + timedelta(minutes=1),
    )
    await hear(world, HoldsPlaced(proposal_id=proposal["id"], revision=1, holds=first), refused, about=proposal["id"])
    statuses = await effects_of(world, f"/proposals/{proposal['id']}")
    assert (statuses["hold", TARO], statuses["hold", HANAKO]) == ("done", "waiting")


async def test_holds_that_were_never_written_need_no_release(world: World) -> None:
    proposal = await world.propose()
    await world.call("DELETE", f"/proposals/{proposal['id']}")
    statuses = await effects_of(world, f"/proposals/{proposal['id']}")
    assert statuses["hold_release", TARO] == "suppressed"


async def test_g12_a_move_waits_for_everything_to_follow(world: World) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    await hear(world, *reports(appointment_id, proposal), about=appointment_id)
    path = f"/appointments/{appointment_id}"
    await world.call("PATCH", path, {"start": in_tokyo(6, 9).isoformat()})
    statuses = await effects_of(world, path)
    assert (statuses["meeting", TARO], statuses["entry", HANAKO], statuses["mail", "guest"]) == ("pending",) * 3
    assert (await world.call("GET", path)).json()["meeting"]["join_url"] == SECRETS.join_url
    sealed = SECRETS.seal(BUS_RING, subject=appointment_id)
    updated = MeetingUpdated(appointment_id=appointment_id, revision=2, link_changed=False, sealed=sealed)
    suppressed = NotificationFailed(
        about=appointment_id,
        revision=2,
        purpose=Purpose.RESCHEDULED,
        audience=Audience.GUEST,
        reason="superseded",
        suppressed=True,
    )
    await hear(world, updated, suppressed, about=appointment_id)
    statuses = await effects_of(world, path)
    assert (statuses["meeting", TARO], statuses["mail", "guest"]) == ("done", "suppressed")


async def test_a_cancellation_is_done_when_everything_is_gone(world: World) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    await hear(world, *reports(appointment_id, proposal), about=appointment_id)
    path = f"/appointments/{appointment_id}"
    await world.call("DELETE", path)
    assert (await effects_of(world, path))["entry", HANAKO] == "pending"
    gone = [
        MeetingRevoked(appointment_id=appointment_id, revision=2),
        CalendarEntryRemoved(appointment_id=appointment_id, revision=2, staff_id=TARO),
    ]
    await hear(world, *gone, about=appointment_id, version=2)
    statuses = await effects_of(world, path)
    assert (statuses["meeting", TARO], statuses["entry", TARO], statuses["entry", HANAKO]) == ("done",) * 3
    shown = (await world.call("GET", path)).json()
    assert (shown["meeting"]["status"], shown["calendar"]["status"]) == ("none", "none")


async def test_reports_about_strangers_change_nothing(world: World) -> None:
    await hear(world, MeetingRevoked(appointment_id="apt_unknown", revision=1), about="apt_unknown")
    assert await world.stores.bookings.appointments.count_documents({}) == 0


def a_hold_of(proposal: dict[str, Any], staff_id: str = TARO, slot: int = 0) -> Hold:
    return Hold(staff_id=staff_id, slot_id=proposal["slots"][slot]["id"])


def a_failed_hold(proposal: dict[str, Any], reason: str) -> CalendarWriteFailed:
    return CalendarWriteFailed(
        proposal_id=proposal["id"],
        appointment_id=None,
        revision=1,
        staff_id=TARO,
        slot_id=proposal["slots"][0]["id"],
        reason=reason,
        retry_at=clock.now() + timedelta(hours=1),
    )


async def test_g09_a_hold_that_came_back_within_one_revision_is_there(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(2, 13)])
    held = [a_hold_of(proposal)]
    placed, released = (
        HoldsPlaced(proposal_id=proposal["id"], revision=1, holds=held),
        HoldsReleased(proposal_id=proposal["id"], revision=1, holds=held),
    )
    await hear(world, placed, released, placed, about=proposal["id"])
    assert (await effects_of(world, f"/proposals/{proposal['id']}"))["hold", TARO] == "done"


async def test_g09_a_hold_that_cannot_be_removed_after_the_confirmation_is_shown(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO], slots=[a_slot_at(2, 13)])
    placed = HoldsPlaced(proposal_id=proposal["id"], revision=1, holds=[a_hold_of(proposal)])
    await hear(world, placed, about=proposal["id"])
    appointment_id = (await world.confirm(proposal)).json()["id"]
    paths = (f"/proposals/{proposal['id']}", f"/appointments/{appointment_id}")
    for path in paths:
        assert (await effects_of(world, path))["hold_release", TARO] == "pending"

    await hear(world, placed, a_failed_hold(proposal, "connection_broken"), about=proposal["id"])
    for path in paths:
        assert (await effects_of(world, path))["hold_release", TARO] == "waiting"


async def test_g09_an_attendee_who_left_shows_until_hold_and_entry_are_gone(world: World) -> None:
    proposal = await world.propose(slots=[a_slot_at(2, 13), a_slot_at(3, 13)])
    path = f"/proposals/{proposal['id']}"
    placed = HoldsPlaced(proposal_id=proposal["id"], revision=1, holds=[a_hold_of(proposal, HANAKO)])
    await hear(world, placed, about=proposal["id"])
    await world.call("PATCH", path, {"attendee_ids": [TARO]})
    assert (await effects_of(world, path))["hold_release", HANAKO] == "pending"
    released = HoldsReleased(
        proposal_id=proposal["id"], revision=2, holds=[a_hold_of(proposal, HANAKO, slot) for slot in (0, 1)]
    )
    await hear(world, released, about=proposal["id"])
    assert (await effects_of(world, path))["hold_release", HANAKO] == "done"


async def test_g09_an_entry_that_no_longer_covers_an_attendee_is_gone_for_them(world: World) -> None:
    proposal = await world.propose()
    appointment_id = (await world.confirm(proposal)).json()["id"]
    await hear(world, *reports(appointment_id, proposal), about=appointment_id)
    path = f"/appointments/{appointment_id}"
    await world.call("PATCH", path, {"attendee_ids": [TARO]})
    assert (await effects_of(world, path))["entry", HANAKO] == "pending"
    rewritten = CalendarEntryWritten(
        appointment_id=appointment_id,
        revision=2,
        staff_id=TARO,
        provider=Provider.GOOGLE,
        covers=[TARO],
        with_meeting=True,
    )
    await hear(world, rewritten, about=appointment_id, version=2)
    statuses = await effects_of(world, path)
    assert (statuses["entry", TARO], statuses["entry", HANAKO]) == ("done", "done")
