"""Which room is booked with a hold or an entry: one calendar at a time, lest our own hold makes a room decline."""

from services.calendar_sync.model.entries import Participant
from services.calendar_sync.model.ledger import Row
from services.calendar_sync.store.room_bookings import RoomBookings
from services.calendar_sync.store.rooms import RoomDirectories
from shared.contracts.calendar_sync import Provider


class BookedRooms:
    """A room of another provider than the calendar's cannot be invited there."""

    def __init__(self, directories: RoomDirectories, bookings: RoomBookings) -> None:
        self._directories = directories
        self._bookings = bookings

    async def for_hold(self, row: Row, provider: Provider) -> Participant | None:
        if row.room_id is None:
            return None
        known = await self._directories.room(row.organization_id, row.room_id)
        return Participant(known.room.address, known.room.name) if known and known.provider is provider else None

    async def for_entry(self, row: Row, provider: Provider, proposal_id: str | None) -> Participant | None:
        """Not as long as a hold or another entry of the same meeting has the room; the row is due when that is gone."""
        room = await self.for_hold(row, provider)
        if room is not None and await self._bookings.stand_elsewhere(row, proposal_id):
            return None
        return room
