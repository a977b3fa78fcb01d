"""What Zoom does with meetings: create, change, delete, list. Two equal creates make two meetings; there is no look."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from deploy.sandbox.accounts import Account
from deploy.sandbox.zoom import settings
from deploy.sandbox.zoom.body import MeetingBody
from deploy.sandbox.zoom.errors import FieldError, invalid
from deploy.sandbox.zoom.model import (
    Meeting,
    MeetingStatus,
    MeetingType,
    new_encrypted_password,
    new_passcode,
    new_uuid,
)
from deploy.sandbox.zoom.recurrence import Occurrence
from deploy.sandbox.zoom.times import zone_named
from shared import clock

_DEFAULT_DURATION = timedelta(minutes=60)
_LISTED = {MeetingType.SCHEDULED, MeetingType.RECURRING, MeetingType.RECURRING_FIXED}
_REACH = timedelta(days=183)


class ListType(StrEnum):
    SCHEDULED = "scheduled"
    LIVE = "live"
    UPCOMING = "upcoming"
    UPCOMING_MEETINGS = "upcoming_meetings"
    PREVIOUS = "previous_meetings"


def new_meeting(number: int, host: Account, body: MeetingBody) -> Meeting:
    """A meeting from a create; a start that is missing or past means now."""
    now = clock.now().replace(microsecond=0)
    starts = body.start_at if body.start_at is not None and body.start_at >= now else now
    kind = body.type or MeetingType.SCHEDULED
    made = Meeting(
        id=number,
        uuid=new_uuid(),
        host_id=host.id,
        host_email=host.email,
        topic=body.topic or "Zoom Meeting",
        type=kind,
        start_at=starts,
        time_zone=body.time_zone or host.time_zone,
        duration=body.duration or _DEFAULT_DURATION,
        agenda=body.agenda or "",
        password=body.password or new_passcode(),
        encrypted_password=new_encrypted_password(),
        created_at=now,
        settings=settings.initial() | dict(body.settings or {}),
        tracking_fields=body.tracking_fields or [],
        recurrence=body.recurrence if kind is MeetingType.RECURRING_FIXED else None,
        pre_schedule=bool(body.pre_schedule),
    )
    made.recur()
    return made


def change(meeting: Meeting, body: MeetingBody) -> None:
    """Take over what an update says; a past start is silently ignored. Other times make the occurrences anew."""
    before = _times(meeting)
    if body.start_at is not None and body.start_at >= clock.now():
        meeting.start_at = body.start_at
    meeting.topic = meeting.topic if body.topic is None else body.topic
    meeting.agenda = meeting.agenda if body.agenda is None else body.agenda
    meeting.type = body.type or meeting.type
    meeting.time_zone = body.time_zone or meeting.time_zone
    meeting.duration = body.duration or meeting.duration
    if body.password is not None and body.password != meeting.password:
        meeting.set_password(body.password)
    if body.settings is not None:
        meeting.settings = meeting.settings | dict(body.settings)
    if body.tracking_fields is not None:
        meeting.tracking_fields = body.tracking_fields
    if body.recurrence is not None and meeting.type is MeetingType.RECURRING_FIXED:
        meeting.recurrence = body.recurrence
    if _times(meeting) != before:
        meeting.recur()


def change_occurrence(occurrence: Occurrence, body: MeetingBody) -> None:
    """Of one occurrence only time and length change."""
    if body.start_at is not None and body.start_at >= clock.now():
        occurrence.start_at = body.start_at
    occurrence.duration = body.duration or occurrence.duration


def _times(meeting: Meeting) -> tuple[object, ...]:
    return (meeting.type, meeting.start_at, meeting.time_zone, meeting.duration, meeting.recurrence)


def _day(query: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(query[name]) if query.get(name) else None
    except ValueError:
        raise invalid(FieldError(name, "Invalid field.")) from None


def _belongs(meeting: Meeting, kind: ListType, now: datetime) -> bool:
    if kind is ListType.LIVE:
        return meeting.status is MeetingStatus.STARTED
    if kind is ListType.PREVIOUS:
        return now - _REACH <= meeting.end_at <= now
    if kind is ListType.SCHEDULED:
        return True
    return now < meeting.end_at and meeting.start_at <= now + _REACH


def chosen(meetings: list[Meeting], query: Mapping[str, str]) -> list[Meeting]:
    """The meetings of a host that a list shows, by start; instant ones never."""
    try:
        kind = ListType(query.get("type") or ListType.SCHEDULED)
    except ValueError:
        raise invalid(FieldError("type", "Invalid field.")) from None
    zone = zone_named(query.get("timezone") or "UTC") or ZoneInfo("UTC")
    first, last, now = _day(query, "from"), _day(query, "to"), clock.now()

    def wanted(meeting: Meeting) -> bool:
        day = meeting.start_at.astimezone(zone).date()
        within = (first is None or first <= day) and (last is None or day <= last)
        return meeting.type in _LISTED and within and _belongs(meeting, kind, now)

    return sorted(filter(wanted, meetings), key=lambda meeting: meeting.start_at)


def next_day(meetings: list[Meeting]) -> list[Meeting]:
    """Those of the next 24 hours."""
    now = clock.now()
    soon = [
        one for one in meetings if one.type in _LISTED and now < one.end_at and one.start_at <= now + timedelta(days=1)
    ]
    return sorted(soon, key=lambda meeting: meeting.start_at)
