"""What booking hears: facts for its projections, what became of effects, and its own confirmations."""

from collections.abc import Sequence
from functools import partial

from faststream.rabbit import RabbitRoute, RabbitRouter

from services.booking.fact_subscribers import FactSubscribers
from services.booking.model import told
from services.booking.model.drift import drift_of, drift_of_meeting
from services.booking.model.effects import Reported
from services.booking.model.told import moment
from services.booking.usecases.drop_slots import DropTakenSlots
from services.booking.usecases.follow_zoom_user import FollowZoomUser
from services.booking.usecases.know_contacts import KnowContacts
from services.booking.usecases.record_effects import RecordEffects
from services.booking.usecases.record_timeline import RecordTimeline
from services.booking.usecases.settle_drift import SettleDrift
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentRequested,
    AppointmentRescheduled,
    DriftDecided,
    NewSlotsRequested,
    OutcomeRecorded,
    PaymentRecorded,
    ProposalExpired,
    ProposalUnanswered,
    SlotsChanged,
    SlotsProposed,
    SlotsRunningLow,
    SlotsWithdrawn,
)
from shared.contracts.calendar_sync import (
    BusyTimesChanged,
    CalendarConnected,
    CalendarDisconnected,
    CalendarDriftDetected,
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    GuestResponded,
    HoldsPlaced,
    HoldsReleased,
    RoomResponded,
    RoomsChanged,
)
from shared.contracts.envelope import CloudEvent
from shared.contracts.gateway import OrganizationChanged, StaffChanged, StaffDisabled
from shared.contracts.notifier import NotificationFailed, NotificationSent
from shared.contracts.reminder_scheduler import NoticeDue, ReminderCanceled, ReminderDue, ReminderScheduled
from shared.contracts.retelling import AppointmentRetold, ProposalRetold
from shared.contracts.zoom_issuer import (
    MeetingDriftDetected,
    MeetingIssued,
    MeetingIssueFailed,
    MeetingRevoked,
    MeetingUpdated,
    ZoomAccountConnected,
    ZoomAccountEnded,
    ZoomBudgetExhausted,
    ZoomUserAssigned,
    ZoomUsersReplaced,
)
from shared.guests_first import GuestsFirst, StandsBack
from shared.messaging.topology import hears

SERVICE = "booking"


def _hears_facts(facts: FactSubscribers) -> list[RabbitRoute]:
    return [
        hears(SERVICE, OrganizationChanged, facts.on_organization_changed),
        hears(SERVICE, StaffChanged, facts.on_staff_changed),
        hears(SERVICE, StaffDisabled, facts.on_staff_disabled),
        hears(SERVICE, ZoomUserAssigned, facts.on_zoom_user_assigned),
        hears(SERVICE, ZoomUsersReplaced, facts.on_zoom_users_replaced),
        hears(SERVICE, ZoomAccountConnected, facts.on_zoom_account_connected),
        hears(SERVICE, ZoomAccountEnded, facts.on_zoom_account_ended),
        hears(SERVICE, ZoomBudgetExhausted, facts.on_zoom_budget_exhausted),
        hears(SERVICE, CalendarConnected, facts.on_calendar_connected),
        hears(SERVICE, CalendarDisconnected, facts.on_calendar_disconnected),
        hears(SERVICE, BusyTimesChanged, facts.on_busy_times_changed),
        hears(SERVICE, RoomsChanged, facts.on_rooms_changed),
    ]


