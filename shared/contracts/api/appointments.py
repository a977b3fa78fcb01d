"""Appointments in the public API: what staff see and change, and what the guest sees (api.md, R23, R28)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from shared.contracts.api.effects import EffectView
from shared.contracts.api.fields import (
    Address,
    Email,
    GuestField,
    Id,
    Instant,
    LongText,
    MayBeLeftOut,
    Message,
    Request,
    Rule,
    Title,
    View,
)
from shared.contracts.api.menus import MenuRef, RevealView
from shared.contracts.api.occurrences import GuestOccurrenceView, OccurrenceView
from shared.contracts.api.page_guests import AnswerView, PageRefView, UtmView
from shared.contracts.api.payments import PaymentView
from shared.contracts.booking import DriftDecision, EndOfRequest, Kind, Outcome, Visibility
from shared.contracts.drift import DriftKind, DriftSource
from shared.contracts.zoom_issuer import MeetingErrorCode

MAX_ATTENDEES = 50


class AppointmentStatus(StrEnum):
    """``requested`` waits for staff (offline pages); ``canceled`` is final."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CANCELED = "canceled"


class MeetingStatus(StrEnum):
    """``none`` where no web meeting is wanted."""

    PENDING = "pending"
    ISSUED = "issued"
    FAILED = "failed"
    NONE = "none"


class CalendarStatus(StrEnum):
    """Of the entries together; ``none`` where no attendee has a calendar."""

    PENDING = "pending"
    WRITTEN = "written"
    FAILED = "failed"
    NONE = "none"


class AttendeeView(View):
    """A staff member who takes part."""

    staff_id: str
    name: str
    email: str


class GuestView(View):
    """The person from outside."""

    company: str
    name: str
    email: str


class MeetingErrorView(View):
    """Word for word as E8 says."""

    code: MeetingErrorCode
    message: str


class MeetingView(View):
    """What is needed to join, once it is known. ``own_url`` is the guest's join link (X9), where the organization tells
    it; where it tells nothing else, ``join_url`` is the same. ``by_hand`` where staff entered it (C4).
    """

    status: MeetingStatus
    join_url: str | None = None
    own_url: str | None = None
    meeting_id: str | None = None
    passcode: str | None = None
    error: MeetingErrorView | None = None
    by_hand: bool = False


class CalendarView(View):
    """What became of the calendar entries."""

    status: CalendarStatus


class GuestPatch(Request):
    """What is left out stays. Another ``email`` is another person: the former guest's links end, and both are told
    (C9); the rest only puts right who it is.
    """

    company: MayBeLeftOut[GuestField] = None
    name: MayBeLeftOut[GuestField] = None
    email: MayBeLeftOut[Email] = None


class AppointmentPatch(Request):
    """What is left out stays. ``start`` or ``end`` reschedules; with ``start`` alone the length stays. A ``room_id`` of
    null releases the room. Another ``kind`` or meeting type creates or deletes the Zoom meeting (E5); a type of null is
    no type any more. An ``all_day`` appointment covers the whole days that its times touch. An ``rrule`` gives a
    series that has not begun another rule; a single appointment becomes no series, nor a series a single one (422).
    """

    start: MayBeLeftOut[Instant] = None
    end: MayBeLeftOut[Instant] = None
    title: MayBeLeftOut[Title] = None
    guest: MayBeLeftOut[GuestPatch] = None
    attendee_ids: MayBeLeftOut[Annotated[list[Id], Field(min_length=1, max_length=MAX_ATTENDEES)]] = None
    organizer_id: MayBeLeftOut[Id] = None
    note: MayBeLeftOut[LongText] = None
    guidance: MayBeLeftOut[LongText] = None
    visibility: MayBeLeftOut[Visibility] = None
    kind: MayBeLeftOut[Kind] = None
    meeting_type_id: Id | None = None
    all_day: MayBeLeftOut[StrictBool] = None
    rrule: Rule | None = None
    customer: MayBeLeftOut[GuestField] = None
    deal: MayBeLeftOut[GuestField] = None
    place: MayBeLeftOut[Address] = None
    others_may_edit: MayBeLeftOut[StrictBool] = None
    address: Address | None = None
    room_id: Id | None = None
    allow_overlap: StrictBool = False


class RoomStatus(StrEnum):
    """What the room of an appointment says; ``pending`` until it answered as of the newest change."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class GuestResponseStatus(StrEnum):
    """What the guest answered in their own calendar (H9)."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class RoomView(View):
    """The room that is booked with an appointment; its ``status`` is ``declined`` where staff must find another."""

    id: str
    name: str | None
    status: RoomStatus


class CancelRequest(Request):
    """Words to the guest."""

    message: Message = ""


class OutcomeRequest(Request):
    """``canceled`` cancels an appointment that is not over yet, as ``DELETE`` does; of one that is over it says that it
    did not take place, and nobody is told. Moving an appointment makes it ``scheduled`` again (H11).
    """

    outcome: Outcome


class DriftRequest(Request):
    """Put the calendar's entry back as it was written, or have the appointment follow it."""

    decision: DriftDecision


class DriftView(View):
    """What somebody changed directly in a calendar or at Zoom and nobody has decided yet (V6, E7). ``title`` where it
    is another, ``note`` where what is typed above the block is (E4); ``reason`` says why it was not followed although
    the organization wants that. ``original_start`` names the one occurrence of a recurring appointment that it is about
    (E6).
    """

    kind: DriftKind
    start: datetime | None
    end: datetime | None
    title: str | None
    staff_id: str
    provider: DriftSource
    detected_at: datetime
    reason: str | None
    original_start: datetime | None = None
    note: str | None = None


