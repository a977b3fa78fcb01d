"""Where a join link leads at this moment, or why it leads nowhere (X9): a pure function to the public API's model."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from shared.contracts.api.appointments import MeetingStatus, MeetingView
from shared.contracts.api.joining import JoinStatus, JoinView
from shared.contracts.booking import Occurrence

OVERTIME = timedelta(hours=2)
"""A meeting that lasts longer than planned can still be joined."""


def join_view(
    appointment: Appointment, meeting: MeetingView, organization_name: str, now: datetime, *, for_guest: bool
) -> JoinView:
    """``meeting`` as it stands. Early is never too early: whether a person waits is the meeting's matter. Guests are
    shown the way from the moment that C7 says.
    """
    taking_place = _current(appointment, now)
    shown_at = appointment.link_at if for_guest else None
    url = _url(appointment, meeting)
    status = _status(appointment, meeting, now, taking_place)
    if status is JoinStatus.OPEN and shown_at is not None and now < shown_at:
        status = JoinStatus.HIDDEN
    zone = ZoneInfo(appointment.time_zone)
    return JoinView(
        status=status,
        url=url if status is JoinStatus.OPEN else None,
        shown_at=shown_at.astimezone(zone) if shown_at and status is JoinStatus.HIDDEN else None,
        start=taking_place.start_at.astimezone(zone),
        end=taking_place.end_at.astimezone(zone),
        time_zone=appointment.time_zone,
        organization_name=organization_name,
    )


def _status(appointment: Appointment, meeting: MeetingView, now: datetime, taking_place: Occurrence) -> JoinStatus:
    if not appointment.is_live:
        return JoinStatus.CANCELED
    if now >= taking_place.end_at + OVERTIME:
        return JoinStatus.OVER
    if _url(appointment, meeting):
        return JoinStatus.OPEN
    missing = {MeetingStatus.PENDING: JoinStatus.ISSUING, MeetingStatus.FAILED: JoinStatus.FAILED}
    return missing.get(meeting.status, JoinStatus.NONE)


def _url(appointment: Appointment, meeting: MeetingView) -> str | None:
    """The meeting's, or the address that the fixed text of another tool (C5) begins with."""
    first = next(iter(appointment.place.split()), "")
    return meeting.join_url or (first if first.startswith(("https://", "http://")) else None)


def _current(appointment: Appointment, now: datetime) -> Occurrence:
    """The occurrence that is next or under way, else the last one; of what is no series, the one."""
    taking_place = appointment.occurrences
    planned = Occurrence(
        original_start_at=appointment.start_at, start_at=appointment.start_at, end_at=appointment.end_at
    )
    coming = (one for one in taking_place if now < one.end_at + OVERTIME)
    return next(coming, taking_place[-1] if taking_place else planned)
