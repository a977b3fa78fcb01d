"""G14: what invites a guest who is to take part in the organizer's entry (H9), and how long their mail waits for it."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.notifier.mails.letters import write
from services.notifier.model.invited import ANEW, Invited, invited_by, is_apart, lost_the_entry
from services.notifier.model.matter import Delivery, Entry, Matter, Status, address_mark
from services.notifier.model.plan import plan
from shared.contracts.booking import PageRef
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    NOON,
    TARO,
    a_material,
    a_matter,
    a_notice,
    an_appointment,
)

WAIT = timedelta(seconds=20)
UID = "chosei123@google.com"
PAGE = PageRef(page_id="pag_1", title="相談", slug="soudan")


def an_entry(**changes: Any) -> dict[str, Entry]:
    return {TARO.staff_id: Entry(**{"revision": 1, "at": NOON, "uid": UID, "with_guest": True, **changes})}


def a_booking(revision: int = 1, **changes: Any) -> Matter:
    appointment = an_appointment(
        revision=revision, proposal_id=None, page=PAGE, guest_participates=True, wants_meeting=False
    )
    return a_matter(appointment=appointment, revision=revision, **changes)


def told(sequence: int = 1, uid: str = UID, **changes: Any) -> dict[str, Delivery]:
    values = {"status": Status.SENT, "purpose": Purpose.CONFIRMED, "revision": 1, "audience": Audience.GUEST}
    organizer = TARO.person.email if uid else ""
    delivery = Delivery(**{**values, "sequence": sequence, "uid": uid, "organizer": organizer, **changes})
    return {f"confirmed:{sequence}:guest": delivery}


def to_guest(matter: Matter, seconds: float = 0) -> bool:
    due = plan(matter, NOON + timedelta(seconds=seconds), meeting_wait=WAIT)
    return any(send.audience is Audience.GUEST for send in due.sends)


def test_g14_the_guests_mail_waits_for_the_entry_as_long_as_for_a_link_and_no_other_does() -> None:
    matter = a_booking()
    assert not to_guest(matter)
    assert to_guest(matter, 20)
    due = plan(matter, NOON, meeting_wait=WAIT)
    assert [send.audience for send in due.sends] == [Audience.STAFF]


@pytest.mark.parametrize("with_guest", [True, False])
def test_it_waits_no_longer_than_until_the_entry_is_known(with_guest: bool) -> None:
    assert to_guest(a_booking(entries=an_entry(with_guest=with_guest)))


def test_an_entry_of_somebody_else_settles_nothing() -> None:
    assert not to_guest(a_booking(entries={"stf_other": an_entry()[TARO.staff_id]}))


def test_g14_the_entrys_uid_is_the_invitations_and_its_organizer_gets_the_answer() -> None:
    assert invited_by(a_booking(entries=an_entry())) == Invited(UID, "taro@example.jp", asks=True)


def test_g14_at_microsoft_the_providers_own_invitation_is_the_invitation() -> None:
    matter = a_booking(entries=an_entry(by_provider=True))
    assert invited_by(matter) is None
    for purpose in (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.CANCELED, Purpose.LINK):
        assert write(a_material(purpose, matter=matter)).invitation is None


def test_g14_a_mail_that_went_without_the_entry_settles_it_for_life() -> None:
    late = a_booking(revision=2, deliveries=told(uid=""), entries=an_entry())
    assert invited_by(late) == Invited()
    assert is_apart(late, next(iter(late.deliveries.values())))


def test_g14_the_uid_stays_when_the_entry_is_another() -> None:
    matter = a_booking(deliveries=told(), entries=an_entry(uid="other@google.com", revision=2))
    assert invited_by(matter) == Invited(UID, "taro@example.jp", asks=True)


def test_another_guest_is_invited_by_what_stands_then() -> None:
    matter = a_booking(deliveries=told(uid="", to=address_mark("former@example.com")), entries=an_entry())
    assert invited_by(matter) == Invited(UID, "taro@example.jp", asks=True)
    assert address_mark(GUEST.email) == matter.guest_mark


def lost(matter: Matter) -> bool:
    (gone,) = an_entry(revision=2, with_guest=False, uid="other@google.com").values()
    return lost_the_entry(matter, matter.with_entry(TARO.staff_id, gone))


def test_g14_who_loses_the_entry_is_invited_anew_under_the_same_uid() -> None:
    matter = a_booking(deliveries=told(), entries=an_entry())
    assert lost(matter)
    apart = matter.with_entry(TARO.staff_id, an_entry(revision=2, with_guest=False)[TARO.staff_id])
    assert invited_by(apart) == Invited(UID, "taro@example.jp")
    assert not lost(apart)


def test_g14_whom_microsoft_had_invited_is_invited_by_ours_then() -> None:
    told_without = told(sequence=-1, uid="")
    matter = a_booking(deliveries=told_without, entries=an_entry(by_provider=True))
    assert lost(matter)
    apart = matter.with_entry(TARO.staff_id, an_entry(revision=2, with_guest=False)[TARO.staff_id])
    assert invited_by(apart) == Invited()


def entries_after_microsoft(then: str) -> dict[str, Entry]:
    """Microsoft had invited the guest to taro's entry; now ``then`` organizes, or taro himself has it at Google."""
    before = a_booking(entries={}).with_entry(TARO.staff_id, an_entry(by_provider=True)[TARO.staff_id])
    (new,) = an_entry(revision=2, with_guest=False, uid="other@google.com").values()
    return before.with_entry(then, new).entries


