"""The staff's side: proposals and appointments with what became of each effect (R28, G9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.booking.model.another_guest import link_stays_known
from services.booking.model.appointment import Appointment
from services.booking.model.contact import contact_id_of
from services.booking.model.effects import shown
from services.booking.model.erased import ERASED_TITLE
from services.booking.model.guest_response import guest_response
from services.booking.model.modes import modes_of
from services.booking.model.outcomes import suggested
from services.booking.model.proposal import OfferedSlot, Proposal
from services.booking.views.booked import answers_view, page_ref_view, payment_of_staff
from services.booking.views.menus import reveal_view
from shared.contracts.api.appointments import (
    AppointmentStatus,
    AppointmentView,
    AttendeeView,
    CalendarStatus,
    CalendarView,
    DriftView,
    GuestView,
    MeetingView,
    RoomStatus,
    RoomView,
)
from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.contracts.api.menus import MenuRef
from shared.contracts.api.page_guests import UtmView
from shared.contracts.api.proposals import ProposalView, SlotView
from shared.contracts.booking import Attendee, Visibility
from shared.internal import Caller
from shared.zoom_block import details, zoom_block

_HIDDEN_TITLE = {"ja": "非公開の予定", "en": "Private"}
_NOBODY = GuestView(company="", name="", email="")


@dataclass(frozen=True)
class Access:
    """What the reader may see and do (api.md, Who calls; E10)."""

    hidden: bool
    can_change: bool

    @classmethod
    def of(cls, item: Proposal | Appointment, caller: Caller) -> "Access":
        private = item.visibility is Visibility.PRIVATE
        hidden = private and not caller.is_admin and not item.takes_part(caller.staff_id)
        own = caller.is_admin or caller.staff_id in (item.creator.staff_id, item.organizer_id)
        shared = isinstance(item, Appointment) and item.others_may_edit and not hidden
        return cls(hidden=hidden, can_change=own or shared)


def proposal_view(
    proposal: Proposal, caller: Caller, guest_url: str, unreadable: Mapping[str, list[str]] | None = None
) -> ProposalView:
    access, zone = Access.of(proposal, caller), ZoneInfo(proposal.time_zone)
    modes = modes_of(proposal.kind)
    return ProposalView(
        id=proposal.proposal_id,
        version=proposal.version,
        status=proposal.status,
        kind=proposal.kind,
        title=_title(proposal, caller, hidden=access.hidden),
        erased_at=proposal.erased_at.astimezone(zone) if proposal.erased_at else None,
        guest_url="" if access.hidden else guest_url,
        creator=_attendee(proposal.creator),
        organizer_id=proposal.organizer_id,
        attendees=[_attendee(attendee) for attendee in proposal.attendees],
        slots=[_slot(slot, zone) for slot in proposal.slots],
        unreadable=dict(unreadable or {}),
        guest=_NOBODY if access.hidden else GuestView(**proposal.guest.model_dump()),
        send_mail=proposal.send_mail,
        guidance="" if access.hidden else proposal.guidance,
        note="" if access.hidden else proposal.note,
        visibility=proposal.visibility,
        platform=proposal.platform,
        place="" if access.hidden else proposal.place,
        **_chosen(proposal),
        address=None if access.hidden else proposal.address,
        issue_reception_code=modes.reception_code,
        issue_web_meeting=modes.web_meeting,
        expires_at=proposal.expires_at.astimezone(zone),
        time_zone=proposal.time_zone,
        created_at=proposal.created_at.astimezone(zone),
        updated_at=proposal.updated_at.astimezone(zone),
        asked_again_at=proposal.asked_again_at.astimezone(zone) if proposal.asked_again_at else None,
        opened_at=proposal.opened_at.astimezone(zone) if proposal.opened_at else None,
        guest_message="" if access.hidden else proposal.guest_message,
        appointment_id=proposal.appointment_id,
        hidden=access.hidden,
        can_change=access.can_change and proposal.erased_at is None,
        effects=shown(proposal.expected, proposal.reports),
    )


def appointment_view(
    appointment: Appointment, caller: Caller, guest_url: str, meeting: MeetingView, now: datetime
) -> AppointmentView:
    access, zone = Access.of(appointment, caller), ZoneInfo(appointment.time_zone)
    effects = appointment.effects
    view = AppointmentView(
        id=appointment.appointment_id,
        version=appointment.version,
        status=appointment.status,
        start=appointment.start_at.astimezone(zone),
        end=appointment.end_at.astimezone(zone),
        time_zone=appointment.time_zone,
        kind=appointment.kind,
        title=_title(appointment, caller, hidden=access.hidden),
        proposal_id=appointment.proposal_id,
        page_id=appointment.page.page_id if appointment.page else None,
        creator=_attendee(appointment.creator),
        organizer_id=appointment.organizer_id,
        attendees=[_attendee(attendee) for attendee in appointment.attendees],
        guest=_NOBODY if access.hidden else GuestView(**appointment.guest.model_dump()),
        guest_time_zone=appointment.guest_time_zone,
        guest_locale=appointment.guest_locale,
        guest_url="" if access.hidden else guest_url,
        note="" if access.hidden else appointment.note,
        guidance="" if access.hidden else appointment.guidance,
        visibility=appointment.visibility,
        address=None if access.hidden else appointment.address,
        room_id=appointment.room_id,
        room=_room(appointment, effects),
        meeting=MeetingView(status=meeting.status) if access.hidden else meeting,
        calendar=CalendarView(status=_calendar_status(appointment, effects)),
        reception_code=None if access.hidden else appointment.reception_code,
        outcome=appointment.outcome,
        requested_until=appointment.requested_until.astimezone(zone) if appointment.requested_until else None,
        end_of_request=appointment.end_of_request,
        suggested_outcome=suggested(appointment, now),
        cancel_message="" if access.hidden else appointment.cancel_message,
        confirmed_at=appointment.confirmed_at.astimezone(zone),
        updated_at=appointment.updated_at.astimezone(zone),
        hidden=access.hidden,
        can_change=access.can_change and appointment.erased_at is None,
        effects=effects,
        drift=_drift(appointment, zone, hidden=access.hidden),
        rrule=appointment.series.rrule if appointment.series else None,
        link_at=appointment.link_at.astimezone(zone) if appointment.link_at else None,
        link_stays_known=appointment.is_live and link_stays_known(appointment) and not access.hidden,
        **_chosen(appointment),
        **_booked(appointment, hidden=access.hidden),
    )
    return view.model_copy(update={**_schedule(appointment, hidden=access.hidden), "details": _details(view)})


def _title(item: Proposal | Appointment, caller: Caller, *, hidden: bool) -> str:
    if hidden:
        return _HIDDEN_TITLE[caller.language]
    return ERASED_TITLE[caller.language] if item.erased_at else item.shown_title


def _details(view: AppointmentView) -> str:
    """The user's text, and under it the block that is written anew whenever somebody looks (E4)."""
    meeting = view.meeting
    if not meeting.join_url:
        return view.note
    block = zoom_block(meeting.join_url, meeting.meeting_id or "", meeting.passcode or "", by_hand=meeting.by_hand)
    return details(view.note, block)


