"""The guest as a participant of the organizer's entry (H9): whether they are one, and what they may read in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.calendar_sync.model.entries import Participant
from services.calendar_sync.model.ledger import Row
from services.calendar_sync.model.subjects import AppointmentState
from services.calendar_sync.model.text import MeetingLink
from shared.contracts.booking import Appointment


def may_join(row: Row, appointment: Appointment) -> bool:
    """Whether the guest is to be a participant of this row's entry, should it be there in time (G14)."""
    return appointment.guest_participates and row.staff_id == appointment.organizer_id


def joining_guest(
    row: Row, state: AppointmentState, now: datetime, *, wait: timedelta, anew: bool
) -> Participant | None:
    """The guest where they are a participant: of the organizer's first entry, where that is written in time, and of no
    other, nor of one that is made ``anew``, since its UID is another (G14). Nobody is invited twice.
    """
    appointment = state.appointment
    if appointment is None or not may_join(row, appointment) or state.invited_apart or not appointment.mails_guest:
        return None
    guest = appointment.guest
    staff = {attendee.person.email.casefold() for attendee in appointment.attendees}
    if not guest.email or guest.email.casefold() in staff:
        return None
    if row.written is not None:
        joins = bool(row.written.with_guest) and not anew
    else:
        joins = row.row_id == state.guests_row and now < appointment.confirmed_at + wait
    return Participant(guest.email, guest.known_as) if joins else None


@dataclass(frozen=True)
class HowToJoin:
    """What an entry tells of it; ``own_url`` is our link (X9)."""

    link: MeetingLink | None
    place: str = ""
    own_url: str = ""


def told_to_guest(state: AppointmentState, mail_links: str) -> HowToJoin:
    """As their mails tell it (X9). Where the link is told by a notice only, our own link stands in for it: it leads on
    from then on, and says when before (C7).
    """
    appointment, link, place = state.appointment, state.link, state.place
    if appointment is None or (link is None and not place):
        return HowToJoin(link, place)
    if appointment.link_at is not None:
        return HowToJoin(None, own_url=state.join_url)
    if link is None or mail_links == "raw" or not state.join_url:
        return HowToJoin(link, place)
    return HowToJoin(None if mail_links == "own" else link, own_url=state.join_url)
