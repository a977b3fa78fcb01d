"""Events of booking: proposals and appointments. Each carries the whole state: consumers need no earlier event."""

from datetime import datetime
from enum import StrEnum

from shared.contracts.envelope import EventData, Instant, Value
from shared.contracts.payments import Paid, PaymentStep
from shared.contracts.people import Guest, Person
from shared.contracts.reveal import Reveal


class Kind(StrEnum):
    """What sort of meeting it is; the words of R27 depend on it."""

    WEB = "web"
    VISIT = "visit"
    OUTBOUND = "outbound"
    PHONE = "phone"
    LINK = "link"
    NONE = "none"


class Visibility(StrEnum):
    """Of the calendar entries (R16)."""

    DEFAULT = "default"
    PUBLIC = "public"
    PRIVATE = "private"


class Outcome(StrEnum):
    """What became of an appointment (H11)."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    RESCHEDULED = "rescheduled"
    NO_SHOW = "no_show"
    CANCELED = "canceled"


class ReasonGone(StrEnum):
    """Why a slot is no longer offered."""

    TAKEN = "taken"
    EDITED = "edited"


class Attendee(Value):
    """A staff member who takes part."""

    staff_id: str
    person: Person


class MeetingTypeRef(Value):
    """What kind of appointment it is (種別), as it was named when it was made."""

    meeting_type_id: str
    name: str


class PageRef(Value):
    """The scheduling page that a guest booked on, as it was then (H1)."""

    page_id: str
    title: str
    slug: str


class Occurrence(Value):
    """One occurrence of a series that is not as the rule says; ``original_start_at`` names it (RFC 5545,
    RECURRENCE-ID).
    """

    original_start_at: Instant
    start_at: Instant
    end_at: Instant
    canceled: bool = False


class Series(Value):
    """A recurring appointment (E6): an RRULE (RFC 5545) in the appointment's ``time_zone``, whose DTSTART is its
    ``start_at``, and the occurrences that differ.
    """

    rrule: str
    changed: tuple[Occurrence, ...] = ()


class Slot(Value):
    """A candidate slot, half-open [start_at, end_at)."""

    slot_id: str
    start_at: Instant
    end_at: Instant
    room_id: str | None = None
    room_name: str | None = None


class Proposal(Value):
    """A proposal as it stands; ``slots`` are the open ones only. ``platform`` is the web-meeting tool (R12)."""

    proposal_id: str
    kind: Kind
    title: str
    organizer_id: str
    creator: Attendee
    attendees: list[Attendee]
    slots: list[Slot]
    guest: Guest
    visibility: Visibility
    platform: str
    address: str | None
    send_mail: bool
    expires_at: Instant
    time_zone: str
    locale: str
    meeting_type: MeetingTypeRef | None = None


class Appointment(Value):
    """An appointment as it stands. ``revision`` grows with every change that others must follow (iCalendar SEQUENCE).

    ``time_zone`` is the organization's; ``guest_time_zone`` and ``guest_locale`` what the guest's browser said, or
    empty. ``zoom_user_id`` is the provider's own user id for which time was claimed; ``wants_meeting`` where a Zoom
    meeting is due. ``topic`` is the meeting's at Zoom where it is not the title (E3); ``link_generation`` grows when
    somebody who knows the link lost the right to attend (C9), and a link that was issued for revision ``link_since`` or
    later stays valid (G12). ``hosted_by_bookable``: that Zoom user is a bookable's and nobody else hosts instead (C3).
    An ``all_day`` one covers whole days of ``time_zone``. ``link_start_at`` is the start of the one occurrence of a
    series before which the link is told, once for all of them (C7). ``mails_guest`` is false where the guest is told
    nothing. ``page`` where a guest booked it on one; ``guest_participates``: the guest is to be a participant of
    the organizer's entry, and its UID the invitation's (H9, G14). ``reschedule_until`` and ``cancel_until`` say until
    when the page lets the guest do so themselves, None where never (H10). ``paid`` where it was paid for (H13).
    """

    appointment_id: str
    proposal_id: str | None
    revision: int
    kind: Kind
    title: str
    start_at: Instant
    end_at: Instant
    time_zone: str
    organizer_id: str
    creator: Attendee
    attendees: list[Attendee]
    guest: Guest
    guest_time_zone: str
    guest_locale: str
    visibility: Visibility
    wants_meeting: bool
    zoom_user_id: str | None
    address: str | None
    reception_code: str | None
    room_id: str | None
    room_name: str | None = None
    confirmed_at: Instant
    hosted_by_bookable: bool = False
    meeting_type: MeetingTypeRef | None = None
    topic: str = ""
    link_generation: int = 1
    link_since: int = 0
    reveal: Reveal = Reveal()
    link_start_at: Instant | None = None
    all_day: bool = False
    series: Series | None = None
    mails_guest: bool = True
    page: PageRef | None = None
    guest_participates: bool = False
    reschedule_until: Instant | None = None
    cancel_until: Instant | None = None
    paid: Paid | None = None

    @property
    def link_at(self) -> datetime | None:
        """From when on the guest is told how to join; None: at once."""
        return self.reveal.link_at(self.link_start_at or self.start_at, self.time_zone)


class ProposalEvent(EventData):
    """Members that all events about a proposal carry; ``sealed`` holds ``ProposalSecrets``."""

    proposal: Proposal
    sealed: str


class SlotsProposed(ProposalEvent, routing_key="booking.slots_proposed.v1"):
    """A proposal was made; from now on its slots are claimed and want holds in every attendee's calendar (R21)."""


