"""All that notifier hears, one line each."""

from typing import Any

from faststream.rabbit import RabbitRouter

from services.notifier.directory import Directory
from services.notifier.model.matter import Notice
from services.notifier.model.people import Organization, StaffMember
from services.notifier.usecases.hear import HearOfMatters, notice_of
from services.notifier.webhook_subscribers import heard_for_webhooks
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentRequested,
    AppointmentRescheduled,
    NewSlotsRequested,
    ProposalExpired,
    ProposalUnanswered,
    SlotsChanged,
    SlotsProposed,
    SlotsRunningLow,
    SlotsWithdrawn,
)
from shared.contracts.calendar_sync import CalendarDisconnected, CalendarEntryWritten, CalendarSyncFrozen
from shared.contracts.envelope import CloudEvent
from shared.contracts.erasure import GuestErasureRequested
from shared.contracts.gateway import OrganizationChanged, StaffChanged, StaffDisabled, StaffInvited
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.reminder_scheduler import NoticeDue, ReminderDue
from shared.contracts.zoom_issuer import (
    EndOfAccount,
    EndOfConnection,
    MeetingIssued,
    MeetingIssueFailed,
    MeetingRevoked,
    MeetingSyncFrozen,
    MeetingUpdated,
    ZoomAccountEnded,
    ZoomBudgetExhausted,
    ZoomDisconnected,
)
from shared.erasing import Erasing
from shared.messaging.topology import hears

SERVICE = "notifier"
BOTH = (Audience.GUEST, Audience.STAFF)
GUEST = (Audience.GUEST,)
STAFF = (Audience.STAFF,)


def build_subscribers(hear: HearOfMatters, directory: Directory, erasing: Erasing) -> RabbitRouter:
    """The table of subscriptions."""
    on = Subscribers(hear, directory)
    return RabbitRouter(
        handlers=[
            hears(SERVICE, OrganizationChanged, on.on_organization_changed),
            hears(SERVICE, StaffChanged, on.on_staff_changed),
            hears(SERVICE, StaffDisabled, on.on_staff_disabled),
            hears(SERVICE, StaffInvited, on.on_staff_invited),
            hears(SERVICE, SlotsProposed, on.on_slots_proposed),
            hears(SERVICE, SlotsChanged, on.on_slots_changed),
            hears(SERVICE, SlotsWithdrawn, on.on_slots_withdrawn),
            hears(SERVICE, ProposalExpired, on.on_proposal_expired),
            hears(SERVICE, NewSlotsRequested, on.on_new_slots_requested),
            hears(SERVICE, SlotsRunningLow, on.on_slots_running_low),
            hears(SERVICE, ProposalUnanswered, on.on_proposal_unanswered),
            hears(SERVICE, AppointmentRequested, on.on_appointment_requested),
            hears(SERVICE, AppointmentConfirmed, on.on_appointment_confirmed),
            hears(SERVICE, AppointmentRescheduled, on.on_appointment_rescheduled),
            hears(SERVICE, AppointmentChanged, on.on_appointment_changed),
            hears(SERVICE, AppointmentCanceled, on.on_appointment_canceled),
            hears(SERVICE, MeetingIssued, on.on_meeting_issued),
            hears(SERVICE, MeetingUpdated, on.on_meeting_updated),
            hears(SERVICE, MeetingRevoked, on.on_meeting_revoked),
            hears(SERVICE, MeetingIssueFailed, on.on_meeting_issue_failed),
            hears(SERVICE, ReminderDue, on.on_reminder_due),
            hears(SERVICE, NoticeDue, on.on_notice_due),
            hears(SERVICE, CalendarEntryWritten, on.on_calendar_entry_written),
            hears(SERVICE, CalendarDisconnected, on.on_calendar_disconnected),
            hears(SERVICE, CalendarSyncFrozen, on.on_calendar_sync_frozen),
            hears(SERVICE, ZoomDisconnected, on.on_zoom_disconnected),
            hears(SERVICE, MeetingSyncFrozen, on.on_meeting_sync_frozen),
            hears(SERVICE, ZoomAccountEnded, on.on_zoom_account_ended),
            hears(SERVICE, ZoomBudgetExhausted, on.on_zoom_budget_exhausted),
            hears(SERVICE, GuestErasureRequested, erasing.on_guest_erasure_requested),
            *heard_for_webhooks(SERVICE),
        ]
    )


