"""Notices just before the start, and a link that is told by them only (C7)."""

from datetime import datetime, timedelta
from typing import Any

from services.notifier.model.matter import Delivery, Matter, Notice, Status
from services.notifier.model.plan import plan
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.reveal import LinkShown, Reveal
from tests.unit.notifier.builders import NOON, START, a_link, a_matter, a_notice, an_appointment

WAIT = timedelta(seconds=20)
HOUR = timedelta(hours=1)
LATER = Reveal(link=LinkShown.IN_NOTICE, notices=(60,))
NOTICE_AT = START - HOUR
GUEST, STAFF = Audience.GUEST, Audience.STAFF


def due(matter: Matter, now: datetime = NOON) -> set[str]:
    return {step.notice.delivery_key(step.audience) for step in plan(matter, now, meeting_wait=WAIT).sends}


def a_told_later(**changes: Any) -> Matter:
    return a_matter(**{"appointment": an_appointment(reveal=LATER), **changes})


def sent(
    purpose: Purpose, side: Audience, *, link: str = "", at: datetime = NOON, tag: str = ""
) -> dict[str, Delivery]:
    delivery = Delivery(status=Status.SENT, purpose=purpose, revision=1, audience=side, link=link, ended_at=at, tag=tag)
    return {":".join(filter(None, (purpose, "1", tag, side))): delivery}


def a_due_notice() -> Notice:
    return a_notice(Purpose.NOTICE, tag="60", start_at=START, tells_link=True)


CONFIRMED = sent(Purpose.CONFIRMED, GUEST) | sent(Purpose.CONFIRMED, STAFF, link="aaaa")


def with_notice(matter: Matter) -> Matter:
    return matter.with_notice(a_due_notice())


def test_c7_the_guests_confirmation_waits_for_no_link_that_it_may_not_tell_and_the_staffs_does() -> None:
    assert due(a_told_later()) == {"confirmed:1:guest"}
    assert due(a_told_later(meeting=a_link())) == {"confirmed:1:guest", "confirmed:1:staff"}


def test_c7_a_link_that_is_known_is_not_mailed_to_the_guest_before_its_time() -> None:
    assert due(a_told_later(meeting=a_link(), deliveries=CONFIRMED)) == set()
    assert due(a_told_later(meeting=a_link(), deliveries=CONFIRMED), NOTICE_AT + timedelta(minutes=5)) == set()


def test_c7_the_notice_goes_to_both_and_tells_it() -> None:
    matter = with_notice(a_told_later(meeting=a_link(), deliveries=CONFIRMED))
    assert due(matter, NOTICE_AT) == {"notice:1:60:guest", "notice:1:60:staff"}


def test_g11_a_notice_does_not_wait_for_the_link_which_follows_in_one_further_mail() -> None:
    without = with_notice(a_told_later(deliveries=CONFIRMED))
    assert due(without, NOTICE_AT) == {"notice:1:60:guest", "notice:1:60:staff"}
    told = {
        **CONFIRMED,
        **sent(Purpose.NOTICE, GUEST, at=NOTICE_AT, tag="60"),
        **sent(Purpose.NOTICE, STAFF, at=NOTICE_AT, tag="60"),
    }
    issued = with_notice(a_told_later(meeting=a_link(), deliveries=told))
    assert due(issued, NOTICE_AT + timedelta(minutes=1)) == {"link:1:aaaa:guest", "link:1:aaaa:staff"}


def test_c7_a_notice_that_told_the_link_makes_no_link_mail() -> None:
    told = {
        **CONFIRMED,
        **sent(Purpose.NOTICE, GUEST, link="aaaa", at=NOTICE_AT, tag="60"),
        **sent(Purpose.NOTICE, STAFF, link="aaaa", at=NOTICE_AT, tag="60"),
    }
    assert due(with_notice(a_told_later(meeting=a_link(), deliveries=told)), NOTICE_AT + timedelta(minutes=1)) == set()


def test_c7_a_notice_follows_its_confirmation_and_never_comes_after_the_start() -> None:
    untold = with_notice(a_told_later(meeting=a_link()))
    assert due(untold, NOTICE_AT) == {"confirmed:1:guest", "confirmed:1:staff"}
    late = plan(with_notice(a_told_later(deliveries=CONFIRMED)), START, meeting_wait=WAIT).suppressed
    assert {step.reason for step in late} == {"too_late"}


def test_g22_a_notice_of_a_time_that_is_no_more_is_suppressed() -> None:
    moved = an_appointment(reveal=LATER, revision=2, start_at=START + HOUR, end_at=START + 2 * HOUR)
    matter = with_notice(a_told_later(appointment=moved, revision=2, deliveries=CONFIRMED))
    found = plan(matter, NOTICE_AT, meeting_wait=WAIT)
    assert {(step.notice.purpose, step.reason) for step in found.suppressed} == {(Purpose.NOTICE, "superseded")}


def test_at_once_is_as_it_was() -> None:
    matter = a_matter(appointment=an_appointment(reveal=Reveal(notices=(60,))))
    assert due(matter) == set()
    assert due(matter, NOON + WAIT) == {"confirmed:1:guest", "confirmed:1:staff"}
