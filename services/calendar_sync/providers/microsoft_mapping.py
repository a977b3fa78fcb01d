"""Graph's events to busy entries (G18) and our drafts to Graph's events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.calendar_sync.model.busy import BusyEntry, BusyKind
from services.calendar_sync.model.calendars import MAIN, ListedCalendar
from services.calendar_sync.model.entries import PREFIX, EntryDraft, Participant
from services.calendar_sync.providers.microsoft_series import recurrence_of
from services.calendar_sync.providers.plain_text import plain_text
from services.calendar_sync.providers.zones import day_start, find_zone, need_zone, wall_clock
from shared.contracts.booking import Visibility
from shared.drift import EntryState
from shared.providers import ProviderUnavailable, reads

PROPERTY = "String {6f2a4c1e-9d0b-4d67-8f35-2b7c6a1e90d4} Name chosei"
"""Our marker at an entry; it can be searched for."""

_FREE = {"free", "workingelsewhere"}
_SENSITIVITY = {Visibility.DEFAULT: "normal", Visibility.PUBLIC: "normal", Visibility.PRIVATE: "private"}


@reads
def to_busy(event: Mapping[str, Any], mailbox_zone: str, series: Mapping[str, Any] | None = None) -> BusyEntry | None:
    """None for what takes no time: free, elsewhere, declined, cancelled, and the master of a series.

    Occurrences in a delta may carry their times only; the rest is the ``series``' then.
    """
    if event.get("type") == "seriesMaster" or event.get("isCancelled"):
        return None
    full = {**(series or {}), **event}
    shown = str(full.get("showAs") or "busy").lower()
    answer = str((full.get("responseStatus") or {}).get("response", "")).lower()
    if shown in _FREE or answer == "declined":
        return None
    start_at, end_at = _instant(event, "start", mailbox_zone), _instant(event, "end", mailbox_zone)
    if end_at <= start_at:
        return None
    transaction = str(event.get("transactionId") or "")
    tentative = shown == "tentative" or answer == "tentativelyaccepted"
    return BusyEntry(
        entry_id=str(event["id"]),
        start_at=start_at,
        end_at=end_at,
        kind=BusyKind.TENTATIVE if tentative else BusyKind.BUSY,
        etag=str(event.get("@odata.etag", "")),
        series_id=str(event.get("seriesMasterId") or ""),
        ical_uid=str(event.get("iCalUId") or ""),
        marker=transaction if transaction.startswith(PREFIX) else "",
    )


@reads
def to_state(event: Mapping[str, Any], mailbox_zone: str) -> EntryState | None:
    """How an entry of ours stands; None for a cancelled one. A delta may leave subject and body out."""
    if event.get("isCancelled"):
        return None
    start_at, end_at = (_instant_or_none(event, side, mailbox_zone) for side in ("start", "end"))
    title = str(event["subject"] or "") if "subject" in event else None
    return EntryState(start_at, end_at, title, description=_description(event))


def _description(event: Mapping[str, Any]) -> str | None:
    """None where a delta leaves it out."""
    body = event.get("body")
    if not isinstance(body, Mapping) or "content" not in body:
        return None
    content = str(body["content"] or "")
    html = str(body.get("contentType") or "").lower() == "html"
    return plain_text(content) if html else content.replace("\r\n", "\n").strip()


def _instant_or_none(event: Mapping[str, Any], side: str, mailbox_zone: str) -> datetime | None:
    try:
        return _instant(event, side, mailbox_zone)
    except ProviderUnavailable:
        return None


def _instant(event: Mapping[str, Any], side: str, mailbox_zone: str) -> datetime:
    """A day's midnight stands for the mailbox's own day, whichever zone the answer was asked in."""
    moment = event.get(side)
    if not moment or not moment.get("dateTime"):
        raise ProviderUnavailable("an entry without a time")
    zone = str(moment.get("timeZone") or "")
    if event.get("isAllDay") and "T00:00:00" in moment["dateTime"]:
        home = find_zone(str(event.get("originalStartTimeZone") or "")) or need_zone(mailbox_zone)
        return day_start(datetime.fromisoformat(moment["dateTime"][:10]).date(), home)
    return wall_clock(moment["dateTime"], need_zone(zone))


def from_draft(draft: EntryDraft) -> dict[str, Any]:
    """All that a change may touch; participants are replaced whole."""
    body: dict[str, Any] = {
        "subject": draft.title,
        "body": {"contentType": "text", "content": draft.description},
        "location": {"displayName": draft.location},
        "start": _moment(draft.start_at, draft.time_zone),
        "end": _moment(draft.end_at, draft.time_zone),
        "isAllDay": draft.all_day,
        "showAs": "tentative" if draft.tentative else "busy",
        "sensitivity": _SENSITIVITY[draft.visibility],
        "attendees": [
            *(_attendee(one, "required") for one in (*draft.participants, *((draft.guest,) if draft.guest else ()))),
            *(_attendee(one, "resource") for one in (draft.room,) if one),
        ],
    }
    if draft.series is not None:
        body["recurrence"] = recurrence_of(draft)
    if draft.tentative:
        body["isReminderOn"] = False
    return body


def new_entry(draft: EntryDraft, transaction_id: str) -> dict[str, Any]:
    """A draft with what only a create may carry: both of our marks."""
    return {
        **from_draft(draft),
        "responseRequested": draft.guest is not None,
        "transactionId": transaction_id,
        "singleValueExtendedProperties": [{"id": PROPERTY, "value": draft.marker}],
    }


def _attendee(who: Participant, kind: str) -> dict[str, Any]:
    return {"emailAddress": {"address": who.email, "name": who.name}, "type": kind}


def marker_filter(marker: str) -> str:
    quoted = marker.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{PROPERTY}' and ep/value eq '{quoted}')"


def _moment(at: datetime, zone: str) -> dict[str, str]:
    """Wall clock and zone apart: an offset beside a zone is refused (facts 3.8)."""
    local = at.astimezone(ZoneInfo(zone))
    return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone}


@reads
def to_listed(calendar: Mapping[str, Any]) -> ListedCalendar:
    calendar_id = MAIN if calendar.get("isDefaultCalendar") else str(calendar["id"])
    return ListedCalendar(calendar_id, str(calendar.get("name") or ""), bool(calendar.get("canEdit")))


def owner_of(calendar: Mapping[str, Any]) -> str:
    """The address of the mailbox that the calendar belongs to."""
    return str((calendar.get("owner") or {}).get("address") or "").casefold()
