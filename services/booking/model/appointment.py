"""An appointment as booking keeps it: the confirmed meeting, its revision and what became of its effects."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from services.booking.model.drift import Drift, meeting_is_lost, standing, still_apart
from services.booking.model.effects import (
    MEETING_KEY,
    Expected,
    Report,
    is_troubled,
    room_key,
    shown,
)
from services.booking.model.expected_entries import entries
from services.booking.model.expected_mails import mails
from services.booking.model.expected_reminders import Owed, owed_since
from services.booking.model.page import Answer, Terms, Utm
from services.booking.model.payment import Payment, payment_effects
from services.booking.model.proposal import Origin, TokenSource
from services.booking.model.spans import Span
from services.booking.model.titles import title_of
from shared.contracts import booking as contract
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.effects import Effect, EffectView
from shared.contracts.booking import Attendee, Kind, Outcome, Visibility
from shared.contracts.envelope import Value
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Guest
from shared.contracts.reveal import LinkShown, Reveal
from shared.recurrence import occurrences


class KnownMeeting(Value):
    """What is needed to join, encrypted at rest; ``order`` as in reports."""

    order: int
    secret: str | None


class Appointment(Value):
    """``version`` is the revision that events carry; every change that others must follow makes it grow.
    ``email_typed`` says that the guest gave the address, and not the staff member.
    """

    appointment_id: str
    organization_id: str
    version: int = 1
    status: AppointmentStatus = AppointmentStatus.CONFIRMED
    proposal_id: str | None
    slot_id: str | None
    kind: Kind
    title: str
    start_at: AwareDatetime
    end_at: AwareDatetime
    time_zone: str
    creator: Attendee
    organizer_id: str
    attendees: list[Attendee]
    with_calendar: list[str]
    guest: Guest
    email_typed: bool = True
    guest_time_zone: str
    guest_locale: str
    guidance: str
    note: str
    visibility: Visibility
    wants_meeting: bool
    zoom_user_id: str | None
    address: str | None
    reception_code: str | None = None
    room_id: str | None = None
    room_name: str | None = None
    outcome: Outcome = Outcome.SCHEDULED
    cancel_message: str = ""
    token: TokenSource
    own_page: bool = False
    """Whether ``token`` is this appointment's own and no longer the proposal's."""
    join_token: TokenSource | None = None
    """Of the guest's join link (X9)."""
    confirmed_at: AwareDatetime
    updated_at: AwareDatetime
    origin: Origin | None = None
    expected: list[Expected] = Field(default_factory=list)
    reports: dict[str, Report] = Field(default_factory=dict)
    meeting: KnownMeeting | None = None
    drifts: dict[str, Drift] = Field(default_factory=dict)
    meeting_type: contract.MeetingTypeRef | None = None
    bookable_id: str | None = None
    bookable_name: str = ""
    seat: int = 0
    hosted_by_bookable: bool = False
    """Whether ``zoom_user_id`` is the bookable's and stays when the organizer changes."""
    customer: str = ""
    deal: str = ""
    place: str = ""
    all_day: bool = False
    series: contract.Series | None = None
    others_may_edit: bool = False
    changed_by: Attendee | None = None
    mails_guest: bool = True
    reveal: Reveal = Reveal()
    link_generation: int = 1
    link_told: bool = False
    """Whether the guest knew how to join before a change by which they would learn it later (C7, C9)."""
    learns_from: AwareDatetime | None = None
    """Since when the guest waits for the link that is valid now; None: from the beginning (C7, E6)."""
    link_since: int = 1
    """The revision since which an issued link stays valid: by then host and generation were as they are (G12)."""
    link_by_hand: str | None = None
    """Encrypted at rest."""
    link_by_hand_generation: int | None = None
    """The ``link_generation`` that it was entered in."""
    page: contract.PageRef | None = None
    answers: list[Answer] = Field(default_factory=list)
    utm: Utm | None = None
    guest_participates: bool = False
    asked_since: int = 1
    """The revision since which this guest is asked for this time; older answers are to another (H9)."""
    requested_until: AwareDatetime | None = None
    """Until when staff may confirm it; None of what was never a request (H4)."""
    end_of_request: contract.EndOfRequest | None = None
    terms: Terms | None = None
    guest_reason: str = ""
    """What the guest said when they last moved or cancelled it (H10)."""
    payment: Payment | None = None
    erased_at: AwareDatetime | None = None
    """Since when nothing is known of the guest (X5)."""

    @property
    def drift(self) -> Drift | None:
        """What somebody did to an entry in a calendar and nobody has decided yet (V6)."""
        return next(iter(self.standing_drifts), None)

    @property
    def standing_drifts(self) -> list[Drift]:
        """Of single occurrences only of those that take place, at another time than was found."""
        found = standing(self.drifts, self.reports, self.version) if self.is_live else []
        return still_apart(found, self.occurrences) if found else []

    @property
    def meeting_is_gone(self) -> bool:
        """Whether the issued meeting was deleted directly at Zoom and no other is there yet (E7)."""
        return meeting_is_lost(self.drifts, self.reports)

    @property
    def is_troubled(self) -> bool:
        """Whether somebody should look: an effect failed or waits, a calendar shows it otherwise (V6), or it is a
        request that nobody has answered (H4).
        """
        return self.is_requested or self.drift is not None or is_troubled(self.effects)

    @property
    def effects(self) -> list[EffectView]:
        """What became of everything that its newest transition wants, its payment included (G9)."""
        return [*shown(self.expected, self.reports), *payment_effects(self.payment)]

    @property
    def is_unpaid(self) -> bool:
        """It holds its time until it is paid, and nobody but the guest knows of it (H13)."""
        return self.status is AppointmentStatus.REQUESTED and self.payment is not None and self.payment.is_pending

    @property
    def shown_title(self) -> str:
        return title_of(self.title, self.guest)

    @property
    def is_direct(self) -> bool:
        """Registered by staff without a guest's choice (E2): the registrant may organize without attending."""
        return self.proposal_id is None and self.page is None

    @property
    def has_guest(self) -> bool:
        return bool(self.guest.known_as)

    @property
    def topic(self) -> str:
        """``件名(顧客名 / 案件名)`` at Zoom where there is a deal (E3); empty where the title serves."""
        return f"{self.shown_title}({self.customer} / {self.deal})" if self.deal else ""

    @property
    def link_at(self) -> datetime | None:
        """From when on the guest knows how to join (C7); None where that is at once, or there is no link to tell."""
        if not self.wants_meeting and not self.place:
            return None
        return self.reveals.link_at(self.link_start_at, self.time_zone)

    @property
    def link_start_at(self) -> datetime:
        """The start before which the link is told: of a series the first occurrence's that was not over by then."""
        since = self.learns_from
        return next((one.start_at for one in self.occurrences if since is None or one.end_at > since), self.start_at)

    @property
    def reveals(self) -> Reveal:
        """A series has one link: what was told once is told, whatever becomes of the occurrence before which it was."""
        told = self.series is not None and self.link_told
        return self.reveal.model_copy(update={"link": LinkShown.AT_ONCE}) if told else self.reveal

    @property
    def span(self) -> Span:
        return Span(self.start_at, self.end_at)

    @property
    def occurrences(self) -> list[contract.Occurrence]:
        """Those that take place, earliest first; of what is no series, itself (E6)."""
        return occurrences(self.start_at, self.end_at, self.time_zone, self.series, all_day=self.all_day)

    @property
    def spans(self) -> list[Span]:
        return [Span(one.start_at, one.end_at) for one in self.occurrences]

    @property
    def local_day(self) -> str:
        """Of its start, in the organization's zone."""
        return self.start_at.astimezone(ZoneInfo(self.time_zone)).date().isoformat()

    @property
    def attendee_ids(self) -> list[str]:
        return [attendee.staff_id for attendee in self.attendees]

    @property
    def is_requested(self) -> bool:
        """Waits for staff (H4), not for a payment."""
        return self.status is AppointmentStatus.REQUESTED and self.requested_until is not None

    @property
    def is_live(self) -> bool:
        return self.status is AppointmentStatus.CONFIRMED

    def takes_part(self, staff_id: str) -> bool:
        return staff_id in (self.creator.staff_id, self.organizer_id, *self.attendee_ids)

    def guest_knows_link(self, now: AwareDatetime) -> bool:
        """Whether the guest may have been told how to join by now (C7)."""
        return self.link_told or self.link_at is None or self.link_at <= now

    @property
    def issues(self) -> bool:
        """Whether a meeting is issued; not where staff entered a link by hand (C4)."""
        return self.wants_meeting and self.link_by_hand is None

    def asks_zoom(self, before: "Appointment | None" = None) -> bool:
        """Whether a meeting is to be made or changed at Zoom, as it stands or after a change."""
        shown = [(one.span, one.meets_as, one.series, *one._link_basis) for one in (self, before) if one is not None]
        return self.issues and shown[0] not in shown[1:]

    def expecting_confirmation(self, released: list[Expected]) -> Self:
        """The closed list of a confirmation: the proposal's holds gone, meeting, entries, the room's answer, both
        mails, the reminder.
        """
        mails = self._mails(Purpose.CONFIRMED)
        return self._expecting([*released, *self._meeting(), *self._entries(), *self._room(), *mails])

    def expecting_request(self, purpose: Purpose) -> Self:
        """Of a request, and of the end of one: both sides are told, nothing is made or removed (H4)."""
        return self.model_copy(update={"expected": self._mails(purpose)})

    def expecting_move(self, before: "Appointment") -> Self:
        """Of a new time: meeting and entries follow, both sides are told, the reminder is filed anew."""
        kept = [item for item in before.expected if item.effect is Effect.HOLD_RELEASE]
        entries = [*self._entries(before), *self._room()]
        expected = [*kept, *self._meeting(before), *entries, *self._mails(Purpose.RESCHEDULED)]
        moved = self._keeping_link(before)._expecting(expected, before)
        return moved.model_copy(update={"asked_since": self.version})

    def expecting_occurrence(self, before: "Appointment", told: Purpose) -> Self:
        """Of one occurrence that was moved or cancelled: all that a move expects, with its own mails (E6)."""
        moved = self.expecting_move(before)
        others = [item for item in moved.expected if item.effect is not Effect.MAIL]
        return self.model_copy(update={"expected": [*others, *self._mails(told)]})

    def expecting_change(self, before: "Appointment") -> Self:
        """Of another detail: entries follow, the meeting where it is wanted or no more (E5) and where its topic, host
        or link changed. Both sides are mailed where it is of another kind: they meet elsewhere.
        """
        meets = before.meets_as != self.meets_as
        renewed = {Effect.ENTRY, Effect.ROOM, *([Effect.MEETING] if meets else [])}
        confirmed = self._mails(Purpose.CONFIRMED) if before.kind is not self.kind else []
        again = {(mail.of, mail.purpose) for mail in confirmed}
        kept = [i for i in before.expected if i.effect not in renewed and (i.of, i.purpose) not in again]
        meeting = self._meeting(before) if meets else []
        expected = [*kept, *meeting, *self._entries(before), *self._room(), *confirmed]
        another = self.guest.email != before.guest.email
        asked_since = self.version if another else self.asked_since
        return self._keeping_link(before).model_copy(update={"expected": expected, "asked_since": asked_since})

    def _keeping_link(self, before: "Appointment") -> Self:
        """What is issued for another host or generation, or after a link by hand, is another link (G12)."""
        return self if self._link_basis == before._link_basis else self.model_copy(update={"link_since": self.version})

    @property
    def _link_basis(self) -> tuple[object, ...]:
        return self.organizer_id, self.zoom_user_id, self.link_generation, self.issues

    def expecting_cancellation(self, before: "Appointment") -> Self:
        """Of an end: meeting, entries and reminder go, both sides are told."""
        going = self._going(before, Effect.MEETING, Effect.ENTRY, Effect.REMINDER)
        kept = [item for item in before.expected if item.effect is Effect.HOLD_RELEASE]
        return self.model_copy(update={"expected": [*kept, *going, *self._mails(Purpose.CANCELED)]})

    def _expecting(self, expected: list[Expected], before: "Appointment | None" = None) -> Self:
        """With reminder and notices of what has not begun; of what has, of the last."""
        every = self.occurrences
        ahead = [one for one in every if one.start_at > self.updated_at] or every[-1:]
        counted = before.expected if before and before.start_at == self.start_at else []
        owed = Owed(ahead, self._told, owed_since(counted, self.version), recurs=self.series is not None)
        notices = owed.notices(self.reveal, self.time_zone, self.link_at, self.updated_at)
        return self.model_copy(update={"expected": [*expected, *notices, owed.reminder()]})

    @property
    def meets_as(self) -> tuple[object, ...]:
        """What a change of the meeting is seen by, apart from its time."""
        topic = self.topic or self.shown_title
        return self.issues, topic, self.organizer_id, self.zoom_user_id, self.link_generation

    def _going(self, before: "Appointment", *effects: Effect) -> list[Expected]:
        """What was there of these is to be gone."""
        return [
            item if item.absent else item.model_copy(update={"absent": True, "since": self.version})
            for item in before.expected
            if item.effect in effects
        ]

    def _meeting(self, before: "Appointment | None" = None) -> list[Expected]:
        if self.link_by_hand is not None and (before is None or before.meeting is None or not before.meeting.secret):
            return []  # nothing was issued that could go
        if not self.issues:
            return self._going(before, Effect.MEETING) if before else []
        return [Expected(effect=Effect.MEETING, of=self.organizer_id, keys=[MEETING_KEY], since=self.version)]

    def _entries(self, before: "Appointment | None" = None) -> list[Expected]:
        known = before.expected if before else []
        return entries(self.with_calendar, self.organizer_id, self.version, known)

    def _room(self) -> list[Expected]:
        """The room's answer, where an entry of the organizer's books it."""
        if self.room_id is None or self.organizer_id not in self.with_calendar:
            return []
        return [Expected(effect=Effect.ROOM, of=self.room_id, keys=[room_key(self.room_id)], since=self.version)]

    def _mails(self, purpose: Purpose) -> list[Expected]:
        return mails(purpose, self._told, self.version, self.link_at)

    @property
    def _told(self) -> tuple[Audience, ...]:
        return (Audience.GUEST, Audience.STAFF) if self.mails_guest else (Audience.STAFF,)
