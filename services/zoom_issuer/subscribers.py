"""What zoom_issuer hears."""

from faststream.rabbit import RabbitRouter

from services.zoom_issuer.hosts import StaffRecord
from services.zoom_issuer.model import wanted_of
from services.zoom_issuer.store.drift import DriftRows
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.staff import StaffStore
from shared.contracts.booking import (
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentRescheduled,
    DriftDecided,
    DriftDecision,
)
from shared.contracts.envelope import Cause, CloudEvent
from shared.contracts.erasure import GuestErasureRequested
from shared.contracts.gateway import OrganizationChanged, StaffChanged
from shared.contracts.retelling import AppointmentRetold
from shared.due import DueWorker
from shared.erasing import Erasing
from shared.messaging.topology import hears

SERVICE = "zoom_issuer"


class Subscribers:
    """Writes down what is wanted and wakes the worker; everything else is the worker's."""

    def __init__(
        self,
        store: MeetingStore,
        drift: DriftRows,
        staff: StaffStore,
        worker: DueWorker,
        staff_worker: DueWorker,
        erasing: Erasing,
    ) -> None:
        self._store = store
        self._drift = drift
        self._staff = staff
        self._worker = worker
        self._staff_worker = staff_worker
        self._erasing = erasing

    def router(self) -> RabbitRouter:
        return RabbitRouter(
            handlers=[
                hears(SERVICE, OrganizationChanged, self.on_organization_changed),
                hears(SERVICE, StaffChanged, self.on_staff_changed),
                hears(SERVICE, AppointmentConfirmed, self.on_appointment_confirmed),
                hears(SERVICE, AppointmentRescheduled, self.on_appointment_rescheduled),
                hears(SERVICE, AppointmentChanged, self.on_appointment_changed),
                hears(SERVICE, AppointmentCanceled, self.on_appointment_canceled),
                hears(SERVICE, AppointmentRetold, self.on_appointment_retold),
                hears(SERVICE, DriftDecided, self.on_drift_decided),
                hears(SERVICE, GuestErasureRequested, self._erasing.on_guest_erasure_requested),
            ]
        )

    async def on_organization_changed(self, event: CloudEvent[OrganizationChanged]) -> None:
        """Whether Basic users may host decides whom staff have."""
        data = event.data
        news = await self._store.save_organization(
            event.organizationid,
            data.allow_zoom_basic,
            event.aggregateversion,
            count_deletions=data.count_deletions,
        )
        if news:
            await self._staff.look_at(event.organizationid, event.cause())

    async def on_staff_changed(self, event: CloudEvent[StaffChanged]) -> None:
        record = StaffRecord(email=event.data.person.email, zoom_user=event.data.zoom_user)
        if await self._staff.keep(event.subject, event.organizationid, record, event.aggregateversion, event.cause()):
            self._staff_worker.wake(event.subject)

    async def on_appointment_confirmed(self, event: CloudEvent[AppointmentConfirmed]) -> None:
        await self._follow(event.data, event.organizationid, event.cause())

    async def on_appointment_rescheduled(self, event: CloudEvent[AppointmentRescheduled]) -> None:
        await self._follow(event.data, event.organizationid, event.cause())

    async def on_appointment_changed(self, event: CloudEvent[AppointmentChanged]) -> None:
        await self._follow(event.data, event.organizationid, event.cause())

    async def on_appointment_canceled(self, event: CloudEvent[AppointmentCanceled]) -> None:
        """For what was a request only nothing was made (H4)."""
        if event.data.was_requested:
            return
        await self._follow(event.data, event.organizationid, event.cause(), canceled=True)

    async def on_appointment_retold(self, event: CloudEvent[AppointmentRetold]) -> None:
        """Changes nothing unless something was missed (G13)."""
        await self._follow(event.data, event.organizationid, event.cause(), canceled=event.data.canceled)

    async def on_drift_decided(self, event: CloudEvent[DriftDecided]) -> None:
        """Of meetings and of entries in calendars alike; what is followed comes as a change of the appointment."""
        data = event.data
        restores = data.decision is DriftDecision.RESTORE
        if restores and await self._drift.restore(data.appointment_id, data.drift_id):
            self._worker.wake(data.appointment_id)

    async def _follow(
        self, data: AppointmentEvent, organization_id: str, cause: Cause, *, canceled: bool = False
    ) -> None:
        appointment = data.appointment
        wanted = wanted_of(appointment, canceled=canceled)
        if await self._store.want(appointment.appointment_id, organization_id, wanted, cause):
            self._worker.wake(appointment.appointment_id)
