"""``erasures``: due rows of what is erased (X5), each with its outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.booking.model.erasure import Answer, Erasure
from shared import due
from shared.contracts.api.erasures import ErasureStatus
from shared.contracts.envelope import CloudEvent
from shared.contracts.erasure import ErasureReason
from shared.due import Lease
from shared.erasing import COLLECTION
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import AFTER, ASCENDING, DESCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

PLACE = COLLECTION + "/{}/secret"
"""To which the guest's address is bound at rest."""


class UnderWay(Exception):
    """This guest is being erased already."""


class Erasures:
    """``_id`` is the erasure's."""

    def __init__(self, database: Database, relay: Relay) -> None:
        self.collection: Collection = database[COLLECTION]
        self._relay = relay
        pending = {"status": ErasureStatus.PENDING, "person": {"$gt": ""}}
        organization = ("organization_id", ASCENDING)
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.collection: [
                due.INDEX,
                outbox.INDEX,
                IndexModel([("person", ASCENDING)], name="once", unique=True, partialFilterExpression=pending),
                IndexModel([("person", ASCENDING), ("_id", DESCENDING)], name="of_person"),
                IndexModel([organization, ("_id", DESCENDING)], name="newest"),
                IndexModel([organization, ("status", ASCENDING)], name="by_status"),
            ],
        }

    async def add(self, erasure: Erasure, now: datetime) -> None:
        """Raises ``UnderWay``."""
        try:
            await self.collection.insert_one({**_document(erasure), "due_at": now, outbox.FIELD: []})
        except DuplicateKeyError as error:
            raise UnderWay() from error

    async def follow(self, pending: Erasure) -> None:
        """It goes on; the guest is known by a further one, which covers more."""
        which = {"_id": pending.erasure_id, "status": ErasureStatus.PENDING}
        await self.collection.update_one(which, {"$set": {"person": ""}})

    async def find(self, organization_id: str, erasure_id: str) -> Erasure | None:
        row = await self.collection.find_one({"_id": erasure_id, "organization_id": organization_id})
        return erasure_of(row) if row else None

    async def newest_of(self, organization_id: str, persons: Sequence[str], *, pending: bool = False) -> Erasure | None:
        which: Document = {"person": {"$in": list(persons)}, "organization_id": organization_id}
        if pending:
            which["status"] = ErasureStatus.PENDING
        row = await self.collection.find_one(which, sort=[("_id", DESCENDING)])
        return erasure_of(row) if row else None

    async def page(self, organization_id: str, *, before_id: str | None, limit: int) -> list[Erasure]:
        """The newest first."""
        which: Document = {"organization_id": organization_id, **({"_id": {"$lt": before_id}} if before_id else {})}
        rows = await self.collection.find(which).sort("_id", DESCENDING).limit(limit).to_list(None)
        return [erasure_of(row) for row in rows]

    async def is_retiring(self, organization_id: str) -> bool:
        """Whether what was kept too long is being erased already."""
        which = {
            "organization_id": organization_id,
            "status": ErasureStatus.PENDING,
            "reason": ErasureReason.RETENTION,
        }
        return await self.collection.find_one(which, {"_id": 1}) is not None

    async def put_off(self, lease: Lease, erasure: Erasure, until: datetime, tries: int) -> None:
        """Something of our own is still under way."""
        found = {name: getattr(erasure, name) for name in ("appointment_ids", "proposal_ids", "former_ids")}
        await self.collection.update_one(lease.held, {"$set": {**found, "due_at": until, "waits": tries}})

    async def ask(self, lease: Lease, erasure: Erasure, due_at: datetime | None, event: CloudEvent[Any]) -> None:
        """Our own is gone; the others are asked, and asked again at ``due_at``. Answers may come meanwhile."""
        waiting = outbox.entries([event])
        told = erasure.model_dump(exclude={"erasure_id", "person", "answers", "status", "done_at"})
        change: Document = {"$set": told, "$push": outbox.push(waiting), "$unset": {"waits": ""}}
        if due_at is None:
            change["$unset"]["due_at"] = ""
        else:
            change["$set"]["due_at"] = due_at
        if (await self.collection.update_one(lease.held, change)).matched_count:
            self._relay.publish_soon(self.collection, erasure.erasure_id, waiting)

    async def answer(self, erasure_id: str, service: str, answer: Answer) -> Erasure | None:
        """The newest answer of each; the erasure as it then is."""
        newer = {"_id": erasure_id, f"answers.{service}.version": {"$not": {"$gte": answer.version}}}
        await self.collection.update_one(newer, {"$set": {f"answers.{service}": answer.model_dump()}})
        row = await self.collection.find_one({"_id": erasure_id})
        return erasure_of(row) if row else None

    async def finish(self, erasure: Erasure, now: datetime, again_at: datetime, event: CloudEvent[Any]) -> bool:
        """Once; looked for once more at ``again_at``."""
        waiting = outbox.entries([event])
        which = {"_id": erasure.erasure_id, "status": ErasureStatus.PENDING}
        done = {"status": ErasureStatus.DONE, "done_at": now, "due_at": again_at}
        change = {"$set": done, "$push": outbox.push(waiting)}
        row = await self.collection.find_one_and_update(which, change, {"_id": 1}, return_document=AFTER)
        if row is not None:
            self._relay.publish_soon(self.collection, erasure.erasure_id, waiting)
        return row is not None


def erasure_of(row: Document) -> Erasure:
    return Erasure.model_validate({**row, "erasure_id": row["_id"]})


def _document(erasure: Erasure) -> Document:
    return {"_id": erasure.erasure_id, **erasure.model_dump(exclude={"erasure_id"})}
