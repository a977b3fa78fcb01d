"""Ledger rows seen from the room that is booked with them, and what rooms said (collection ``room_answers``)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.calendar_sync.model.ledger import Row, RowKind
from services.calendar_sync.providers.room_answers import Answers
from services.calendar_sync.store.rows import row_of, standing_as
from shared import clock
from shared.contracts.calendar_sync import RoomResponse
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import ASCENDING, Collection, Document, IndexModel, UpdateOne

LEDGER_INDEXES = (IndexModel([("room_id", ASCENDING)], partialFilterExpression={"room_id": {"$type": "string"}}),)
ANSWER_INDEXES = (IndexModel([("seen_at", ASCENDING)], expireAfterSeconds=int(timedelta(days=450).total_seconds())),)
"""Kept as long as a mirror reaches ahead: a change that touches nothing in the calendar is told with the old answer."""


class RoomBookings:
    """A room answers later than the write, and perhaps before the write is settled here: both are kept and compared."""

    def __init__(self, ledger: Collection, answers: Collection, relay: Relay) -> None:
        self._ledger = ledger
        self.answers = answers
        self._relay = relay

    async def stand_elsewhere(self, row: Row, proposal_id: str | None) -> bool:
        """Whether another row of the same meeting has the room, or may have it."""
        which: Document = {
            "room_id": row.room_id,
            "organization_id": row.organization_id,
            "about": {"$in": [row.about, proposal_id]},
            "_id": {"$ne": row.row_id},
            "failed": None,
            "$or": [{"written.room_id": row.room_id}, {"attempted": {"$ne": None}}],
        }
        return await self._ledger.find_one(which, {"_id": 1}) is not None

    async def freed(self, row: Row) -> None:
        """A room left a calendar: entries that wait for it are due."""
        if row.room_id is None:
            return
        which: Document = {
            "room_id": row.room_id,
            "organization_id": row.organization_id,
            "kind": RowKind.ENTRY,
            "present": True,
            "failed": None,
            "written.room_id": None,
        }
        change = {"$set": {"due_at": clock.now()}, "$inc": {"wanted_version": 1}}
        await self._ledger.update_many(which, change)

    async def heard(self, connection_id: str, answers: Answers) -> None:
        now = clock.now()
        writes = [
            UpdateOne(
                {"_id": _key(connection_id, entry_id)},
                {"$set": {"said": [[address, said] for address, said in by_room.items()], "seen_at": now}},
                upsert=True,
            )
            for entry_id, by_room in answers.items()
        ]
        if writes:
            await self.answers.bulk_write(writes, ordered=False)

    async def forget(self, connection_id: str, entry_ids: Sequence[str]) -> None:
        """The entry is about to change: what was said is about another one."""
        await self.answers.delete_many({"_id": {"$in": [_key(connection_id, one) for one in entry_ids]}})

    async def answers_of(
        self, connection_id: str, entry_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, RoomResponse]]:
        """By entry and address, where a room has answered."""
        ids = [_key(connection_id, entry_id) for entry_id in entry_ids]
        rows = await self.answers.find({"_id": {"$in": ids}}).to_list(None)
        return {
            row["_id"].removeprefix(f"{connection_id}/"): {
                address: RoomResponse(said) for address, said in row["said"] if said is not None
            }
            for row in rows
        }

    async def written_as(self, connection_id: str, entry_ids: Sequence[str]) -> list[tuple[Row, list[Any] | None]]:
        """Rows of entries that book a room, each with what was last told of it."""
        which: Document = {
            "written.connection_id": connection_id,
            **standing_as(entry_ids),
            "written.room_id": {"$ne": None},
            "kind": RowKind.ENTRY,
        }
        return [(row_of(row), row.get("room_told")) for row in await self._ledger.find(which).to_list(None)]

    async def tell(self, row: Row, told: list[Any], event: CloudEvent[Any]) -> None:
        """Unless the entry was written otherwise meanwhile, or another worker told something."""
        waiting = outbox.entries([event])
        which = {"_id": row.row_id, "said_at": row.said_at, "written.room_id": row.room_id}
        change = {"$set": {"room_told": told, "said_at": event.time}, "$push": outbox.push(waiting)}
        if (await self._ledger.update_one(which, change)).matched_count:
            self._relay.publish_soon(self._ledger, row.row_id, waiting)


def _key(connection_id: str, entry_id: str) -> str:
    return f"{connection_id}/{entry_id}"
