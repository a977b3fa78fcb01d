"""What calendar_sync hears."""

from typing import Any

from faststream.rabbit import RabbitRouter

from services.calendar_sync.model.connection import Staff
from services.calendar_sync.model.subjects import AppointmentState, MeetingState
from services.calendar_sync.model.text import MeetingLink
from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.store.organizations import Organizations
from services.calendar_sync.store.staff import StaffDirectory
from services.calendar_sync.usecases.follow_appointment import FollowAppointment
from services.calendar_sync.usecases.follow_proposal import FollowProposal
from services.calendar_sync.usecases.notice_drift import RestoreEntry
from shared import clock
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentRescheduled,
    DriftDecided,
    DriftDecision,
    ProposalEvent,
    ProposalExpired,
    SlotsChanged,
    SlotsProposed,
    SlotsWithdrawn,
)
from shared.contracts.envelope import CloudEvent
from shared.contracts.erasure import GuestErasureRequested
from shared.contracts.gateway import OrganizationChanged, StaffChanged, StaffDisabled
from shared.contracts.notifier import NotificationSent
from shared.contracts.retelling import AppointmentRetold, ProposalRetold
from shared.contracts.sealed import AppointmentSecrets, MeetingSecrets
from shared.contracts.zoom_issuer import MeetingIssued, MeetingRevoked, MeetingUpdated
from shared.crypto import KeyRing
from shared.erasing import Erasing
from shared.messaging.topology import hears

SERVICE = "calendar_sync"
_ISSUED, _UPDATED, _REVOKED = range(3)


