"""Writing events: insert, patch, update, delete and a guest's answer, with Google's rules for each (facts 2.2)."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace

from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.bodies import PRIVATE, SHARED, check_extended_size, merged, taken, with_conference
from deploy.sandbox.google.errors import (
    bad_request,
    condition_not_met,
    duplicate,
    gone,
    invalid,
    not_found,
    not_organizer,
)
from deploy.sandbox.google.guests import Guests, WriteOptions
from deploy.sandbox.google.moments import Moment, check_order, parse_moment, stamp
from deploy.sandbox.google.presenting import etag
from deploy.sandbox.google.rooms import GoogleRooms, RoomAnswers
from deploy.sandbox.google.series import check_rules, occurrence_named
from deploy.sandbox.google.state import CANCELLED, Entry, GoogleCalendar, GoogleState
from shared import clock

_EVENT_ID = re.compile(r"[a-v0-9]{5,1024}")
_IDENTITY = (
    "id",
    "iCalUID",
    "created",
    "creator",
    "organizer",
    "htmlLink",
    "sequence",
    "recurringEventId",
    "eventType",
)
_DEFAULTS: Resource = {"status": "confirmed", "reminders": {"useDefault": True}, "eventType": "default"}
_SIGNIFICANT = ("recurrence", "location", "status")


class EventBook:
    """All writing goes through here; ``changed`` is told each calendar that changed, and whether to push."""

    def __init__(
        self,
        state: GoogleState,
        calendar_of: Callable[[str], GoogleCalendar | None],
        changed: Callable[[GoogleCalendar, bool], None],
        rooms: GoogleRooms,
    ) -> None:
        self._state = state
        self._calendar_of = calendar_of
        self._changed = changed
        self._guests = Guests(state, calendar_of, changed)
        self._rooms = RoomAnswers(rooms, calendar_of)

    def get(self, calendar: GoogleCalendar, event_id: str) -> Entry:
        """The event or occurrence, cancelled ones too; raises 404."""
        found = calendar.entries.get(event_id) or occurrence_named(calendar, event_id)
        if found is None:
            raise not_found()
        return found

    def insert(self, calendar: GoogleCalendar, body: object, options: WriteOptions) -> Entry:
        fields = _fields(body, options)
        assert isinstance(body, dict)
        start, end = _span(body, calendar, bool(fields.get("recurrence")))
        event_id = body.get("id") or uuid.uuid4().hex
        if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
            raise invalid("Invalid resource id value.")
        if event_id in calendar.entries:
            raise duplicate()
        now = clock.now()
        organizer: Resource = {"email": calendar.email}
        if calendar.owner:
            organizer["displayName"] = calendar.summary
        resource: Resource = _DEFAULTS | {key: value for key, value in fields.items() if value is not None}
        resource |= {
            "id": event_id,
            "iCalUID": f"{event_id}@google.com",
            "created": stamp(now),
            "creator": {"email": calendar.person},
            "organizer": organizer,
            "sequence": 0,
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        }
        entry = Entry(0, resource, start, end, now)
        return self._save(calendar, entry, None, options)

    def patch(self, calendar: GoogleCalendar, event_id: str, body: object, options: WriteOptions) -> Entry:
        entry = self._writable(calendar, event_id, options)
        fields = _fields(body, options)
        assert isinstance(body, dict)
        start, end = _merged_span(entry, body, calendar, fields)
        if entry.organizer != calendar.email:
            return self._change_as_guest(calendar, entry, fields, (start, end), options)
        changed = replace(entry, resource=_DEFAULTS | merged(entry.resource, fields), start=start, end=end)
        return self._save(calendar, changed, entry, options)

    def update(self, calendar: GoogleCalendar, event_id: str, body: object, options: WriteOptions) -> Entry:
        """Replaces everything; what the body omits is reset. Brings a cancelled event back."""
        entry = self._writable(calendar, event_id, options)
        fields = _fields(body, options)
        assert isinstance(body, dict)
        start, end = _span(body, calendar, bool(fields.get("recurrence")))
        if entry.organizer != calendar.email:
            return self._change_as_guest(calendar, entry, fields, (start, end), options)
        resource = {key: entry.resource[key] for key in _IDENTITY if key in entry.resource}
        if not options.conference:
            kept: Resource = {
                key: entry.resource[key] for key in ("conferenceData", "hangoutLink") if key in entry.resource
            }
            resource |= kept
        resource = _DEFAULTS | resource | {key: value for key, value in fields.items() if value is not None}
        return self._save(calendar, replace(entry, resource=resource, start=start, end=end), entry, options)

    def delete(self, calendar: GoogleCalendar, event_id: str, options: WriteOptions) -> None:
        """Cancels: the id stays taken. The organizer's deletion reaches all copies, a guest's is a refusal."""
        entry = self._writable(calendar, event_id, options)
        if entry.cancelled:
            raise gone()
        cancelled = replace(entry, resource=entry.resource | {"status": CANCELLED})
        if entry.organizer == calendar.email:
            for exception in list(calendar.exceptions(entry.id)):
                if not exception.cancelled:
                    self.delete(calendar, exception.id, replace(options, if_match=None))
            self._save(calendar, cancelled, entry, options)
            return
        self._put(calendar, cancelled, options)
        self.respond(entry, calendar.email, "declined", options)

    def respond(self, entry: Entry, guest: str, response: str, options: WriteOptions) -> Entry:
        """A guest's answer, seen in every copy. Raises 404 when the guest is not invited."""
        home = self._calendar_of(entry.organizer)
        if home is None:
            raise not_found()
        original = self.get(home, entry.id)
        if guest.lower() not in {person["email"].lower() for person in original.guests()}:
            raise not_found()
        attendees = [
            person | {"responseStatus": response} if person["email"].lower() == guest.lower() else person
            for person in original.guests()
        ]
        answered = replace(original, resource=original.resource | {"attendees": attendees})
        silent = replace(options, send_updates="none", if_match=None)
        return self._save(home, answered, original, silent)

    def _writable(self, calendar: GoogleCalendar, event_id: str, options: WriteOptions) -> Entry:
        entry = self.get(calendar, event_id)
        if options.if_match not in (None, "*", etag(entry)):
            raise condition_not_met()
        return entry

    def _change_as_guest(
        self,
        calendar: GoogleCalendar,
        entry: Entry,
        fields: Resource,
        span: tuple[Moment, Moment],
        options: WriteOptions,
    ) -> Entry:
        """A guest changes the own parts and the own answer; the rest is the organizer's."""
        attendees = fields.pop("attendees", None) or []
        touched = [key for key in SHARED & fields.keys() if fields[key] != entry.resource.get(key)]
        shared = (fields.get("extendedProperties") or {}).get("shared")
        if touched or shared or span != (entry.start, entry.end):
            raise not_organizer()
        own = {key: value for key, value in fields.items() if key in PRIVATE or key == "extendedProperties"}
        if own:
            self._put(calendar, replace(entry, resource=_DEFAULTS | merged(entry.resource, own)), options)
        for guest in attendees:
            if guest["email"].lower() == calendar.email and guest not in entry.guests():
                self.respond(entry, calendar.email, guest["responseStatus"], options)
        return self.get(calendar, entry.id)

    def _save(self, calendar: GoogleCalendar, entry: Entry, before: Entry | None, options: WriteOptions) -> Entry:
        """Store the organizer's entry and let the guests' copies follow; rooms answer after the write was answered."""
        entry = self._rooms.asked_anew(entry, before)
        if entry.recurrence:
            check_rules(entry.recurrence, entry.start, calendar.zone)
        check_extended_size(entry.resource)
        resource = with_conference(entry.resource) if options.conference else dict(entry.resource)
        if before is not None and _significantly_changed(entry, before):
            resource["sequence"] = int(before.resource["sequence"]) + 1
        saved = self._put(calendar, replace(entry, resource=resource), options)
        self._guests.follow(saved, before, options)
        for room, response in self._rooms.due(saved):
            self.respond(saved, room, response, options)
        return saved

    def _put(self, calendar: GoogleCalendar, entry: Entry, options: WriteOptions) -> Entry:
        known = entry.id in calendar.entries
        saved = replace(
            entry,
            updated_at=clock.now(),
            number=entry.number if known else self._state.next_number(),
            revision=calendar.entries[entry.id].revision + 1 if known else 1,
        )
        self._state.put(calendar, saved)
        self._changed(calendar, options.push)
        return saved