class SlotsChanged(ProposalEvent, routing_key="booking.slots_changed.v1"):
    """Slots or details of an open proposal changed, or new slots reopened an expired one; holds follow
    ``proposal.slots``.
    """

    reason: ReasonGone
    mail_guest: bool


class SlotsWithdrawn(ProposalEvent, routing_key="booking.slots_withdrawn.v1"):
    """Staff withdrew the proposal; nothing can be chosen any more and all holds go."""

    notify_guest: bool


class ProposalExpired(ProposalEvent, routing_key="booking.proposal_expired.v1"):
    """A proposal passed its expiry unanswered (R29); all holds go."""


class NewSlotsRequested(ProposalEvent, routing_key="booking.new_slots_requested.v1"):
    """The guest asked for other slots (R24); published at most once a day and proposal. The words are in ``sealed``."""


class SlotsRunningLow(ProposalEvent, routing_key="booking.slots_running_low.v1"):
    """Fewer open slots remain than the organization's ``minimum`` (X10); published once until staff add some."""

    remaining: int
    minimum: int


class ProposalUnanswered(ProposalEvent, routing_key="booking.proposal_unanswered.v1"):
    """A proposal lay unanswered for the days that staff wait (X12); published once a proposal. ``opened`` tells whether
    the guest has looked at it.
    """

    opened: bool


class AppointmentEvent(EventData):
    """Members that all events about an appointment carry; ``sealed`` holds ``AppointmentSecrets``."""

    appointment: Appointment
    sealed: str


class AppointmentConfirmed(AppointmentEvent, routing_key="booking.appointment_confirmed.v1"):
    """A guest's choice (or a direct registration) was confirmed and its time is claimed for good."""

    slot_id: str | None = None


class FormerGuest(Value):
    """Who was the guest before another person took their place, and what they knew of the appointment (C9)."""

    guest: Guest
    guest_time_zone: str
    guest_locale: str
    title: str
    start_at: Instant
    end_at: Instant


class AppointmentRescheduled(AppointmentEvent, routing_key="booking.appointment_rescheduled.v1"):
    """The time changed; the old time is free again and the new one claimed. ``occurrence`` is the one of a series that
    moved; None: all of it. ``former_guest`` where the guest is another person from now on; ``link_stays_known`` as in
    ``AppointmentChanged``.
    """

    previous_start_at: Instant
    previous_end_at: Instant
    occurrence: Occurrence | None = None
    former_guest: FormerGuest | None = None
    link_stays_known: bool = False


class LinkChange(StrEnum):
    """What staff did with a link by hand (C4)."""

    ENTERED = "entered"
    REMOVED = "removed"


class AppointmentChanged(AppointmentEvent, routing_key="booking.appointment_changed.v1"):
    """Title, attendees or another detail changed, the time did not; or one ``occurrence`` of a series was cancelled.
    ``former_guest`` where the guest is another person from now on, ``link_by_hand`` where that alone changed;
    ``meets_otherwise`` where it is of another kind, so that what both sides were told of where to meet is over (E5);
    ``link_stays_known`` where somebody may attend no more who knows a link by hand, which nobody can make anew (C9).
    """

    occurrence: Occurrence | None = None
    former_guest: FormerGuest | None = None
    meets_otherwise: bool = False
    link_by_hand: LinkChange | None = None
    link_stays_known: bool = False


class AppointmentRequested(AppointmentEvent, routing_key="booking.appointment_requested.v1"):
    """A guest asks for a time on a page whose bookings staff confirm (H4). Its time is held; nothing is made for it
    before ``AppointmentConfirmed``, and without an answer it ends at ``answer_by``.
    """

    answer_by: Instant


class EndOfRequest(StrEnum):
    """Why a request came to nothing (H4): staff declined it, nobody answered in time, its time was confirmed for
    somebody else, or the guest took it back.
    """

    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class AppointmentCanceled(AppointmentEvent, routing_key="booking.appointment_canceled.v1"):
    """The appointment will not take place; its time is free again. ``was_requested``: it had not been confirmed, so
    that nothing was made for it, and ``end_of_request`` tells why it came to nothing (H4).
    """

    was_requested: bool = False
    end_of_request: EndOfRequest | None = None


class OutcomeRecorded(AppointmentEvent, routing_key="booking.outcome_recorded.v1"):
    """Staff recorded what became of it (H11). Nothing follows from it, so that the revision stays; of several the
    latest ``time`` tells. An ``AppointmentCanceled`` is its own word for ``canceled``.
    """

    outcome: Outcome


class PaymentRecorded(EventData, routing_key="booking.payment_recorded.v1"):
    """A time is held for a payment, paid, released unpaid, refunded, or could not be (H13); the rest others tell."""

    appointment_id: str
    step: PaymentStep
    amount: int
    currency: str
    held_until: Instant | None = None


class DriftDecision(StrEnum):
    """What is done about an entry that was changed at the provider (V6)."""

    RESTORE = "restore"
    FOLLOW = "follow"


class DriftDecided(EventData, routing_key="booking.drift_decided.v1"):
    """The entry in ``staff_id``'s calendar, or the meeting, found as ``drift_id`` told, is to be put back as it was.

    Following is told by what it leads to: ``AppointmentRescheduled``, ``AppointmentChanged``, ``AppointmentCanceled``.
    Subject: the appointment's id.
    """

    appointment_id: str
    drift_id: str
    staff_id: str
    decision: DriftDecision
