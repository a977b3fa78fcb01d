"""Staff reschedule, change and cancel appointments (R28): a new time passes the look and guard of a confirmation."""

from collections.abc import Callable, Sequence

from services.booking.model.another_guest import (
    expecting_farewell,
    farewell,
    leaves_link_known,
    with_rights_of,
)
from services.booking.model.appointment import Appointment
from services.booking.model.claims import resources
from services.booking.model.guarded import claims_of
from services.booking.model.outcomes import anew
from services.booking.model.people import Staff
from services.booking.model.series import named
from services.booking.problems import (
    NotConfirmedYet,
    NotOpen,
    SlotTaken,
    taken_at,
)
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.appointment_edits import check_details, with_details
from services.booking.usecases.availability import Availability
from services.booking.usecases.change_kind import ChangeKind
from services.booking.usecases.change_rule import is_moved, with_rule
from services.booking.usecases.choose_room import ChooseRooms
from services.booking.usecases.drafting import check_connections, check_host, check_time, organization_of, party
from services.booking.usecases.end_appointment import EndAppointment
from services.booking.usecases.free_occurrences import FreeOccurrences
from services.booking.usecases.inside_only import check_inside
from services.booking.usecases.save_changed import SaveChanged
from services.booking.usecases.zoom_budget import check_zoom_budget
from shared import clock
from shared.contracts.api.appointments import AppointmentPatch, AppointmentStatus
from shared.contracts.booking import (
    AppointmentChanged,
    AppointmentRescheduled,
    Attendee,
    EndOfRequest,
    Occurrence,
)
from shared.contracts.envelope import Cause
from shared.contracts.notifier import Purpose
from shared.internal import Caller
from shared.messaging.outbox import Entry
from shared.problem import Language