class Subscribers:
    """Unpacks each event and calls one use case."""

    def __init__(
        self,
        follow_proposal: FollowProposal,
        follow_appointment: FollowAppointment,
        restore_entry: RestoreEntry,
        staff: StaffDirectory,
        organizations: Organizations,
        mirrors: Mirrors,
        bus_ring: KeyRing,
    ) -> None:
        self._follow_proposal = follow_proposal
        self._follow_appointment = follow_appointment
        self._restore_entry = restore_entry
        self._staff = staff
        self._organizations = organizations
        self._mirrors = mirrors
        self._bus_ring = bus_ring

    def router(self, erasing: Erasing) -> RabbitRouter:
        return RabbitRouter(
            handlers=[
                hears(SERVICE, SlotsProposed, self.on_slots_proposed),
                hears(SERVICE, SlotsChanged, self.on_slots_changed),
                hears(SERVICE, SlotsWithdrawn, self.on_slots_withdrawn),
                hears(SERVICE, ProposalExpired, self.on_proposal_expired),
                hears(SERVICE, AppointmentConfirmed, self.on_appointment_confirmed),
                hears(SERVICE, AppointmentRescheduled, self.on_appointment_rescheduled),
                hears(SERVICE, AppointmentChanged, self.on_appointment_changed),
                hears(SERVICE, AppointmentCanceled, self.on_appointment_canceled),
                hears(SERVICE, AppointmentRetold, self.on_appointment_retold),
                hears(SERVICE, ProposalRetold, self.on_proposal_retold),
                hears(SERVICE, DriftDecided, self.on_drift_decided),
                hears(SERVICE, MeetingIssued, self.on_meeting_issued),
                hears(SERVICE, MeetingUpdated, self.on_meeting_updated),
                hears(SERVICE, MeetingRevoked, self.on_meeting_revoked),
                hears(SERVICE, NotificationSent, self.on_notification_sent),
                hears(SERVICE, OrganizationChanged, self.on_organization_changed),
                hears(SERVICE, StaffChanged, self.on_staff_changed),
                hears(SERVICE, StaffDisabled, self.on_staff_disabled),
                hears(SERVICE, GuestErasureRequested, erasing.on_guest_erasure_requested),
            ]
        )

    async def on_slots_proposed(self, event: CloudEvent[SlotsProposed]) -> None:
        await self._proposal(event, event.data, is_open=True)

    async def on_slots_changed(self, event: CloudEvent[SlotsChanged]) -> None:
        await self._proposal(event, event.data, is_open=True)

    async def on_slots_withdrawn(self, event: CloudEvent[SlotsWithdrawn]) -> None:
        await self._proposal(event, event.data, is_open=False)

    async def on_proposal_expired(self, event: CloudEvent[ProposalExpired]) -> None:
        await self._proposal(event, event.data, is_open=False)

    async def on_appointment_confirmed(self, event: CloudEvent[AppointmentConfirmed]) -> None:
        await self._appointment(event, event.data)

    async def on_appointment_rescheduled(self, event: CloudEvent[AppointmentRescheduled]) -> None:
        await self._appointment(event, event.data)

    async def on_appointment_changed(self, event: CloudEvent[AppointmentChanged]) -> None:
        await self._appointment(event, event.data)

    async def on_appointment_canceled(self, event: CloudEvent[AppointmentCanceled]) -> None:
        """For what was a request only nothing was made (H4)."""
        if event.data.was_requested:
            return
        await self._appointment(event, event.data, canceled=True)

    async def on_appointment_retold(self, event: CloudEvent[AppointmentRetold]) -> None:
        """Changes nothing unless something was missed (G13)."""
        await self._appointment(event, event.data, canceled=event.data.canceled)

    async def on_proposal_retold(self, event: CloudEvent[ProposalRetold]) -> None:
        await self._proposal(event, event.data, is_open=event.data.is_open)

    async def on_drift_decided(self, event: CloudEvent[DriftDecided]) -> None:
        """Following is told by the events that it leads to."""
        data = event.data
        if data.decision is DriftDecision.RESTORE:
            await self._restore_entry(data.appointment_id, data.staff_id, data.drift_id)

    async def on_meeting_issued(self, event: CloudEvent[MeetingIssued]) -> None:
        data = event.data
        await self._meeting(event, data.appointment_id, data.revision, _ISSUED, data.sealed)

    async def on_meeting_updated(self, event: CloudEvent[MeetingUpdated]) -> None:
        data = event.data
        await self._meeting(event, data.appointment_id, data.revision, _UPDATED, data.sealed)

    async def on_meeting_revoked(self, event: CloudEvent[MeetingRevoked]) -> None:
        await self._meeting(event, event.data.appointment_id, event.data.revision, _REVOKED, None)

    async def on_notification_sent(self, event: CloudEvent[NotificationSent]) -> None:
        """What invites the guest is settled by the first mail that does (G14)."""
        if event.data.invited_apart:
            await self._follow_appointment.heard(
                event.data.about,
                event.organizationid,
                AppointmentState.with_guest_apart,
                cause=event.cause(),
                traceparent=event.traceparent,
            )

    async def on_organization_changed(self, event: CloudEvent[OrganizationChanged]) -> None:
        data = event.data
        await self._organizations.heard(
            event.organizationid, data.mail_links, event.aggregateversion, sandbox=data.sandbox
        )

    async def on_staff_changed(self, event: CloudEvent[StaffChanged]) -> None:
        data = event.data
        staff = Staff(event.subject, event.organizationid, time_zone=data.time_zone, locale=data.locale)
        if await self._staff.heard(staff, event.aggregateversion):
            await self._mirrors.resume(event.subject, clock.now())

    async def on_staff_disabled(self, event: CloudEvent[StaffDisabled]) -> None:
        await self._staff.disabled(event.subject, event.organizationid, event.aggregateversion)

    async def _proposal(self, event: CloudEvent[Any], data: ProposalEvent, *, is_open: bool) -> None:
        await self._follow_proposal.heard(
            data.proposal,
            event.organizationid,
            event.aggregateversion,
            is_open=is_open,
            cause=event.cause(),
            traceparent=event.traceparent,
        )

    async def _appointment(self, event: CloudEvent[Any], data: AppointmentEvent, *, canceled: bool = False) -> None:
        """Whatever became of an appointment, its proposal is settled: its holds go first."""
        appointment = data.appointment
        if appointment.proposal_id:
            await self._follow_proposal.confirmed(
                appointment.proposal_id,
                event.organizationid,
                cause=event.cause(),
                traceparent=event.traceparent,
            )
        opened = AppointmentSecrets.unseal(self._bus_ring, data.sealed, subject=appointment.appointment_id)
        note, by_hand = opened.note, _link(opened.by_hand) if opened.by_hand else None

        def fold(state: AppointmentState) -> AppointmentState:
            if canceled:
                return state.cancel(appointment, note)
            return state.heard(appointment, note, by_hand, opened.place, opened.join_url)

        await self._follow_appointment.heard(
            appointment.appointment_id,
            event.organizationid,
            fold,
            cause=event.cause(),
            traceparent=event.traceparent,
        )

    async def _meeting(
        self,
        event: CloudEvent[Any],
        appointment_id: str,
        revision: int,
        order: int,
        sealed: str | None,
    ) -> None:
        link = None
        if sealed is not None:
            link = _link(MeetingSecrets.unseal(self._bus_ring, sealed, subject=appointment_id))
        meeting = MeetingState((revision, event.aggregateversion, order), link)
        await self._follow_appointment.heard(
            appointment_id,
            event.organizationid,
            lambda state: state.heard_meeting(meeting),
            cause=event.cause(),
            traceparent=event.traceparent,
        )


def _link(secrets: MeetingSecrets) -> MeetingLink:
    return MeetingLink(secrets.join_url, secrets.meeting_id, secrets.passcode)
