"""What booking holds of a guest, in one document (X5)."""

from services.booking.store.bookings import BookingStore
from services.booking.store.contacts import ContactStore
from services.booking.store.guest_subjects import GuestSubjects
from services.booking.usecases.links import Links
from services.booking.views.contacts import contact_view
from services.booking.views.meeting import meeting_view
from services.booking.views.staff import appointment_view, proposal_view
from shared import clock
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.erasures import GuestData
from shared.contracts.api.proposals import ProposalView
from shared.crypto import KeyRing
from shared.internal import Caller, check_admin
from shared.problem import NotFound


class ExportGuest:
    """Administrators only, since it tells of all, also of what is private."""

    def __init__(
        self, store: BookingStore, contacts: ContactStore, subjects: GuestSubjects, links: Links, ring: KeyRing
    ) -> None:
        self._store = store
        self._contacts = contacts
        self._subjects = subjects
        self._links = links
        self._ring = ring

    async def __call__(self, contact_id: str, caller: Caller) -> GuestData:
        """Raises ``NotFound``."""
        check_admin(caller)
        contact = await self._contacts.find(caller.organization_id, contact_id)
        now = clock.now()
        found = await self._subjects.of_contact(caller.organization_id, contact_id, now, now)
        if contact is None and found.is_empty:
            raise NotFound()
        return GuestData(
            contact=contact_view(contact, caller) if contact else None,
            appointments=[shown for one in found.appointment_ids if (shown := await self._appointment(one, caller))],
            proposals=[seen for one in found.proposal_ids if (seen := await self._proposal(one, caller))],
            former_ids=found.former_ids,
        )

    async def _appointment(self, appointment_id: str, caller: Caller) -> AppointmentView | None:
        found = await self._store.appointment(caller.organization_id, appointment_id)
        if found is None:
            return None
        url = self._links.of_appointment(found)
        return appointment_view(found, caller, url, meeting_view(found, self._ring), clock.now())

    async def _proposal(self, proposal_id: str, caller: Caller) -> ProposalView | None:
        found = await self._store.proposal(caller.organization_id, proposal_id)
        if found is None:
            return None
        return proposal_view(found, caller, self._links.guest_url(found.proposal_id, found.token))
