"""Contacts in the public API (H6, H7): every guest, by e-mail address and organization, with what they booked."""

from datetime import datetime

from pydantic import Field

from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.fields import GuestField, Id, MayBeLeftOut, Request, View
from shared.contracts.api.page_guests import PageRefView
from shared.contracts.booking import Kind, Outcome


class LastBookingView(View):
    """The newest booking on a page, and of which link it came (H6); empty where the link said nothing."""

    at: datetime
    page: PageRefView
    source: str
    medium: str
    campaign: str
    term: str
    content: str


class ContactView(View):
    """Name and company as the guest typed them last, or as staff put them. ``first_seen_at`` and ``last_seen_at`` are
    when the first and the newest appointment were made.
    """

    id: str
    version: int
    name: str
    company: str
    email: str
    owner_id: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    last_booking: LastBookingView | None
    created_at: datetime
    updated_at: datetime
    can_change: bool


class ContactAppointment(View):
    """An appointment of the contact."""

    id: str
    status: AppointmentStatus
    start: datetime
    end: datetime
    time_zone: str
    all_day: bool
    rrule: str | None
    kind: Kind
    title: str
    organizer_id: str
    outcome: Outcome
    page: PageRefView | None


class ContactDetail(ContactView):
    """With the appointments that the reader may see, latest first, a hundred at most."""

    history: list[ContactAppointment]


class ContactList(View):
    """Who booked last comes first."""

    items: list[ContactView]
    next_cursor: str | None


class ContactPatch(Request):
    """What is left out stays. An empty name or company is again what the guest types; an ``owner_id`` of null leaves
    the contact to the organizer of its next appointment.
    """

    name: MayBeLeftOut[GuestField] = Field(None)
    company: MayBeLeftOut[GuestField] = Field(None)
    owner_id: Id | None = None
