"""The collection ``ledger``: due rows that a worker makes true at the providers, with their own outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.calendar_sync.model.busy import OwnEntries
from services.calendar_sync.model.ledger import Attempted, Row, RowKind, WantedRow, WrittenEntry
from services.calendar_sync.store.rows import FRESH, row_of, wanted_values, written_document
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import Cause, CloudEvent
from shared.due import INDEX as DUE_INDEX
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import AFTER, ASCENDING, Collection, Document, IndexModel, Session, UpdateOne

INDEXES = (
    DUE_INDEX,
    outbox.INDEX,
    IndexModel([("about", ASCENDING)]),
    IndexModel([("staff_id", ASCENDING), ("waiting", ASCENDING)]),
    IndexModel([("staff_id", ASCENDING), ("ends_at", ASCENDING)]),
    IndexModel([("participants", ASCENDING), ("ends_at", ASCENDING)]),
    IndexModel([("written.connection_id", ASCENDING)], sparse=True),
)


class Ledger:
    """Rows are wanted by events (inside the event's transaction) and written by the worker that holds their lease."""

    def __init__(self, collection: Collection, relay: Relay) -> None:
        self.collection = collection
        self._relay = relay

    async def want(
        self,
        session: Session,
        organization_id: str,
        about: str,
        wanted: Sequence[WantedRow],
        *,
        revision: int,
        cause: Cause,
        traceparent: str | None,
        first_write_at: datetime,
    ) -> None:
        """Exactly ``wanted`` for this subject: the rest goes, once what replaces it is there.

        Rows that are not written yet may wait until ``first_write_at``.
        """
        now = clock.now()
        common: Document = {
            "revision": revision,
            "cause": {"causation_id": cause.causation_id, "correlation_id": cause.correlation_id},
            "traceparent": traceparent,
            "waiting": False,
            "tries": 0,
            "caused_at": now,
        }
        ids = [row.row_id for row in wanted]
        rows = await self.collection.find({"about": about}, {"written": 1}, session=session).to_list(None)
        written = {row["_id"] for row in rows if row.get("written")}
        writes = []
        for row in wanted:
            due_at = now if row.row_id in written else first_write_at
            values = {**wanted_values(row, organization_id), **common, "due_at": due_at}
            change = {"$set": values, "$inc": {"wanted_version": 1}, "$setOnInsert": FRESH}
            writes.append(UpdateOne({"_id": row.row_id}, change, upsert=True))
        if writes:
            await self.collection.bulk_write(writes, ordered=True, session=session)
        await self.collection.update_many(
            {"about": about, "_id": {"$nin": ids}, "present": True},
            {"$set": {**common, "present": False, "after": ids, "due_at": now}, "$inc": {"wanted_version": 1}},
            session=session,
        )

    async def rows_about(self, about: str) -> list[Row]:
        return [row_of(row) for row in await self.collection.find({"about": about}).to_list(None)]

    async def providers_of(self, about: str, session: Session) -> list[tuple[str, Provider]]:
        """Whose calendar at which provider the wanted rows of this subject name, participants included."""
        which = {"about": about, "present": True, "provider": {"$ne": None}}
        fields = {"staff_id": 1, "provider": 1, "participants": 1}
        rows = await self.collection.find(which, fields, session=session).to_list(None)
        return [(one, Provider(row["provider"])) for row in rows for one in (row["staff_id"], *row["participants"])]

    async def covers(self, row: Row) -> bool:
        """Whether another wanted entry stands for the same person: theirs was moved, not removed (G15)."""
        which: Document = {"about": row.about, "_id": {"$ne": row.row_id}, "present": True, "kind": RowKind.ENTRY}
        which["$or"] = [{"staff_id": row.staff_id}, {"participants": row.staff_id}]
        return await self.collection.find_one(which, {"_id": 1}) is not None

    async def pending_first(self, row_ids: Sequence[str]) -> bool:
        """Whether one of these is wanted and neither written nor refused for good."""
        which = {"_id": {"$in": list(row_ids)}, "present": True, "written": None, "failed": None}
        return await self.collection.find_one(which, {"_id": 1}) is not None

    async def begin_create(self, held: Document, attempted: Attempted) -> Row | None:
        """Note that a create is about to be sent; the row as it is wanted now, None when the lease was lost."""
        noted = {"connection_id": attempted.connection_id, "generation": attempted.generation}
        row = await self.collection.find_one_and_update(held, {"$set": {"attempted": noted}}, return_document=AFTER)
        return row_of(row) if row else None

    async def settle(
        self,
        held: Document,
        row: Row,
        written: WrittenEntry | None,
        events: Sequence[CloudEvent[Any]],
        *,
        waiting_again: bool = False,
    ) -> None:
        """The row is at the provider as ``row`` wanted it; it stays due when it is wanted otherwise by now."""
        waiting = outbox.entries(events)
        values: Document = {
            "written": written_document(written) if written else None,
            "attempted": None,
            "failed": None,
            "told": False,
            "tries": 0,
            "failed_tries": 0,
            "waiting": waiting_again,
        }
        if written:
            values["generation"] = written.generation
        elif row.written:
            values["removed"] = {"entry_id": row.written.entry_id, "ical_uid": row.written.ical_uid}
        await self._conclude(held, row, values, waiting, {"$unset": {"due_at": ""}})

    async def give_up(self, held: Document, row: Row, reason: str, events: Sequence[CloudEvent[Any]]) -> None:
        """The provider refused for good; a new wish tries again."""
        values = {"failed": reason, "told": True}
        await self._conclude(held, row, values, outbox.entries(events), {"$unset": {"due_at": ""}})

    async def wait(self, held: Document, row: Row, events: Sequence[CloudEvent[Any]]) -> None:
        """Until the person's calendar can be reached again."""
        values = {"waiting": True, "told": row.told or bool(events)}
        await self._conclude(held, row, values, outbox.entries(events), {"$unset": {"due_at": ""}})

    async def put_off(self, held: Document, row: Row, due_at: datetime, events: Sequence[CloudEvent[Any]]) -> None:
        values = {"due_at": due_at, "tries": row.tries + 1, "told": row.told or bool(events)}
        await self._conclude(held, row, values, outbox.entries(events), {})

    async def _conclude(
        self, held: Document, row: Row, values: Document, waiting: list[outbox.Entry], end: Document
    ) -> None:
        push: Document = {"$push": outbox.push(waiting)} if waiting else {}
        same = {**held, "wanted_version": row.wanted_version}
        result = await self.collection.update_one(same, {"$set": values, **push, **end})
        if not result.matched_count:
            kept = {name: value for name, value in values.items() if name not in ("due_at", "waiting", "failed")}
            result = await self.collection.update_one(held, {"$set": kept, **push})
        if result.matched_count:
            self._relay.publish_soon(self.collection, row.row_id, waiting)

    async def drain(self, staff_id: str) -> list[str]:
        """Rows that waited for this person's calendar are due now; their ids."""
        which = {"staff_id": staff_id, "waiting": True}
        ids = [row["_id"] for row in await self.collection.find(which, {"_id": 1}).to_list(None)]
        if ids:
            await self.collection.update_many(which, {"$set": {"waiting": False, "due_at": clock.now(), "tries": 0}})
        return ids

    async def release_holds(self, connection_id: str) -> list[str]:
        """Make all holds that stand in this calendar due; their ids."""
        which = self._holds_in(connection_id)
        ids = [row["_id"] for row in await self.collection.find(which, {"_id": 1}).to_list(None)]
        if ids:
            change = {"$set": {"due_at": clock.now(), "waiting": False}, "$inc": {"wanted_version": 1}}
            await self.collection.update_many(which, change)
        return ids

    async def holds_in(self, connection_id: str) -> list[Row]:
        return [row_of(row) for row in await self.collection.find(self._holds_in(connection_id)).to_list(None)]

    def _holds_in(self, connection_id: str) -> Document:
        standing = [{"written.connection_id": connection_id}, {"attempted.connection_id": connection_id}]
        return {"kind": RowKind.HOLD, "$or": standing}

    async def own_entries(self, staff_ids: Sequence[str], since: datetime) -> dict[str, OwnEntries]:
        """What of each person's calendar is ours, as owner or as a participant (G4), or was and may linger there."""
        people = list(staff_ids)
        which = {
            "$or": [{"staff_id": {"$in": people}}, {"participants": {"$in": people}}],
            "ends_at": {"$gt": since},
        }
        fields = ["staff_id", "participants"]
        fields += [f"{state}.{name}" for state in ("written", "removed") for name in ("entry_id", "ical_uid")]
        ids: dict[str, set[str]] = {one: set() for one in people}
        uids: dict[str, set[str]] = {one: set() for one in people}
        for row in await self.collection.find(which, fields).to_list(None):
            for known in filter(None, (row.get("written"), row.get("removed"))):
                if row["staff_id"] in ids:
                    ids[row["staff_id"]].add(known["entry_id"])
                if known["ical_uid"]:
                    for one in {row["staff_id"], *row["participants"]} & uids.keys():
                        uids[one].add(known["ical_uid"])
        return {one: OwnEntries(frozenset(ids[one]), frozenset(uids[one])) for one in people}
