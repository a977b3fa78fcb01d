"""Counts of requests by minute, shared by all replicas. Losing some in a crash only lets a few more requests in."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from shared import clock
from shared.mongo import ASCENDING, Collection, Database, IndexModel, UpdateOne

_KEPT = timedelta(minutes=5)


class CountStore:
    """``_id`` names the rule, the subject (hashed) and the minute."""

    def __init__(self, database: Database) -> None:
        self.counts: Collection = database["counts"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.counts: [IndexModel([("expires_at", ASCENDING)], name="expires", expireAfterSeconds=0)]
        }

    async def read(self, ids: Iterable[str]) -> dict[str, int]:
        rows = await self.counts.find({"_id": {"$in": list(ids)}}, {"n": 1}).to_list(None)
        return {row["_id"]: row["n"] for row in rows}

    async def add(self, counts: Mapping[str, int]) -> None:
        expires_at = clock.real_now() + _KEPT
        await self.counts.bulk_write(
            [
                UpdateOne(
                    {"_id": name}, {"$inc": {"n": count}, "$setOnInsert": {"expires_at": expires_at}}, upsert=True
                )
                for name, count in counts.items()
            ],
            ordered=False,
        )
