"""Connections of which so many meetings are missing at once that a person decides whether they were deleted (G17)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.mongo import Collection, Database, Document, DuplicateKeyError


@dataclass(frozen=True)
class Freeze:
    """One connection's; ``staff_id`` is whose it is."""

    connection_id: str
    organization_id: str
    staff_id: str
    at: datetime
    missing: int
    coming: int


class Freezes:
    """The collection ``freezes``: the id is the connection's; one that was decided stays for its outbox only."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database["freezes"]
        self.indexes = {self.rows: [outbox.INDEX]}

    async def of(self, connection_id: str) -> Freeze | None:
        row = await self.rows.find_one({"_id": connection_id, "at": {"$ne": None}})
        return _freeze(row) if row else None

    async def count(self) -> int:
        return await self.rows.count_documents({"at": {"$ne": None}})

    async def freeze(self, freeze: Freeze, event: CloudEvent[Any]) -> list[outbox.Entry]:
        """Once; what is to be published then."""
        waiting = outbox.entries([event])
        values = {name: value for name, value in vars(freeze).items() if name != "connection_id"}
        change = {"$set": values, "$push": outbox.push(waiting)}
        try:
            result = await self.rows.update_one({"_id": freeze.connection_id, "at": None}, change, upsert=True)
        except DuplicateKeyError:
            return []
        return waiting if result.modified_count or result.upserted_id is not None else []

    async def of_organization(self, organization_id: str) -> list[Freeze]:
        which = {"organization_id": organization_id, "at": {"$ne": None}}
        return [_freeze(row) for row in await self.rows.find(which).to_list(None)]

    async def thaw(self, connection_id: str) -> None:
        """It was decided."""
        await self.rows.update_one({"_id": connection_id}, {"$unset": {"at": ""}})


def _freeze(row: Document) -> Freeze:
    return Freeze(row["_id"], row["organization_id"], row["staff_id"], row["at"], row["missing"], row["coming"])
