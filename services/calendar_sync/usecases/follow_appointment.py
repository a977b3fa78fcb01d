"""Entries follow an appointment and its meeting, whatever order their events come in (R26, V5, G15)."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from services.calendar_sync.model.ledger import RowKind, WantedRow
from services.calendar_sync.model.plan import Calendar, WantedEntry, calendars_of, wanted_entries
from services.calendar_sync.model.series import last_end
from services.calendar_sync.model.subjects import AppointmentState
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.subjects import Appointments
from shared import clock
from shared.contracts.booking import Appointment
from shared.contracts.envelope import Cause
from shared.mongo import Client, Session, in_transaction

Fold = Callable[[AppointmentState], AppointmentState]


class FollowAppointment:
    """Folds an event into the appointment's document and plans its entries, in one transaction."""

    def __init__(
        self,
        client: Client,
        appointments: Appointments,
        connections: Connections,
        ledger: Ledger,
        wake: Callable[[str], None],
        *,
        meeting_wait: timedelta,
    ) -> None:
        self._client = client
        self._appointments = appointments
        self._connections = connections
        self._ledger = ledger
        self._wake = wake
        self._meeting_wait = meeting_wait

    async def heard(
        self, appointment_id: str, organization_id: str, fold: Fold, *, cause: Cause, traceparent: str | None
    ) -> None:
        """``fold`` takes the event in; what changes nothing plans nothing."""
        await self._plan(appointment_id, organization_id, fold, cause, traceparent, again=False)

    async def plan_again(self, appointment_id: str, organization_id: str, cause: Cause) -> None:
        """Somebody's calendar was linked: their entry is made now, unless they have one."""
        await self._plan(appointment_id, organization_id, lambda state: state, cause, None, again=True)

    async def _plan(
        self,
        appointment_id: str,
        organization_id: str,
        fold: Fold,
        cause: Cause,
        traceparent: str | None,
        *,
        again: bool,
    ) -> None:
        async def work(session: Session) -> list[str]:
            before = await self._appointments.find(appointment_id, organization_id, session)
            after = fold(before)
            if after == before and not again:
                return []
            calendars = await self._calendars(after, session, edited=after.revision != before.revision)
            entries = wanted_entries(after, calendars)
            await self._appointments.keep(_with_organizers_row(after, entries), session)
            wanted = [_row(entry, after.appointment) for entry in entries if after.appointment]
            if again and await self._ledger.wants(appointment_id, wanted, session):
                return []
            now = clock.now()
            return await self._ledger.want(
                session,
                organization_id,
                appointment_id,
                wanted,
                revision=after.revision,
                cause=cause,
                traceparent=traceparent,
                first_write_at=now + self._meeting_wait if after.waits_for_meeting and not again else now,
            )

        for row_id in await in_transaction(self._client, work):
            self._wake(row_id)

    async def _calendars(self, state: AppointmentState, session: Session, *, edited: bool) -> dict[str, Calendar]:
        if state.appointment is None:
            return {}
        staff_ids = {attendee.staff_id for attendee in state.appointment.attendees} | {state.appointment.organizer_id}
        links = await self._connections.of_staff(
            sorted(staff_ids), organization_id=state.organization_id, session=session
        )
        standing = await self._ledger.standing(state.appointment_id, session)
        return calendars_of(state, links, standing, edited=edited)


def _with_organizers_row(state: AppointmentState, entries: Sequence[WantedEntry]) -> AppointmentState:
    organizer = state.appointment.organizer_id if state.appointment else ""
    found = next((one.row_id for one in entries if one.staff_id == organizer), None)
    return state.with_organizers_row(found) if found else state


def _row(entry: WantedEntry, appointment: Appointment) -> WantedRow:
    return WantedRow(
        row_id=entry.row_id,
        kind=RowKind.ENTRY,
        about=entry.appointment_id,
        staff_id=entry.staff_id,
        slot_id=None,
        provider=entry.provider,
        participants=entry.participants,
        ends_at=last_end(appointment),
        room_id=appointment.room_id if entry.staff_id == appointment.organizer_id else None,
    )
