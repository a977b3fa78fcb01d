"""Staff members as the gateway tells them, and which Zoom user was told of each. A row is due when that may change."""

from collections.abc import Sequence
from typing import Any

from services.zoom_issuer.hosts import StaffRecord
from shared import clock, due
from shared.contracts.envelope import Cause, CloudEvent
from shared.due import Lease
from shared.messaging import outbox
from shared.mongo import ASCENDING, Collection, Database, Document, IndexModel
from shared.projection import keep_newest

_NAMES = ("profile.zoom_user", "profile.email")
_ANY_CASE = {"locale": "en", "strength": 2}


class StaffStore:
    """The collection ``staff``: ``_id`` is the staff member's id."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database["staff"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                due.INDEX,
                outbox.INDEX,
                IndexModel([("organization_id", ASCENDING)], name="organization"),
                *(
                    IndexModel([("organization_id", ASCENDING), (field, ASCENDING)], name=field, collation=_ANY_CASE)
                    for field in _NAMES
                ),
            ]
        }

    async def keep(self, staff_id: str, organization_id: str, record: StaffRecord, version: int, cause: Cause) -> bool:
        """What the gateway says of them; answers whether it was news."""
        profile = {**vars(record), "version": version}
        state = {"organization_id": organization_id, "profile": profile, **_due(cause)}
        return await keep_newest(self.rows, staff_id, state, version, at="profile.version", beside=_ASKED)

    async def look_at(self, organization_id: str, cause: Cause, staff_id: str | None = None) -> list[str]:
        """The Zoom user of this person, or of all, may be another now; answers whose."""
        if staff_id:
            where = {"_id": staff_id}
            state = {"organization_id": organization_id, **_due(cause)}
            await self.rows.update_one(where, {"$set": state, **_ASKED}, upsert=True)
            return [staff_id]
        await self.rows.update_many({"organization_id": organization_id}, {"$set": _due(cause), **_ASKED})
        rows = await self.rows.find({"organization_id": organization_id}, {"_id": 1}).to_list(None)
        return [row["_id"] for row in rows]

    async def record(self, staff_id: str) -> StaffRecord:
        """Empty where the gateway has not spoken of them yet."""
        row = await self.rows.find_one({"_id": staff_id}, {"profile": 1})
        return record_of(row or {})

    async def named(self, organization_id: str, names: Sequence[str]) -> dict[str, StaffRecord]:
        """Those whose Zoom user or address is one of these, in any case."""
        either = [{field: {"$in": list(names)}} for field in _NAMES]
        which = {"organization_id": organization_id, "$or": either}
        rows = await self.rows.find(which, {"profile": 1}, collation=_ANY_CASE).to_list(None)
        return {row["_id"]: record_of(row) for row in rows}

    async def tell(self, lease: Lease, zoom_user_id: str | None, event: CloudEvent[Any]) -> Sequence[outbox.Entry]:
        """Say whom they have now; empty where the lease was lost."""
        waiting = outbox.entries([event])
        change = {
            "$set": {"assigned": zoom_user_id, "assigned_version": event.aggregateversion},
            "$push": outbox.push(waiting),
        }
        result = await self.rows.update_one(lease.held, change)
        return waiting if result.modified_count else ()

    async def looked(self, lease: Lease) -> None:
        """Nothing is due any more, unless it was asked for again meanwhile."""
        await self.rows.update_one({**lease.held, "asked": lease.row["asked"]}, {"$unset": {"due_at": ""}})


_ASKED = {"$inc": {"asked": 1}}


def _due(cause: Cause) -> Document:
    return {"due_at": clock.now(), "cause": vars(cause)}


def record_of(row: Document) -> StaffRecord:
    profile = row.get("profile") or {}
    return StaffRecord(email=profile.get("email", ""), zoom_user=profile.get("zoom_user", ""))
