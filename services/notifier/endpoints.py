"""Webhook endpoints in MongoDB: what administrators wrote, how the endpoint fares, and when workers must look (X1).

What administrators change is guarded by ``version``, what a worker notes by its lease. ``filed`` counts deliveries that
came, so that a worker which found nothing more to do does not overlook one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.notifier.model.webhooks import Endpoint
from shared import clock
from shared.due import INDEX as DUE_INDEX
from shared.due import Lease
from shared.mongo import ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

ENDPOINT_INDEXES = (
    DUE_INDEX,
    IndexModel([("organization_id", ASCENDING), ("_id", ASCENDING)], name="of_organization"),
)
_HEALTH = ("failing_since", "paused_until")


def endpoint_of(row: Document) -> Endpoint:
    return Endpoint.model_validate({**row, "endpoint_id": row["_id"]})


def _document(endpoint: Endpoint) -> Document:
    """Times stay times, since they are compared."""
    return {**endpoint.model_dump(exclude={"endpoint_id"}), "events": list(endpoint.events)}


class Endpoints:
    """One document each. Everything is asked for by the organization too, so that nobody reaches another's."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database["webhook_endpoints"]

    async def add(self, endpoint: Endpoint) -> bool:
        try:
            await self.collection.insert_one({"_id": endpoint.endpoint_id, **_document(endpoint), "filed": 0})
        except DuplicateKeyError:
            return False
        return True

    async def find(self, organization_id: str, endpoint_id: str) -> Endpoint | None:
        row = await self.collection.find_one({"_id": endpoint_id, "organization_id": organization_id})
        return endpoint_of(row) if row else None

    async def of_organization(self, organization_id: str) -> list[Endpoint]:
        """In the order of their making."""
        rows = await self.collection.find({"organization_id": organization_id}).to_list(None)
        return sorted(map(endpoint_of, rows), key=lambda one: (one.created_at, one.endpoint_id))

    async def count_by_state(self) -> dict[str, int]:
        """``failing`` is enabled, and nothing got through since a try failed."""
        which: dict[str, Document] = {
            "working": {"enabled": True, "failing_since": None},
            "failing": {"enabled": True, "failing_since": {"$ne": None}},
            "disabled": {"enabled": False},
        }
        return {state: await self.collection.count_documents(filtered) for state, filtered in which.items()}

    async def save(self, changed: Endpoint, *, look: bool = False) -> bool:
        """Refused where somebody else was faster; what a worker notes meanwhile stays, unless it begins anew."""
        document = {name: value for name, value in _document(changed).items() if look or name not in _HEALTH}
        if look:
            document["due_at"] = clock.now()
        known = {"_id": changed.endpoint_id, "version": changed.version - 1}
        return (await self.collection.update_one(known, {"$set": document})).modified_count == 1

    async def remove(self, endpoint: Endpoint) -> bool:
        known = {"_id": endpoint.endpoint_id, "version": endpoint.version}
        return (await self.collection.delete_one(known)).deleted_count == 1

    async def filed(self, endpoint_ids: Sequence[str]) -> None:
        """Deliveries came, of which some may be due."""
        known = {"_id": {"$in": list(endpoint_ids)}}
        await self.collection.update_many(known, {"$min": {"due_at": clock.now()}, "$inc": {"filed": 1}})

    async def note(self, lease: Lease, endpoint: Endpoint) -> bool:
        """How it fares, or that it was disabled; refused where an administrator changed it meanwhile."""
        known = {**lease.held, "version": lease.row["version"]}
        done = await self.collection.update_one(known, {"$set": _document(endpoint)})
        if done.modified_count:
            lease.row.update(_document(endpoint))
        return done.modified_count == 1

    async def rest(self, lease: Lease, look_at: datetime | None) -> None:
        """When to look again; at once where a delivery came meanwhile."""
        change: dict[str, Any] = {"$set": {"due_at": look_at}} if look_at else {"$unset": {"due_at": ""}}
        known = {**lease.held, "filed": lease.row["filed"], "version": lease.row["version"]}
        done = await self.collection.update_one(known, change)
        if not done.matched_count:
            await self.collection.update_one(lease.held, {"$set": {"due_at": clock.now()}})
