"""From what is known to the draft of an entry: holds from proposals, entries from appointments."""

from services.calendar_sync.model.entries import EntryDraft, Participant
from services.calendar_sync.model.guests import HowToJoin, told_to_guest
from services.calendar_sync.model.series import series_of
from services.calendar_sync.model.subjects import AppointmentState, ProposalState
from services.calendar_sync.model.text import entry_text, hold_title
from shared.contracts.booking import Appointment, Attendee


def hold_draft(state: ProposalState, slot_id: str, marker: str, room: Participant | None = None) -> EntryDraft | None:
    """A tentative entry without participants and without a link; None where the slot is no longer offered."""
    if state.proposal is None:
        return None
    slot = next((slot for slot in state.proposal.slots if slot.slot_id == slot_id), None)
    if slot is None:
        return None
    return EntryDraft(
        marker=marker,
        title=hold_title(state.proposal),
        description="",
        location=slot.room_name or "",
        start_at=slot.start_at,
        end_at=slot.end_at,
        time_zone=state.proposal.time_zone,
        tentative=True,
        visibility=state.proposal.visibility,
        room=room,
    )


def entry_draft(
    state: AppointmentState,
    marker: str,
    participants: tuple[str, ...],
    *,
    locale: str,
    limit: int,
    public_url: str,
    room: Participant | None = None,
    note: str | None = None,
    guest: Participant | None = None,
    mail_links: str = "raw",
) -> EntryDraft | None:
    """The confirmed entry, with another ``note`` where one is given. It is for staff, its only readers (R26), unless
    the ``guest`` takes part, who may not read the note (R15) and not more of how to join than their mails tell.
    """
    appointment = state.appointment
    if appointment is None:
        return None
    known: dict[str, Attendee] = {attendee.staff_id: attendee for attendee in appointment.attendees}
    invited = [known[staff_id] for staff_id in participants if staff_id in known]
    known_note = "" if guest else state.note
    join = told_to_guest(state, mail_links) if guest else HowToJoin(state.link, state.place)
    text = entry_text(
        appointment,
        known_note if note is None else note,
        join.link,
        locale=locale,
        limit=limit,
        console_url=f"{public_url}/appointments/{appointment.appointment_id}",
        place=join.place,
        own_url=join.own_url,
    )
    return EntryDraft(
        marker=marker,
        title=appointment.title,
        description=text.description,
        location=_location(appointment, join),
        start_at=appointment.start_at,
        end_at=appointment.end_at,
        time_zone=appointment.time_zone,
        tentative=False,
        visibility=appointment.visibility,
        participants=tuple(Participant(one.person.email, one.person.name) for one in invited),
        room=room,
        guest=guest,
        all_day=appointment.all_day,
        series=series_of(appointment),
        text=text,
    )


def _location(appointment: Appointment, join: HowToJoin) -> str:
    """Where one goes; the link only where there is no other place."""
    link = join.own_url or (join.link.join_url if join.link else "")
    return appointment.address or appointment.room_name or link or join.place
