"""Staff register an appointment directly (E2): the same look and guard as a confirmation, without a guest's choice."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.claims import resources
from services.booking.model.free_time import Obstacle
from services.booking.model.modes import modes_of
from services.booking.model.proposal import Origin
from services.booking.model.series import named_in_errors
from services.booking.model.spans import Span
from services.booking.problems import (
    CalendarUnreadable,
    SlotTaken,
    busy_at,
)
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import TimeTaken
from services.booking.usecases.announce import Announcer
from services.booking.usecases.availability import Availability
from services.booking.usecases.draft_schedule import DraftSchedule
from services.booking.usecases.free_occurrences import FreeOccurrences
from services.booking.usecases.origins import check_repeated, origin_of
from services.booking.usecases.take_seat import TakeSeat
from shared import clock
from shared.contracts.api.registering import AppointmentCreate
from shared.contracts.booking import AppointmentConfirmed, Kind
from shared.contracts.stages import Stage
from shared.internal import Caller
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.observability import metrics
from shared.problem import Language, Unavailable

log = structlog.get_logger(__name__)
_ATTEMPTS = 5
_MOMENT = timedelta(seconds=1)


class RegisterAppointment:
    """The same request under the same Idempotency-Key makes one appointment."""

    def __init__(
        self,
        draft: DraftSchedule,
        store: BookingStore,
        availability: Availability,
        take_seat: TakeSeat,
        announcer: Announcer,
        relay: Relay,
        new_code: Callable[[], str],
    ) -> None:
        self._draft = draft
        self._store = store
        self._free = FreeOccurrences(availability)
        self._take_seat = take_seat
        self._announcer = announcer
        self._relay = relay
        self._new_code = new_code

    async def __call__(self, wanted: AppointmentCreate, caller: Caller, fingerprint: str) -> Appointment:
        started = time.monotonic()
        origin = origin_of(caller, fingerprint, scope="register:")
        made = await self._made_before(origin)
        if made is not None:
            return made
        draft = (await self._draft(wanted, caller)).model_copy(update={"origin": origin})
        try:
            registered = await self._registered(draft, wanted, caller)
        except SlotTaken:
            twin = await self._made_before(origin)
            if twin is None:
                raise
            return twin
        metrics.record_stage(Stage.CONFIRMED, timedelta(seconds=time.monotonic() - started))
        return registered

    async def _registered(self, draft: Appointment, wanted: AppointmentCreate, caller: Caller) -> Appointment:
        if not wanted.allow_overlap:
            await self._check_free(draft, caller.language)
        cause = caller.cause()
        for _ in range(_ATTEMPTS):
            appointment = draft.model_copy(update={"reception_code": self._code_for(draft.kind)})
            waiting = self._announcer.of_appointment(AppointmentConfirmed, appointment, cause)
            save = partial(self._store.register, waiting=waiting, over_held=wanted.allow_overlap)
            try:
                appointment = await self._take_seat(appointment, save, over_held=wanted.allow_overlap)
            except TimeTaken as error:
                raise await self._free.taken_meanwhile(
                    appointment, None, caller.language, over_held=wanted.allow_overlap
                ) from error
            except DuplicateKeyError:
                twin = await self._made_before(draft.origin)
                if twin is not None:
                    return twin
                continue
            self._relay.publish_soon(self._store.appointments, appointment.appointment_id, waiting)
            log.info("appointment.registered", appointment_id=appointment.appointment_id)
            return appointment
        raise Unavailable()

    async def _made_before(self, origin: Origin | None) -> Appointment | None:
        made = await self._store.registered_by(origin.key) if origin else None
        if made is None or origin is None:
            return None
        check_repeated(origin, made.origin)
        return made

    def _code_for(self, kind: Kind) -> str | None:
        return self._new_code() if modes_of(kind).reception_code else None

    async def _check_free(self, draft: Appointment, language: Language) -> None:
        """Of all occurrences (E6); of whole days that have begun only what is ahead is asked for."""
        soon = clock.now() + _MOMENT
        spans = [Span(max(one.start_at, soon), one.end_at) for one in draft.occurrences]
        wanted = resources(draft.attendee_ids, draft.room_id, draft.zoom_user_id)
        found = await self._free.first_obstacle(draft, spans, draft.attendee_ids, wanted)
        if found is None:
            return
        span, why = found
        match why:
            case Obstacle.UNREADABLE:
                raise CalendarUnreadable()
            case Obstacle.BUSY:
                pointer, when = named_in_errors(draft, span, language)
                raise busy_at(language, [pointer], when)
            case Obstacle.CLAIMED:
                raise await self._free.taken_meanwhile(draft, None, language, over_held=False)