@pytest.mark.parametrize("then", [TARO.staff_id, "stf_other"])
@pytest.mark.parametrize("purpose", [Purpose.CONFIRMED, Purpose.RESCHEDULED])
def test_g14_microsofts_cancellation_goes_before_our_invitation(then: str, purpose: Purpose) -> None:
    notice = a_notice(purpose, 2, Audience.GUEST)
    people = {"attendees": (TARO.model_copy(update={"staff_id": then}),), "organizer_id": then}
    appointment = an_appointment(
        revision=2, proposal_id=None, page=PAGE, guest_participates=True, wants_meeting=False, **people
    )
    matter = a_matter(
        appointment=appointment,
        revision=2,
        entries=entries_after_microsoft(then),
        notices={notice.key: notice},
        deliveries=told(sequence=-1, uid=""),
    )
    assert not to_guest(matter, 19)
    assert to_guest(matter, 20)
    assert invited_by(matter) == Invited()


def test_g14_who_is_invited_anew_has_lost_the_old_entry_by_then() -> None:
    (gone,) = an_entry(revision=2, with_guest=False, uid="other@google.com").values()
    notice = a_notice(Purpose.CONFIRMED, 2, Audience.GUEST, tag=ANEW)
    matter = a_booking(2, entries=an_entry(), notices={notice.key: notice}, deliveries=told())
    matter = matter.with_entry(TARO.staff_id, gone)
    assert (to_guest(matter, 19), to_guest(matter, 20)) == (False, True)


def test_who_was_invited_by_ours_waits_for_nobody() -> None:
    notice = a_notice(Purpose.RESCHEDULED, 2, Audience.GUEST)
    matter = a_booking(2, entries=entries_after_microsoft(TARO.staff_id), notices={notice.key: notice})
    assert not to_guest(matter)
    assert to_guest(matter.with_deliveries(told(uid="")))


def test_who_knows_nothing_yet_or_was_invited_apart_loses_nothing() -> None:
    assert not lost(a_booking(entries=an_entry()))
    assert not lost(a_booking(deliveries=told(uid=""), entries=an_entry()))


def test_an_older_word_about_the_entry_changes_nothing() -> None:
    (newer,) = an_entry(revision=2).values()
    (older,) = an_entry(revision=1, with_guest=False, at=NOON + WAIT).values()
    matter = a_booking().with_entry(TARO.staff_id, newer).with_entry(TARO.staff_id, older)
    assert matter.entries[TARO.staff_id] == newer


@pytest.mark.parametrize("purpose", [Purpose.CONFIRMED, Purpose.RESCHEDULED])
def test_h9_a_participant_is_asked_for_an_answer(purpose: Purpose) -> None:
    matter = a_booking(revision=3, deliveries=told(1) if purpose is Purpose.RESCHEDULED else {}, entries=an_entry())
    mail = write(a_material(purpose, matter=matter, notice=a_notice(purpose, 3, Audience.GUEST)))
    assert mail.invitation is not None
    calendar = Calendar.from_ical(mail.invitation.content)
    (entry,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], entry["UID"], entry["SEQUENCE"]) == ("REQUEST", UID, 3)
    assert entry["ORGANIZER"] == "mailto:taro@example.jp"
    assert (entry["ATTENDEE"].params["PARTSTAT"], entry["ATTENDEE"].params["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_g14_a_cancellation_names_the_same_uid_organizer_and_attendee() -> None:
    matter = a_booking(revision=4, deliveries=told(3), entries=an_entry())
    mail = write(a_material(Purpose.CANCELED, matter=matter))
    assert mail.invitation is not None
    calendar = Calendar.from_ical(mail.invitation.content)
    (entry,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("CANCEL", UID, 4, "CANCELLED")
    assert (entry["ORGANIZER"], entry["ATTENDEE"]) == ("mailto:taro@example.jp", f"mailto:{GUEST.email}")


def test_all_others_are_invited_by_ours() -> None:
    matter = a_matter(entries=an_entry(with_guest=False))
    assert invited_by(matter) == Invited()
    assert not is_apart(matter, next(iter(told(uid="").values())))
    mail = write(a_material(Purpose.CONFIRMED, matter=matter))
    assert mail.invitation is not None
    assert f"UID:{APPOINTMENT_ID}@chosei".encode() in mail.invitation.content
