"""A guest books a time on a page (H3-H5): the same function that listed it decides (G5), a look confirms it (G4), and
the guards let one win (G1).
"""

import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.modes import modes_of
from services.booking.model.page_rules import Reason
from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import WhyNot
from services.booking.model.proposal import Origin
from services.booking.model.requests import as_request
from services.booking.model.spans import Span
from services.booking.problems import NOT_OFFERED, CalendarUnreadable, PageClosed, SlotTaken, invalid
from services.booking.schemas import fingerprint, parse
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import LimitReached, TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.confirm import Visit
from services.booking.usecases.draft_booking import draft_booking
from services.booking.usecases.inside_only import check_inside
from services.booking.usecases.know_page import KnownPage, KnowPage
from services.booking.usecases.links import Links
from services.booking.usecases.open_checkout import OpenCheckout
from services.booking.usecases.origins import check_repeated
from services.booking.usecases.page_slots import PageSlots
from services.booking.usecases.read_booking import Booking, read_booking
from services.booking.usecases.read_page import ReadPages
from services.booking.usecases.take_seat import TakeSeat
from shared import clock
from shared.contracts import actors
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.page_guests import BookingCreate
from shared.contracts.booking import AppointmentConfirmed, AppointmentRequested
from shared.contracts.envelope import Cause
from shared.contracts.stages import Stage
from shared.crypto import token_hash
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.observability import metrics
from shared.problem import Language, Unavailable
from shared.single_flight import Turns

log = structlog.get_logger(__name__)
_ATTEMPTS = 5
MOMENT = timedelta(minutes=5)
"""A window that holds one start."""
_NEVER_OFFERED = {Reason.STEP, Reason.HORIZON, Reason.DATE_OFF}
_CLOSED = {Reason.OUTSIDE_HOURS, Reason.HOLIDAY}


class Way(StrEnum):
    """What a booking comes to: an appointment, a request that staff answer (H4), or one that is paid first (H13)."""

    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    UNPAID = "unpaid"


def way_of(setting: PageSetting) -> Way:
    if setting.page.price is not None:
        return Way.UNPAID
    return Way.REQUESTED if setting.takes_requests else Way.CONFIRMED