class ChangeAppointment:
    """``PATCH``: what changes nothing makes no revision and no call (G20). Raises ``StaleVersion``."""

    def __init__(
        self,
        people: PeopleStore,
        availability: Availability,
        rooms: ChooseRooms,
        announcer: Announcer,
        save: SaveChanged,
        change_kind: ChangeKind,
    ) -> None:
        self._change_kind = change_kind
        self._save_changed = save
        self._people = people
        self._free = FreeOccurrences(availability)
        self._rooms = rooms
        self._announcer = announcer

    async def __call__(
        self, before: Appointment, wanted: AppointmentPatch, caller: Caller, cause: Cause | None = None
    ) -> Appointment:
        """``cause`` where it is not the caller's own request."""
        if not before.is_live:
            raise NotConfirmedYet() if before.is_requested else NotOpen()
        after = with_rule(before, with_details(before, wanted), wanted, caller.language)
        after = await self._with_party(after, wanted, caller)
        after = await self._change_kind(before, after, wanted, caller)
        after = await self._with_room(before, after, wanted, caller.language)
        check_details(before, after, caller.language)
        if after.guest.email != before.guest.email:
            organization = await self._people.organization(after.organization_id)
            await check_inside(self._people, organization, after.guest.email, caller.language)
        moved = is_moved(before, after)
        if moved:
            check_time(after.span, caller.language, all_day=after.all_day)
        if _same(before, after):
            return before
        if cause is None:
            await check_zoom_budget(self._people, after, before)
        if claims_of(after) != claims_of(before):
            await self._check_free(before, after, moved, allow_overlap=wanted.allow_overlap, language=caller.language)
            after = after.model_copy(update={"terms": after.terms.by_staff() if after.terms else None})
        by = await person_of(self._people, caller)
        after = with_rights_of(before, after, clock.now(), self._announcer.links.of_another_guest)
        changes = {"version": before.version + 1, "updated_at": clock.now(), "changed_by": by}
        after = after.model_copy(update=changes)
        after = anew(after).expecting_move(before) if moved else after.expecting_change(before)
        after = expecting_farewell(before, after)
        cause = cause or caller.cause()

        def announce(saved: Appointment) -> list[Entry]:
            return self._announce(before, saved, cause)

        return await self._save(before, after, announce, caller.language, over_held=wanted.allow_overlap)

    async def occurrence(
        self,
        before: Appointment,
        after: Appointment,
        was: Occurrence,
        caller: Caller,
        cause: Cause | None = None,
        *,
        allow_overlap: bool,
    ) -> Appointment:
        """``after`` differs in this occurrence alone; both sides are told of it (E6)."""
        now = named(after, was)
        if not now.canceled:
            await check_zoom_budget(self._people, after, before)
            await self._check_free(before, after, True, allow_overlap=allow_overlap, language=caller.language)
        by = await person_of(self._people, caller)
        changes = {"version": before.version + 1, "updated_at": clock.now(), "changed_by": by}
        after = with_rights_of(before, after, clock.now(), self._announcer.links.of_another_guest)
        after = after.model_copy(update=changes)
        after = after.expecting_occurrence(before, Purpose.CANCELED if now.canceled else Purpose.RESCHEDULED)
        cause = cause or caller.cause()

        def announce(saved: Appointment) -> list[Entry]:
            if now.canceled:
                return self._announcer.of_appointment(AppointmentChanged, saved, cause, occurrence=now)
            previous = {"previous_start_at": was.start_at, "previous_end_at": was.end_at}
            return self._announcer.of_appointment(AppointmentRescheduled, saved, cause, occurrence=now, **previous)

        return await self._save(before, after, announce, caller.language, over_held=allow_overlap)

    async def _save(
        self,
        before: Appointment,
        after: Appointment,
        announce: Callable[[Appointment], list[Entry]],
        language: Language,
        *,
        over_held: bool,
    ) -> Appointment:
        try:
            return await self._save_changed(before, after, announce, over_held=over_held)
        except TimeTaken as error:
            raise await self._free.taken_meanwhile(after, before, language, over_held=over_held) from error

    def _announce(self, before: Appointment, after: Appointment, cause: Cause) -> list[Entry]:
        left = {"former_guest": farewell(before, after), "link_stays_known": leaves_link_known(before, after)}
        if not is_moved(before, after):
            otherwise = before.kind is not after.kind
            return self._announcer.of_appointment(AppointmentChanged, after, cause, meets_otherwise=otherwise, **left)
        return self._announcer.of_appointment(
            AppointmentRescheduled,
            after,
            cause,
            previous_start_at=before.start_at,
            previous_end_at=before.end_at,
            **left,
        )

    async def _with_party(self, edited: Appointment, wanted: AppointmentPatch, caller: Caller) -> Appointment:
        if wanted.attendee_ids is None and wanted.organizer_id is None:
            return edited
        attendee_ids = wanted.attendee_ids or edited.attendee_ids
        registrant = edited.creator.staff_id if edited.is_direct else None
        stays = edited.organizer_id if edited.organizer_id in (*attendee_ids, registrant) else registrant
        people = await party(
            self._people,
            edited.organization_id,
            edited.creator.staff_id,
            attendee_ids,
            wanted.organizer_id or stays,
            caller.language,
            creator_may_organize=edited.is_direct,
        )
        changed_host = people.organizer.staff_id != edited.organizer_id
        if changed_host:
            await _check_host(self._people, edited, people.organizer)
        zoom_user_id = edited.zoom_user_id
        if changed_host and not edited.hosted_by_bookable:
            zoom_user_id = people.organizer.zoom_user_id if edited.wants_meeting else None
        return edited.model_copy(
            update={
                "attendees": [person.as_attendee() for person in people.attendees],
                "organizer_id": people.organizer.staff_id,
                "with_calendar": people.with_calendar,
                "zoom_user_id": zoom_user_id,
            }
        )

    async def _with_room(
        self, before: Appointment, edited: Appointment, wanted: AppointmentPatch, language: Language
    ) -> Appointment:
        """Another room, or none; one that stays must be the new organizer's to book."""
        room_id = wanted.room_id if "room_id" in wanted.model_fields_set else before.room_id
        if (room_id, edited.organizer_id) == (before.room_id, before.organizer_id):
            return edited
        if room_id is None:
            return edited.model_copy(update={"room_id": None, "room_name": None})
        stays = room_id == before.room_id
        known = await self._people.staff_of(edited.organization_id, [edited.organizer_id])
        rooms = await self._rooms(
            {} if stays else {"/room_id": room_id},
            known[edited.organizer_id],
            language,
            stay=[room_id] if stays else (),
        )
        return edited if stays else edited.model_copy(update={"room_id": room_id, "room_name": rooms[room_id].name})

    async def _check_free(
        self, before: Appointment, after: Appointment, moved: bool, *, allow_overlap: bool, language: Language
    ) -> None:
        """A moved appointment asks everybody, a new attendee only that one. With ``allow_overlap`` staff have seen what
        is in the calendars; confirmed claims are never overlapped.
        """
        if allow_overlap:
            return
        asked: Sequence[str] = [
            staff_id for staff_id in after.attendee_ids if moved or staff_id not in before.attendee_ids
        ]
        wanted = resources(asked, after.room_id, after.zoom_user_id)
        spans = [span for span in after.spans if not moved or span not in before.spans]
        ahead = spans if after.series is None else [span for span in spans if span.start_at > clock.now()]
        try:
            await self._free.check(after, ahead, asked, wanted, language)
        except SlotTaken as error:
            if _only_room_is_new(before, after):
                raise taken_at(language, ["/room_id"]) from error
            raise


class CancelAppointment:
    """Staff cancel, or decline a request (H4); a second one changes nothing. Raises ``StaleVersion``."""

    def __init__(self, people: PeopleStore, end: EndAppointment) -> None:
        self._people = people
        self._end = end

    async def __call__(
        self, before: Appointment, message: str, caller: Caller, cause: Cause | None = None
    ) -> Appointment:
        if before.status is AppointmentStatus.CANCELED:
            return before
        cause = cause or caller.cause()
        by = await person_of(self._people, caller)
        return await self._end(before, cause, EndOfRequest.DECLINED, cancel_message=message, changed_by=by)


async def person_of(people: PeopleStore, caller: Caller) -> Attendee | None:
    """Whoever changes something, as they are called now."""
    known = await people.staff_of(caller.organization_id, [caller.staff_id])
    return known[caller.staff_id].as_attendee() if caller.staff_id in known else None


async def _check_host(people: PeopleStore, edited: Appointment, organizer: Staff) -> None:
    """What a new organizer must have; a schedule needs no calendar (E2), nor does a booking on a page (H4)."""
    if edited.proposal_id is not None:
        check_connections(edited.kind, organizer, zoom=edited.wants_meeting)
    elif edited.wants_meeting and not edited.hosted_by_bookable:
        check_host(organizer, await organization_of(people, edited.organization_id))


def _only_room_is_new(before: Appointment, after: Appointment) -> bool:
    return claims_of(before.model_copy(update={"room_id": after.room_id})) == claims_of(after)


def _same(before: Appointment, after: Appointment) -> bool:
    return before.model_dump() == after.model_dump()
