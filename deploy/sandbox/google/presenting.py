"""Entries as Google answers them: what depends on the reader (self flags, offsets) is added here, never stored."""

from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.moments import stamp
from deploy.sandbox.google.state import Entry, GoogleCalendar


def shown(
    calendar: GoogleCalendar, entry: Entry, *, zone: str | None = None, max_attendees: int | None = None
) -> Resource:
    """The full resource as the owner of ``calendar`` sees it."""
    offset = zone or calendar.zone
    answer = dict(entry.resource)
    answer["kind"] = "calendar#event"
    answer["etag"] = etag(entry)
    answer["updated"] = stamp(entry.updated_at)
    answer["start"] = entry.start.shown(offset)
    answer["end"] = entry.end.shown(offset)
    if entry.original is not None:
        answer["originalStartTime"] = entry.original.shown(offset)
    for role in ("creator", "organizer"):
        if answer[role]["email"] == calendar.email:
            answer[role] = answer[role] | {"self": True}
    if guests := entry.guests():
        _show_guests(answer, guests, calendar.email, max_attendees)
    return answer


def _show_guests(answer: Resource, guests: list[Resource], me: str, most: int | None) -> None:
    organizer = answer["organizer"]["email"]
    listed: list[Resource] = []
    for guest in guests:
        address = guest["email"].lower()
        flags = ({"organizer": True} if address == organizer else {}) | ({"self": True} if address == me else {})
        listed.append(guest | flags)
    if most is not None and len(listed) > most:
        listed = [guest for guest in listed if guest.get("self")]
        answer["attendeesOmitted"] = True
    answer["attendees"] = listed


def tombstone(calendar: GoogleCalendar, entry: Entry) -> Resource:
    """A cancelled entry in a list: id and status only; of an exception also which occurrence it was."""
    answer: Resource = {"kind": "calendar#event", "etag": etag(entry), "id": entry.id, "status": "cancelled"}
    if entry.original is not None:
        answer["recurringEventId"] = entry.master_id
        answer["originalStartTime"] = entry.original.shown(calendar.zone)
    return answer


def etag(entry: Entry) -> str:
    return f'"{entry.number * 1_000_000 + entry.revision}"'