class Subscribers:
    """Unpack an event and call one use case."""

    def __init__(self, hear: HearOfMatters, directory: Directory) -> None:
        self._hear = hear
        self._directory = directory

    async def on_organization_changed(self, event: CloudEvent[OrganizationChanged]) -> None:
        data = event.data
        await self._directory.remember_organization(
            Organization(
                organization_id=event.organizationid,
                version=event.aggregateversion,
                name=data.name,
                product_name=data.product_name,
                time_zone=data.time_zone,
                locale=data.locale,
                mail_format=data.mail_format,
                mail_links=data.mail_links,
                sandbox=data.sandbox,
            )
        )

    async def on_staff_changed(self, event: CloudEvent[StaffChanged]) -> None:
        member = StaffMember(
            staff_id=event.subject,
            organization_id=event.organizationid,
            version=event.aggregateversion,
            person=event.data.person,
            role=event.data.role,
        )
        await self._directory.remember_staff(member)

    async def on_staff_disabled(self, event: CloudEvent[StaffDisabled]) -> None:
        member = StaffMember(
            staff_id=event.subject,
            organization_id=event.organizationid,
            version=event.aggregateversion,
            person=event.data.person,
            disabled=True,
        )
        await self._directory.remember_staff(member)

    async def on_staff_invited(self, event: CloudEvent[StaffInvited]) -> None:
        await self._hear.invited(event)

    async def on_slots_proposed(self, event: CloudEvent[SlotsProposed]) -> None:
        audiences = BOTH if event.data.proposal.send_mail else ()
        await self._hear.proposal(event, event.data, Purpose.PROPOSED, audiences)

    async def on_slots_changed(self, event: CloudEvent[SlotsChanged]) -> None:
        audiences = GUEST if event.data.mail_guest else ()
        await self._hear.proposal(event, event.data, Purpose.SLOTS_CHANGED, audiences)

    async def on_slots_withdrawn(self, event: CloudEvent[SlotsWithdrawn]) -> None:
        audiences = GUEST if event.data.notify_guest else ()
        await self._hear.proposal(event, event.data, Purpose.WITHDRAWN, audiences, ends_as="withdrawn")

    async def on_proposal_expired(self, event: CloudEvent[ProposalExpired]) -> None:
        await self._hear.proposal(event, event.data, Purpose.EXPIRED, STAFF)

    async def on_new_slots_requested(self, event: CloudEvent[NewSlotsRequested]) -> None:
        await self._hear.proposal(event, event.data, Purpose.NEW_SLOTS_REQUESTED, STAFF)

    async def on_slots_running_low(self, event: CloudEvent[SlotsRunningLow]) -> None:
        await self._hear.proposal(event, event.data, Purpose.SLOTS_RUNNING_LOW, STAFF, minimum=event.data.minimum)

    async def on_proposal_unanswered(self, event: CloudEvent[ProposalUnanswered]) -> None:
        await self._hear.proposal(event, event.data, Purpose.UNANSWERED, STAFF, opened=event.data.opened)

    async def on_appointment_requested(self, event: CloudEvent[AppointmentRequested]) -> None:
        """Whoever answered in the meantime needs no such mail any more, nor does anybody once its time is over (H4)."""
        revision, answer_by = event.data.appointment.revision, event.data.answer_by
        notice = notice_of(event, Purpose.REQUESTED, revision, BOTH, expires_at=answer_by)
        await self._hear.appointment(event, event.data, notice)

    async def on_appointment_confirmed(self, event: CloudEvent[AppointmentConfirmed]) -> None:
        notice = notice_of(event, Purpose.CONFIRMED, event.data.appointment.revision, BOTH)
        await self._hear.appointment(event, event.data, notice)

    async def on_appointment_rescheduled(self, event: CloudEvent[AppointmentRescheduled]) -> None:
        replaced = _another_guest(event, event.data)
        notice = notice_of(
            event,
            Purpose.RESCHEDULED,
            event.data.appointment.revision,
            STAFF if replaced else BOTH,
            previous_start_at=event.data.previous_start_at,
            previous_end_at=event.data.previous_end_at,
            occurrence=event.data.occurrence,
        )
        await self._hear.appointment(event, event.data, notice, *replaced)

    async def on_appointment_changed(self, event: CloudEvent[AppointmentChanged]) -> None:
        """Nobody is mailed but where one occurrence was cancelled (E6), or they meet in another way: both sides get the
        confirmation anew, since it tells how (E5).
        """
        one, revision = event.data.occurrence, event.data.appointment.revision
        ended = (notice_of(event, Purpose.CANCELED, revision, BOTH, occurrence=one),) if one else ()
        anew = (notice_of(event, Purpose.CONFIRMED, revision, BOTH),) if event.data.meets_otherwise else ()
        await self._hear.appointment(event, event.data, *ended, *anew, *_another_guest(event, event.data))

    async def on_appointment_canceled(self, event: CloudEvent[AppointmentCanceled]) -> None:
        end = event.data.end_of_request
        purpose = Purpose.DECLINED if event.data.was_requested else Purpose.CANCELED
        notice = notice_of(event, purpose, event.data.appointment.revision, BOTH, end_of_request=end)
        await self._hear.appointment(event, event.data, notice, ends_as="canceled")

    async def on_meeting_issued(self, event: CloudEvent[MeetingIssued]) -> None:
        await self._hear.meeting(event, event.data)

    async def on_meeting_updated(self, event: CloudEvent[MeetingUpdated]) -> None:
        await self._hear.meeting(event, event.data)

    async def on_meeting_revoked(self, event: CloudEvent[MeetingRevoked]) -> None:
        await self._hear.revoked(event)

    async def on_meeting_issue_failed(self, event: CloudEvent[MeetingIssueFailed]) -> None:
        await self._hear.issue_failed(event)

    async def on_reminder_due(self, event: CloudEvent[ReminderDue]) -> None:
        await self._hear.reminder(event)

    async def on_notice_due(self, event: CloudEvent[NoticeDue]) -> None:
        await self._hear.notice(event)

    async def on_calendar_entry_written(self, event: CloudEvent[CalendarEntryWritten]) -> None:
        await self._hear.entry(event)

    async def on_calendar_disconnected(self, event: CloudEvent[CalendarDisconnected]) -> None:
        if event.data.reason is EndOfConnection.BROKEN:
            await self._hear.connection_broken(event, event.data.staff_id, event.data.provider)

    async def on_calendar_sync_frozen(self, event: CloudEvent[CalendarSyncFrozen]) -> None:
        await self._hear.sync_frozen(event)

    async def on_meeting_sync_frozen(self, event: CloudEvent[MeetingSyncFrozen]) -> None:
        await self._hear.meetings_frozen(event)

    async def on_zoom_disconnected(self, event: CloudEvent[ZoomDisconnected]) -> None:
        if event.data.reason is EndOfConnection.BROKEN:
            await self._hear.connection_broken(event, event.data.staff_id, "zoom")

    async def on_zoom_account_ended(self, event: CloudEvent[ZoomAccountEnded]) -> None:
        """Whoever ended it themselves needs no mail, nor does one that another had replaced already."""
        ended = event.data
        if ended.current and ended.reason in (EndOfAccount.BROKEN, EndOfAccount.TAKEN_OVER):
            await self._hear.zoom_account_ended(event)

    async def on_zoom_budget_exhausted(self, event: CloudEvent[ZoomBudgetExhausted]) -> None:
        await self._hear.budget_gone(event)


def _another_guest(event: CloudEvent[Any], data: AppointmentChanged | AppointmentRescheduled) -> tuple[Notice, ...]:
    """Whoever takes a guest's place is told as if they had chosen the time; for the former guest it is cancelled."""
    if data.former_guest is None:
        return ()
    revision = data.appointment.revision
    return (
        notice_of(event, Purpose.CONFIRMED, revision, GUEST),
        notice_of(event, Purpose.REPLACED, revision, GUEST, former_guest=data.former_guest),
    )
