"""What people have read at the end of any history: events in any order and number, a mail server that takes, refuses
and loses answers at will. Compared with an obvious model: the newest state itself.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from services.notifier.mails.moments import zone_of
from services.notifier.model.matter import Status
from services.notifier.model.plan import CARRIERS
from shared import clock
from shared.contracts.booking import NewSlotsRequested, ProposalExpired, SlotsChanged, SlotsProposed, SlotsWithdrawn
from shared.contracts.envelope import CloudEvent
from shared.contracts.notifier import Audience, Purpose
from shared.wording import span
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    HOUR,
    NOON,
    PROPOSAL_ID,
    START,
    a_proposal,
    an_appointment,
    canceled,
    changed,
    confirmed,
    meeting_updated,
    proposal_event,
    reminder_due,
    rescheduled,
)
from tests.unit.notifier.desk import Answer, Desk, Letter

SIDES = (Audience.GUEST, Audience.STAFF)
ASKS = (Purpose.PROPOSED, Purpose.SLOTS_CHANGED)
PASSING = [answer for answer in Answer if answer is not Answer.REFUSED]
TOKYO = zone_of("Asia/Tokyo")


class History(RuleBasedStateMachine):
    """Events are told in order and heard in any; at the end all are heard and the mail server takes everything."""

    about = ""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(self.about, NOON)
        self._turned = mock.patch.object(clock, "now", side_effect=lambda: self.desk.now)
        self._turned.start()
        self.told: list[CloudEvent[Any]] = []
        self.revision = 1
        self._loop = asyncio.new_event_loop()

    def run_now(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._loop.run_until_complete(coroutine)

    def tell(self, event: CloudEvent[Any]) -> None:
        self.told.append(event)
        self.desk.now += timedelta(milliseconds=1)

    @rule(back=st.integers(min_value=0, max_value=4))
    def hear(self, back: int) -> None:
        self.run_now(self.desk.hear(self.told[-1 - min(back, len(self.told) - 1)]))

    @rule(answers=st.lists(st.sampled_from(PASSING), min_size=2, max_size=3))
    def work(self, answers: list[Answer]) -> None:
        self.desk.answers[:] = answers
        self.run_now(self.desk.work())

    @rule(seconds=st.sampled_from([1, 3, 10, 25]))
    def wait(self, seconds: int) -> None:
        self.desk.now += timedelta(seconds=seconds)

    def teardown(self) -> None:
        try:
            for event in self.told:
                self.run_now(self.desk.hear(event))
            self.run_now(self.desk.rest())
            self.judge_endings()
            for side in SIDES:
                self.judge(side, [mail for mail in self.desk.letters.values() if mail.delivery.audience is side])
        finally:
            self._turned.stop()
            self._loop.close()

    def judge_endings(self) -> None:
        """G9: each mail ends, and is said to, once."""
        matter = self.desk.matter
        wanted = {notice.delivery_key(side) for notice in matter.notices.values() for side in notice.audiences}
        assert wanted <= set(matter.deliveries)
        assert all(delivery.status is not Status.OPEN for delivery in matter.deliveries.values())
        ends = [event for event in self.desk.said if getattr(event.data, "retry_at", None) is None]
        assert len(ends) == len(matter.deliveries)

    @abstractmethod
    def judge(self, side: Audience, letters: list[Letter]) -> None:
        """What the mails of one side must have said in the end."""


class AppointmentHistory(History):
    about = APPOINTMENT_ID

    def __init__(self) -> None:
        super().__init__()
        self.appointment = an_appointment()
        self.link = ""
        self.moves = 0
        self.is_over = False
        self.reminded: list[str] = []
        self.tell(confirmed(self.appointment))

    def newer(self, **changes: Any) -> None:
        self.revision += 1
        self.appointment = self.appointment.model_copy(update={"revision": self.revision, **changes})

    @rule()
    def change(self) -> None:
        if not self.is_over:
            self.newer(title=f"件名{self.revision}")
            self.tell(changed(self.appointment))

    @rule(really=st.booleans())
    def move(self, really: bool) -> None:
        if really and not self.is_over:
            self.moves += 1
            start = START + self.moves * HOUR
            self.newer(start_at=start, end_at=start + HOUR)
            self.reminded.clear()
            self.tell(rescheduled(self.appointment))

    @rule(link=st.sampled_from(["https://zoom.example/j/1", "https://zoom.example/j/2"]))
    def issue(self, link: str) -> None:
        if not self.is_over:
            self.link = link
            self.tell(meeting_updated(revision=self.revision, link=link))

    @rule()
    def remind(self) -> None:
        if not self.is_over:
            self.reminded.append(f"reminder:{self.revision}")
            self.tell(reminder_due(self.appointment))

    @rule(really=st.sampled_from([True, False, False, False, False]))
    def cancel(self, really: bool) -> None:
        if really and not self.is_over:
            self.is_over = True
            self.newer()
            self.tell(canceled(self.appointment))

    def judge(self, side: Audience, letters: list[Letter]) -> None:
        self.judge_what_was_true_then(letters)
        purposes = [letter.delivery.purpose for letter in letters]
        carriers = [letter for letter in letters if letter.delivery.purpose in CARRIERS]
        if Purpose.REMINDER in purposes:
            assert purposes[0] in CARRIERS, "reminded of what was never told"
        if self.is_over:
            assert purposes.count(Purpose.CANCELED) == 1
            assert purposes[-1] is Purpose.CANCELED
        else:
            assert self.time in carriers[-1].text
            assert (self.link or "発行でき次第あらためて") in carriers[-1].text
            assert {f"{key}:{side}" for key in self.reminded} <= {letter.key for letter in letters}
        if side is Audience.GUEST:
            self.judge_invitations([letter.entry for letter in letters if letter.entry])

    @property
    def time(self) -> str:
        return span(self.appointment.start_at, self.appointment.end_at, TOKYO, "ja")

    def judge_what_was_true_then(self, letters: list[Letter]) -> None:
        """A repeat of what may have arrived tells what was true when it was written (G10)."""
        for letter in letters:
            known = letter.matter.appointment
            assert known is not None
            assert letter.delivery.unsure or span(known.start_at, known.end_at, TOKYO, "ja") in letter.text, (
                "told a time that was no more"
            )

    def judge_invitations(self, entries: list[Any]) -> None:
        """G14: what the guest's calendar shows at the end."""
        numbers = [entry["SEQUENCE"] for entry in entries]
        assert numbers == sorted(set(numbers)), "SEQUENCE does not strictly grow"
        assert entries[-1]["STATUS"] == ("CANCELLED" if self.is_over else "CONFIRMED")
        assert entries[-1]["DTSTART"].dt == self.appointment.start_at
        assert self.is_over or entries[-1].get("LOCATION", "") == self.link


