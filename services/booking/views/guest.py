"""The guest's side: what can be chosen or what was; what they typed and the meeting, no more (G23)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from services.booking.model.guest_response import invitation_uid
from services.booking.model.guest_rights import Rights
from services.booking.model.people import Organization
from services.booking.model.proposal import OfferedSlot, Proposal
from services.booking.model.titles import title_for_guest
from services.booking.views.booked import answers_view, checkout_url, page_ref_view, payment_view
from services.booking.views.occurrences import guest_occurrences
from shared.contracts.api.appointments import GuestAppointmentView, GuestView, MeetingStatus, MeetingView
from shared.contracts.api.proposals import (
    GuestProposalView,
    GuestSlotView,
    KnownGuestView,
    Platform,
    ProposalStatus,
)
from shared.contracts.booking import Kind
from shared.contracts.people import masked_address

_NO_RIGHTS = Rights()


def slots_view(slots: Sequence[OfferedSlot], time_zone: str) -> list[GuestSlotView]:
    zone = ZoneInfo(time_zone)
    return [
        GuestSlotView(id=slot.slot_id, start=slot.start_at.astimezone(zone), end=slot.end_at.astimezone(zone))
        for slot in slots
    ]


def proposal_view(
    proposal: Proposal,
    status: ProposalStatus,
    possible: Sequence[OfferedSlot],
    unreadable: bool,
    organization: Organization,
    appointment: GuestAppointmentView | None,
) -> GuestProposalView:
    zone = ZoneInfo(proposal.time_zone)
    return GuestProposalView(
        status=status,
        kind=proposal.kind,
        title=title_for_guest(proposal.title, proposal.guest),
        organization_name=organization.name,
        product_name=organization.product_name,
        host_names=[attendee.person.name for attendee in proposal.attendees],
        platform=proposal.platform if proposal.kind is Kind.WEB else None,
        address=proposal.address,
        slots=slots_view(possible, proposal.time_zone),
        unreadable=unreadable,
        time_zone=proposal.time_zone,
        locale=proposal.locale,
        guest=KnownGuestView(
            company=proposal.guest.company,
            name=proposal.guest.name,
            email_masked=masked_address(proposal.guest.email),
        ),
        expires_at=proposal.expires_at.astimezone(zone),
        can_ask_again=status in (ProposalStatus.OPEN, ProposalStatus.EXPIRED),
        asked_again_at=proposal.asked_again_at.astimezone(zone) if proposal.asked_again_at else None,
        appointment=appointment,
    )


def registered_view(
    appointment: Appointment, organization: Organization, shown: GuestAppointmentView
) -> GuestProposalView:
    """The page of an appointment that was registered without a proposal: nothing to choose, what was settled (E2)."""
    return GuestProposalView(
        status=ProposalStatus.CONFIRMED,
        kind=appointment.kind,
        title=shown.title,
        organization_name=organization.name,
        product_name=organization.product_name,
        host_names=shown.attendees,
        platform=Platform.ZOOM if appointment.kind is Kind.WEB else None,
        address=appointment.address,
        slots=[],
        time_zone=appointment.time_zone,
        locale=organization.locale,
        guest=KnownGuestView(
            company=appointment.guest.company,
            name=appointment.guest.name,
            email_masked=masked_address(appointment.guest.email),
        ),
        expires_at=shown.start,
        can_ask_again=False,
        appointment=shown,
    )


def appointment_view(
    appointment: Appointment,
    meeting: MeetingView,
    organization: Organization,
    manage_url: str,
    now: datetime,
    rights: Rights = _NO_RIGHTS,
) -> GuestAppointmentView:
    """An address that the guest did not type stays masked: whoever was handed the link need not learn it (R22). How to
    join is not shown before its time (C7).
    """
    link_at = appointment.link_at
    untold = link_at is not None and now < link_at and appointment.is_live
    zone = ZoneInfo(appointment.time_zone)
    guest = appointment.guest
    return GuestAppointmentView(
        id=appointment.appointment_id,
        status=appointment.status,
        start=appointment.start_at.astimezone(zone),
        end=appointment.end_at.astimezone(zone),
        time_zone=appointment.time_zone,
        title=title_for_guest(appointment.title, guest),
        kind=appointment.kind,
        attendees=[attendee.person.name for attendee in appointment.attendees],
        meeting=_untold(meeting) if untold else meeting,
        guest=GuestView(
            company=guest.company,
            name=guest.name,
            email=guest.email if appointment.email_typed else masked_address(guest.email),
        ),
        address=appointment.address,
        reception_code=appointment.reception_code,
        guidance=appointment.guidance,
        cancel_message=appointment.cancel_message,
        organization_name=organization.name,
        product_name=organization.product_name,
        manage_url=manage_url,
        all_day=appointment.all_day,
        place="" if untold or not appointment.is_live else appointment.place,
        link_at=link_at.astimezone(zone) if untold and link_at else None,
        rrule=appointment.series.rrule if appointment.series else None,
        occurrences=guest_occurrences(appointment),
        guest_time_zone=appointment.guest_time_zone,
        guest_locale=appointment.guest_locale,
        uid=invitation_uid(appointment),
        sequence=appointment.version,
        **_booked(appointment, zone, now),
        **_allowed(rights, zone),
    )


def _booked(appointment: Appointment, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Where and how the guest booked it (H5), and what it waits for (H4, H13)."""
    until = appointment.requested_until
    return {
        "page": page_ref_view(appointment),
        "answers": answers_view(appointment),
        "payment": payment_view(appointment),
        "checkout_url": checkout_url(appointment, now),
        "requested_until": until.astimezone(zone) if until else None,
        "end_of_request": appointment.end_of_request,
    }


def _allowed(rights: Rights, zone: ZoneInfo) -> dict[str, Any]:
    """What the guest may do, and until when (H10)."""
    return {
        "can_reschedule": rights.can_reschedule,
        "can_cancel": rights.can_cancel,
        "reschedule_until": rights.reschedule_until.astimezone(zone) if rights.reschedule_until else None,
        "cancel_until": rights.cancel_until.astimezone(zone) if rights.cancel_until else None,
    }


def _untold(meeting: MeetingView) -> MeetingView:
    none = meeting.status is MeetingStatus.NONE
    return MeetingView(status=MeetingStatus.NONE if none else MeetingStatus.PENDING)
