"""From what staff typed to the draft of a direct schedule (E2): who, when, of which type, and whether that can be."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from services.booking.model.appointment_times import whole_days
from services.booking.model.modes import modes_of
from services.booking.model.people import Organization
from services.booking.model.spans import Span
from services.booking.problems import PLACE_OF_ANOTHER, REQUIRED, AllDayWithZoom, ModeMismatch, invalid
from services.booking.store.people import PeopleStore
from services.booking.usecases.choose_menu import ChooseMenu, Menu
from services.booking.usecases.choose_room import ChooseRooms
from services.booking.usecases.drafting import Party, check_host, check_modes, check_time, organization_of, party
from services.booking.usecases.inside_only import check_inside
from services.booking.usecases.links import Links
from services.booking.usecases.series_faults import wanted_series
from services.booking.usecases.zoom_budget import check_zoom_budget
from shared import clock
from shared.contracts.api.proposals import Platform
from shared.contracts.api.registering import AppointmentCreate
from shared.contracts.booking import Kind
from shared.contracts.people import Guest
from shared.ids import new_id
from shared.internal import Caller
from shared.problem import Language
from shared.zoom_block import above_block


class DraftSchedule:
    """Whether its time is free is asked later, and by the guards."""

    def __init__(self, people: PeopleStore, rooms: ChooseRooms, choose: ChooseMenu, links: Links) -> None:
        self._people = people
        self._rooms = rooms
        self._choose = choose
        self._links = links

    async def __call__(self, wanted: AppointmentCreate, caller: Caller) -> Appointment:
        _check_words(wanted, caller.language)
        organization = await organization_of(self._people, caller.organization_id)
        await check_inside(self._people, organization, wanted.guest.email, caller.language)
        menu = await self._choose(caller, wanted.meeting_type_id, wanted.bookable_id)
        kind = _kind(wanted, menu, caller.language)
        check_modes(kind, wanted.issue_reception_code, wanted.issue_web_meeting)
        span = _span(wanted, menu, organization, caller.language)
        check_time(span, caller.language, all_day=wanted.all_day)
        people = await party(
            self._people,
            caller.organization_id,
            caller.staff_id,
            _attendee_ids(wanted, menu, caller),
            wanted.organizer_id or caller.staff_id,
            caller.language,
            creator_may_organize=True,
        )
        drafted = self._appointment(wanted, kind, span, people, organization)
        drafted = menu.applied_to(drafted, place=wanted.place)
        if drafted.wants_meeting and drafted.all_day:
            raise AllDayWithZoom()
        if drafted.wants_meeting and not drafted.hosted_by_bookable:
            check_host(people.organizer, organization)
        await check_zoom_budget(self._people, drafted)
        if wanted.rrule is not None:
            zone, all_day = organization.time_zone, wanted.all_day
            series = wanted_series(wanted.rrule, span, zone, caller.language, all_day=all_day)
            drafted = drafted.model_copy(update={"series": series})
        return (await self._with_room(drafted, menu, people, caller)).expecting_confirmation([])

    async def _with_room(self, drafted: Appointment, menu: Menu, people: Party, caller: Caller) -> Appointment:
        if drafted.room_id is None:
            return drafted
        of_bookable = menu.bookable is not None and menu.bookable.room_id == drafted.room_id
        pointer = "/bookable_id" if of_bookable else "/room_id"
        rooms = await self._rooms({pointer: drafted.room_id}, people.organizer, caller.language)
        return drafted.model_copy(update={"room_name": rooms[drafted.room_id].name})

    def _appointment(
        self, wanted: AppointmentCreate, kind: Kind, span: Span, people: Party, organization: Organization
    ) -> Appointment:
        """Without its room's name."""
        now, appointment_id = clock.now(), new_id("apt")
        web = modes_of(kind).web_meeting and wanted.platform is Platform.ZOOM
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
            note=above_block(wanted.note),
            visibility=wanted.visibility,
            wants_meeting=web,
            zoom_user_id=people.organizer.zoom_user_id if web else None,
            address=wanted.address or None,
            room_id=wanted.room_id,
            token=self._links.new_source(appointment_id),
            join_token=self._links.join_source(appointment_id),
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


def _kind(wanted: AppointmentCreate, menu: Menu, language: Language) -> Kind:
    """The type's, which a kind beside it must not contradict; a place belongs to another tool than Zoom (C5)."""
    kind = menu.meeting_type.kind if menu.meeting_type else wanted.kind or Kind.WEB
    if wanted.kind not in (None, kind):
        raise ModeMismatch()
    elsewhere = kind is Kind.LINK or (kind is Kind.WEB and wanted.platform is Platform.LINK)
    if wanted.place and not elsewhere:
        raise invalid(language, ("/place", PLACE_OF_ANOTHER))
    return kind


def _attendee_ids(wanted: AppointmentCreate, menu: Menu, caller: Caller) -> list[str]:
    """A bookable that is a person attends."""
    host = menu.bookable.staff_id if menu.bookable else None
    return list(dict.fromkeys([*(wanted.attendee_ids or []), *([host] if host else [])])) or [caller.staff_id]


def _span(wanted: AppointmentCreate, menu: Menu, organization: Organization, language: Language) -> Span:
    """Without an end a type's usual length counts."""
    if wanted.all_day:
        return whole_days(wanted.start, wanted.end or wanted.start, ZoneInfo(organization.time_zone))
    if wanted.end is not None:
        return Span(wanted.start, wanted.end)
    if menu.meeting_type is None:
        raise invalid(language, ("/end", REQUIRED))
    return Span(wanted.start, wanted.start + timedelta(minutes=menu.meeting_type.duration_minutes))