class ProposalHistory(History):
    about = PROPOSAL_ID

    def __init__(self) -> None:
        super().__init__()
        self.proposal = a_proposal()
        self.ended = ""
        self.mailed = 1
        """The newest revision that the guest is to be told of."""
        self.states = {1: self.proposal}
        self.tell(proposal_event(SlotsProposed))

    def newer(self, kind: type[Any], slots: int, **extra: Any) -> None:
        self.revision += 1
        self.proposal = a_proposal(slots=slots)
        self.states[self.revision] = self.proposal
        self.tell(proposal_event(kind, version=self.revision, proposal=self.proposal, **extra))

    @rule(slots=st.integers(min_value=1, max_value=5), mails=st.booleans())
    def edit(self, slots: int, mails: bool) -> None:
        if not self.ended:
            self.newer(SlotsChanged, slots, reason="edited", mail_guest=mails)
            self.mailed = self.revision if mails else self.mailed

    @rule()
    def ask_for_others(self) -> None:
        if not self.ended:
            self.tell(proposal_event(NewSlotsRequested, version=self.revision, proposal=self.proposal, message="x"))

    @rule(notify=st.booleans(), really=st.sampled_from([True, False, False, False, False]))
    def withdraw(self, notify: bool, really: bool) -> None:
        if really and not self.ended:
            self.newer(SlotsWithdrawn, 0, notify_guest=notify)
            self.ended = "told" if notify else "silent"

    @rule()
    def expire(self) -> None:
        if not self.ended and self.proposal.slots:
            self.newer(ProposalExpired, 0)

    def judge(self, side: Audience, letters: list[Letter]) -> None:
        purposes = [letter.delivery.purpose for letter in letters]
        for letter in letters:
            known = letter.matter.proposal
            assert known is not None
            if letter.delivery.purpose in ASKS and not letter.delivery.unsure:
                assert self.slots_in(letter) == self.lines(known), "asked to choose from slots that were no more"
        if side is Audience.STAFF:
            assert set(purposes) <= {Purpose.PROPOSED, Purpose.NEW_SLOTS_REQUESTED, Purpose.EXPIRED}
            return
        assert purposes.count(Purpose.WITHDRAWN) == (self.ended == "told")
        if self.ended == "told":
            assert purposes[-1] is Purpose.WITHDRAWN
        since = [state for revision, state in self.states.items() if revision >= self.mailed]
        if not self.ended and all(state.slots for state in since):
            asked = [letter for letter in letters if letter.delivery.purpose in ASKS]
            assert self.slots_in(asked[-1]) in [self.lines(state) for state in since], "the guest misses new slots"

    def slots_in(self, letter: Letter) -> list[str]:
        return [line[1:] for line in letter.text.split("\n") if line.startswith("・")]

    def lines(self, proposal: Any) -> list[str]:
        return [span(slot.start_at, slot.end_at, TOKYO, "ja") for slot in proposal.slots]


TestAppointmentHistories = AppointmentHistory.TestCase
TestAppointmentHistories.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestProposalHistories = ProposalHistory.TestCase
TestProposalHistories.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
