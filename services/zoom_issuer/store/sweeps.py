"""Whose meetings are looked at, and when next: one due row per connection and Zoom user that hosts through it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from shared import due
from shared.due import Lease
from shared.mirror import whose
from shared.mongo import Collection, Database, Document, DuplicateKeyError


@dataclass(frozen=True)
class Sweep:
    """``host_user_id`` is None where rows from before do not say it."""

    organization_id: str
    connection_id: str
    host_user_id: str | None


class Sweeps:
    """The collection ``sweeps``."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database["sweeps"]
        self.indexes = {self.rows: [due.INDEX]}

    async def begin(self, sweep: Sweep, due_at: datetime) -> None:
        """First at ``due_at``; nothing where it goes on already."""
        await self._write(sweep, {"$setOnInsert": {**vars(sweep), "due_at": due_at}})

    async def hurry(self, sweep: Sweep, due_at: datetime) -> None:
        await self._write(sweep, {"$setOnInsert": vars(sweep), "$set": {"due_at": due_at}})

    async def hurry_all(self, organization_id: str, due_at: datetime) -> int:
        """Of the organization, or of everybody; answers how many."""
        return (await self.rows.update_many(whose(organization_id), {"$set": {"due_at": due_at}})).matched_count

    async def _write(self, sweep: Sweep, change: Document) -> None:
        row_id = f"{sweep.connection_id}/{sweep.host_user_id or ''}"
        with suppress(DuplicateKeyError):  # another replica was first
            await self.rows.update_one({"_id": row_id}, change, upsert=True)

    async def later(self, lease: Lease, due_at: datetime) -> None:
        await self.rows.update_one(lease.held, {"$set": {"due_at": due_at}})

    async def end(self, lease: Lease) -> None:
        await self.rows.delete_one(lease.held)

    def of(self, row: Document) -> Sweep:
        return Sweep(row["organization_id"], row["connection_id"], row["host_user_id"])
