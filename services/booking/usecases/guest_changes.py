"""A guest moves or cancels their appointment by its link (H10): the same appointment, by the page's rules as they are
now. A link that is over says how things stand, and changes nothing (G7).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from services.booking.model.another_guest import with_rights_of
from services.booking.model.appointment import Appointment
from services.booking.model.claims import resources
from services.booking.model.guest_rights import Rights, rights_of
from services.booking.model.outcomes import anew
from services.booking.model.page_rules import Reason
from services.booking.model.page_setting import PageSetting
from services.booking.model.page_times import FreeTimes, no_times
from services.booking.model.spans import Span
from services.booking.problems import (
    AlreadyCanceled,
    CalendarUnreadable,
    ChangeNotAllowed,
    SlotTaken,
    TooLate,
)
from services.booking.schemas import parse
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.guards import TimeTaken
from services.booking.store.pages import PageStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.book import MOMENT, check_offered, is_unreadable
from services.booking.usecases.confirm import Visit
from services.booking.usecases.know_page import KnowPage
from services.booking.usecases.page_rules_of import Attending
from services.booking.usecases.page_slots import PageSlots, SlotsQuery, window_of
from services.booking.usecases.read_page import ReadPages
from services.booking.usecases.take_seat import TakeSeat
from services.booking.views.page_guests import slots_view
from shared import clock
from shared.contracts import actors
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.page_guests import GuestCancel, GuestReschedule
from shared.contracts.booking import AppointmentCanceled, AppointmentRescheduled, Outcome
from shared.contracts.envelope import Cause
from shared.crypto import token_hash
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.problem import Language, NotFound, Unavailable
from shared.single_flight import Turns

_ATTEMPTS = 5
Change = Callable[[Appointment, PageSetting | None], Awaitable[Appointment]]


class GuestChanges:
    """``turns`` are those that staff's changes take."""

    def __init__(
        self,
        store: BookingStore,
        pages: PageStore,
        read: ReadPages,
        know: KnowPage,
        slots: PageSlots,
        take_seat: TakeSeat,
        announcer: Announcer,
        relay: Relay,
        new_code: Callable[[], str],
        turns: Turns,
    ) -> None:
        self._store = store
        self._pages = pages
        self._read = read
        self._know = know
        self._slots = slots
        self._take_seat = take_seat
        self._announcer = announcer
        self._relay = relay
        self._new_code = new_code
        self._turns = turns

    async def find(self, token: str) -> Appointment:
        """Raises ``NotFound``."""
        appointment = await self._store.registered_by_token(token_hash(token))
        if appointment is None:
            raise NotFound()
        return appointment

    async def offered(self, token: str, asked: SlotsQuery, language: Language) -> tuple[FreeTimes, str]:
        """Times to which it can be moved, its own included, with the zone in which they are to be told."""
        appointment = await self.find(token)
        setting = await self._setting(appointment)
        zone = asked.time_zone or appointment.guest_time_zone or appointment.time_zone
        window = window_of(asked, zone, language)
        if setting is None or not rights_of(appointment, setting.page, clock.now()).can_reschedule:
            return no_times(appointment.span.length), zone
        length, who = appointment.span.length, attending(appointment)
        page = await self._know(setting, window, length, only=who, but=appointment.appointment_id)
        return page.free(clock.now()), zone

    async def reschedule(self, token: str, given: Any, visit: Visit) -> Appointment:
        """Raises 403 ``change_not_allowed``, 409 ``too_late``, ``already_canceled`` and ``slot_taken``, 422, 503. The
        time that it has changes nothing.
        """

        async def change(before: Appointment, setting: PageSetting | None) -> Appointment:
            rights = _rights(before, setting)
            _check_standing(before)
            wanted = parse(GuestReschedule, given)
            if wanted.start == before.start_at:
                return before
            if setting is None:
                raise ChangeNotAllowed()
            _check_allowed(rights.reschedule_until, rights.can_reschedule)
            return await self._moved(before, setting, wanted, visit)

        return await self._change(token, change)

    async def cancel(self, token: str, given: Any, visit: Visit) -> Appointment:
        """Raises 403 ``change_not_allowed``, 409 ``too_late``. A second time changes nothing."""

        async def change(before: Appointment, setting: PageSetting | None) -> Appointment:
            if before.status is AppointmentStatus.CANCELED:
                return before
            rights, wanted = _rights(before, setting), parse(GuestCancel, given)
            _check_allowed(rights.cancel_until, rights.can_cancel)
            return await self._canceled(before, wanted.reason, visit)

        return await self._change(token, change)

    async def _change(self, token: str, change: Change) -> Appointment:
        """Again from the start where somebody else wrote between."""
        found = await self.find(token)
        async with self._turns.of(found.appointment_id):
            for _ in range(_ATTEMPTS):
                before = await self.find(token)
                try:
                    return await change(before, await self._setting(before))
                except StaleVersion:
                    continue
        raise Unavailable()

    async def _setting(self, appointment: Appointment) -> PageSetting | None:
        booked = appointment.page
        page = await self._pages.find(appointment.organization_id, booked.page_id) if booked else None
        return await self._read.one(page) if page else None

    async def _canceled(self, before: Appointment, reason: str, visit: Visit) -> Appointment:
        payment = before.payment
        changes = {
            "status": AppointmentStatus.CANCELED,
            "outcome": Outcome.CANCELED,
            "guest_reason": reason,
            "payment": payment.after_cancellation(clock.now(), by_guest=True) if payment else None,
            **_changed_by_guest(before),
        }
        after = before.model_copy(update=changes)
        if before.is_unpaid:  # nobody else ever heard of it
            await self._store.save_appointment(before, after, [])
            return after
        after = after.expecting_cancellation(before)
        waiting = self._announcer.of_appointment(AppointmentCanceled, after, _cause(visit))
        await self._store.save_appointment(before, after, waiting)
        self._relay.publish_soon(self._store.appointments, after.appointment_id, waiting)
        return after

    async def _moved(
        self, before: Appointment, setting: PageSetting, wanted: GuestReschedule, visit: Visit
    ) -> Appointment:
        span = Span(wanted.start, wanted.start + before.span.length)
        zone = wanted.time_zone or before.guest_time_zone
        await self._check_free(before, setting, span, visit.language, zone)
        changes = {
            "start_at": span.start_at,
            "end_at": span.end_at,
            "guest_time_zone": zone,
            "guest_reason": wanted.reason,
            "terms": setting.page.terms,
            **_changed_by_guest(before),
        }
        after = before.model_copy(update=changes)
        after = with_rights_of(before, after, clock.now(), self._announcer.links.of_another_guest)
        after = anew(after).expecting_move(before)
        for _ in range(_ATTEMPTS):
            previous = {"previous_start_at": before.start_at, "previous_end_at": before.end_at}
            waiting = self._announcer.of_appointment(AppointmentRescheduled, after, _cause(visit), **previous)
            try:
                after = await self._take_seat(after, partial(self._save, before, waiting), over_held=False)
            except TimeTaken as error:
                raise await self._slot_taken(before, setting, span, zone) from error
            except DuplicateKeyError:
                after = after.model_copy(update={"reception_code": self._new_code()})
                continue
            self._relay.publish_soon(self._store.appointments, after.appointment_id, waiting)
            return after
        raise Unavailable()

    async def _save(self, before: Appointment, waiting: list[Any], after: Appointment) -> None:
        await self._store.save_appointment(before, after, waiting, over_held=False)

    async def _check_free(
        self, before: Appointment, setting: PageSetting, span: Span, language: Language, zone: str
    ) -> None:
        """As a booking is (G4, G5)."""
        start_at, now = span.start_at, clock.now()
        page = await self._know(
            setting, Span(start_at, start_at + MOMENT), span.length, only=attending(before), but=before.appointment_id
        )
        why = page.why_not(start_at, now)
        check_offered(why, language, round_robin=False)
        reasons = {*why.page, *(reason for of_host in why.hosts.values() for reason in of_host)}
        if reasons <= {Reason.UNREADABLE}:
            page = await self._know.looked_at(page, span)
            if page.free_at(start_at, clock.now()) is not None:
                return
            if is_unreadable(page.why_not(start_at, clock.now())):
                raise CalendarUnreadable()
        raise await self._slot_taken(before, setting, span, zone)

    async def _slot_taken(self, before: Appointment, setting: PageSetting, span: Span, zone: str) -> SlotTaken:
        who = attending(before)
        found = await self._slots.nearest(setting, span, only=who, but=before.appointment_id)
        shown = slots_view(found, zone or setting.page.time_zone)
        return SlotTaken(extra={"slots": [one.model_dump(mode="json") for one in shown]})


def attending(appointment: Appointment) -> Attending:
    """Who takes part stays, with the room and the Zoom user."""
    ids = dict.fromkeys([appointment.organizer_id, *appointment.attendee_ids])
    return Attending(
        [one for one in ids if one in appointment.attendee_ids],
        resources([], appointment.room_id, appointment.zoom_user_id),
    )


def _rights(appointment: Appointment, setting: PageSetting | None) -> Rights:
    return rights_of(appointment, setting.page if setting else None, clock.now())


def _check_standing(appointment: Appointment) -> None:
    if appointment.status is AppointmentStatus.CANCELED:
        raise AlreadyCanceled()


def _check_allowed(until: datetime | None, can: bool) -> None:
    if until is None:
        raise ChangeNotAllowed()
    if not can:
        raise TooLate()


def _changed_by_guest(before: Appointment) -> dict[str, object]:
    return {"version": before.version + 1, "updated_at": clock.now(), "changed_by": None}


def _cause(visit: Visit) -> Cause:
    return Cause.outside(visit.request_id or None, actor=actors.GUEST)
