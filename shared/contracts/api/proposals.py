"""Proposals in the public API: what staff send and see, and the guest's page (api.md, R12-R24)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from shared.contracts.api.appointments import AttendeeView, GuestAppointmentView, GuestView
from shared.contracts.api.effects import EffectView
from shared.contracts.api.fields import (
    Address,
    Email,
    GuestField,
    GuestName,
    Id,
    Instant,
    LongText,
    MayBeLeftOut,
    Message,
    Request,
    Title,
    View,
    ZoneName,
)
from shared.contracts.api.menus import MenuRef, RevealView
from shared.contracts.booking import Kind, Visibility

MAX_SLOTS = 50
MAX_ATTENDEES = 50

ProposalKind = Literal[Kind.WEB, Kind.VISIT, Kind.OUTBOUND]
PROPOSAL_KINDS = (Kind.WEB, Kind.VISIT, Kind.OUTBOUND)


class ProposalStatus(StrEnum):
    """``confirmed`` and ``withdrawn`` are final; new slots reopen an expired one."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class SlotStatus(StrEnum):
    """``taken`` where time went to another appointment, ``withdrawn`` where staff or an end took it back."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class Platform(StrEnum):
    """Web-meeting tools (R12); ``link`` is another one, met at a fixed URL or as a text says (C5)."""

    ZOOM = "zoom"
    LINK = "link"


class SlotCreate(Request):
    """A candidate slot, half-open; on 30-minute boundaries of the organization's zone (R6)."""

    start: Instant
    end: Instant
    room_id: Id | None = None


class SlotPatch(Request):
    """With ``id``: kept unchanged. Without: new, ``start`` and ``end`` required. ``room_name`` and ``status`` may be
    sent back as they were received; they change nothing.
    """

    id: Id | None = None
    start: MayBeLeftOut[Instant] = None
    end: MayBeLeftOut[Instant] = None
    room_id: Id | None = None
    room_name: str | None = None
    status: MayBeLeftOut[SlotStatus] = None


class GuestCreate(Request):
    """With mail ``email`` is required, with the URL only ``name`` is (R13)."""

    company: GuestField = ""
    name: GuestField = ""
    email: Email = ""


class ProposalCreate(Request):
    """``attendee_ids`` defaults to the caller, ``organizer_id`` to the first attendee; an empty title is made of the
    guest (R12); the two ``issue_`` flags default to the kind (R11). ``place`` is the URL or text of the platform
    ``link``, which needs one. A meeting type brings kind, platform, place and when the link is told (C5, C7).
    """

    kind: ProposalKind = Kind.WEB
    title: Title = ""
    attendee_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_ATTENDEES)] | None = None
    organizer_id: Id | None = None
    slots: Annotated[list[SlotCreate], Field(min_length=1, max_length=MAX_SLOTS)]
    guest: GuestCreate = GuestCreate()
    send_mail: StrictBool = True
    guidance: LongText = ""
    note: LongText = ""
    visibility: Visibility = Visibility.DEFAULT
    expires_at: Instant | None = None
    platform: Platform = Platform.ZOOM
    place: Address = ""
    meeting_type_id: Id | None = None
    address: Address | None = None
    allow_overlap: StrictBool = False
    issue_reception_code: StrictBool | None = None
    issue_web_meeting: StrictBool | None = None


class ProposalPatch(Request):
    """What is left out stays; ``expires_at: null`` and ``address: null`` go back to the default, as do
    the two ``issue_`` flags, which follow the kind. ``meeting_type_id: null`` takes the meeting type away.

    ``slots`` is the whole new list. The guest is mailed again only with ``send_mail``.
    """

    kind: MayBeLeftOut[ProposalKind] = None
    title: MayBeLeftOut[Title] = None
    attendee_ids: MayBeLeftOut[Annotated[list[Id], Field(min_length=1, max_length=MAX_ATTENDEES)]] = None
    organizer_id: MayBeLeftOut[Id] = None
    slots: MayBeLeftOut[Annotated[list[SlotPatch], Field(min_length=1, max_length=MAX_SLOTS)]] = None
    guest: MayBeLeftOut[GuestCreate] = None
    send_mail: StrictBool = False
    guidance: MayBeLeftOut[LongText] = None
    note: MayBeLeftOut[LongText] = None
    visibility: MayBeLeftOut[Visibility] = None
    expires_at: Instant | None = None
    platform: MayBeLeftOut[Platform] = None
    place: MayBeLeftOut[Address] = None
    meeting_type_id: Id | None = None
    address: Address | None = None
    allow_overlap: StrictBool = False
    issue_reception_code: StrictBool | None = None
    issue_web_meeting: StrictBool | None = None


