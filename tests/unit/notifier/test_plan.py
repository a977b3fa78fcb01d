"""Which mails are due: single rules, and what holds for any order and repetition of events."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.model.matter import Delivery, Matter, Status, Trouble
from services.notifier.model.plan import plan
from services.notifier.store import Safe
from services.notifier.subscribers import Subscribers
from services.notifier.usecases.hear import HearOfMatters
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentRescheduled,
)
from shared.contracts.envelope import CloudEvent
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.reminder_scheduler import ReminderDue
from shared.contracts.zoom_issuer import MeetingErrorCode, MeetingIssued, MeetingUpdated
from shared.crypto import KeyRing
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    BUS,
    DATA_KEYS,
    HOUR,
    NOON,
    ORGANIZATION_ID,
    START,
    a_link,
    a_matter,
    a_notice,
    a_proposal,
    an_appointment,
    canceled,
    changed,
    confirmed,
    meeting_issued,
    meeting_updated,
    reminder_due,
    rescheduled,
)

WAIT = timedelta(seconds=20)
Sent = tuple[str, Purpose, int, Audience, str]


def due(matter: Matter, now: datetime = NOON, *, settled: bool = False) -> set[str]:
    return {
        step.notice.delivery_key(step.audience) for step in plan(matter, now, meeting_wait=WAIT, settled=settled).sends
    }


def suppressed(matter: Matter, now: datetime = NOON, *, settled: bool = False) -> dict[str, str]:
    steps = plan(matter, now, meeting_wait=WAIT, settled=settled).suppressed
    return {step.notice.delivery_key(step.audience): step.reason for step in steps}


def test_g11_a_confirmation_waits_for_its_link_and_no_longer_than_the_budget() -> None:
    matter = a_matter()
    assert due(matter) == set()
    assert plan(matter, NOON, meeting_wait=WAIT).next_at == NOON + WAIT
    assert due(matter, NOON + WAIT) == {"confirmed:1:guest", "confirmed:1:staff"}
    assert due(a_matter(meeting=a_link())) == {"confirmed:1:guest", "confirmed:1:staff"}


def moved_with_link(revision: int, link_since: int = 2) -> Matter:
    moved = a_notice(Purpose.RESCHEDULED, 2)
    told = {
        f"confirmed:1:{side}": Delivery(
            status=Status.SENT, purpose=Purpose.CONFIRMED, revision=1, audience=side, link="aaaa", ended_at=NOON
        )
        for side in (Audience.GUEST, Audience.STAFF)
    }
    notices = {"confirmed:1": a_notice(Purpose.CONFIRMED), moved.key: moved}
    return a_matter(
        revision=2,
        appointment=an_appointment(revision=2, link_since=link_since),
        meeting=a_link(revision=revision),
        notices=notices,
        deliveries=told,
    )


def test_g12_a_plain_move_is_told_at_once_with_the_link_that_stays() -> None:
    assert due(moved_with_link(1, link_since=1)) == {"rescheduled:2:guest", "rescheduled:2:staff"}


def test_g12_a_move_waits_until_the_link_is_known_to_be_valid_for_it() -> None:
    assert due(moved_with_link(1)) == set()
    assert due(moved_with_link(1), NOON + WAIT) == {"rescheduled:2:guest", "rescheduled:2:staff"}
    assert due(moved_with_link(2)) == {"rescheduled:2:guest", "rescheduled:2:staff"}


def test_g12_a_move_that_zoom_refuses_is_told_at_once() -> None:
    trouble = Trouble(revision=2, at=NOON, error=MeetingErrorCode.FAILED, retry_at=None)
    assert due(moved_with_link(1).with_trouble(trouble)) == {"rescheduled:2:guest", "rescheduled:2:staff"}


def test_without_a_meeting_nothing_is_waited_for() -> None:
    assert due(a_matter(appointment=an_appointment(wants_meeting=False)))


@pytest.mark.parametrize("retry_at", [None, NOON + timedelta(hours=8)])
def test_nobody_waits_for_a_link_that_certainly_does_not_come_in_time(retry_at: datetime | None) -> None:
    trouble = Trouble(revision=1, at=NOON, error=MeetingErrorCode.FAILED, retry_at=retry_at)
    assert due(a_matter(trouble=trouble)) == {"confirmed:1:guest", "confirmed:1:staff"}


def test_a_passing_trouble_is_waited_out() -> None:
    trouble = Trouble(revision=1, at=NOON, error=MeetingErrorCode.FAILED, retry_at=NOON + timedelta(seconds=5))
    assert due(a_matter(trouble=trouble)) == set()


def test_g11_nobody_waits_for_a_link_that_somebody_has_to_see_to() -> None:
    trouble = Trouble(
        revision=1,
        at=NOON,
        error=MeetingErrorCode.FAILED,
        retry_at=NOON + timedelta(seconds=5),
        needs_attention=True,
    )
    assert due(a_matter(trouble=trouble)) == {"confirmed:1:guest", "confirmed:1:staff"}


def test_a_guest_who_is_to_be_told_nothing_gets_no_mail() -> None:
    matter = a_matter(appointment=an_appointment(mails_guest=False), meeting=a_link())
    assert due(matter) == {"confirmed:1:staff"}


def test_a_guest_without_address_gets_nothing_and_that_is_said() -> None:
    guest = an_appointment().guest.model_copy(update={"email": ""})
    matter = a_matter(appointment=an_appointment(guest=guest), meeting=a_link())
    assert due(matter) == {"confirmed:1:staff"}
    assert suppressed(matter) == {"confirmed:1:guest": "no_address"}


def test_a_notice_waits_for_the_state_that_it_speaks_of() -> None:
    reminder = a_notice(Purpose.REMINDER, 2, start_at=START)
    assert due(a_matter(notices={reminder.key: reminder})) == set()
    assert (
        plan(Matter(about="x", organization_id="o", notices={"r": reminder}), NOON, meeting_wait=WAIT).next_at is None
    )


def test_g22_a_reminder_for_a_time_that_is_no_more_is_suppressed() -> None:
    reminder = a_notice(Purpose.REMINDER, 1, start_at=START - HOUR)
    matter = a_matter(notices={reminder.key: reminder})
    assert set(suppressed(matter).values()) == {"superseded"}


def test_r27_a_reminder_that_is_heard_of_before_the_confirmation_comes_after_it() -> None:
    reminder = a_notice(Purpose.REMINDER, 1, start_at=START)
    assert due(a_matter(notices={reminder.key: reminder})) == set()


def test_a_settled_proposal_asks_nobody_to_choose() -> None:
    notice = a_notice(Purpose.PROPOSED)
    matter = a_matter(appointment=None, proposal=a_proposal(), notices={notice.key: notice})
    assert due(matter) == {"proposed:1:guest", "proposed:1:staff"}
    assert set(suppressed(matter, settled=True).values()) == {"settled"}


def test_an_expiry_that_was_reopened_is_not_told() -> None:
    notice = a_notice(Purpose.EXPIRED, 2, Audience.STAFF)
    matter = a_matter(appointment=None, proposal=a_proposal(), revision=3, notices={notice.key: notice})
    assert suppressed(matter) == {"expired:2:staff": "superseded"}


def test_an_expiry_is_told_although_the_guest_asked_for_other_slots_meanwhile() -> None:
    notice = a_notice(Purpose.EXPIRED, 2, Audience.STAFF)
    over = a_proposal(slots=0)
    matter = a_matter(appointment=None, proposal=over, revision=3, notices={notice.key: notice})
    assert due(matter) == {"expired:2:staff"}


def test_nobody_is_asked_to_choose_from_nothing() -> None:
    notice = a_notice(Purpose.PROPOSED)
    matter = a_matter(appointment=None, proposal=a_proposal(slots=0), revision=2, notices={notice.key: notice})
    assert set(suppressed(matter).values()) == {"no_slots"}


def test_a_proposal_withdrawn_in_silence_is_not_sent_any_more() -> None:
    notice = a_notice(Purpose.PROPOSED)
    matter = a_matter(appointment=None, proposal=a_proposal(), notices={notice.key: notice}).with_end("withdrawn")
    assert set(suppressed(matter).values()) == {"withdrawn"}


def test_a_link_mail_whose_link_is_replaced_before_it_was_taken_is_suppressed() -> None:
    told = Delivery(status=Status.SENT, purpose=Purpose.CONFIRMED, revision=1, audience=Audience.GUEST)
    waiting = Delivery(
        status=Status.OPEN, purpose=Purpose.LINK, revision=1, audience=Audience.GUEST, tag="old", next_at=NOON + WAIT
    )
    deliveries = {"confirmed:1:guest": told, "link:1:old:guest": waiting}
    matter = a_matter(meeting=a_link("new"), deliveries=deliveries)
    assert due(matter) == {"link:1:new:guest", "confirmed:1:staff"}
    assert suppressed(matter) == {"link:1:old:guest": "superseded"}


def test_a_mail_that_was_put_off_waits_for_its_next_try() -> None:
    open_since = Delivery(
        status=Status.OPEN,
        purpose=Purpose.CONFIRMED,
        revision=1,
        audience=Audience.GUEST,
        next_at=NOON + timedelta(minutes=1),
    )
    matter = a_matter(meeting=a_link(), deliveries={"confirmed:1:guest": open_since})
    assert due(matter) == {"confirmed:1:staff"}
    assert "confirmed:1:guest" in due(matter, NOON + timedelta(minutes=1))


class Shelf:
    """Matters in memory, and a mail server that takes everything."""

    def __init__(self) -> None:
        self.matter = Matter(about=APPOINTMENT_ID, organization_id=ORGANIZATION_ID)
        self.sent: list[Sent] = []
        self.silenced: list[str] = []

    async def take(self, about: str, organization_id: str, merge: Any) -> bool:
        self.matter = merge(self.matter)
        return False

    def deliver(self, now: datetime) -> None:
        for _ in range(10):
            steps = plan(self.matter, now, meeting_wait=WAIT)
            if not steps.sends and not steps.suppressed:
                return
            for silent in steps.suppressed:
                self._end(silent.notice, silent.audience, Status.SUPPRESSED, now)
            for step in steps.sends:
                self._end(step.notice, step.audience, Status.SENT, now)
        raise AssertionError("it never comes to rest")

    def _end(self, notice: Any, audience: Audience, status: Status, now: datetime) -> None:
        key = notice.delivery_key(audience)
        link = self.matter.link
        if status is Status.SENT:
            self.sent.append((key, notice.purpose, notice.revision, audience, link))
        else:
            self.silenced.append(key)
        done = Delivery(
            status=status, purpose=notice.purpose, revision=notice.revision, audience=audience, link=link, ended_at=now
        )
        self.matter = self.matter.with_deliveries({key: done})


def a_life() -> list[CloudEvent[Any]]:
    """Confirmed, issued, changed, moved, linked anew, reminded: everything but the end."""
    moved = {"start_at": START + HOUR, "end_at": START + 2 * HOUR}
    return [
        confirmed(),
        meeting_issued(revision=1),
        changed(an_appointment(revision=2, title="新しい件名")),
        rescheduled(an_appointment(revision=3, **moved)),
        meeting_updated(revision=3, link="https://zoom.example/j/2"),
        reminder_due(an_appointment(revision=3, **moved)),
    ]


LIFE = a_life()
END = canceled(an_appointment(revision=4))


async def heard(shelf: Shelf, event: CloudEvent[Any]) -> None:
    safe = Safe(KeyRing.parse(DATA_KEYS))
    on = Subscribers(HearOfMatters(shelf, safe, BUS, lambda about: None), None)  # type: ignore[arg-type]
    handlers = {
        AppointmentConfirmed: on.on_appointment_confirmed,
        AppointmentRescheduled: on.on_appointment_rescheduled,
        AppointmentChanged: on.on_appointment_changed,
        AppointmentCanceled: on.on_appointment_canceled,
        MeetingIssued: on.on_meeting_issued,
        MeetingUpdated: on.on_meeting_updated,
        ReminderDue: on.on_reminder_due,
    }
    await handlers[type(event.data)](event)


def live(events: list[tuple[CloudEvent[Any], bool]]) -> Shelf:
    """Hear events in this order, delivering after those that are marked, and at the end when all time has passed."""

    async def run() -> Shelf:
        shelf = Shelf()
        now = NOON
        for event, deliver in events:
            await heard(shelf, event)
            now += timedelta(seconds=15)
            if deliver:
                shelf.deliver(now)
        shelf.deliver(now + WAIT)
        return shelf

    return asyncio.run(run())


IN_ANY_ORDER = st.lists(st.sampled_from(LIFE), max_size=8).flatmap(
    lambda repeats: st.permutations(LIFE + repeats).flatmap(
        lambda order: st.lists(st.booleans(), min_size=len(order), max_size=len(order)).map(
            lambda marks: list(zip(order, marks, strict=True))
        )
    )
)


@given(IN_ANY_ORDER)
@settings(max_examples=150, deadline=None)
def test_g10_any_order_and_repetition_tells_the_same_newest_state_once(
    events: list[tuple[CloudEvent[Any], bool]],
) -> None:
    shelf = live(events)
    keys = [key for key, *_ in shelf.sent]
    assert len(keys) == len(set(keys)), "a mail went out twice"
    assert not set(keys) & set(shelf.silenced)
    for audience in (Audience.GUEST, Audience.STAFF):
        mine = [sent for sent in shelf.sent if sent[3] is audience]
        revisions = [revision for _, _, revision, _, _ in mine]
        assert revisions == sorted(revisions), "an older mail followed a newer one"
        carriers = [sent for sent in mine if sent[1] in (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.LINK)]
        assert carriers[-1][4] == shelf.matter.link, "the newest mail tells another link than the valid one"
        assert (Purpose.RESCHEDULED, 3) in [(sent[1], sent[2]) for sent in mine]
        assert (Purpose.REMINDER, 3) in [(sent[1], sent[2]) for sent in mine]


@given(st.permutations([*LIFE, END, *LIFE]))
@settings(max_examples=60, deadline=None)
def test_heard_in_any_order_and_told_at_the_end_only_the_end_is_told(events: list[CloudEvent[Any]]) -> None:
    shelf = live([(event, False) for event in events])
    assert {(purpose, audience) for _, purpose, _, audience, _ in shelf.sent} == {
        (Purpose.CANCELED, Audience.GUEST),
        (Purpose.CANCELED, Audience.STAFF),
    }


@given(IN_ANY_ORDER, st.integers(min_value=0, max_value=14))
@settings(max_examples=100, deadline=None)
def test_after_the_cancellation_nothing_is_told_any_more(events: list[tuple[CloudEvent[Any], bool]], at: int) -> None:
    shelf = live([*events[:at], (END, True), *events[at:]])
    for audience in (Audience.GUEST, Audience.STAFF):
        assert [sent[1] for sent in shelf.sent if sent[3] is audience][-1] is Purpose.CANCELED
        assert sum(sent[1] is Purpose.CANCELED and sent[3] is audience for sent in shelf.sent) == 1
