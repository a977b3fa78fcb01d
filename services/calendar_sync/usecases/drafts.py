"""What a ledger row should look like in the calendar, made from what is known at the moment of writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.calendar_sync.model.compose import entry_draft, hold_draft
from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.model.ledger import Row, RowKind
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.staff import StaffDirectory
from services.calendar_sync.store.subjects import Appointments, Proposals
from services.calendar_sync.usecases.booked_rooms import BookedRooms
from shared.contracts.calendar_sync import Provider


@dataclass(frozen=True)
class Content:
    """A draft, and what is told about it once it is written."""

    draft: EntryDraft
    with_meeting: bool
    caused_at: datetime | None
    room_id: str | None = None


class Drafts:
    """Composes holds and entries; the limits are the provider's."""

    def __init__(
        self,
        proposals: Proposals,
        appointments: Appointments,
        staff: StaffDirectory,
        providers: Mapping[Provider, CalendarProvider],
        rooms: BookedRooms,
        *,
        public_url: str,
    ) -> None:
        self._proposals = proposals
        self._appointments = appointments
        self._staff = staff
        self._providers = providers
        self._rooms = rooms
        self._public_url = public_url

    async def of(self, row: Row, provider: Provider, *, note: str | None = None) -> Content | None:
        """None where what the row stands for is no longer offered; ``note`` in place of the appointment's."""
        if row.kind is RowKind.HOLD:
            proposal = await self._proposals.find(row.about, row.organization_id)
            room = await self._rooms.for_hold(row, provider)
            draft = hold_draft(proposal, row.slot_id or "", row.marker, room)
            return Content(draft, False, None, row.room_id if room else None) if draft else None
        state = await self._appointments.find(row.about, row.organization_id)
        owner = await self._staff.find(row.staff_id)
        proposal_id = state.appointment.proposal_id if state.appointment else None
        room = await self._rooms.for_entry(row, provider, proposal_id)
        draft = entry_draft(
            state,
            row.marker,
            row.participants,
            locale=owner.locale,
            limit=self._providers[provider].description_limit,
            public_url=self._public_url,
            room=room,
            note=note,
        )
        if draft is None or state.appointment is None:
            return None
        booked = row.room_id if room else None
        return Content(draft, state.link is not None, state.appointment.confirmed_at, booked)
