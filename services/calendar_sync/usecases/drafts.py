"""What a ledger row should look like in the calendar, made from what is known at the moment of writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.calendar_sync.model.compose import entry_draft, hold_draft
from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.model.guests import joining_guest, may_join
from services.calendar_sync.model.ledger import Row, RowKind
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.organizations import Organizations
from services.calendar_sync.store.staff import StaffDirectory
from services.calendar_sync.store.subjects import Appointments, Proposals
from services.calendar_sync.usecases.booked_rooms import BookedRooms
from shared import clock
from shared.contracts.calendar_sync import Provider


@dataclass(frozen=True)
class Content:
    """A draft, and what is told about it once it is written."""

    draft: EntryDraft
    with_meeting: bool
    caused_at: datetime | None
    room_id: str | None = None
    with_guest: bool | None = None
    """Whether the guest takes part; None where they are not to (H9)."""


class Drafts:
    """Composes holds and entries; the limits are the provider's."""

    def __init__(
        self,
        proposals: Proposals,
        appointments: Appointments,
        staff: StaffDirectory,
        providers: Mapping[Provider, CalendarProvider],
        rooms: BookedRooms,
        organizations: Organizations,
        *,
        public_url: str,
        guest_wait: timedelta,
    ) -> None:
        self._proposals = proposals
        self._appointments = appointments
        self._staff = staff
        self._providers = providers
        self._rooms = rooms
        self._organizations = organizations
        self._public_url = public_url
        self._guest_wait = guest_wait

    async def of(self, row: Row, provider: Provider, *, note: str | None = None, anew: bool = False) -> Content | None:
        """None where what the row stands for is no longer offered; ``note`` in place of the appointment's. ``anew``: in
        place of one that was written and is gone.
        """
        if row.kind is RowKind.HOLD:
            proposal = await self._proposals.find(row.about, row.organization_id)
            room = await self._rooms.for_hold(row, provider)
            draft = hold_draft(proposal, row.slot_id or "", row.marker, room)
            return Content(draft, False, None, row.room_id if room else None) if draft else None
        state = await self._appointments.find(row.about, row.organization_id)
        owner = await self._staff.find(row.staff_id)
        proposal_id = state.appointment.proposal_id if state.appointment else None
        room = await self._rooms.for_entry(row, provider, proposal_id)
        guest = joining_guest(row, state, clock.now(), wait=self._guest_wait, anew=anew)
        if guest and await self._organizations.is_sandbox(row.organization_id):
            guest = None  # notifier invites them, where they are staff (H14)
        draft = entry_draft(
            state,
            row.marker,
            row.participants,
            locale=owner.locale,
            limit=self._providers[provider].description_limit,
            public_url=self._public_url,
            room=room,
            note=note,
            guest=guest,
            mail_links=await self._organizations.mail_links(row.organization_id) if guest else "raw",
        )
        if draft is None or state.appointment is None:
            return None
        booked = row.room_id if room else None
        with_guest = guest is not None if may_join(row, state.appointment) else None
        return Content(draft, state.link is not None, state.appointment.confirmed_at, booked, with_guest)