class ProposalWithdraw(Request):
    """Optional body of ``DELETE``; ``?notify_guest=true`` says the same."""

    notify_guest: StrictBool = False


class SlotView(View):
    """A candidate slot as staff see it."""

    id: str
    start: datetime
    end: datetime
    room_id: str | None
    room_name: str | None = None
    status: SlotStatus


class ProposalView(View):
    """A proposal as staff see it. ``hidden`` where it is private and the reader takes no part: then title, guest,
    note, guidance and the guest's URL are empty. Times are in the organization's zone.
    ``opened_at`` is when the guest's page was first seen (X12). ``unreadable`` has, by id of an open slot that cannot
    be chosen for now, those whose calendar cannot be read (G3); said of one proposal that is read, else empty.
    """

    id: str
    version: int
    status: ProposalStatus
    kind: Kind
    title: str
    guest_url: str
    creator: AttendeeView
    organizer_id: str
    attendees: list[AttendeeView]
    slots: list[SlotView]
    unreadable: dict[str, list[str]] = Field(default_factory=dict)
    guest: GuestView
    send_mail: bool
    guidance: str
    note: str
    visibility: Visibility
    platform: Platform
    place: str = ""
    meeting_type: MenuRef | None = None
    reveal: RevealView | None = None
    address: str | None
    issue_reception_code: bool
    issue_web_meeting: bool
    expires_at: datetime
    time_zone: str
    created_at: datetime
    updated_at: datetime
    asked_again_at: datetime | None
    opened_at: datetime | None = None
    guest_message: str
    erased_at: datetime | None = None
    """As in appointments (X5)."""
    appointment_id: str | None
    hidden: bool
    can_change: bool
    effects: list[EffectView]


class ProposalList(View):
    """Newest first."""

    items: list[ProposalView]
    next_cursor: str | None


class GuestConfirm(Request):
    """The guest's choice (R22). ``email`` may be left out where it is known; another address replaces it. ``locale`` is
    the browser's: any is taken, mails are written in ``ja`` or ``en``, and in the organization's language for others.
    """

    slot_id: Id
    name: GuestName
    company: GuestField = ""
    email: Email = ""
    time_zone: ZoneName = ""
    locale: Annotated[str, Field(max_length=35)] = ""


class AskAgain(Request):
    """A line of text to the staff (R24)."""

    message: Message = ""


class GuestSlotView(View):
    """A slot that can be chosen now; the others are left out."""

    id: str
    start: datetime
    end: datetime
    status: SlotStatus = SlotStatus.OPEN


class KnownGuestView(View):
    """What fills the form: the address only masked (``h…@example.jp``), empty when unknown."""

    company: str
    name: str
    email_masked: str


class GuestProposalView(View):
    """The guest's page: what can be chosen, or what was. ``appointment`` is set once it is confirmed,
    ``asked_again_at`` while other slots were asked for and none were offered since. ``unreadable`` where slots are left
    out for now, since a host's calendar cannot be read (G3).
    """

    status: ProposalStatus
    kind: Kind
    title: str
    organization_name: str
    product_name: str
    host_names: list[str]
    platform: Platform | None
    address: str | None
    slots: list[GuestSlotView]
    unreadable: bool = False
    time_zone: str
    locale: str
    guest: KnownGuestView
    expires_at: datetime
    can_ask_again: bool
    asked_again_at: datetime | None = None
    appointment: GuestAppointmentView | None
