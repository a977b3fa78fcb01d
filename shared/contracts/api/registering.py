"""Direct registration of an appointment in the public API (E2): what staff send to ``POST /appointments``."""

from typing import Annotated

from pydantic import Field, StrictBool

from shared.contracts.api.appointments import MAX_ATTENDEES
from shared.contracts.api.fields import (
    Address,
    GuestField,
    Id,
    Instant,
    LongText,
    MayBeLeftOut,
    Request,
    Rule,
    Title,
)
from shared.contracts.api.proposals import GuestCreate, Platform
from shared.contracts.booking import Kind, Visibility


class AppointmentCreate(Request):
    """Of a meeting type, or of a ``kind`` (``web``); the type's usual length counts where ``end`` is left out.
    ``attendee_ids`` and ``organizer_id`` default to the caller, who need not attend; an empty title is made of the
    guest, who may be left out. ``all_day`` covers the whole days, in the organization's zone, that ``start`` and
    ``end`` touch; there ``end`` may be left out. An ``rrule`` (RFC 5545, with COUNT or UNTIL) makes it recur, ``start``
    first. A ``deal`` belongs to a ``customer``. ``place`` is the fixed URL or text of a ``link``. The guest is mailed
    where they have an address and ``send_mail`` is not false. ``expires_at`` may be null, as in a proposal, and nothing
    else: what is agreed does not expire.
    """

    meeting_type_id: Id | None = None
    bookable_id: Id | None = None
    kind: MayBeLeftOut[Kind] = None
    title: Title = ""
    start: Instant
    end: MayBeLeftOut[Instant] = None
    all_day: StrictBool = False
    rrule: Rule | None = None
    attendee_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_ATTENDEES)] | None = None
    organizer_id: Id | None = None
    room_id: Id | None = None
    guest: GuestCreate = GuestCreate()
    send_mail: StrictBool = True
    expires_at: None = None
    guidance: LongText = ""
    note: LongText = ""
    visibility: Visibility = Visibility.DEFAULT
    platform: Platform = Platform.ZOOM
    address: Address | None = None
    place: Address = ""
    customer: GuestField = ""
    deal: GuestField = ""
    others_may_edit: StrictBool = False
    allow_overlap: StrictBool = False
    issue_reception_code: StrictBool | None = None
    issue_web_meeting: StrictBool | None = None
