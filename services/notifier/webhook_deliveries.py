"""Webhook deliveries in MongoDB: one document for each event and endpoint, with the body and the log of tries (X1)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifier.model.webhooks import Delivery
from shared import clock
from shared.contracts.api.webhooks import DeliveryStatus
from shared.mongo import AFTER, ASCENDING, DESCENDING, BulkWriteError, Collection, Database, Document, IndexModel

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DUPLICATE_KEY = 11_000
DELIVERY_INDEXES = (
    IndexModel(
        [("endpoint_id", ASCENDING), ("due_at", ASCENDING)],
        name="due_of_endpoint",
        partialFilterExpression={"due_at": {"$gt": _EPOCH}},
    ),
    IndexModel(
        [("endpoint_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)],
        name="log_of_endpoint",
    ),
    IndexModel([("organization_id", ASCENDING), ("about", ASCENDING)], name="about"),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
_ENDED_BADLY = (DeliveryStatus.FAILED, DeliveryStatus.MISSED)


def delivery_of(row: Document) -> Delivery:
    return Delivery.model_validate({**row, "delivery_id": row["_id"]})


class Deliveries:
    """``kept_for`` is how long the log reaches back."""

    def __init__(self, database: Database, kept_for: timedelta) -> None:
        self.collection: Collection = database["webhook_deliveries"]
        self._kept_for = kept_for

    async def file(self, deliveries: Sequence[Delivery], body: bytes, about: Sequence[str]) -> None:
        """A repeat files nothing anew."""
        rows = [
            {
                "_id": delivery.delivery_id,
                **_document(delivery),
                "body": body,
                "about": list(about),
                "expires_at": clock.real_now() + self._kept_for,
            }
            for delivery in deliveries
        ]
        try:
            await self.collection.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise

    async def due(self, endpoint_id: str, limit: int) -> list[tuple[Delivery, bytes]]:
        """Those whose time has come, the longest due first, each with its body."""
        due = {"endpoint_id": endpoint_id, "due_at": {"$gt": _EPOCH, "$lte": clock.now()}}
        rows = await self.collection.find(due).sort("due_at", ASCENDING).limit(limit).to_list(None)
        return [(delivery_of(row), bytes(row["body"])) for row in rows]

    async def next_due(self, endpoint_id: str) -> datetime | None:
        waiting = {"endpoint_id": endpoint_id, "due_at": {"$gt": _EPOCH}}
        row = await self.collection.find_one(waiting, {"due_at": 1}, sort=[("due_at", ASCENDING)])
        return row["due_at"] if row else None

    async def note(self, before: Delivery, after: Delivery) -> None:
        """Nothing where it was tried or begun anew by somebody else meanwhile."""
        known = {"_id": before.delivery_id, "tries": before.tries, "begun_at": before.begun_at}
        changed = _document(after)
        await self.collection.update_one(known, {"$set": {name: changed[name] for name in _TOLD}})

    async def miss(self, endpoint_id: str) -> None:
        """What waits does so no more, since its endpoint is disabled."""
        waiting = {"endpoint_id": endpoint_id, "status": DeliveryStatus.WAITING}
        await self.collection.update_many(waiting, {"$set": {"status": DeliveryStatus.MISSED, "due_at": None}})

    async def page(
        self,
        endpoint_id: str,
        *,
        limit: int,
        status: DeliveryStatus | None = None,
        before: tuple[datetime, str] | None = None,
    ) -> list[Delivery]:
        """The newest first."""
        which: dict[str, Any] = {"endpoint_id": endpoint_id}
        if status:
            which["status"] = status
        if before:
            at, delivery_id = before
            which["$or"] = [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$lt": delivery_id}}]
        order = [("created_at", DESCENDING), ("_id", DESCENDING)]
        rows = await self.collection.find(which, {"body": 0}).sort(order).limit(limit).to_list(None)
        return [delivery_of(row) for row in rows]

    async def find(self, endpoint_id: str, delivery_id: str) -> tuple[Delivery, bytes] | None:
        row = await self.collection.find_one({"_id": delivery_id, "endpoint_id": endpoint_id})
        return (delivery_of(row), bytes(row["body"])) if row else None

    async def begin_anew(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """Due now with all its tries before it, whatever became of it."""
        known = {"_id": delivery_id, "endpoint_id": endpoint_id}
        row = await self.collection.find_one_and_update(known, _anew(), projection={"body": 0}, return_document=AFTER)
        return delivery_of(row) if row else None

    async def replay(self, endpoint_id: str, since: datetime, until: datetime, *, delivered_too: bool) -> int:
        """All whose event came in that time and that did not get through; answers how many."""
        statuses = [*_ENDED_BADLY, *((DeliveryStatus.DELIVERED,) if delivered_too else ())]
        which = {
            "endpoint_id": endpoint_id,
            "created_at": {"$gte": since, "$lte": until},
            "status": {"$in": statuses},
        }
        return (await self.collection.update_many(which, _anew())).modified_count

    async def forget(self, endpoint_id: str) -> None:
        await self.collection.delete_many({"endpoint_id": endpoint_id})

    async def about(self, organization_id: str, ids: Sequence[str]) -> AsyncIterator[tuple[Delivery, bytes]]:
        """What was filed of these, each with its body."""
        which = {"organization_id": organization_id, "about": {"$in": list(ids)}}
        async for row in self.collection.find(which).sort("created_at", ASCENDING):
            yield delivery_of(row), bytes(row["body"])

    async def forget_about(self, organization_id: str, about: Sequence[str]) -> int:
        """Erase what was filed of these appointments, proposals or other subjects (X5)."""
        which = {"organization_id": organization_id, "about": {"$in": list(about)}}
        return (await self.collection.delete_many(which)).deleted_count

    async def forget_mentions(self, organization_id: str, about: Sequence[str], email: str) -> None:
        """Erase those of these subjects that tell of this address."""
        which = {"organization_id": organization_id, "about": {"$in": list(about)}}
        told = email.casefold()
        async for row in self.collection.find(which, {"body": 1}):
            if told in bytes(row["body"]).decode(errors="replace").casefold():
                await self.collection.delete_one({"_id": row["_id"]})


_TOLD = ("status", "tries", "due_at", "log")


def _document(delivery: Delivery) -> Document:
    """Times stay times, since they are compared; what a server asked for is in ``due_at`` already."""
    log = [tried.model_dump(exclude={"retry_after"}) for tried in delivery.log]
    return {**delivery.model_dump(exclude={"delivery_id", "log"}), "log": log}


def _anew() -> Mapping[str, Any]:
    now = clock.now()
    return {"$set": {"status": DeliveryStatus.WAITING, "tries": 0, "begun_at": now, "due_at": now}}
