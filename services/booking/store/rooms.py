"""The projection of rooms: one document per organization and provider, as calendar_sync last said."""

from collections.abc import Sequence

from services.booking.model.rooms import Room
from shared.contracts.calendar_sync import RoomsChanged
from shared.mongo import ASCENDING, Collection, Database, IndexModel
from shared.projection import keep_newest


class RoomStore:
    """The collection ``rooms``."""

    def __init__(self, database: Database) -> None:
        self.rooms: Collection = database["rooms"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rooms: [IndexModel([("organization_id", ASCENDING)], name="organization")]
        }

    async def keep(self, directory_id: str, organization_id: str, told: RoomsChanged, version: int) -> None:
        rooms = [{"room_id": room.room_id, "name": room.name} for room in told.rooms]
        state = {"organization_id": organization_id, "provider": told.provider, "rooms": rooms, "version": version}
        await keep_newest(self.rooms, directory_id, state, version)

    async def named(self, organization_id: str, room_ids: Sequence[str]) -> dict[str, Room]:
        """Those that can be booked, by id."""
        if not room_ids:
            return {}
        rows = await self.rooms.find({"organization_id": organization_id}).to_list(None)
        wanted = set(room_ids)
        return {
            room["room_id"]: Room(provider=row["provider"], **room)
            for row in rows
            for room in row["rooms"]
            if room["room_id"] in wanted
        }
