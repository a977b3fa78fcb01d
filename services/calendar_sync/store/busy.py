"""What was last published of each person's busy time, so that only changed months go out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import Collection, DuplicateKeyError

INDEXES = (outbox.INDEX,)


def digest(bits: str) -> str:
    return hashlib.sha256(bits.encode()).hexdigest()[:32]


def next_version(last: int = 0) -> int:
    """Grows with every event of one person, over connections and busy times alike: milliseconds, never the same."""
    return max(last + 1, int(clock.real_now().timestamp() * 1000))


@dataclass(frozen=True)
class Published:
    """``months`` are digests by month."""

    version: int = 0
    at: datetime | None = None
    months: Mapping[str, str] = field(default_factory=dict)


class BusyTimes:
    """The collection ``busy_times``, one document per person."""

    def __init__(self, collection: Collection, relay: Relay) -> None:
        self.collection = collection
        self._relay = relay

    async def published(self, staff_id: str) -> Published:
        row = await self.collection.find_one({"_id": staff_id}, {"outbox": 0})
        return Published(row["version"], row["at"], row["months"]) if row else Published()

    async def publish(
        self, staff_id: str, before: Published, months: Mapping[str, str], event: CloudEvent[Any]
    ) -> bool:
        """False when somebody else published meanwhile, or the person connected another calendar."""
        waiting = outbox.entries([event])
        values = {"version": event.aggregateversion, "at": clock.now(), "months": dict(months)}
        which = {"_id": staff_id, "version": before.version} if before.version else {"_id": staff_id, "version": None}
        try:
            result = await self.collection.update_one(
                which, {"$set": values, "$push": outbox.push(waiting)}, upsert=not before.version
            )
        except DuplicateKeyError:
            return False
        if result.matched_count == 0 and result.upserted_id is None:
            return False
        self._relay.publish_soon(self.collection, staff_id, waiting)
        return True

    async def forget_months(self, staff_id: str) -> None:
        """After a new link everything is said again, and what is about to be said of an earlier one is overtaken."""
        change = {"$set": {"months": {}, "at": None}, "$inc": {"version": 1}}
        await self.collection.update_one({"_id": staff_id}, change)