class BookOnPage:
    """Answers the appointment. Of a round robin the fairest host is tried first, and the next where it was taken."""

    def __init__(
        self,
        read: ReadPages,
        know: KnowPage,
        slots: PageSlots,
        store: BookingStore,
        take_seat: TakeSeat,
        announcer: Announcer,
        relay: Relay,
        links: Links,
        new_code: Callable[[], str],
        people: PeopleStore,
        checkout: OpenCheckout,
    ) -> None:
        self._people = people
        self._checkout = checkout
        self._read = read
        self._know = know
        self._slots = slots
        self._store = store
        self._take_seat = take_seat
        self._announcer = announcer
        self._relay = relay
        self._links = links
        self._new_code = new_code
        self._turns = Turns()

    async def __call__(self, slug: str, given: Any, visit: Visit) -> Appointment:
        """Raises in this order: 404, 410 ``page_closed``, 422, 409 ``slot_taken`` with the nearest ``slots``, 503
        ``calendar_unreadable``.
        """
        started = time.monotonic()
        setting = await self._read.by_slug(slug)
        if not setting.is_open:
            raise PageClosed()
        booking = read_booking(setting.page, parse(BookingCreate, given), visit.language)
        await check_inside(self._people, setting.organization, booking.guest.email, visit.language)
        origin = _origin(setting, booking, given, visit)
        made = await self._made_before(origin)
        if made is not None:
            return await self._checkout(made)
        try:
            booked = await self._booked(setting, booking, origin, visit)
            if booked.is_live:
                metrics.record_stage(Stage.CONFIRMED, timedelta(seconds=time.monotonic() - started))
            return await self._checkout(booked)
        except SlotTaken:
            twin = await self._made_before(origin)
            if twin is None:
                raise
            return await self._checkout(twin)

    async def _booked(self, setting: PageSetting, booking: Booking, origin: Origin | None, visit: Visit) -> Appointment:
        unreadable = False
        window = Span(booking.span.start_at, booking.span.start_at + MOMENT)
        page = await self._know(setting, window, booking.length)
        async for looked in self._candidates(page, booking.span, visit.language):
            if looked.free_at(booking.span.start_at, clock.now()) is None:
                why = looked.why_not(booking.span.start_at, clock.now())
                unreadable = unreadable or is_unreadable(why)
                continue
            try:
                return await self._taken(looked, booking, origin, visit)
            except LimitReached:
                break
            except TimeTaken:
                continue
        if unreadable:
            raise CalendarUnreadable()
        raise await self._slots.gone(setting, booking.span, booking.time_zone)

    async def _candidates(self, page: KnownPage, span: Span, language: Language) -> AsyncIterator[KnownPage]:
        """Who could take it, with a look at their calendars: all, or of a round robin one after the other. Raises 422
        for what the page never offers.
        """
        now = clock.now()
        why = page.why_not(span.start_at, now)
        check_offered(why, language, round_robin=page.rules.round_robin)
        if why.page or not page.rules.hosts:
            return
        free = page.free_at(span.start_at, now)
        able = [staff_id for staff_id, reasons in why.hosts.items() if set(reasons) <= {Reason.UNREADABLE}]
        if page.rules.round_robin:
            first = list(free.host_ids) if free else []
            for staff_id in [*first, *(one for one in able if one not in first)]:
                yield await self._know.looked_at(page.of([staff_id]), span)
        elif len(able) == len(why.hosts):
            yield await self._know.looked_at(page.of(able), span)

    async def _taken(self, page: KnownPage, booking: Booking, origin: Origin | None, visit: Visit) -> Appointment:
        """Guests of one time take turns, so that losers leave by a plain read instead of a transaction."""
        start_at = booking.span.start_at
        async with self._turns.of(f"{page.setting.page.page_id}/{start_at.isoformat()}") as waited:
            if waited:
                page = await self._know.claimed_anew(page)
                if page.free_at(start_at, clock.now()) is None:
                    raise TimeTaken()
            return await self._made(page, booking, origin, visit)

    async def _made(self, page: KnownPage, booking: Booking, origin: Origin | None, visit: Visit) -> Appointment:
        attending = [host.staff_id for host in page.rules.hosts]
        way = way_of(page.setting)
        payment = self._checkout.payment_of(page.setting.page.price)
        status = AppointmentStatus.CONFIRMED if way is Way.CONFIRMED else AppointmentStatus.REQUESTED
        draft = draft_booking(page.setting, booking, attending, status, self._links)
        draft = draft.model_copy(update={"origin": origin, "payment": payment})
        if way is Way.REQUESTED:
            draft = as_request(draft, page.setting.page)
        elif way is Way.CONFIRMED:
            draft = draft.expecting_confirmation([])
        cause = Cause.outside(visit.request_id or None, actor=actors.GUEST)
        for _ in range(_ATTEMPTS):
            code = self._new_code() if draft.is_live and modes_of(draft.kind).reception_code else None
            appointment = draft.model_copy(update={"reception_code": code})
            waiting = self._announced(appointment, cause)
            save = partial(self._store.register, waiting=waiting, over_held=False)
            try:
                appointment = await self._take_seat(appointment, save, over_held=False)
            except DuplicateKeyError:
                twin = await self._made_before(origin)
                if twin is not None:
                    return twin
                continue
            self._relay.publish_soon(self._store.appointments, appointment.appointment_id, waiting)
            log.info("appointment.booked", appointment_id=appointment.appointment_id, status=appointment.status)
            return appointment
        raise Unavailable()

    def _announced(self, appointment: Appointment, cause: Cause) -> list[Entry]:
        """Of what is not paid yet nobody hears (H13)."""
        if appointment.is_unpaid:
            return []
        if appointment.requested_until is None:
            return self._announcer.of_appointment(AppointmentConfirmed, appointment, cause)
        answer_by = appointment.requested_until
        return self._announcer.of_appointment(AppointmentRequested, appointment, cause, answer_by=answer_by)

    async def _made_before(self, origin: Origin | None) -> Appointment | None:
        made = await self._store.registered_by(origin.key) if origin else None
        if made is not None and origin is not None:
            check_repeated(origin, made.origin)
        return made


def check_offered(why: WhyNot, language: Language, *, round_robin: bool) -> None:
    """Raises 422 for a time that the page offers to nobody, whatever else is booked."""
    closed = [bool(_CLOSED & set(reasons)) for reasons in why.hosts.values()]
    never = bool(closed) and (all(closed) if round_robin else any(closed))
    if never or _NEVER_OFFERED & set(why.page):
        raise invalid(language, ("/start", NOT_OFFERED))


def is_unreadable(why: WhyNot) -> bool:
    """And nothing else is in the way."""
    found = [*why.page, *(reason for reasons in why.hosts.values() for reason in reasons)]
    return bool(found) and set(found) == {Reason.UNREADABLE}


def _origin(setting: PageSetting, booking: Booking, given: Any, visit: Visit) -> Origin | None:
    """A guest is known by their address here."""
    if not visit.idempotency_key:
        return None
    guest = token_hash(booking.guest.email.lower())
    key = f"page:{setting.page.page_id}:{guest}:{visit.idempotency_key}"
    return Origin(key=key, fingerprint=fingerprint(given))
