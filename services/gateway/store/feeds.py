"""Secret addresses of calendar feeds (X8): one per staff member, by the hash of its token (G23)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import clock
from shared.crypto import token_hash
from shared.mongo import ASCENDING, Collection, Database, IndexModel

_READ_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Feed:
    """``read_at`` is exact to a minute."""

    staff_id: str
    made_at: datetime
    read_at: datetime | None


class FeedStore:
    """A new address ends the one before: its hash is no more."""

    def __init__(self, database: Database) -> None:
        self.feeds: Collection = database["feeds"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.feeds: [IndexModel([("token_hash", ASCENDING)], name="token", unique=True)]
        }

    async def make(self, staff_id: str, token: str) -> Feed:
        feed = Feed(staff_id, clock.now(), None)
        row = {"token_hash": token_hash(token), "made_at": feed.made_at, "read_at": None}
        await self.feeds.replace_one({"_id": staff_id}, row, upsert=True)
        return feed

    async def find(self, token: str) -> Feed | None:
        row = await self.feeds.find_one({"token_hash": token_hash(token)})
        return Feed(row["_id"], row["made_at"], row["read_at"]) if row else None

    async def of(self, staff_id: str) -> Feed | None:
        row = await self.feeds.find_one({"_id": staff_id})
        return Feed(row["_id"], row["made_at"], row["read_at"]) if row else None

    async def read(self, feed: Feed) -> None:
        now = clock.now()
        if feed.read_at is None or now - feed.read_at >= _READ_AGAIN_AFTER:
            await self.feeds.update_one({"_id": feed.staff_id, "made_at": feed.made_at}, {"$set": {"read_at": now}})

    async def end(self, staff_id: str) -> None:
        await self.feeds.delete_one({"_id": staff_id})
