"""Rooms that are asked for (R7): they exist, and the organizer's calendar can book them."""

from collections.abc import Mapping, Sequence

from services.booking.model.people import Staff
from services.booking.model.rooms import Room
from services.booking.problems import room_elsewhere_at, unknown_room_at
from services.booking.store.rooms import RoomStore
from shared.problem import Language


class ChooseRooms:
    """A room is booked with the organizer's entry, so that it must be of their calendar's provider."""

    def __init__(self, rooms: RoomStore) -> None:
        self._rooms = rooms

    async def __call__(
        self, asked: Mapping[str, str], organizer: Staff, language: Language, *, stay: Sequence[str] = ()
    ) -> Mapping[str, Room]:
        """By id. ``asked`` is by pointer; those that ``stay`` may be gone, and must be the new organizer's to book.
        Raises 422 ``unknown_room`` and ``room_of_other_provider``.
        """
        known = await self._rooms.named(organizer.organization_id, [*asked.values(), *stay])
        missing = [pointer for pointer, room_id in asked.items() if room_id not in known]
        if missing:
            raise unknown_room_at(language, missing)
        foreign = {room_id for room_id, room in known.items() if room.provider != organizer.calendar_provider}
        elsewhere = [pointer for pointer, room_id in asked.items() if room_id in foreign]
        if foreign.intersection(stay):
            elsewhere.append("/organizer_id")
        if elsewhere:
            raise room_elsewhere_at(language, elsewhere)
        return known
