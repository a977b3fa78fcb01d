"""What reminder_scheduler hears."""

from datetime import time

from faststream.rabbit import RabbitRouter

from services.reminder_scheduler.model import Known, Office
from services.reminder_scheduler.store import ReminderStore
from services.reminder_scheduler.usecases.file_reminder import FileReminder
from shared.contracts.booking import (
    Appointment,
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentRescheduled,
    Occurrence,
)
from shared.contracts.envelope import CloudEvent
from shared.contracts.erasure import GuestErasureRequested
from shared.contracts.gateway import OrganizationChanged
from shared.contracts.retelling import AppointmentRetold
from shared.contracts.reveal import LinkShown, Reveal
from shared.erasing import Erasing
from shared.messaging.topology import hears
from shared.recurrence import all_occurrences

SERVICE = "reminder_scheduler"


class Subscribers:
    """Unpacks each event and calls one use case."""

    def __init__(self, file_reminder: FileReminder, store: ReminderStore, erasing: Erasing) -> None:
        self._erasing = erasing
        self._file_reminder = file_reminder
        self._store = store

    def router(self) -> RabbitRouter:
        return RabbitRouter(
            handlers=[
                hears(SERVICE, OrganizationChanged, self.on_organization_changed),
                hears(SERVICE, AppointmentConfirmed, self.on_appointment_confirmed),
                hears(SERVICE, AppointmentRescheduled, self.on_appointment_rescheduled),
                hears(SERVICE, AppointmentChanged, self.on_appointment_changed),
                hears(SERVICE, AppointmentCanceled, self.on_appointment_canceled),
                hears(SERVICE, AppointmentRetold, self.on_appointment_retold),
                hears(SERVICE, GuestErasureRequested, self._erasing.on_guest_erasure_requested),
            ]
        )

    async def on_organization_changed(self, event: CloudEvent[OrganizationChanged]) -> None:
        office = Office(event.data.time_zone, time.fromisoformat(event.data.reminder_time))
        await self._store.save_office(event.organizationid, office, event.aggregateversion)
        await self._file_reminder.replan(event.organizationid, event.cause())

    async def on_appointment_confirmed(self, event: CloudEvent[AppointmentConfirmed]) -> None:
        await self._file(event, event.data)

    async def on_appointment_rescheduled(self, event: CloudEvent[AppointmentRescheduled]) -> None:
        await self._file(event, event.data)

    async def on_appointment_changed(self, event: CloudEvent[AppointmentChanged]) -> None:
        await self._file(event, event.data)

    async def on_appointment_canceled(self, event: CloudEvent[AppointmentCanceled]) -> None:
        """For what was a request only nothing was made (H4)."""
        if event.data.was_requested:
            return
        await self._file(event, event.data)

    async def on_appointment_retold(self, event: CloudEvent[AppointmentRetold]) -> None:
        """Changes nothing unless something was missed (G13)."""
        await self._file(event, event.data)

    async def _file(
        self,
        event: CloudEvent[AppointmentConfirmed]
        | CloudEvent[AppointmentRescheduled]
        | CloudEvent[AppointmentChanged]
        | CloudEvent[AppointmentCanceled]
        | CloudEvent[AppointmentRetold],
        data: AppointmentEvent,
    ) -> None:
        every = _known(event, data)
        for known in every:
            await self._file_reminder(known, event.cause())
        if data.appointment.series is not None:
            await self._file_reminder.end_behind(every[-1])


def _known(
    event: CloudEvent[AppointmentConfirmed]
    | CloudEvent[AppointmentRescheduled]
    | CloudEvent[AppointmentChanged]
    | CloudEvent[AppointmentCanceled]
    | CloudEvent[AppointmentRetold],
    data: AppointmentEvent,
) -> list[Known]:
    """Of a series each occurrence, those that were cancelled too (E6)."""
    appointment = data.appointment
    recurs, gone = appointment.series is not None, isinstance(data, AppointmentCanceled)
    gone = gone or (isinstance(data, AppointmentRetold) and data.canceled)
    every = all_occurrences(
        appointment.start_at,
        appointment.end_at,
        appointment.time_zone,
        appointment.series,
        all_day=appointment.all_day,
    )
    return [
        Known(
            appointment_id=appointment.appointment_id,
            organization_id=event.organizationid,
            revision=appointment.revision,
            start_at=one.start_at,
            time_zone=appointment.time_zone,
            decided_at=event.time,
            canceled=gone or one.canceled,
            reveal=_revealed(appointment, one),
            place=place if recurs else None,
            original_start_at=one.original_start_at if recurs else None,
        )
        for place, one in enumerate(every)
    ]


def _revealed(appointment: Appointment, one: Occurrence) -> Reveal:
    """The link of a series is told by the notices of one occurrence; those of the others remind (C7)."""
    tells = appointment.link_start_at in (None, one.start_at)
    return appointment.reveal if tells else appointment.reveal.model_copy(update={"link": LinkShown.AT_ONCE})
