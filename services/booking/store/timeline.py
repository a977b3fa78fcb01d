"""The collection ``timeline``: one document per event that was heard about a proposal or an appointment (X3)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from services.booking.model.stages import CONFIRMED
from shared.contracts.timeline import TimelineEntry
from shared.mongo import ASCENDING, DESCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel


class TimelineStore:
    """``_id`` is the event's, so that a repeated one is the same entry."""

    def __init__(self, database: Database) -> None:
        self.timeline: Collection = database["timeline"]
        order = [("about", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)]
        confirmed = IndexModel(
            [("organization_id", ASCENDING), ("at", DESCENDING)],
            name="confirmed",
            partialFilterExpression={"type": CONFIRMED},
        )
        self.indexes: dict[Collection, list[IndexModel]] = {self.timeline: [IndexModel(order, name="about"), confirmed]}

    async def keep(self, entry: TimelineEntry) -> None:
        with suppress(DuplicateKeyError):
            await self.timeline.insert_one(
                {"_id": entry.entry_id, **entry.model_dump(exclude={"entry_id"}, exclude_defaults=True)}
            )

    async def of(
        self, organization_id: str, about: Sequence[str], *, after: tuple[datetime, str] | None, limit: int
    ) -> list[TimelineEntry]:
        """Oldest first, each once; one more than ``limit`` where there are more."""
        query: dict[str, object] = {"organization_id": organization_id, "about": {"$in": list(about)}}
        if after is not None:
            at, entry_id = after
            query["$or"] = [{"at": {"$gt": at}}, {"at": at, "_id": {"$gt": entry_id}}]
        order = [("at", ASCENDING), ("_id", ASCENDING)]
        rows = await self.timeline.find(query).sort(order).limit(limit + 1).to_list(None)
        return [_entry(row) for row in rows]

    async def newest_confirmations(self, organization_id: str, limit: int) -> list[TimelineEntry]:
        which = {"organization_id": organization_id, "type": CONFIRMED}
        return [
            _entry(row) for row in await self.timeline.find(which).sort("at", DESCENDING).limit(limit).to_list(None)
        ]

    async def of_types(self, organization_id: str, about: Sequence[str], types: Sequence[str]) -> list[TimelineEntry]:
        which = {"about": {"$in": list(about)}, "type": {"$in": list(types)}, "organization_id": organization_id}
        return [_entry(row) for row in await self.timeline.find(which).to_list(None)]


def _entry(row: Document) -> TimelineEntry:
    return TimelineEntry.model_validate({**row, "entry_id": row["_id"]})
