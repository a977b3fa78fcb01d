"""Staff register an appointment directly (E2): the same look and guard as a confirmation, without a guest's choice."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.appointment_times import whole_days
from services.booking.model.claims import resources
from services.booking.model.free_time import Obstacle
from services.booking.model.modes import modes_of
from services.booking.model.people import Organization
from services.booking.model.proposal import Origin
from services.booking.model.series import named_in_errors
from services.booking.model.spans import Span
from services.booking.problems import (
    REQUIRED,
    AllDayWithZoom,
    CalendarUnreadable,
    IdempotencyKeyReused,
    SlotTaken,
    busy_at,
    invalid,
)
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.availability import Availability
from services.booking.usecases.choose_room import ChooseRooms
from services.booking.usecases.drafting import (
    Party,
    check_modes,
    check_time,
    check_zoom,
    organization_of,
    party,
)
from services.booking.usecases.free_occurrences import FreeOccurrences
from services.booking.usecases.links import Links
from services.booking.usecases.series_faults import wanted_series
from shared import clock
from shared.contracts.api.registering import AppointmentCreate
from shared.contracts.booking import AppointmentConfirmed, Kind
from shared.contracts.envelope import Cause
from shared.contracts.people import Guest
from shared.ids import new_id
from shared.internal import Caller
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.problem import Language, Unavailable

log = structlog.get_logger(__name__)
_ATTEMPTS = 5
_MOMENT = timedelta(seconds=1)


class RegisterAppointment:
    """The same request under the same Idempotency-Key makes one appointment."""

    def __init__(
        self,
        people: PeopleStore,
        store: BookingStore,
        availability: Availability,
        rooms: ChooseRooms,
        announcer: Announcer,
        links: Links,
        relay: Relay,
        new_code: Callable[[], str],
    ) -> None:
        self._people = people
        self._store = store
        self._free = FreeOccurrences(availability)
        self._rooms = rooms
        self._announcer = announcer
        self._links = links
        self._relay = relay
        self._new_code = new_code

    async def __call__(self, wanted: AppointmentCreate, caller: Caller, fingerprint: str) -> Appointment:
        origin = _origin(caller, fingerprint)
        made = await self._made_before(origin)
        if made is not None:
            return made
        draft = (await self._draft(wanted, caller)).model_copy(update={"origin": origin})
        try:
            return await self._registered(draft, wanted, caller)
        except SlotTaken:
            twin = await self._made_before(origin)
            if twin is None:
                raise
            return twin

    async def _registered(self, draft: Appointment, wanted: AppointmentCreate, caller: Caller) -> Appointment:
        if not wanted.allow_overlap:
            await self._check_free(draft, caller.language)
        cause = Cause.outside(caller.request_id or None, actor=caller.actor)
        for _ in range(_ATTEMPTS):
            appointment = draft.model_copy(update={"reception_code": self._code_for(draft.kind)})
            waiting = self._announcer.of_appointment(AppointmentConfirmed, appointment, cause)
            try:
                await self._store.register(appointment, waiting, over_held=wanted.allow_overlap)
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
        if made.origin is None or made.origin.fingerprint != origin.fingerprint:
            raise IdempotencyKeyReused()
        return made

    def _code_for(self, kind: Kind) -> str | None:
        return self._new_code() if modes_of(kind).reception_code else None

    async def _draft(self, wanted: AppointmentCreate, caller: Caller) -> Appointment:
        kind = wanted.kind or Kind.WEB
        _check_words(wanted, caller.language)
        check_modes(kind, wanted.issue_reception_code, wanted.issue_web_meeting)
        organization = await organization_of(self._people, caller.organization_id)
        span = _span(wanted, organization, caller.language)
        check_time(span, caller.language, all_day=wanted.all_day)
        if wanted.all_day and modes_of(kind).web_meeting:
            raise AllDayWithZoom()
        people = await party(
            self._people,
            caller.organization_id,
            caller.staff_id,
            wanted.attendee_ids or [caller.staff_id],
            wanted.organizer_id or caller.staff_id,
            caller.language,
            creator_may_organize=True,
        )
        check_zoom(kind, people.organizer)
        asked = {"/room_id": wanted.room_id} if wanted.room_id else {}
        rooms = await self._rooms(asked, people.organizer, caller.language)
        room_name = rooms[wanted.room_id].name if wanted.room_id else None
        drafted = self._appointment(wanted, kind, span, people, organization)
        if wanted.rrule is not None:
            zone, all_day = organization.time_zone, wanted.all_day
            series = wanted_series(wanted.rrule, span, zone, caller.language, all_day=all_day)
            drafted = drafted.model_copy(update={"series": series})
        return drafted.model_copy(update={"room_name": room_name}).expecting_confirmation([])

    def _appointment(
        self, wanted: AppointmentCreate, kind: Kind, span: Span, people: Party, organization: Organization
    ) -> Appointment:
        """Without its room's name."""
        now, appointment_id = clock.now(), new_id("apt")
        web = modes_of(kind).web_meeting
        guest = Guest(**wanted.guest.model_dump())
        return Appointment(
            appointment_id=appointment_id,
            organization_id=organization.organization_id,
            proposal_id=None,
            slot_id=None,
            kind=kind,
            title=wanted.title,
            start_at=span.start_at,
            end_at=span.end_at,
            time_zone=organization.time_zone,
            creator=people.creator,
            organizer_id=people.organizer.staff_id,
            attendees=[person.as_attendee() for person in people.attendees],
            with_calendar=people.with_calendar,
            guest=guest,
            email_typed=False,
            guest_time_zone="",
            guest_locale="",
            guidance=wanted.guidance,
            note=wanted.note,
            visibility=wanted.visibility,
            wants_meeting=web,
            zoom_user_id=people.organizer.zoom_user_id if web else None,
            address=wanted.address or None,
            room_id=wanted.room_id,
            token=self._links.new_source(appointment_id),
            confirmed_at=now,
            updated_at=now,
            customer=wanted.customer,
            deal=wanted.deal,
            place=wanted.place,
            all_day=wanted.all_day,
            others_may_edit=wanted.others_may_edit,
            changed_by=people.creator,
            mails_guest=wanted.send_mail and bool(guest.email),
        )

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


def _check_words(wanted: AppointmentCreate, language: Language) -> None:
    """A subject, or a guest to make one of; a deal has a customer (E3); a mail that was asked for has an address."""
    guest = Guest(**wanted.guest.model_dump())
    errors = []
    if not wanted.title and not guest.known_as:
        errors.append(("/title", REQUIRED))
    if wanted.deal and not wanted.customer:
        errors.append(("/customer", REQUIRED))
    if "send_mail" in wanted.model_fields_set and wanted.send_mail and guest.known_as and not guest.email:
        errors.append(("/guest/email", REQUIRED))
    if errors:
        raise invalid(language, *errors)


def _span(wanted: AppointmentCreate, organization: Organization, language: Language) -> Span:
    if wanted.all_day:
        return whole_days(wanted.start, wanted.end or wanted.start, ZoneInfo(organization.time_zone))
    if wanted.end is None:
        raise invalid(language, ("/end", REQUIRED))
    return Span(wanted.start, wanted.end)


def _origin(caller: Caller, fingerprint: str) -> Origin | None:
    if not caller.idempotency_key:
        return None
    return Origin(key=f"register:{caller.staff_id}:{caller.idempotency_key}", fingerprint=fingerprint)
