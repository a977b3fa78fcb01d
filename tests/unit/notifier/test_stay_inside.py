"""A sandbox organization mails its own staff and nobody else (H14)."""

from collections.abc import Iterator
from unittest import mock

import pytest

from services.notifier.model.people import StaffMember
from shared import clock
from shared.contracts.booking import Attendee
from shared.contracts.notifier import NotificationFailed
from shared.contracts.people import Guest
from tests.unit.notifier.builders import (
    ADMIN,
    APPOINTMENT_ID,
    NOON,
    ORGANIZATION_ID,
    TARO,
    an_appointment,
    an_organization,
    changed,
    confirmed,
    meeting_issued,
)
from tests.unit.notifier.desk import Answer, Desk

INSIDER = Guest(name="管理花子", email="Admin@Example.jp")


def a_member(attendee: Attendee, *, disabled: bool = False) -> StaffMember:
    return StaffMember(
        staff_id=attendee.staff_id,
        organization_id=ORGANIZATION_ID,
        version=1,
        person=attendee.person,
        disabled=disabled,
    )


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(APPOINTMENT_ID, NOON)
    made.organizations = [an_organization(sandbox=True)]
    made.staff = {one.staff_id: a_member(one) for one in (TARO, ADMIN)}
    with mock.patch.object(clock, "now", side_effect=lambda: made.now):
        yield made


def suppressed(desk: Desk) -> set[tuple[str, str, str]]:
    said = [event.data for event in desk.said if isinstance(event.data, NotificationFailed)]
    return {(failed.purpose, failed.audience, failed.reason) for failed in said if failed.suppressed}


def readers(desk: Desk) -> set[str]:
    return {letter.message["To"] for letter in desk.letters.values()}


async def test_a_guest_from_outside_gets_no_mail_and_the_timeline_says_why(desk: Desk) -> None:
    await desk.hear(confirmed())
    await desk.hear(meeting_issued())
    await desk.rest()
    assert suppressed(desk) == {("confirmed", "guest", "sandbox_organization")}
    assert not any("hanako" in reader for reader in readers(desk))
    assert len(desk.letters) == 1


async def test_a_guest_who_is_staff_is_mailed_however_the_address_is_written(desk: Desk) -> None:
    await desk.hear(confirmed(an_appointment(guest=INSIDER, wants_meeting=False)))
    await desk.rest()
    assert suppressed(desk) == set()
    assert len(desk.letters) == 2


async def test_a_staff_member_who_was_disabled_is_outside(desk: Desk) -> None:
    desk.staff[ADMIN.staff_id] = a_member(ADMIN, disabled=True)
    await desk.hear(confirmed(an_appointment(guest=INSIDER, wants_meeting=False)))
    await desk.rest()
    assert suppressed(desk) == {("confirmed", "guest", "sandbox_organization")}


async def test_a_mail_that_waits_for_another_try_stops_when_the_setting_is_switched_on(desk: Desk) -> None:
    desk.organizations = [an_organization()]
    desk.answers = [Answer.VANISHED, Answer.VANISHED]
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.work()
    desk.organizations = [an_organization(sandbox=True, version=2)]
    await desk.rest()
    assert suppressed(desk) == {("confirmed", "guest", "sandbox_organization")}
    assert not any("hanako" in reader for reader in readers(desk))


async def test_news_of_an_appointment_from_before_stops_too(desk: Desk) -> None:
    desk.organizations = [an_organization()]
    await desk.hear(confirmed(an_appointment(wants_meeting=False)))
    await desk.rest()
    desk.organizations = [an_organization(sandbox=True, version=2)]
    other = Guest(name="鈴木", email="suzuki@example.com")
    await desk.hear(changed(an_appointment(wants_meeting=False, guest=other, revision=2)))
    await desk.rest()
    assert not any("suzuki" in reader for reader in readers(desk))


async def test_staff_who_were_not_heard_of_yet_are_waited_for(desk: Desk) -> None:
    desk.staff = {}
    await desk.hear(confirmed(an_appointment(guest=INSIDER, creator=TARO, wants_meeting=False)))
    await desk.work()
    assert desk.letters == {}
    desk.staff = {TARO.staff_id: a_member(TARO)}
    await desk.rest()
    assert [letter.message["To"].addresses[0].addr_spec for letter in desk.letters.values()] == ["taro@example.jp"]
