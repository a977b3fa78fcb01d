"""The collection ``room_directories``: a due row per organization and provider with all buildings and rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.calendar_sync.model.rooms import Directory, DirectoryStatus, KnownBuilding, KnownRoom, directory_id_of
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import CloudEvent
from shared.due import INDEX as DUE_INDEX
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import ASCENDING, Collection, Document, IndexModel

INDEXES = (DUE_INDEX, outbox.INDEX, IndexModel([("organization_id", ASCENDING)]))


@dataclass(frozen=True)
class RoomAt:
    """A room and whose it is."""

    room: KnownRoom
    provider: Provider


class RoomDirectories:
    """Written by the worker that holds the row's lease."""

    def __init__(self, collection: Collection, relay: Relay) -> None:
        self.collection = collection
        self._relay = relay

    async def read_soon(self, organization_id: str, provider: Provider) -> str:
        """Due now; the row's id. A read under way is followed by another one."""
        directory_id = directory_id_of(organization_id, provider)
        values = {
            "organization_id": organization_id,
            "provider": provider,
            "due_at": clock.now(),
            "asked_at": clock.now(),
        }
        await self.collection.update_one({"_id": directory_id}, {"$set": values}, upsert=True)
        return directory_id

    async def of(self, organization_id: str) -> list[Directory]:
        rows = await self.collection.find({"organization_id": organization_id}, {"outbox": 0}).to_list(None)
        return [directory_of(row) for row in sorted(rows, key=lambda row: str(row["_id"]))]

    async def room(self, organization_id: str, room_id: str) -> RoomAt | None:
        which = {"organization_id": organization_id, "rooms.room_id": room_id}
        row = await self.collection.find_one(which, {"provider": 1, "rooms.$": 1})
        return RoomAt(_room(row["rooms"][0]), Provider(row["provider"])) if row else None

    async def settle(
        self,
        held: Document,
        directory: Directory,
        asked_at: datetime | None,
        due_at: datetime | None,
        events: Sequence[CloudEvent[Any]],
    ) -> None:
        """What was read; a wish that came meanwhile keeps the row due at once."""
        waiting = outbox.entries(events)
        push: Document = {"$push": outbox.push(waiting)} if waiting else {}
        values = _document(directory)
        end: Document = {"$set": {**values, "due_at": due_at}} if due_at else {"$set": values, "$unset": {"due_at": ""}}
        result = await self.collection.update_one({**held, "asked_at": asked_at}, {**end, **push})
        if not result.matched_count:
            result = await self.collection.update_one(held, {"$set": values, **push})
        if result.matched_count:
            self._relay.publish_soon(self.collection, directory.directory_id, waiting)


def directory_of(row: Document) -> Directory:
    return Directory(
        organization_id=row["organization_id"],
        provider=Provider(row["provider"]),
        status=DirectoryStatus(row.get("status", DirectoryStatus.NOT_CONNECTED)),
        buildings=tuple(KnownBuilding(one["building_id"], one["name"]) for one in row.get("buildings", [])),
        rooms=tuple(_room(one) for one in row.get("rooms", [])),
        version=row.get("version", 0),
        read_at=row.get("read_at"),
    )


def _document(directory: Directory) -> Document:
    return {
        "status": directory.status,
        "buildings": [{"building_id": one.building_id, "name": one.name} for one in directory.buildings],
        "rooms": [
            {
                "room_id": one.room_id,
                "name": one.name,
                "address": one.address,
                "building_ids": list(one.building_ids),
                "capacity": one.capacity,
                "gone": one.gone,
            }
            for one in directory.rooms
        ],
        "version": directory.version,
        "read_at": directory.read_at,
    }


def _room(row: Document) -> KnownRoom:
    return KnownRoom(
        room_id=row["room_id"],
        name=row["name"],
        address=row["address"],
        building_ids=tuple(row["building_ids"]),
        capacity=row["capacity"],
        gone=row["gone"],
    )
