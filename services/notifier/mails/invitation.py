"""The iCalendar part of the guest's mails (G14): one UID for life, a SEQUENCE that grows, CANCEL at the end."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from shared.contracts.booking import Series
from shared.ical_series import recurring, timezone

PRODUCT = "-//Chosei//Chosei//EN"


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Invitation:
    """``content`` is the whole calendar object; ``uid`` and ``organizer`` where they are the entry's."""

    method: Method
    sequence: int
    content: bytes
    uid: str = ""
    organizer: str = ""


@dataclass(frozen=True)
class Participant:
    name: str
    address: str


def uid_of(appointment_id: str) -> str:
    """Ours, derived from the appointment alone, so that every mail of its life names the same one."""
    return f"{appointment_id}@chosei"


def invitation(
    method: Method,
    *,
    uid: str,
    asks: bool,
    sequence: int,
    start_at: datetime,
    end_at: datetime,
    zone: ZoneInfo,
    title: str,
    description: str,
    location: str,
    organizer: Participant,
    guest: Participant,
    stamp: datetime,
    all_day: bool = False,
    series: Series | None = None,
) -> Invitation:
    """The guest chose the time, so they have accepted and nobody ``asks`` for an answer, unless they take part in the
    organizer's entry (H9). Of a series the rule, EXDATE for what was cancelled, and for what was moved an entry of its
    own with RECURRENCE-ID.
    """

    def moment(at: datetime) -> datetime | date:
        local = at.astimezone(zone)
        return local.date() if all_day else local

    entry = Event()
    entry.add("uid", uid)
    entry.add("dtstamp", stamp)
    entry.add("sequence", sequence)
    entry.add("dtstart", moment(start_at))
    entry.add("dtend", moment(end_at))
    entry.add("summary", title)
    entry.add("description", description)
    if location:
        entry.add("location", location)
    entry.add("status", "CONFIRMED" if method is Method.REQUEST else "CANCELLED")
    entry.add("transp", "OPAQUE")
    entry.add("organizer", _address(organizer), encode=False)
    entry.add("attendee", _attendee(guest, asks=asks), encode=False)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", str(method))
    if zone.key != "UTC":
        calendar.add_component(timezone(zone.key))
    for component in (entry, *recurring(entry, series, moment)):
        calendar.add_component(component)
    return Invitation(method, sequence, calendar.to_ical())


def _attendee(guest: Participant, *, asks: bool) -> vCalAddress:
    made = _address(guest)
    answer = {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"} if asks else {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    made.params.update({"ROLE": "REQ-PARTICIPANT", **answer})
    return made


def _address(participant: Participant) -> vCalAddress:
    made = vCalAddress(f"mailto:{participant.address}")
    if participant.name:
        made.params["CN"] = participant.name.replace('"', "'")
    return made