def _fields(body: object, options: WriteOptions) -> Resource:
    if not isinstance(body, dict):
        raise bad_request("Parse Error")
    fields = taken(body)
    if not options.conference:
        fields.pop("conferenceData", None)
    return fields


def _span(body: Resource, calendar: GoogleCalendar, recurring: bool) -> tuple[Moment, Moment]:
    start = parse_moment(body.get("start"), "start", calendar.zone, recurring=recurring)
    end = parse_moment(body.get("end"), "end", calendar.zone, recurring=recurring)
    check_order(start, end, calendar.zone)
    return start, end


def _merged_span(entry: Entry, body: Resource, calendar: GoogleCalendar, fields: Resource) -> tuple[Moment, Moment]:
    if "start" not in body and "end" not in body:
        return entry.start, entry.end
    whole = {
        "start": merged(entry.start.shown("UTC"), _object(body.get("start"))),
        "end": merged(entry.end.shown("UTC"), _object(body.get("end"))),
    }
    recurring = bool(fields.get("recurrence", entry.recurrence))
    return _span(whole, calendar, recurring)


def _object(value: object) -> Resource:
    return value if isinstance(value, dict) else {}


def _significantly_changed(entry: Entry, before: Entry) -> bool:
    if (entry.start, entry.end) != (before.start, before.end):
        return True
    return any(entry.resource.get(key) != before.resource.get(key) for key in _SIGNIFICANT)