def _schedule(appointment: Appointment, *, hidden: bool) -> dict[str, object]:
    """What a direct schedule has beside (E2, E10), and whether its guest is erased (X5)."""
    zone, erased_at = ZoneInfo(appointment.time_zone), appointment.erased_at
    words = {} if hidden else {name: getattr(appointment, name) for name in ("customer", "deal", "place")}
    return {
        "erased_at": erased_at.astimezone(zone) if erased_at else None,
        "all_day": appointment.all_day,
        "others_may_edit": appointment.others_may_edit,
        "mails_guest": appointment.mails_guest,
        "changed_by": _attendee(appointment.changed_by) if appointment.changed_by else None,
        **words,
    }


def _calendar_status(appointment: Appointment, effects: list[EffectView]) -> CalendarStatus:
    entries = {effect.status for effect in effects if effect.effect is Effect.ENTRY}
    if EffectStatus.FAILED in entries:
        return CalendarStatus.FAILED
    settled = entries <= {EffectStatus.DONE, EffectStatus.SUPPRESSED}
    if not entries or (settled and appointment.status is AppointmentStatus.CANCELED):
        return CalendarStatus.NONE
    return CalendarStatus.WRITTEN if settled else CalendarStatus.PENDING


def _room(appointment: Appointment, effects: list[EffectView]) -> RoomView | None:
    if appointment.room_id is None:
        return None
    said = next((effect.status for effect in effects if effect.effect is Effect.ROOM), EffectStatus.PENDING)
    status = {EffectStatus.DONE: RoomStatus.ACCEPTED, EffectStatus.FAILED: RoomStatus.DECLINED}
    return RoomView(id=appointment.room_id, name=appointment.room_name, status=status.get(said, RoomStatus.PENDING))


def _drift(appointment: Appointment, zone: ZoneInfo, *, hidden: bool) -> DriftView | None:
    drift = appointment.drift
    if drift is None:
        return None
    return DriftView(
        kind=drift.kind,
        start=drift.start_at.astimezone(zone) if drift.start_at else None,
        end=drift.end_at.astimezone(zone) if drift.end_at else None,
        title=None if hidden else drift.title,
        note=None if hidden else drift.note,
        staff_id=drift.staff_id,
        provider=drift.provider,
        detected_at=drift.detected_at.astimezone(zone),
        reason=drift.reason,
        original_start=drift.original_start_at.astimezone(zone) if drift.original_start_at else None,
    )


def _chosen(item: Proposal | Appointment) -> dict[str, Any]:
    """Of the organization's menus."""
    chosen = item.meeting_type
    members: dict[str, Any] = {
        "meeting_type": MenuRef(id=chosen.meeting_type_id, name=chosen.name) if chosen else None,
        "reveal": reveal_view(item.reveal),
    }
    if isinstance(item, Appointment) and item.bookable_id is not None:
        booked = MenuRef(id=item.bookable_id, name=item.bookable_name or item.bookable_id)
        members |= {"bookable_id": item.bookable_id, "bookable": booked}
    return members


def _booked(appointment: Appointment, *, hidden: bool) -> dict[str, Any]:
    """What came with a booking on a page (H5, H6), and whose contact the guest is (H7)."""
    members: dict[str, Any] = {"page": page_ref_view(appointment), "guest_response": guest_response(appointment)}
    if hidden:
        return members
    utm = UtmView(**appointment.utm.model_dump()) if appointment.utm else None
    members["payment"] = payment_of_staff(appointment)
    said = {"answers": answers_view(appointment), "guest_reason": appointment.guest_reason}
    contact_id = contact_id_of(appointment.organization_id, appointment.guest)
    return {**members, **said, "utm": utm, "contact_id": contact_id}


def _attendee(attendee: Attendee) -> AttendeeView:
    return AttendeeView(staff_id=attendee.staff_id, name=attendee.person.name, email=attendee.person.email)


def _slot(slot: OfferedSlot, zone: ZoneInfo) -> SlotView:
    return SlotView(
        id=slot.slot_id,
        start=slot.start_at.astimezone(zone),
        end=slot.end_at.astimezone(zone),
        room_id=slot.room_id,
        room_name=slot.room_name,
        status=slot.status,
    )
