"""A guest moves or cancels their appointment by its link (H10): the same appointment, by the page's rules as they are
now. A link that is over says how things stand, and changes nothing (G7).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
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
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import TimeTaken
from services.booking.store.pages import PageStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.book import MOMENT, check_offered, is_unreadable
from services.booking.usecases.confirm import Visit
from services.booking.usecases.end_appointment import EndAppointment
from services.booking.usecases.know_page import KnowPage
from services.booking.usecases.overtaken import again_if_overtaken
from services.booking.usecases.page_rules_of import Attending
from services.booking.usecases.page_slots import PageSlots, SlotsQuery, window_of
from services.booking.usecases.read_page import ReadPages
from services.booking.usecases.save_changed import SaveChanged
from shared import clock
from shared.contracts import actors
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.page_guests import GuestCancel, GuestReschedule
from shared.contracts.booking import AppointmentRescheduled, EndOfRequest
from shared.contracts.envelope import Cause
from shared.crypto import token_hash
from shared.messaging.outbox import Entry
from shared.problem import Language, NotFound
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
        save: SaveChanged,
        end: EndAppointment,
        announcer: Announcer,
        turns: Turns,
    ) -> None:
        self._store = store
        self._pages = pages
        self._read = read
        self._know = know
        self._slots = slots
        self._save = save
        self._end = end
        self._announcer = announcer
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
            return await self._end(before, _cause(visit), EndOfRequest.WITHDRAWN, guest_reason=wanted.reason)

        return await self._change(token, change)

    async def _change(self, token: str, change: Change) -> Appointment:
        async def set_in_page(before: Appointment) -> Appointment:
            return await change(before, await self._setting(before))

        found = await self.find(token)
        async with self._turns.of(found.appointment_id):
            return await again_if_overtaken(lambda: self.find(token), set_in_page, attempts=_ATTEMPTS)

    async def _setting(self, appointment: Appointment) -> PageSetting | None:
        booked = appointment.page
        page = await self._pages.find(appointment.organization_id, booked.page_id) if booked else None
        return await self._read.one(page) if page else None

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
            "version": before.version + 1,
            "updated_at": clock.now(),
            "changed_by": None,
        }
        after = before.model_copy(update=changes)
        after = with_rights_of(before, after, clock.now(), self._announcer.links.of_another_guest)
        after = anew(after).expecting_move(before)
        previous = {"previous_start_at": before.start_at, "previous_end_at": before.end_at}

        def announce(saved: Appointment) -> list[Entry]:
            return self._announcer.of_appointment(AppointmentRescheduled, saved, _cause(visit), **previous)

        try:
            return await self._save(before, after, announce, over_held=False)
        except TimeTaken as error:
            raise await self._slot_taken(before, setting, span, zone) from error

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
        return await self._slots.gone(setting, span, zone, only=attending(before), but=before.appointment_id)


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


def _cause(visit: Visit) -> Cause:
    return Cause.outside(visit.request_id or None, actor=actors.GUEST)
