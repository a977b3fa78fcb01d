"""Google's rooms: buildings and calendar resources of the workspace, and how a room answers an invitation by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from deploy.sandbox.calendars import Resource
from deploy.sandbox.google.freebusy import takes_time
from deploy.sandbox.google.series import occurrences
from deploy.sandbox.google.state import Entry, GoogleCalendar

ROOM_ZONE = "Asia/Tokyo"
_PENDING = "needsAction"


@dataclass
class GoogleRooms:
    """Kept apart from people's calendars: nobody signs in as a room."""

    buildings: dict[str, Resource] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    """By the room's address, lower case."""

    def add(self, section: Resource) -> None:
        """What the seed says: ``buildings`` and ``calendars`` as the Directory API shows them."""
        for building in section.get("buildings", []):
            kind = {"kind": "admin#directory#resources#buildings#Building"}
            self.buildings[building["buildingId"]] = kind | building
        for room in section.get("calendars", []):
            self.resources[room["resourceEmail"].lower()] = _resource(room)

    def is_room(self, address: str) -> bool:
        return address.lower() in self.resources


def _resource(room: Resource) -> Resource:
    generated = "-".join(str(room[key]) for key in ("buildingId", "floorName", "resourceName") if room.get(key))
    return {
        "kind": "admin#directory#resources#calendars#CalendarResource",
        "resourceCategory": "CONFERENCE_ROOM",
        "generatedResourceName": generated,
    } | room


class RoomAnswers:
    """Rooms accept what fits and decline what does not, right after the event was written."""

    def __init__(self, rooms: GoogleRooms, calendar_of: Callable[[str], GoogleCalendar | None]) -> None:
        self._rooms = rooms
        self._calendar_of = calendar_of

    def asked_anew(self, entry: Entry, before: Entry | None) -> Entry:
        """Rooms among the guests are resources; another time asks them again, else their answer stays."""
        moved = before is not None and (entry.start, entry.end) != (before.start, before.end)
        known = {guest["email"].lower(): guest["responseStatus"] for guest in before.guests()} if before else {}
        guests = [
            self._asked(guest, known, moved) if self._rooms.is_room(guest["email"]) else guest
            for guest in entry.guests()
        ]
        return replace(entry, resource=entry.resource | {"attendees": guests}) if guests else entry

    def _asked(self, guest: Resource, known: dict[str, str], moved: bool) -> Resource:
        said = guest["responseStatus"]
        if moved:
            said = _PENDING
        elif said == _PENDING:
            said = known.get(guest["email"].lower(), _PENDING)
        return guest | {"resource": True, "responseStatus": said}

    def due(self, entry: Entry) -> list[tuple[str, str]]:
        """Addresses of rooms that have not answered yet, with what they answer."""
        if entry.cancelled:
            return []
        waiting = [guest["email"].lower() for guest in entry.guests() if guest["responseStatus"] == _PENDING]
        return [(room, self._answer(room, entry)) for room in waiting if self._rooms.is_room(room)]

    def _answer(self, room: str, entry: Entry) -> str:
        calendar = self._calendar_of(room)
        if calendar is None:
            return "declined"
        window = (entry.start.instant(calendar.zone), entry.end.instant(calendar.zone))
        others = (calendar.entries[entry_id] for entry_id in calendar.near(*window) if entry_id != entry.id)
        taken = any(
            found.start.instant(calendar.zone) < window[1] and found.end.instant(calendar.zone) > window[0]
            for other in others
            if takes_time(other, calendar.email)
            for found in (occurrences(calendar, other, window) if other.recurrence else (other,))
        )
        return "declined" if taken else "accepted"
