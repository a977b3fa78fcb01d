"""What the guest's page will show of a proposal that is not sent yet (X12): what booking would publish, as the guest's
view of it.
"""

from zoneinfo import ZoneInfo

from services.gateway.model import Organization
from shared.contracts.api.proposals import (
    GuestProposalView,
    GuestSlotView,
    KnownGuestView,
    Platform,
    ProposalStatus,
)
from shared.contracts.booking import Kind, Proposal
from shared.contracts.people import masked_address


def to_come(proposal: Proposal, organization: Organization) -> GuestProposalView:
    zone, guest = ZoneInfo(proposal.time_zone), proposal.guest
    masked = masked_address(guest.email)
    return GuestProposalView(
        status=ProposalStatus.OPEN,
        kind=proposal.kind,
        title=proposal.title.replace(guest.email, masked) if guest.email else proposal.title,
        organization_name=organization.name,
        product_name=organization.product_name,
        host_names=[attendee.person.name for attendee in proposal.attendees],
        platform=Platform(proposal.platform) if proposal.kind is Kind.WEB else None,
        address=proposal.address,
        slots=[
            GuestSlotView(id=slot.slot_id, start=slot.start_at.astimezone(zone), end=slot.end_at.astimezone(zone))
            for slot in proposal.slots
        ],
        time_zone=proposal.time_zone,
        locale=proposal.locale,
        guest=KnownGuestView(company=guest.company, name=guest.name, email_masked=masked),
        expires_at=proposal.expires_at.astimezone(zone),
        can_ask_again=True,
        appointment=None,
    )