class Subscribers:
    """The table of all that is heard. Of ``facts`` apart, each event is unpacked here, and one use case called."""

    def __init__(
        self,
        facts: FactSubscribers,
        effects: RecordEffects,
        drop_taken: DropTakenSlots,
        settle_drift: SettleDrift,
        follow_zoom_user: FollowZoomUser,
        timeline: RecordTimeline,
        contacts: KnowContacts,
        guests: GuestsFirst,
    ) -> None:
        self.facts = facts
        self._effects = effects
        self._drop_taken = drop_taken
        self._settle_drift = settle_drift
        self._follow_zoom_user = follow_zoom_user
        self._timeline = timeline
        self._contacts = contacts
        self._guests = guests

    def router(self, erasures: Sequence[RabbitRoute]) -> RabbitRouter:
        """``erasures`` are what others say of those (X5)."""
        return RabbitRouter(
            middlewares=[partial(StandsBack, guests=self._guests)],
            handlers=[
                *_hears_facts(self.facts),
                *erasures,
                hears(SERVICE, RoomResponded, self.on_room_responded),
                hears(SERVICE, GuestResponded, self.on_guest_responded),
                hears(SERVICE, SlotsProposed, self.on_slots_proposed),
                hears(SERVICE, SlotsChanged, self.on_slots_changed),
                hears(SERVICE, SlotsWithdrawn, self.on_slots_withdrawn),
                hears(SERVICE, ProposalExpired, self.on_proposal_expired),
                hears(SERVICE, NewSlotsRequested, self.on_new_slots_requested),
                hears(SERVICE, SlotsRunningLow, self.on_slots_running_low),
                hears(SERVICE, ProposalUnanswered, self.on_proposal_unanswered),
                hears(SERVICE, AppointmentRequested, self.on_appointment_requested),
                hears(SERVICE, AppointmentConfirmed, self.on_appointment_confirmed),
                hears(SERVICE, AppointmentRescheduled, self.on_appointment_rescheduled),
                hears(SERVICE, AppointmentChanged, self.on_appointment_changed),
                hears(SERVICE, AppointmentCanceled, self.on_appointment_canceled),
                hears(SERVICE, HoldsPlaced, self.on_holds_placed),
                hears(SERVICE, HoldsReleased, self.on_holds_released),
                hears(SERVICE, CalendarEntryWritten, self.on_calendar_entry_written),
                hears(SERVICE, CalendarEntryRemoved, self.on_calendar_entry_removed),
                hears(SERVICE, CalendarWriteFailed, self.on_calendar_write_failed),
                hears(SERVICE, CalendarDriftDetected, self.on_calendar_drift_detected),
                hears(SERVICE, AppointmentRetold, self.on_appointment_retold),
                hears(SERVICE, ProposalRetold, self.on_proposal_retold),
                hears(SERVICE, OutcomeRecorded, self.on_outcome_recorded),
                hears(SERVICE, PaymentRecorded, self.on_payment_recorded),
                hears(SERVICE, DriftDecided, self.on_drift_decided),
                hears(SERVICE, MeetingIssued, self.on_meeting_issued),
                hears(SERVICE, MeetingUpdated, self.on_meeting_updated),
                hears(SERVICE, MeetingRevoked, self.on_meeting_revoked),
                hears(SERVICE, MeetingIssueFailed, self.on_meeting_issue_failed),
                hears(SERVICE, MeetingDriftDetected, self.on_meeting_drift_detected),
                hears(SERVICE, NotificationSent, self.on_notification_sent),
                hears(SERVICE, NotificationFailed, self.on_notification_failed),
                hears(SERVICE, ReminderScheduled, self.on_reminder_scheduled),
                hears(SERVICE, ReminderDue, self.on_reminder_due),
                hears(SERVICE, NoticeDue, self.on_notice_due),
                hears(SERVICE, ReminderCanceled, self.on_reminder_canceled),
            ],
        )

    async def on_slots_proposed(self, event: CloudEvent[SlotsProposed]) -> None:
        await self._timeline(event)

    async def on_slots_changed(self, event: CloudEvent[SlotsChanged]) -> None:
        await self._timeline(event)

    async def on_slots_withdrawn(self, event: CloudEvent[SlotsWithdrawn]) -> None:
        await self._timeline(event)

    async def on_proposal_expired(self, event: CloudEvent[ProposalExpired]) -> None:
        await self._timeline(event)

    async def on_new_slots_requested(self, event: CloudEvent[NewSlotsRequested]) -> None:
        await self._timeline(event)

    async def on_slots_running_low(self, event: CloudEvent[SlotsRunningLow]) -> None:
        await self._timeline(event)

    async def on_proposal_unanswered(self, event: CloudEvent[ProposalUnanswered]) -> None:
        await self._timeline(event)

    async def on_room_responded(self, event: CloudEvent[RoomResponded]) -> None:
        await self._timeline(event)
        await self._effects.room(event.data.appointment_id, told.of_room(event.data, moment(event.time)))

    async def on_guest_responded(self, event: CloudEvent[GuestResponded]) -> None:
        await self._timeline(event)
        await self._effects.guest(event.data.appointment_id, told.of_guest_response(event.data, moment(event.time)))

    async def on_appointment_requested(self, event: CloudEvent[AppointmentRequested]) -> None:
        await self._timeline(event)
        await self._contacts.follow(event.organizationid, event.data)

    async def on_appointment_confirmed(self, event: CloudEvent[AppointmentConfirmed]) -> None:
        await self._timeline(event)
        await self._drop_taken(event.organizationid, event.subject, event.cause())
        await self._contacts.follow(event.organizationid, event.data)
        await self._follow_zoom_user.of_appointment(event.organizationid, event.data.appointment, event.cause())

    async def on_appointment_rescheduled(self, event: CloudEvent[AppointmentRescheduled]) -> None:
        await self._timeline(event)
        await self._drop_taken(event.organizationid, event.subject, event.cause())
        await self._contacts.follow(event.organizationid, event.data)
        await self._follow_zoom_user.of_appointment(event.organizationid, event.data.appointment, event.cause())

    async def on_appointment_changed(self, event: CloudEvent[AppointmentChanged]) -> None:
        await self._timeline(event)
        await self._drop_taken(event.organizationid, event.subject, event.cause())
        await self._contacts.follow(event.organizationid, event.data)
        await self._follow_zoom_user.of_appointment(event.organizationid, event.data.appointment, event.cause())

    async def on_appointment_canceled(self, event: CloudEvent[AppointmentCanceled]) -> None:
        await self._timeline(event)

    async def on_appointment_retold(self, event: CloudEvent[AppointmentRetold]) -> None:
        await self._timeline(event)

    async def on_proposal_retold(self, event: CloudEvent[ProposalRetold]) -> None:
        await self._timeline(event)

    async def on_outcome_recorded(self, event: CloudEvent[OutcomeRecorded]) -> None:
        await self._timeline(event)

    async def on_payment_recorded(self, event: CloudEvent[PaymentRecorded]) -> None:
        await self._timeline(event)

    async def on_holds_placed(self, event: CloudEvent[HoldsPlaced]) -> None:
        await self._timeline(event)
        placed = event.data
        news = told.of_holds(placed.holds, placed.revision, Reported.DONE, moment(event.time))
        await self._effects.holds(placed.proposal_id, news)

    async def on_holds_released(self, event: CloudEvent[HoldsReleased]) -> None:
        await self._timeline(event)
        released = event.data
        news = told.of_holds(released.holds, released.revision, Reported.GONE, moment(event.time))
        await self._effects.holds(released.proposal_id, news)

    async def on_calendar_entry_written(self, event: CloudEvent[CalendarEntryWritten]) -> None:
        await self._timeline(event)
        await self._effects.entries(event.data.appointment_id, told.of_entry_written(event.data, moment(event.time)))

    async def on_calendar_entry_removed(self, event: CloudEvent[CalendarEntryRemoved]) -> None:
        await self._timeline(event)
        await self._effects.entries(event.data.appointment_id, told.of_entry_removed(event.data, moment(event.time)))

    async def on_calendar_write_failed(self, event: CloudEvent[CalendarWriteFailed]) -> None:
        await self._timeline(event)
        failed, news = event.data, told.of_write_failed(event.data, moment(event.time))
        if failed.proposal_id:
            await self._effects.holds(failed.proposal_id, news)
        elif failed.appointment_id:
            await self._effects.entries(failed.appointment_id, news)

    async def on_calendar_drift_detected(self, event: CloudEvent[CalendarDriftDetected]) -> None:
        await self._timeline(event)
        note = self._effects.typed_above_the_block(event.data)
        drift = drift_of(event.data, moment(event.time), event.time, note)
        await self._settle_drift.detected(event.organizationid, event.data.appointment_id, drift, event.cause())

    async def on_drift_decided(self, event: CloudEvent[DriftDecided]) -> None:
        await self._timeline(event)

    async def on_meeting_issued(self, event: CloudEvent[MeetingIssued]) -> None:
        await self._timeline(event)
        issued = event.data
        await self._effects.meeting_there(issued.appointment_id, issued.revision, issued.sealed, event.aggregateversion)

    async def on_meeting_updated(self, event: CloudEvent[MeetingUpdated]) -> None:
        await self._timeline(event)
        found = event.data
        await self._effects.meeting_there(found.appointment_id, found.revision, found.sealed, event.aggregateversion)

    async def on_meeting_revoked(self, event: CloudEvent[MeetingRevoked]) -> None:
        await self._timeline(event)
        revoked = event.data
        await self._effects.meeting_gone(revoked.appointment_id, revoked.revision, event.aggregateversion)

    async def on_meeting_issue_failed(self, event: CloudEvent[MeetingIssueFailed]) -> None:
        await self._timeline(event)
        await self._effects.meeting_failed(event.data, event.aggregateversion)

    async def on_meeting_drift_detected(self, event: CloudEvent[MeetingDriftDetected]) -> None:
        await self._timeline(event)
        drift = drift_of_meeting(event.data, event.aggregateversion, event.time)
        await self._settle_drift.detected(event.organizationid, event.data.appointment_id, drift, event.cause())

    async def on_notification_sent(self, event: CloudEvent[NotificationSent]) -> None:
        await self._timeline(event)
        await self._effects.mail_sent(event.data, moment(event.time))

    async def on_notification_failed(self, event: CloudEvent[NotificationFailed]) -> None:
        await self._timeline(event)
        await self._effects.mail_failed(event.data, moment(event.time))

    async def on_reminder_scheduled(self, event: CloudEvent[ReminderScheduled]) -> None:
        await self._timeline(event)
        await self._effects.reminder_filed(event.data, event.aggregateversion)

    async def on_notice_due(self, event: CloudEvent[NoticeDue]) -> None:
        await self._timeline(event)

    async def on_reminder_due(self, event: CloudEvent[ReminderDue]) -> None:
        await self._timeline(event)

    async def on_reminder_canceled(self, event: CloudEvent[ReminderCanceled]) -> None:
        await self._timeline(event)
        if event.data.minutes is not None:
            await self._effects.notice_dropped(event.data, moment(event.time))
        else:
            await self._effects.reminder_dropped(event.data, event.aggregateversion)
