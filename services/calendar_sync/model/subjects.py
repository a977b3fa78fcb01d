"""What entries are about, folded from events that come in any order and any number: proposals and appointments.

A newer revision replaces an older one; a confirmation seals its proposal and a cancellation its appointment, so that
nothing late can bring a hold or an entry back.
"""

from dataclasses import dataclass, replace

from services.calendar_sync.model.text import MeetingLink
from shared.contracts.booking import Appointment, Proposal


@dataclass(frozen=True)
class ProposalState:
    """The newest known state of a proposal; ``sealed`` once one of its slots was confirmed."""

    proposal_id: str
    organization_id: str
    revision: int = 0
    is_open: bool = False
    sealed: bool = False
    proposal: Proposal | None = None

    def heard(self, proposal: Proposal, revision: int, *, is_open: bool) -> "ProposalState":
        if revision <= self.revision:
            return self
        return replace(self, revision=revision, is_open=is_open, proposal=proposal)

    def confirmed(self) -> "ProposalState":
        return self if self.sealed else replace(self, sealed=True)

    @property
    def told_as(self) -> int:
        """The revision under which the holds' end is told: a confirmation is later than all that was proposed."""
        return self.revision + 1 if self.sealed else self.revision

    def holds(self) -> dict[str, list[str]]:
        """Slots that want holds, each with the staff in whose calendars (R21)."""
        if self.sealed or not self.is_open or self.proposal is None:
            return {}
        staff = [attendee.staff_id for attendee in self.proposal.attendees]
        return {slot.slot_id: staff for slot in self.proposal.slots}


@dataclass(frozen=True)
class MeetingState:
    """The newest word about the meeting; ``link`` is None after it was revoked. ``rank`` orders what was heard."""

    rank: tuple[int, int, int]
    link: MeetingLink | None


@dataclass(frozen=True)
class AppointmentState:
    """The newest known state of an appointment; ``canceled`` for good. ``join_url`` is the guest's own link (X9);
    ``invited_apart``: the guest has an invitation of our own, so that no entry may invite them too (G14);
    ``guests_row``: the one row whose entry may, None until an entry of the organizer was planned, empty once it moved.
    """

    appointment_id: str
    organization_id: str
    revision: int = 0
    canceled: bool = False
    appointment: Appointment | None = None
    note: str = ""
    meeting: MeetingState | None = None
    by_hand: MeetingLink | None = None
    place: str = ""
    join_url: str = ""
    invited_apart: bool = False
    guests_row: str | None = None

    def __repr__(self) -> str:
        return f"AppointmentState({self.appointment_id}, revision={self.revision}, canceled={self.canceled})"

    def heard(
        self,
        appointment: Appointment,
        note: str,
        by_hand: MeetingLink | None = None,
        place: str = "",
        join_url: str = "",
    ) -> "AppointmentState":
        """``place`` is how to join with another tool than Zoom (C5)."""
        if appointment.revision <= self.revision:
            return self
        return replace(
            self,
            revision=appointment.revision,
            appointment=appointment,
            note=note,
            by_hand=by_hand,
            place=place,
            join_url=join_url,
        )

    def cancel(self, appointment: Appointment, note: str) -> "AppointmentState":
        return replace(self.heard(appointment, note), canceled=True)

    def heard_meeting(self, meeting: MeetingState) -> "AppointmentState":
        if self.meeting is not None and meeting.rank <= self.meeting.rank:
            return self
        return replace(self, meeting=meeting)

    def with_guest_apart(self) -> "AppointmentState":
        return replace(self, invited_apart=True)

    def with_organizers_row(self, row_id: str) -> "AppointmentState":
        """The guest is invited by the first entry of the organizer or by none, and stays out once it is elsewhere."""
        return replace(self, guests_row=row_id if self.guests_row in (None, row_id) else "")

    @property
    def stands(self) -> bool:
        return self.appointment is not None and not self.canceled

    @property
    def link(self) -> MeetingLink | None:
        """How to join: what staff entered (C4), else the meeting where one is wanted and known."""
        if self.by_hand is not None:
            return replace(self.by_hand, by_hand=True)
        if self.appointment is None or not self.appointment.wants_meeting or self.meeting is None:
            return None
        return self.meeting.link

    @property
    def waits_for_meeting(self) -> bool:
        return self.stands and self.appointment is not None and self.appointment.wants_meeting and self.link is None
