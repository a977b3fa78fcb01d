"""Google's events to busy entries (G18) and our drafts to Google's events."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.calendar_sync.model.busy import BusyEntry, BusyKind
from services.calendar_sync.model.calendars import MAIN, ListedCalendar
from services.calendar_sync.model.entries import PREFIX, EntryDraft, Participant
from services.calendar_sync.providers.plain_text import plain_text
from services.calendar_sync.providers.zones import day_start, need_zone, wall_clock
from shared.contracts.booking import Visibility
from shared.drift import EntryState
from shared.providers import ProviderUnavailable, reads

MARKER = "chosei"
DAYS_OF = "choseiZone"
"""In whose zone our whole days are meant: Google says only the date, and calendars have zones of their own."""
_FREE_TYPES = {"workingLocation", "birthday"}
_VISIBILITY = {Visibility.DEFAULT: "default", Visibility.PUBLIC: "public", Visibility.PRIVATE: "private"}
_WRITERS = {"writer", "owner"}
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


@reads
def to_busy(event: Mapping[str, Any], calendar_zone: str) -> BusyEntry | None:
    """None for what takes no time: free, declined, cancelled, where one works. Raises for what cannot be read."""
    own_answer = next((one.get("responseStatus") for one in event.get("attendees", []) if one.get("self")), None)
    if event.get("status") == "cancelled" or event.get("transparency") == "transparent":
        return None
    if event.get("eventType") in _FREE_TYPES or own_answer == "declined":
        return None
    start_at = _instant(event.get("start"), calendar_zone)
    end_at = _instant(event.get("end"), calendar_zone)
    if end_at <= start_at:
        return None
    tentative = event.get("status") == "tentative" or own_answer == "tentative"
    return BusyEntry(
        entry_id=str(event["id"]),
        start_at=start_at,
        end_at=end_at,
        kind=BusyKind.TENTATIVE if tentative else BusyKind.BUSY,
        etag=str(event.get("etag", "")),
        series_id=str(event.get("recurringEventId", "")),
        ical_uid=str(event.get("iCalUID", "")),
        marker=str(event["id"]) if str(event["id"]).startswith(PREFIX) else "",
    )


@reads
def to_state(event: Mapping[str, Any], calendar_zone: str) -> EntryState | None:
    """How an entry of ours stands; None for a cancelled one."""
    if event.get("status") == "cancelled":
        return None
    ours = (event.get("extendedProperties") or {}).get("shared") or {}
    zone = str(ours.get(DAYS_OF) or calendar_zone)
    start_at, end_at = (_instant_or_none(event.get(side), zone) for side in ("start", "end"))
    description = plain_text(str(event.get("description") or ""))
    return EntryState(start_at, end_at, str(event.get("summary") or ""), description=description)


def _instant_or_none(moment: Mapping[str, Any] | None, calendar_zone: str) -> datetime | None:
    try:
        return _instant(moment, calendar_zone)
    except ProviderUnavailable:
        return None


def _instant(moment: Mapping[str, Any] | None, calendar_zone: str) -> datetime:
    if moment and moment.get("dateTime"):
        return wall_clock(moment["dateTime"], need_zone(moment.get("timeZone") or "", calendar_zone))
    if moment and moment.get("date"):
        try:
            day = date.fromisoformat(moment["date"])
        except ValueError as error:
            raise ProviderUnavailable("an entry with an unreadable day") from error
        return day_start(day, need_zone(calendar_zone))
    raise ProviderUnavailable("an entry without a time")


def from_draft(draft: EntryDraft) -> dict[str, Any]:
    """The whole event; in a patch, arrays replace what was there. Google reads descriptions as HTML (G24)."""
    marks = {MARKER: draft.marker, **({DAYS_OF: draft.time_zone} if draft.all_day else {})}
    body: dict[str, Any] = {
        "summary": draft.title,
        "description": _TAG.sub("&lt;", draft.description),
        "location": draft.location,
        "start": moment_of(draft.start_at, draft),
        "end": moment_of(draft.end_at, draft),
        "status": "tentative" if draft.tentative else "confirmed",
        "transparency": "opaque",
        "visibility": _VISIBILITY[draft.visibility],
        "attendees": [
            *({"email": one.email, "displayName": one.name} for one in (*draft.participants, *_guest_of(draft))),
            *({"email": one.email, "displayName": one.name, "resource": True} for one in (draft.room,) if one),
        ],
        "extendedProperties": {"shared": marks},
    }
    if draft.series is not None:
        body["recurrence"] = [f"RRULE:{draft.series.rrule}"]
    if draft.tentative:
        body["reminders"] = {"useDefault": False, "overrides": []}
    return body


def _guest_of(draft: EntryDraft) -> tuple[Participant, ...]:
    return (draft.guest,) if draft.guest else ()


def keeping_answers(body: dict[str, Any], known: Mapping[str, Any], draft: EntryDraft) -> dict[str, Any]:
    """Of a change that leaves the times as they are: a patch replaces attendees whole, with what they had answered."""
    zone = draft.time_zone
    times = [_instant_or_none(known.get(side), zone) for side in ("start", "end")]
    if times != [draft.start_at, draft.end_at]:
        return body
    said = {str(one.get("email", "")).lower(): one.get("responseStatus") for one in known.get("attendees") or []}
    attendees = [
        {**one, "responseStatus": answer} if (answer := said.get(one["email"].lower())) else one
        for one in body["attendees"]
    ]
    return {**body, "attendees": attendees}


def new_entry(draft: EntryDraft, entry_id: str) -> dict[str, Any]:
    """A draft under the id that we chose; a hold has nobody, a room at most."""
    body = {"id": entry_id, **from_draft(draft)}
    if not body["attendees"]:
        del body["attendees"]
    return body


def of_other_kind(draft: EntryDraft) -> dict[str, Any]:
    """The same for an entry that had times and has days now, or the other way round: patches merge objects, and a null
    takes away.
    """
    body = from_draft(draft)
    nothing = dict.fromkeys(("date", "dateTime", "timeZone"))
    return {**body, "start": {**nothing, **body["start"]}, "end": {**nothing, **body["end"]}}


def moment_of(at: datetime, draft: EntryDraft) -> dict[str, str]:
    local = at.astimezone(ZoneInfo(draft.time_zone))
    if draft.all_day:
        return {"date": local.date().isoformat()}
    return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": draft.time_zone}


@reads
def to_listed(entry: Mapping[str, Any]) -> ListedCalendar:
    """The name is the person's own where they gave one; who may not see private entries could not keep ours there."""
    name = str(entry.get("summaryOverride") or entry.get("summary") or entry["id"])
    calendar_id = MAIN if entry.get("primary") else str(entry["id"])
    return ListedCalendar(calendar_id, name, entry.get("accessRole") in _WRITERS)
