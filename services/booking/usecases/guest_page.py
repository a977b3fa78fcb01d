"""What a guest's link shows (R22-R24): looking changes nothing (G7) and calls no provider (G25)."""

import asyncio

from services.booking.model.appointment import Appointment
from services.booking.model.guest_rights import rights_of
from services.booking.model.people import Organization
from services.booking.model.proposal import Proposal
from services.booking.store.bookings import BookingStore
from services.booking.store.pages import PageStore
from services.booking.store.people import PeopleStore
from services.booking.usecases.availability import Availability, Offered
from services.booking.usecases.drafting import organization_of
from services.booking.usecases.links import Links
from services.booking.views.guest import appointment_view, proposal_view, registered_view
from services.booking.views.meeting import as_told, meeting_to_attend
from shared import clock
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.proposals import GuestProposalView, ProposalStatus
from shared.crypto import KeyRing, token_hash
from shared.problem import NotFound


class GuestPage:
    """Reads of one proposal by its token."""

    def __init__(
        self,
        people: PeopleStore,
        store: BookingStore,
        pages: PageStore,
        availability: Availability,
        links: Links,
        ring: KeyRing,
    ) -> None:
        self._people = people
        self._store = store
        self._pages = pages
        self._availability = availability
        self._links = links
        self._ring = ring

    async def __call__(self, token: str) -> GuestProposalView:
        proposal = await self._store.proposal_by_token(token_hash(token))
        if proposal is None:
            return await self._registered(token_hash(token))
        organization, offered, appointment = await asyncio.gather(
            organization_of(self._people, proposal.organization_id),
            self._availability.offered(proposal),
            self._appointment(proposal),
        )
        status = _status_now(proposal)
        chosen = await self._appointment_view(appointment, organization) if appointment else None
        shown = offered if status is ProposalStatus.OPEN else Offered()
        return proposal_view(proposal, status, shown.possible, bool(shown.unreadable), organization, chosen)

    async def _registered(self, hashed: str) -> GuestProposalView:
        """What staff registered without a proposal (E2)."""
        appointment = await self._store.registered_by_token(hashed)
        if appointment is None:
            raise NotFound()
        organization = await organization_of(self._people, appointment.organization_id)
        shown = await self._appointment_view(appointment, organization)
        return registered_view(appointment, organization, shown)

    async def appointment(
        self, appointment: Appointment, organization: Organization | None = None
    ) -> GuestAppointmentView:
        """``organization`` is its own, where that was read a moment before."""
        organization = organization or await organization_of(self._people, appointment.organization_id)
        return await self._appointment_view(appointment, organization)

    async def _appointment(self, proposal: Proposal) -> Appointment | None:
        if proposal.appointment_id is None:
            return None
        return await self._store.appointment(proposal.organization_id, proposal.appointment_id)

    async def _appointment_view(self, appointment: Appointment, organization: Organization) -> GuestAppointmentView:
        url = self._links.of_appointment(appointment)
        meeting = meeting_to_attend(appointment, self._ring)
        told = as_told(meeting, organization.mail_links, self._links.join_url(appointment))
        booked = appointment.page
        page = await self._pages.find(appointment.organization_id, booked.page_id) if booked else None
        now = clock.now()
        view = appointment_view(appointment, told, organization, url, now, rights_of(appointment, page, now))
        return view.model_copy(update={"allowed_origins": page.allowed_origins}) if page else view


def _status_now(proposal: Proposal) -> ProposalStatus:
    """Expired from the very moment on, even where the row has not been taken yet (R29)."""
    over = proposal.is_live and proposal.expires_at <= clock.now()
    return ProposalStatus.EXPIRED if over else proposal.status