class AppointmentView(View):
    """An appointment as staff see it. ``hidden`` as in proposals. Times are in the organization's zone. ``creator``
    registered or proposed it, ``changed_by`` changed it last, at ``updated_at``. An ``all_day`` one starts and ends
    at midnight. ``guest_reason`` is what the guest said when they moved or cancelled it (H10), ``guest_response`` what
    they answered in their calendar, null where they do not take part in the entry (H9). ``details`` are the ``note``
    with the block of the meeting under it (E4); what is sent back as a ``note`` may hold the block, which is left out.
    ``place`` is the URL or text of another tool than Zoom (C5); ``link_at`` is from when on the guest knows how to join
    (C7), null where that is at once.
    """

    id: str
    version: int
    status: AppointmentStatus
    start: datetime
    end: datetime
    time_zone: str
    kind: Kind
    title: str
    proposal_id: str | None
    page_id: str | None
    creator: AttendeeView
    organizer_id: str
    attendees: list[AttendeeView]
    guest: GuestView
    guest_time_zone: str
    guest_locale: str
    guest_url: str
    guest_join_url: str = ""
    note: str
    guidance: str
    visibility: Visibility
    address: str | None
    room_id: str | None
    room: RoomView | None = None
    meeting: MeetingView
    calendar: CalendarView
    reception_code: str | None
    erased_at: datetime | None = None
    """Since when its guest is erased (X5): nothing but times, staff and status is left, and nothing can be changed."""
    requested_until: datetime | None = None
    """Until when staff may confirm a request (H4)."""
    end_of_request: EndOfRequest | None = None
    """Why a request came to nothing."""
    outcome: Outcome
    suggested_outcome: Outcome | None = None
    """``completed`` where its time has passed and nothing is recorded yet (H11)."""
    cancel_message: str
    confirmed_at: datetime
    updated_at: datetime
    all_day: bool = False
    customer: str = ""
    deal: str = ""
    place: str = ""
    others_may_edit: bool = False
    mails_guest: bool = True
    details: str = ""
    changed_by: AttendeeView | None = None
    hidden: bool
    can_change: bool
    effects: list[EffectView]
    drift: DriftView | None = None
    rrule: str | None = None
    occurrence: OccurrenceView | None = None
    """Of a series in a list by time: its first occurrence within, or the last where the latest come first (E6)."""
    occurrences: list[OccurrenceView] = Field(default_factory=list)
    """Of a series in a list between two times: all within, earliest first."""
    meeting_type: MenuRef | None = None
    bookable_id: str | None = None
    bookable: MenuRef | None = None
    reveal: RevealView | None = None
    link_at: datetime | None = None
    link_stays_known: bool = False
    """Whether somebody who may attend no more knows the link by hand: only staff can enter another one (C9)."""
    page: PageRefView | None = None
    answers: list[AnswerView] = Field(default_factory=list)
    utm: UtmView | None = None
    contact_id: str | None = None
    guest_reason: str = ""
    guest_response: GuestResponseStatus | None = None
    payment: PaymentView | None = None


class AppointmentList(View):
    """Earliest first, or latest first where that was asked for."""

    items: list[AppointmentView]
    next_cursor: str | None


class GuestAppointmentView(View):
    """What the guest sees: what they typed and the meeting, no more (G23). ``link_at`` is when the guest learns how
    to join (C7): until then ``meeting`` is pending and ``place`` empty; null where that is known, or comes as soon as
    it is made. Of a series ``start`` is the first occurrence's, and ``occurrences`` are all of them. ``page`` where
    it was booked on one; ``uid`` and ``sequence`` are the invitation's (G14). ``can_reschedule`` and ``can_cancel``
    say what the guest may do now, until ``reschedule_until`` and ``cancel_until`` (null where that was never allowed)
    (H10); ``allowed_origins`` are the page's (H12). ``checkout_url`` is where it can be paid as long as its time is
    held (H13). Of a request ``requested_until`` is when it ends unanswered, and ``end_of_request`` why it came to
    nothing (H4).
    """

    id: str
    status: AppointmentStatus
    start: datetime
    end: datetime
    time_zone: str
    title: str
    kind: Kind
    attendees: list[str]
    meeting: MeetingView
    guest: GuestView
    address: str | None
    reception_code: str | None
    guidance: str
    cancel_message: str = ""
    organization_name: str
    product_name: str = ""
    manage_url: str
    all_day: bool = False
    place: str = ""
    link_at: datetime | None = None
    rrule: str | None = None
    occurrences: list[GuestOccurrenceView] = Field(default_factory=list)
    page: PageRefView | None = None
    answers: list[AnswerView] = Field(default_factory=list)
    guest_time_zone: str = ""
    guest_locale: str = ""
    uid: str = ""
    sequence: int = 0
    can_reschedule: bool = False
    can_cancel: bool = False
    reschedule_until: datetime | None = None
    cancel_until: datetime | None = None
    allowed_origins: list[str] = Field(default_factory=list)
    payment: PaymentView | None = None
    checkout_url: str | None = None
    requested_until: datetime | None = None
    end_of_request: EndOfRequest | None = None
