"""What an event says on the timeline of the proposal or appointment that it is about (X3). Nothing personal goes in:
only what is named here is kept.
"""

from typing import Any

from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentRescheduled,
    OutcomeRecorded,
    PaymentRecorded,
    ProposalEvent,
    SlotsChanged,
)
from shared.contracts.calendar_sync import (
    CalendarDriftDetected,
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    GuestResponded,
    HoldsPlaced,
    HoldsReleased,
    RoomResponded,
)
from shared.contracts.envelope import CloudEvent, EventData
from shared.contracts.notifier import NotificationFailed, NotificationSent, Purpose
from shared.contracts.provider_calls import WithCalls
from shared.contracts.reminder_scheduler import NoticeDue, ReminderCanceled, ReminderDue, ReminderScheduled
from shared.contracts.timeline import Facts, TimelineEntry
from shared.contracts.zoom_issuer import MeetingDriftDetected, MeetingIssueFailed, MeetingUpdated


def entry_of(event: CloudEvent[Any]) -> TimelineEntry:
    """The same for every delivery of an event; a confirmation belongs to the proposal too."""
    about = [event.subject]
    if isinstance(event.data, AppointmentConfirmed) and event.data.appointment.proposal_id:
        about.append(event.data.appointment.proposal_id)
    return TimelineEntry(
        entry_id=event.id,
        organization_id=event.organizationid,
        about=about,
        at=event.time,
        type=event.type,
        actor=event.actor,
        facts=facts_of(event.data),
        calls=event.data.calls if isinstance(event.data, WithCalls) else [],
    )


_TEMPLATE_FAILED = "template_failed"


def facts_of(data: EventData) -> Facts:
    if isinstance(data, ProposalEvent | AppointmentEvent):
        return _of_booking(data)
    revision: int | None = getattr(data, "revision", None)
    match data:
        case PaymentRecorded():
            return Facts(reason=data.step, amount=data.amount, currency=data.currency, until=data.held_until)
        case MeetingUpdated():
            return Facts(revision=revision, link_changed=data.link_changed)
        case MeetingIssueFailed():
            return Facts(revision=revision, reason=data.error, until=data.retry_at)
        case NotificationSent():
            fell_back = _TEMPLATE_FAILED if data.fell_back else ""
            return Facts(revision=revision, purpose=data.purpose, audience=data.audience, reason=fell_back)
        case NotificationFailed():
            return Facts(
                revision=revision,
                purpose=data.purpose,
                audience=data.audience,
                reason=data.reason,
                suppressed=data.suppressed,
                until=data.retry_at,
            )
        case ReminderScheduled():
            return Facts(revision=revision, until=data.due_at)
        case ReminderDue() | NoticeDue():
            return Facts(revision=revision, start_at=data.start_at)
        case ReminderCanceled():
            notice = Purpose.NOTICE if data.minutes is not None else ""
            return Facts(revision=revision, reason=data.reason, purpose=notice)
    return _of_calendars(data, revision)


def _of_calendars(data: EventData, revision: int | None) -> Facts:
    match data:
        case HoldsPlaced() | HoldsReleased():
            return Facts(
                revision=revision,
                staff_ids=sorted({hold.staff_id for hold in data.holds}),
                slot_ids=sorted({hold.slot_id for hold in data.holds}),
            )
        case CalendarEntryWritten():
            return Facts(revision=revision, staff_ids=list(dict.fromkeys(data.covers)), provider=data.provider)
        case CalendarEntryRemoved():
            return Facts(revision=revision, staff_ids=[data.staff_id])
        case CalendarWriteFailed():
            slots = [data.slot_id] if data.slot_id else []
            staff = [data.staff_id]
            return Facts(revision=revision, staff_ids=staff, slot_ids=slots, reason=data.reason, until=data.retry_at)
        case CalendarDriftDetected():
            return Facts(
                revision=revision,
                staff_ids=[data.staff_id],
                provider=data.provider,
                start_at=data.start_at,
                end_at=data.end_at,
            )
        case MeetingDriftDetected():
            return Facts(revision=revision, provider="zoom", start_at=data.start_at, end_at=data.end_at)
        case RoomResponded() | GuestResponded():
            return Facts(revision=revision, reason=data.response)
    return Facts(revision=revision)


def _of_booking(data: ProposalEvent | AppointmentEvent) -> Facts:
    if isinstance(data, ProposalEvent):
        slots = [slot.slot_id for slot in data.proposal.slots]
        return Facts(slot_ids=slots, reason=data.reason if isinstance(data, SlotsChanged) else "")
    appointment = data.appointment
    moved = data if isinstance(data, AppointmentRescheduled) else None
    ended = (data.end_of_request or "") if isinstance(data, AppointmentCanceled) else ""
    outcome = data.outcome if isinstance(data, OutcomeRecorded) else ""
    by_hand = data.link_by_hand if isinstance(data, AppointmentChanged) else None
    occurrence = data.occurrence if isinstance(data, AppointmentRescheduled | AppointmentChanged) else None
    return Facts(
        revision=appointment.revision,
        reason=f"link_{by_hand}" if by_hand else outcome or ended,
        slot_ids=[data.slot_id] if isinstance(data, AppointmentConfirmed) and data.slot_id else [],
        start_at=(occurrence or appointment).start_at,
        end_at=(occurrence or appointment).end_at,
        occurrence=occurrence is not None,
        link_stays_known=isinstance(data, AppointmentRescheduled | AppointmentChanged) and data.link_stays_known,
        previous_start_at=moved.previous_start_at if moved else None,
        previous_end_at=moved.previous_end_at if moved else None,
    )
