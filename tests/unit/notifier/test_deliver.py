"""Who is mailed, and how a mail ends that nobody can get."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from unittest import mock

import pytest

from services.notifier.model.people import StaffMember
from shared import clock
from shared.contracts.booking import Attendee
from shared.contracts.calendar_sync import CalendarDisconnected, Provider
from shared.contracts.notifier import NotificationFailed, NotificationSent
from shared.contracts.sealed import MeetingSecrets
from shared.contracts.zoom_issuer import EndOfConnection
from tests.unit.notifier.builders import (
    ADMIN,
    APPOINTMENT_ID,
    NOON,
    ORGANIZATION_ID,
    TARO,
    an_appointment,
    an_event,
    an_organization,
    changed,
    confirmed,
    meeting_updated,
)
from tests.unit.notifier.desk import SECOND, Answer, Desk
from tests.waiting import eventually

BROKEN = an_event(
    CalendarDisconnected(staff_id=TARO.staff_id, provider=Provider.GOOGLE, reason=EndOfConnection.BROKEN),
    subject=TARO.staff_id,
    at=NOON,
)

ABOUT_TARO = pytest.mark.parametrize("desk", [TARO.staff_id], indirect=True)


def a_member(attendee: Attendee = TARO, *, disabled: bool = False) -> StaffMember:
    return StaffMember(
        staff_id=attendee.staff_id,
        organization_id=ORGANIZATION_ID,
        version=2,
        person=attendee.person,
        disabled=disabled,
    )


@pytest.fixture(params=[APPOINTMENT_ID])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = Desk(request.param, NOON)
    with mock.patch.object(clock, "now", side_effect=lambda: made.now):
        yield made


def failures(desk: Desk) -> list[tuple[str, str, bool]]:
    said = [event.data for event in desk.said if isinstance(event.data, NotificationFailed)]
    return [(failed.audience, failed.reason, failed.suppressed) for failed in said if failed.retry_at is None]


def waits(desk: Desk) -> list[tuple[str, str, datetime]]:
    said = [event.data for event in desk.said if isinstance(event.data, NotificationFailed)]
    return [(failed.audience, failed.reason, failed.retry_at) for failed in said if failed.retry_at is not None]


async def test_g09_a_mail_to_staff_who_were_all_disabled_is_suppressed_and_not_looked_at_again(desk: Desk) -> None:
    desk.staff = {attendee.staff_id: a_member(attendee, disabled=True) for attendee in (TARO, ADMIN)}
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.work()
    assert failures(desk) == [("staff", "disabled", True)]
    assert desk.due_at is None


@ABOUT_TARO
async def test_g09_a_broken_connection_of_a_disabled_person_is_told_to_nobody(desk: Desk) -> None:
    desk.staff = {TARO.staff_id: a_member(disabled=True)}
    await desk.hear(BROKEN)
    await desk.work()
    assert failures(desk) == [("staff", "disabled", True)]
    assert desk.due_at is None


@ABOUT_TARO
async def test_people_not_heard_of_yet_are_waited_for(desk: Desk) -> None:
    await desk.hear(BROKEN)
    await desk.work()
    assert desk.due_at == NOON + SECOND
    desk.staff, desk.now = {TARO.staff_id: a_member()}, NOON + SECOND
    await desk.work()
    assert len(desk.letters) == 1


@ABOUT_TARO
async def test_g09_people_never_heard_of_are_not_waited_for_without_end(desk: Desk) -> None:
    await desk.hear(BROKEN)
    await desk.rest()
    assert failures(desk) == [("staff", "unheard_of", False)]


async def test_an_organization_not_heard_of_yet_is_waited_for(desk: Desk) -> None:
    desk.organizations.clear()
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.work()
    assert (desk.letters, desk.due_at) == ({}, NOON + SECOND)
    desk.organizations.append(an_organization())
    await desk.rest()
    assert len(desk.letters) == 2


async def test_what_was_certainly_not_taken_is_written_anew_from_the_newest_state(desk: Desk) -> None:
    desk.answers = [Answer.LATER, Answer.LATER]
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.work()
    await desk.hear(changed(an_appointment(revision=2, title="新しい件名")))
    await desk.hear(meeting_updated(revision=2, link="https://zoom.example/j/2"))
    await desk.rest()
    assert len(desk.letters) == 2
    assert all("新しい件名" in letter.text for letter in desk.letters.values())
    assert all("https://zoom.example/j/2" in letter.text for letter in desk.letters.values())


async def test_g10_what_may_have_arrived_is_repeated_to_the_byte(desk: Desk) -> None:
    desk.answers = [Answer.LOST, Answer.VANISHED]
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.work()
    await desk.hear(changed(an_appointment(revision=2, wants_meeting=False, title="新しい件名")))
    desk.answers, desk.now = [Answer.LATER, Answer.LATER], desk.now + SECOND
    await desk.work()
    await desk.rest()
    assert [delivery.tries for delivery in desk.matter.deliveries.values()] == [2, 2]
    assert not any("新しい件名" in letter.text for letter in desk.letters.values())


async def test_g09_a_mail_that_is_put_off_says_why_and_until_when_at_first_and_then_rarely(desk: Desk) -> None:
    desk.staff = {TARO.staff_id: a_member(disabled=True), ADMIN.staff_id: a_member(ADMIN, disabled=True)}
    desk.answers = [Answer.LATER] * 7
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.work()
    assert waits(desk) == [("guest", "smtp_451", NOON + SECOND)]
    while desk.answers:
        assert desk.due_at is not None
        desk.now = desk.due_at
        await desk.work()
    assert [reason for _, reason, _ in waits(desk)] == ["smtp_451"] * 2, "the first and the fifth"
    await desk.rest()
    assert len(waits(desk)) == 2
    assert desk.said[-1].data.audience == "guest"


async def test_g09_a_mail_that_was_taken_is_said_to_be_although_the_other_sides_hangs(desk: Desk) -> None:
    desk.hangs = "hanako@example.com"
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    working = asyncio.create_task(desk.work())
    (sent,) = await eventually(lambda: [event.data for event in desk.said])
    assert isinstance(sent, NotificationSent)
    assert sent.audience == "staff"
    assert not working.done()
    desk.released.set()
    await working
    assert [event.data.audience for event in desk.said] == ["staff", "guest"]


@pytest.mark.parametrize(
    ("url", "links", "language", "heading"),
    [
        ("https://teams.example/l/1", "raw", "ja", "【Web会議情報】"),
        ("https://teams.example/l/1", "own", "en", "Web meeting"),
        ("https://us02web.zoom.us/j/1", "raw", "ja", "【Zoom連携情報】"),
    ],
)
async def test_c4_a_link_by_hand_to_another_tool_does_not_stand_under_zooms_name(
    desk: Desk, url: str, links: str, language: str, heading: str
) -> None:
    desk.organizations[:] = [an_organization(locale=language, mail_links=links)]
    by_hand = MeetingSecrets(join_url=url, meeting_id="", passcode="")
    await desk.hear(confirmed(an_appointment(wants_meeting=False, guest_locale=language), by_hand=by_hand))
    await desk.rest()
    assert len(desk.letters) == 2
    for letter in desk.letters.values():
        assert f"\n{heading}\n" in letter.text
        assert "ミーティングID" not in letter.text
        assert "Meeting ID" not in letter.text
