"""Mails that ask staff to do something about a proposal (X10, X12): what they say, and when they are no longer true."""

from datetime import timedelta

from services.notifier.mails.letters import write
from services.notifier.model.matter import Matter, Notice
from services.notifier.model.plan import plan
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import NOON, a_material, a_matter, a_notice, a_proposal

WAIT = timedelta(seconds=20)


def few(slots: int, *, revision: int = 2, minimum: int = 2) -> tuple[Matter, Notice]:
    notice = a_notice(Purpose.SLOTS_RUNNING_LOW, 2, Audience.STAFF, minimum=minimum)
    matter = a_matter(appointment=None, notices={}, proposal=a_proposal(slots=slots), revision=revision)
    return matter.with_notice(notice), notice


def test_x10_staff_are_told_that_few_slots_remain() -> None:
    matter, _ = few(1)
    (send,) = plan(matter, NOON, meeting_wait=WAIT).sends
    assert (send.notice.purpose, send.audience) == (Purpose.SLOTS_RUNNING_LOW, Audience.STAFF)


def test_x10_nobody_is_told_of_few_slots_once_there_are_enough_again() -> None:
    matter, _ = few(2, revision=3)
    found = plan(matter, NOON, meeting_wait=WAIT)
    assert (found.sends, [item.reason for item in found.suppressed]) == ((), ["superseded"])


def test_x10_the_mail_counts_what_remains_and_leads_to_where_slots_are_added() -> None:
    matter, notice = few(1)
    some = write(a_material(Purpose.SLOTS_RUNNING_LOW, Audience.STAFF, matter=matter, notice=notice))
    assert "残り 1 件" in some.text
    assert "/proposals/prp_1/slots" in some.text
    matter, notice = few(0)
    assert (
        "なくなりました"
        in write(a_material(Purpose.SLOTS_RUNNING_LOW, Audience.STAFF, matter=matter, notice=notice)).text
    )


def test_x12_the_words_tell_unopened_from_unanswered() -> None:
    texts = []
    for opened in (False, True):
        notice = a_notice(Purpose.UNANSWERED, 2, Audience.STAFF, opened=opened)
        matter = a_matter(appointment=None, notices={}, proposal=a_proposal())
        texts.append(write(a_material(Purpose.UNANSWERED, Audience.STAFF, matter=matter, notice=notice)).text)
    assert ("未開封" in texts[0], "未回答" in texts[1]) == (True, True)


def test_a_nudge_is_no_reason_to_leave_out_the_proposal_itself() -> None:
    matter = a_matter(appointment=None, notices={}, proposal=a_proposal(), revision=2)
    matter = matter.with_notice(a_notice(Purpose.PROPOSED, 1, Audience.STAFF))
    matter = matter.with_notice(a_notice(Purpose.UNANSWERED, 2, Audience.STAFF))
    sent = [send.notice.purpose for send in plan(matter, NOON, meeting_wait=WAIT).sends]
    assert sent == [Purpose.PROPOSED, Purpose.UNANSWERED]
