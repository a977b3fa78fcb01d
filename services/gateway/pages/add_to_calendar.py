"""A confirmed appointment for the guest's own calendar (X12): a file, and templates of Google and Outlook. All in UTC,
so that they are right in any zone; a series, which those templates cannot say, is a file in its own zone (E6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView, MeetingStatus
from shared.contracts.api.occurrences import GuestOccurrenceView, OccurrenceStatus, OccurrenceView
from shared.contracts.booking import Occurrence, Series

PRODUCT = "-//Chosei//Chosei//EN"
STATUS = {
    AppointmentStatus.REQUESTED: "TENTATIVE",
    AppointmentStatus.CONFIRMED: "CONFIRMED",
    AppointmentStatus.CANCELED: "CANCELLED",
}
_LONGEST = 1500
"""What fits a link; the page holds the rest."""


@dataclass(frozen=True)
class Links:
    """Where the browser goes to add it."""

    google: str
    outlook: str


def links(appointment: GuestAppointmentView) -> Links:
    details = _description(appointment)[:_LONGEST]
    title, place = _title(appointment), _place(appointment)
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_compact(appointment.start, appointment)}/{_compact(appointment.end, appointment)}",
        "details": details,
        "location": place,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": _plain(appointment.start, appointment),
        "enddt": _plain(appointment.end, appointment),
        **({"allday": "true"} if appointment.all_day else {}),
        "body": details,
        "location": place,
    }
    return Links(
        google=f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        outlook=f"https://outlook.office.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
    )


def file_of(appointment: GuestAppointmentView, at: datetime) -> bytes:
    """Bears UID and SEQUENCE of the mailed invitation (G14), so that whoever adds both has one entry. Of one that was
    cancelled it takes the entry away.
    """
    # Loaded when first needed: 3 MB that most gateways never use (P13).
    from icalendar import Calendar, Event

    from shared.ical_series import recurring, timezone

    off = appointment.status is AppointmentStatus.CANCELED
    entry = Event()
    entry.add("uid", appointment.uid or f"{appointment.id}@chosei")
    entry.add("sequence", appointment.sequence)
    entry.add("status", STATUS[appointment.status])
    entry.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    moment = partial(_moment, appointment)
    entry.add("dtstart", moment(appointment.start))
    entry.add("dtend", moment(appointment.end))
    entry.add("summary", _title(appointment))
    entry.add("description", _description(appointment))
    if place := _place(appointment):
        entry.add("location", place)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if off else "PUBLISH")
    series = series_of(appointment.rrule, appointment.occurrences)
    if series is not None and not appointment.all_day and appointment.time_zone != "UTC":
        calendar.add_component(timezone(appointment.time_zone))
    for component in (entry, *recurring(entry, series, moment)):
        calendar.add_component(component)
    return bytes(calendar.to_ical())


def _moment(appointment: GuestAppointmentView, at: datetime) -> datetime | date:
    """A series runs on the wall clock of its zone (G6), whole days are the organization's, all else is in UTC."""
    local = at.astimezone(ZoneInfo(appointment.time_zone))
    if appointment.all_day:
        return local.date()
    return local if appointment.rrule else at.astimezone(UTC)


def series_of(rrule: str | None, occurrences: Sequence[GuestOccurrenceView | OccurrenceView]) -> Series | None:
    """The rule with what was moved or cancelled."""
    if not rrule:
        return None
    changed = tuple(
        Occurrence(
            original_start_at=one.original_start,
            start_at=one.start,
            end_at=one.end,
            canceled=one.status is OccurrenceStatus.CANCELED,
        )
        for one in occurrences
        if one.moved or one.status is OccurrenceStatus.CANCELED
    )
    return Series(rrule=rrule, changed=changed)


def _title(appointment: GuestAppointmentView) -> str:
    return appointment.title or appointment.organization_name


def _place(appointment: GuestAppointmentView) -> str:
    return _join_url(appointment) or appointment.place or appointment.address or ""


def _join_url(appointment: GuestAppointmentView) -> str:
    meeting = appointment.meeting
    return (meeting.join_url or "") if meeting.status is MeetingStatus.ISSUED else ""


def _description(appointment: GuestAppointmentView) -> str:
    hosts = "、".join(appointment.attendees)
    return "\n\n".join(
        filter(
            None,
            (
                f"{appointment.organization_name} {hosts}",
                _join_url(appointment) or appointment.place,
                appointment.manage_url,
            ),
        )
    )


def _compact(at: datetime, appointment: GuestAppointmentView) -> str:
    """Whole days are those of the organization, in whose zone the view says its times."""
    return f"{at:%Y%m%d}" if appointment.all_day else at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _plain(at: datetime, appointment: GuestAppointmentView) -> str:
    return f"{at:%Y-%m-%d}" if appointment.all_day else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
