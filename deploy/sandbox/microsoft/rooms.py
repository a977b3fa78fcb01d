"""Microsoft's rooms: room lists, room mailboxes, and how a room answers an invitation by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.meetings import invited
from deploy.sandbox.microsoft.state import Event, Mailbox, MicrosoftState
from deploy.sandbox.microsoft.views import in_window

ROOM_ZONE = "Asia/Tokyo"


@dataclass
class MicrosoftRooms:
    """Kept apart from people's accounts: nobody signs in as a room."""

    lists: dict[str, Resource] = field(default_factory=dict)
    """Room lists by address."""
    rooms: dict[str, Resource] = field(default_factory=dict)
    """Rooms by address; ``members`` says in which lists each stands."""
    members: dict[str, list[str]] = field(default_factory=dict)

    def add(self, section: Resource) -> None:
        """What the seed says: ``roomLists`` and ``rooms`` as Graph shows them, with the lists of each room."""
        for room_list in section.get("roomLists", []):
            self.lists[room_list["emailAddress"].lower()] = _place(room_list, "roomList")
        for room in section.get("rooms", []):
            address = room["emailAddress"].lower()
            self.members[address] = [name.lower() for name in room.get("roomLists", [])]
            self.rooms[address] = _place({key: room[key] for key in room if key != "roomLists"}, "room")

    def in_list(self, address: str) -> list[Resource]:
        return [room for name, room in self.rooms.items() if address.lower() in self.members[name]]

    def is_room(self, address: str) -> bool:
        return address.lower() in self.rooms

    def mailbox(self, address: str) -> Mailbox:
        room = self.rooms[address.lower()]
        return Mailbox(room["id"], address.lower(), room["displayName"], ROOM_ZONE)


def _place(place: Resource, kind: str) -> Resource:
    made = {
        "@odata.type": f"#microsoft.graph.{kind}",
        "id": Account(provider=Provider.MICROSOFT, email=place["emailAddress"]).id,
        "address": None,
        "geoCoordinates": None,
        "phone": "",
    }
    return made | ({"bookingType": "standard", "tags": []} if kind == "room" else {}) | place


class RoomAnswers:
    """Rooms accept what fits and decline what does not, right after the event was written."""

    def __init__(
        self, state: MicrosoftState, rooms: MicrosoftRooms, mailbox_of: Callable[[str], Mailbox | None]
    ) -> None:
        self._state = state
        self._rooms = rooms
        self._mailbox_of = mailbox_of

    def due(self, event: Event) -> list[tuple[Mailbox, str, str]]:
        """Mailboxes of rooms that have not answered yet, the id of their copy, and what they answer."""
        found = []
        for address in invited(event):
            mailbox = self._mailbox_of(address) if self._rooms.is_room(address) else None
            copy_id = self._state.copies.get(event.uid, {}).get(address)
            copy = mailbox.live(copy_id) if mailbox and copy_id else None
            if mailbox is not None and copy is not None and copy.response == "notResponded":
                taken = [one for one in in_window(mailbox, copy.span.instants()) if _takes_time(one, copy)]
                found.append((mailbox, copy.id, "declined" if taken else "accepted"))
        return found


def _takes_time(other: Event, copy: Event) -> bool:
    return copy.id not in (other.id, other.master_id) and other.resource["showAs"] in ("busy", "tentative", "oof")
