"""Mails of bookings on pages through a real broker, database and SMTP server (H9, H10, G14)."""

from typing import Any

from icalendar import Calendar

from shared.contracts import actors
from shared.contracts.booking import (
    Appointment,
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentRescheduled,
    PageRef,
)
from shared.contracts.calendar_sync import CalendarEntryWritten, Provider
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.sealed import AppointmentSecrets
from tests.integration.notifier.conftest import NewNotifier, Notifier, PostOffice, Taken
from tests.unit.notifier.builders import (
    ADMIN,
    APPOINTMENT_ID,
    BUS,
    GUEST,
    HOUR,
    ORGANIZATION_ID,
    START,
    TARO,
    an_appointment,
    an_event,
)
from tests.waiting import eventually

MANAGE = "https://chosei.example.jp/a/TOKEN"
UID = "chosei123@google.com"


def a_booking(revision: int = 1, **changes: Any) -> Appointment:
    page = PageRef(page_id="pag_1", title="相談", slug="soudan")
    values = {"proposal_id": None, "page": page, "guest_participates": True, "wants_meeting": False}
    allowed = {"reschedule_until": START + 100 * HOUR, "cancel_until": None}
    return an_appointment(revision=revision, **{**values, **allowed, **changes})


def by_the_guest(kind: Any, appointment: Appointment, reason: str = "", **more: Any) -> CloudEvent[Any]:
    secrets = AppointmentSecrets(guest_url=MANAGE, guest_reason=reason)
    data = kind(appointment=appointment, sealed=secrets.seal(BUS, subject=APPOINTMENT_ID), **more)
    cause = Cause.outside(actor=actors.GUEST)
    return envelope(
        data, subject=APPOINTMENT_ID, organization_id=ORGANIZATION_ID, version=appointment.revision, cause=cause
    )


def entry_written(revision: int = 1, **changes: Any) -> CloudEvent[Any]:
    values = {"staff_id": TARO.staff_id, "covers": [TARO.staff_id], "with_meeting": False, "with_guest": True}
    provider = {"provider": Provider.GOOGLE, "ical_uid": UID}
    data = CalendarEntryWritten(appointment_id=APPOINTMENT_ID, revision=revision, **{**values, **provider, **changes})
    return an_event(data, subject=APPOINTMENT_ID, version=revision)


def invited(mail: Taken) -> tuple[str, str, int] | None:
    """Method, UID and SEQUENCE."""
    part = next((one for one in mail.message.walk() if one.get_content_type() == "text/calendar"), None)
    if part is None:
        return None
    calendar = Calendar.from_ical(part.get_content())
    (entry,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), str(entry["UID"]), int(entry["SEQUENCE"])


async def mails_to(post_office: PostOffice, address: str, number: int) -> list[Taken]:
    return await eventually(lambda: (found := post_office.to(address)) and len(found) >= number and found)


async def test_g14_all_mails_of_a_booking_bear_the_entrys_uid(notifier: Notifier, post_office: PostOffice) -> None:
    booked = by_the_guest(AppointmentConfirmed, a_booking())
    await notifier.hear(booked, booked)
    await mails_to(post_office, "taro@example.jp", 1)
    assert post_office.to(GUEST.email) == []  # the entry is still to come
    await notifier.hear(entry_written(), entry_written())
    (mail,) = await mails_to(post_office, GUEST.email, 1)
    assert MANAGE in mail.text
    assert invited(mail) == ("REQUEST", UID, 1)
    before = {"previous_start_at": START, "previous_end_at": START + HOUR}
    moved = a_booking(2, start_at=START + 2 * HOUR, end_at=START + 3 * HOUR)
    await notifier.hear(by_the_guest(AppointmentRescheduled, moved, "急用のため", **before))
    mails = await mails_to(post_office, GUEST.email, 2)
    assert invited(mails[1]) == ("REQUEST", UID, 2)
    assert "急用のため" not in mails[1].text
    to_staff = await mails_to(post_office, "taro@example.jp", 2)
    assert to_staff[1].subject == "日程変更:ABC株式会社:田中花子様"
    assert "お客様からのメッセージ\n急用のため" in to_staff[1].text
    ended = moved.model_copy(update={"revision": 3})
    await notifier.hear(by_the_guest(AppointmentCanceled, ended, "参加できなくなりました"))
    mails = await mails_to(post_office, GUEST.email, 3)
    assert invited(mails[2]) == ("CANCEL", UID, 3)
    to_staff = await mails_to(post_office, "taro@example.jp", 3)
    assert to_staff[2].subject == "キャンセル:ABC株式会社:田中花子様"
    assert "参加できなくなりました" in to_staff[2].text
    assert not any(said["invited_apart"] for said in notifier.statements("notification_sent"))


async def test_g14_past_the_budget_the_guest_is_invited_by_ours_for_life(
    new_notifier: NewNotifier, post_office: PostOffice
) -> None:
    notifier = await new_notifier(meeting_wait=0.2)
    await notifier.hear(by_the_guest(AppointmentConfirmed, a_booking()))
    (mail,) = await mails_to(post_office, GUEST.email, 1)
    assert invited(mail) == ("REQUEST", f"{APPOINTMENT_ID}@chosei", 1)

    def told() -> bool:
        return [said["invited_apart"] for said in notifier.statements("notification_sent")].count(True) == 1

    await eventually(told)
    await notifier.hear(entry_written())
    await notifier.hear(by_the_guest(AppointmentCanceled, a_booking(2)))
    mails = await mails_to(post_office, GUEST.email, 2)
    assert invited(mails[1]) == ("CANCEL", f"{APPOINTMENT_ID}@chosei", 2)


async def test_h9_where_microsoft_invites_our_mail_carries_no_invitation(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await notifier.hear(entry_written(provider=Provider.MICROSOFT))  # before the confirmation
    await notifier.hear(by_the_guest(AppointmentConfirmed, a_booking()))
    (mail,) = await mails_to(post_office, GUEST.email, 1)
    assert invited(mail) is None
    assert MANAGE in mail.text


async def test_g14_another_organizers_entry_leaves_the_uid_and_the_guest_is_invited_anew(
    new_notifier: NewNotifier, post_office: PostOffice
) -> None:
    notifier = await new_notifier(meeting_wait=3)  # which the old entry has to go before the guest is invited anew
    await notifier.hear(by_the_guest(AppointmentConfirmed, a_booking()), entry_written())
    await mails_to(post_office, GUEST.email, 1)
    another = a_booking(2, organizer_id=ADMIN.staff_id, attendees=[ADMIN])
    apart = {"staff_id": ADMIN.staff_id, "with_guest": False, "ical_uid": "chosei456@google.com"}
    await notifier.hear(by_the_guest(AppointmentChanged, another))
    await eventually(lambda: _organizer_is_known(notifier))
    await notifier.hear(entry_written(2, **apart), entry_written(2, **apart))
    mails = await mails_to(post_office, GUEST.email, 2)
    assert invited(mails[1]) == ("REQUEST", UID, 2)


async def _organizer_is_known(notifier: Notifier) -> bool:
    matter = await notifier.matter(APPOINTMENT_ID)
    return bool(matter["facts"]["appointment"]["organizer_id"] == ADMIN.staff_id)
