"""The rules that proposals are made and edited by (R5, R6, R10-R13): from a request and what is known to a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.appointment_times import TimeFault, time_faults
from services.booking.model.modes import ModeFault, mode_fault, modes_of
from services.booking.model.people import Link, Organization, Staff
from services.booking.model.proposal import OfferedSlot
from services.booking.model.rooms import Room
from services.booking.model.slot_rules import Fault, findings
from services.booking.model.spans import Span
from services.booking.problems import (
    BACKWARDS,
    IN_THE_PAST,
    REQUIRED,
    TOO_LONG,
    UNKNOWN_STAFF,
    WHOLE_MINUTES,
    CalendarNotConnected,
    ModeMismatch,
    ModesExclusive,
    NotReady,
    OrganizerNotAttending,
    Words,
    ZoomNotConnected,
    invalid,
)
from services.booking.store.people import PeopleStore
from shared import clock
from shared.contracts.booking import Attendee, Kind
from shared.contracts.people import Guest
from shared.ids import new_id
from shared.problem import Language

_TIME_FAULTS: Mapping[TimeFault, Words] = {
    TimeFault.PAST: IN_THE_PAST,
    TimeFault.FRACTION: WHOLE_MINUTES,
    TimeFault.BACKWARDS: BACKWARDS,
    TimeFault.TOO_LONG: TOO_LONG,
    TimeFault.TOO_MANY_DAYS: ("31日以内にしてください。", "At most 31 days."),
}
LIFETIME = timedelta(days=14)

_FAULTS: Mapping[Fault, Words] = {
    Fault.PAST: IN_THE_PAST,
    Fault.UNALIGNED: ("00分または30分で指定してください。", "Slots begin and end on the hour or half hour."),
    Fault.BACKWARDS: BACKWARDS,
    Fault.TOO_SHORT: ("30分以上にしてください。", "At least 30 minutes."),
    Fault.TOO_LONG: TOO_LONG,
    Fault.OVERLAPPING: ("ほかの日時候補と重なっています。", "This overlaps another slot."),
}


@dataclass(frozen=True)
class Party:
    """Who takes part, checked."""

    creator: Attendee
    organizer: Staff
    attendees: list[Staff]

    @property
    def with_calendar(self) -> list[str]:
        """Attendees, and an organizer who does not attend (E2)."""
        people = {person.staff_id: person for person in (*self.attendees, self.organizer)}
        return [staff_id for staff_id, person in people.items() if person.has_calendar]


@dataclass(frozen=True)
class WantedSlot:
    """A new slot as the request gives it; ``index`` is its place there."""

    index: int
    span: Span
    room_id: str | None

    @classmethod
    def of(cls, index: int, start_at: datetime, end_at: datetime, room_id: str | None) -> "WantedSlot":
        return cls(index, Span(start_at, end_at), room_id)

    def offered(self, rooms: Mapping[str, Room]) -> OfferedSlot:
        """``rooms`` are those asked for, checked."""
        return OfferedSlot(
            slot_id=new_id("slt"),
            start_at=self.span.start_at,
            end_at=self.span.end_at,
            room_id=self.room_id,
            room_name=rooms[self.room_id].name if self.room_id else None,
        )


def rooms_asked(wanted: Sequence[WantedSlot]) -> dict[str, str]:
    """By pointer."""
    return {f"/slots/{slot.index}/room_id": slot.room_id for slot in wanted if slot.room_id}


async def organization_of(people: PeopleStore, organization_id: str) -> Organization:
    organization = await people.organization(organization_id)
    if organization is None:
        raise NotReady()
    return organization


def check_modes(kind: Kind, reception_code: bool | None, web_meeting: bool | None) -> None:
    match mode_fault(kind, reception_code, web_meeting):
        case ModeFault.EXCLUSIVE:
            raise ModesExclusive()
        case ModeFault.MISMATCH:
            raise ModeMismatch()
        case None:
            return


async def party(
    people: PeopleStore,
    organization_id: str,
    creator_id: str,
    attendee_ids: Sequence[str],
    organizer_id: str | None,
    language: Language,
    *,
    creator_may_organize: bool = False,
) -> Party:
    """Everybody must be of the organization and enabled; unknown and other organizations' ids answer alike. The
    organizer attends, or is the creator where that is enough (E2).
    """
    wanted = list(dict.fromkeys(attendee_ids))
    known = await people.staff_of(organization_id, [*wanted, creator_id])
    creator = known.get(creator_id)
    if creator is None:
        raise NotReady()
    missing = [index for index, staff_id in enumerate(attendee_ids) if not _may_attend(known.get(staff_id))]
    if missing:
        raise invalid(language, *((f"/attendee_ids/{index}", UNKNOWN_STAFF) for index in missing))
    organizer_id = organizer_id or wanted[0]
    if organizer_id not in (*wanted, *([creator_id] if creator_may_organize else [])):
        raise OrganizerNotAttending()
    return Party(creator.as_attendee(), known[organizer_id], [known[staff_id] for staff_id in wanted])


def _may_attend(person: Staff | None) -> bool:
    return person is not None and not person.disabled


def check_connections(kind: Kind, organizer: Staff, *, zoom: bool = True) -> None:
    """A web meeting that is proposed needs the organizer's calendar and, unless another tool is used (C5), their Zoom
    (R5).
    """
    if zoom:
        check_zoom(kind, organizer)
    if modes_of(kind).web_meeting and organizer.calendar is not Link.CONNECTED:
        raise CalendarNotConnected()


def check_zoom(kind: Kind, organizer: Staff) -> None:
    """Without a calendar a direct schedule has no entry, and a meeting all the same (E2)."""
    if modes_of(kind).web_meeting and organizer.zoom_user_id is None:
        raise ZoomNotConnected()


def check_host(organizer: Staff, organization: Organization) -> None:
    """Who hosts a schedule: an own connection, or the account of the organization, which may know the address (E1);
    when it does not, the schedule stands and says so (E8). Everybody has an address, so ``zoom_no_credentials`` is only
    met later, where the last link to Zoom ended meanwhile.
    """
    if organizer.zoom_user_id is not None:
        return
    if not organization.has_zoom_account:
        raise ZoomNotConnected()


def check_time(span: Span, language: Language, *, all_day: bool) -> None:
    """Of an appointment that is registered or moved."""
    faults = time_faults(span, clock.now(), all_day=all_day)
    if faults:
        raise invalid(language, *((f"/{member}", _TIME_FAULTS[fault]) for member, fault in faults))


def check_guest(guest: Guest, send_mail: bool, language: Language) -> None:
    """With mail the address is required, with the URL only the name (R13)."""
    if send_mail and not guest.email:
        raise invalid(language, ("/guest/email", REQUIRED))
    if not send_mail and not guest.name:
        raise invalid(language, ("/guest/name", REQUIRED))


def check_slots(
    wanted: Sequence[WantedSlot], kept: Sequence[Span], time_zone: str, now: datetime, language: Language
) -> None:
    found = findings({slot.index: slot.span for slot in wanted}, kept, zone=ZoneInfo(time_zone), now=now)
    errors = [(f"/slots/{item.index}/{item.member}", _FAULTS[item.fault]) for item in found]
    if errors:
        raise invalid(language, *errors)


def ends_at(given: datetime | None, spans: Sequence[Span], made_at: datetime) -> datetime:
    """When a proposal expires (R29): as given, else the earlier of 14 days and its last slot's start."""
    return given or min(made_at + LIFETIME, max(span.start_at for span in spans))


def check_expiry(given: datetime | None, now: datetime, language: Language) -> None:
    if given is not None and given <= now:
        raise invalid(language, ("/expires_at", IN_THE_PAST))
