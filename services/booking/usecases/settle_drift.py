"""What becomes of an entry or a meeting that somebody changed directly at its provider (V6, E7): the one place where it
is decided.

Restoring is told to calendar_sync and zoom_issuer; following takes the same ways as a staff member's reschedule, change
or cancel.
"""

from datetime import datetime

import structlog
from pydantic import ValidationError

from services.booking.model.appointment import Appointment
from services.booking.model.drift import Drift, DriftPolicy
from services.booking.problems import CalendarUnreadable, DriftOver, SlotTaken
from services.booking.store import drifts
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.change_appointment import CancelAppointment, ChangeAppointment
from services.booking.usecases.change_occurrence import ChangeOccurrence
from shared import clock
from shared.contracts.api.appointments import AppointmentPatch
from shared.contracts.api.occurrences import OccurrencePatch
from shared.contracts.booking import DriftDecision
from shared.contracts.drift import DriftKind, DriftSource
from shared.contracts.envelope import Cause
from shared.internal import Caller
from shared.messaging.relay import Relay
from shared.problem import InvalidInput, Unavailable
from shared.single_flight import Turns

log = structlog.get_logger(__name__)
_ATTEMPTS = 10
_PAST = "past"


class SettleDrift:
    """Findings come in any order and any number: what is over or decided changes nothing."""

    def __init__(
        self,
        people: PeopleStore,
        store: BookingStore,
        change: ChangeAppointment,
        cancel: CancelAppointment,
        occurrence: ChangeOccurrence,
        announcer: Announcer,
        relay: Relay,
        turns: Turns,
    ) -> None:
        self._people = people
        self._store = store
        self._change = change
        self._cancel = cancel
        self._occurrence = occurrence
        self._announcer = announcer
        self._relay = relay
        self._turns = turns

    async def detected(self, organization_id: str, appointment_id: str, drift: Drift, cause: Cause) -> None:
        """Kept first, so that a crash before the decision is made good by the next delivery."""
        await drifts.keep(self._store.appointments, organization_id, appointment_id, drift)
        organization = await self._people.organization(organization_id)
        policy = organization.drift_policy if organization else DriftPolicy.ASK
        async with self._turns.of(appointment_id):
            for _ in range(_ATTEMPTS):
                appointment = await self._store.appointment(organization_id, appointment_id)
                if appointment is None or not _still_asked(appointment, drift):
                    return
                try:
                    await self._apply(policy, appointment, drift, cause)
                except StaleVersion:
                    continue
                return
        raise Unavailable()

    async def decide(self, before: Appointment, decision: DriftDecision, caller: Caller) -> Appointment:
        """A person's word on what stands. Raises ``DriftOver``, ``StaleVersion`` and what a change may raise."""
        drift = before.drift
        if drift is None:
            raise DriftOver()
        cause = caller.cause()
        if decision is DriftDecision.RESTORE:
            return await self._restore(before, drift, cause)
        after = before
        for one in [one for one in before.standing_drifts if one.drift_id == drift.drift_id]:
            after = await self._follow(after, one, caller, cause)
        return after

    async def _apply(self, policy: DriftPolicy, appointment: Appointment, drift: Drift, cause: Cause) -> None:
        log.info("drift.detected", appointment_id=appointment.appointment_id, kind=drift.kind, policy=policy)
        if policy is DriftPolicy.RESTORE:
            await self._restore(appointment, drift, cause)
        elif policy is DriftPolicy.FOLLOW:
            caller = Caller(appointment.organization_id, drift.staff_id, "", "ja", cause.correlation_id)
            try:
                await self._follow(appointment, drift, caller, cause)
            except (SlotTaken, CalendarUnreadable, InvalidInput) as error:
                reason = _PAST if drift.start_at and drift.start_at <= clock.now() else error.code
                log.info("drift.not_followed", appointment_id=appointment.appointment_id, reason=reason)
                await drifts.ask(self._store.appointments, appointment.appointment_id, drift, reason)

    async def _restore(self, before: Appointment, drift: Drift, cause: Cause) -> Appointment:
        waiting = self._announcer.of_decision(before, drift, DriftDecision.RESTORE, cause)
        if not await drifts.restore(self._store.appointments, before, drift, waiting):
            raise StaleVersion(before.appointment_id)
        self._relay.publish_soon(self._store.appointments, before.appointment_id, waiting)
        decided = drift.model_copy(update={"decided": DriftDecision.RESTORE})
        return before.model_copy(update={"drifts": {**before.drifts, drift.place: decided}})

    async def _follow(self, before: Appointment, drift: Drift, caller: Caller, cause: Cause) -> Appointment:
        if drift.original_start_at is not None:
            after = await self._follow_occurrence(before, drift, drift.original_start_at, caller, cause)
        elif drift.kind is DriftKind.DELETED:
            return await self._cancel(before, "", caller, cause)
        else:
            after = await self._change(before, _patch(before, drift), caller, cause)
        return after if after.version > before.version else await self._restore(before, drift, cause)

    async def _follow_occurrence(
        self, before: Appointment, drift: Drift, original_start_at: datetime, caller: Caller, cause: Cause
    ) -> Appointment:
        if drift.kind is DriftKind.DELETED:
            return await self._occurrence.cancel(before, original_start_at, caller, cause)
        wanted = OccurrencePatch(start=drift.start_at, end=drift.end_at)
        return await self._occurrence.move(before, original_start_at, wanted, caller, cause)


def _patch(before: Appointment, drift: Drift) -> AppointmentPatch:
    """As staff would type it; a title that was emptied asks for nothing, and no topic that was made of more than the
    title becomes one (E3). Raises ``InvalidInput``.
    """
    says_more = drift.provider is DriftSource.ZOOM and before.topic not in ("", before.title)
    wanted: dict[str, object] = {"title": drift.title} if drift.title and not says_more else {}
    if drift.note is not None:
        wanted["note"] = drift.note
    if drift.kind is DriftKind.MOVED:
        wanted |= {"start": drift.start_at, "end": drift.end_at}
    try:
        return AppointmentPatch.model_validate(wanted)
    except ValidationError as error:
        raise InvalidInput() from error


def _still_asked(appointment: Appointment, drift: Drift) -> bool:
    """Whether this very finding stands, and was not left to a person before."""
    known = appointment.drifts.get(drift.place)
    if known is None or known.drift_id != drift.drift_id or known.reason is not None or not appointment.is_live:
        return False
    return any((one.place, one.drift_id) == (drift.place, drift.drift_id) for one in appointment.standing_drifts)
