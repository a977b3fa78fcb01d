"""A staff member's appointments as an iCalendar object to subscribe to (X8): pure, and the same bytes for the same
appointments, so that its entity tag holds as long as nothing changes.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from services.gateway.pages.add_to_calendar import PRODUCT, STATUS, series_of
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView, MeetingStatus
from shared.contracts.booking import Visibility
from shared.ical_series import recurring, timezone
from shared.problem import Language

_AGAIN = "PT15M"
"""How often to look, for those clients that ask."""


def feed_of(appointments: Iterable[AppointmentView], *, name: str, public_url: str, language: Language) -> bytes:
    """Ordered by id. What is private says when, not what: who reads the address may be another company's calendar."""
    items = sorted(appointments, key=lambda one: one.id)
    calendar = Calendar()
    for key, value in (("prodid", PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", "PUBLISH")):
        calendar.add(key, value)
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("x-published-ttl", _AGAIN)
    calendar["refresh-interval;value=duration"] = _AGAIN
    for zone in sorted({one.time_zone for one in items if not one.all_day and one.time_zone != "UTC"}):
        calendar.add_component(timezone(zone))
    for one in items:
        entry = _entry(one, public_url.rstrip("/"), language)
        moment = partial(_moment, one)
        for component in (entry, *recurring(entry, series_of(one.rrule, one.occurrences), moment)):
            calendar.add_component(component)
    return bytes(calendar.to_ical())


def _entry(one: AppointmentView, public_url: str, language: Language) -> Event:
    """The id is its UID for life, its version the SEQUENCE: both only ever grow together."""
    private = one.visibility is Visibility.PRIVATE or one.hidden
    entry = Event()
    entry.add("uid", f"{one.id}@chosei")
    entry.add("sequence", one.version)
    entry.add("status", STATUS[one.status])
    entry.add("dtstamp", one.updated_at.astimezone(UTC).replace(microsecond=0))
    entry.add("last-modified", one.updated_at.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", _moment(one, one.start))
    entry.add("dtend", _moment(one, one.end))
    entry.add("summary", text(language, "feed.private") if private else one.title or text(language, "feed.untitled"))
    entry.add("class", "PRIVATE" if private else "PUBLIC")
    page = f"{public_url}/appointments/{one.id}"
    entry.add("url", page)
    if not private:
        place = _place(one)
        entry.add("description", "\n".join(filter(None, (one.guest.company, one.guest.name, _join_url(one), page))))
        if place:
            entry.add("location", place)
    return entry


def _place(one: AppointmentView) -> str:
    return _join_url(one) or one.place or one.address or (one.room.name if one.room else "") or ""


def _join_url(one: AppointmentView) -> str:
    issued = one.meeting.status is MeetingStatus.ISSUED and one.status is AppointmentStatus.CONFIRMED
    return (one.meeting.join_url or "") if issued else ""


def _moment(one: AppointmentView, at: datetime) -> datetime | date:
    """Wall clock of the organization's zone (G6), whole days as days."""
    if one.time_zone == "UTC":
        return at.astimezone(UTC).date() if one.all_day else at.astimezone(UTC)
    local = at.astimezone(ZoneInfo(one.time_zone))
    return local.date() if one.all_day else local
