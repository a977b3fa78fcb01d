"""A confirmed appointment for the guest's own calendar (X12): a file, and templates of Google and Outlook. All in UTC,
so that they are right in any zone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from icalendar import Calendar, Event

from shared.contracts.api.appointments import GuestAppointmentView, MeetingStatus

_PRODUCT = "-//Chosei//Chosei//EN"
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
    """Bears the UID of the mailed invitation (G14), so that whoever adds both has one entry."""
    entry = Event()
    entry.add("uid", f"{appointment.id}@chosei")
    entry.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    start, end = appointment.start, appointment.end
    entry.add("dtstart", start.date() if appointment.all_day else start.astimezone(UTC))
    entry.add("dtend", end.date() if appointment.all_day else end.astimezone(UTC))
    entry.add("summary", _title(appointment))
    entry.add("description", _description(appointment))
    if place := _place(appointment):
        entry.add("location", place)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


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
