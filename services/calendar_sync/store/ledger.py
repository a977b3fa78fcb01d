"""The collection ``ledger``: due rows that a worker makes true at the providers, with their own outbox."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.calendar_sync.model.busy import BusyEntry, OwnEntries
from services.calendar_sync.model.ledger import (
    Attempted,
    Row,
    RowKind,
    Unproved,
    WantedRow,
    WrittenEntry,
    prunable_at,
)
from services.calendar_sync.model.plan import Standing
from services.calendar_sync.store.owed import INDEX as OWED_INDEX
from services.calendar_sync.store.own_entries import naming, own_among
from services.calendar_sync.store.rows import (
    FRESH,
    attempted_document,
    others_document,
    row_of,
    wanted_values,
    written_document,
)
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent
from shared.drift import BELIEVE_MISSING_AFTER, KnownDrift
from shared.due import HAND_BACK, Lease
from shared.due import INDEX as DUE_INDEX
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import AFTER, ASCENDING, Collection, Document, IndexModel, Session, UpdateOne
from shared.observability.calls import untold_calls

INDEXES = (
    DUE_INDEX,
    outbox.INDEX,
    OWED_INDEX,
    IndexModel([("about", ASCENDING)]),
    IndexModel([("staff_id", ASCENDING), ("waiting", ASCENDING)]),
    IndexModel([("staff_id", ASCENDING), ("ends_at", ASCENDING)]),
    IndexModel([("participants", ASCENDING), ("ends_at", ASCENDING)]),
    IndexModel([("written.connection_id", ASCENDING)], sparse=True),
    IndexModel([("attempted.connection_id", ASCENDING)], sparse=True),
    IndexModel([("prune_at", ASCENDING)], expireAfterSeconds=0),
    IndexModel([("ends_at", ASCENDING)], name="coming"),
)


_UNDOUBTED: Document = {
    "suspected": False,
    "missing_since": None,
    "unproved": None,
    "drift": None,
    "verdict": None,
    "tries": 0,
}
_UNTROUBLED: Document = {"failed": None, "why": None, "given_up": None}
_NEWER_DECIDES = ("waiting", "failed", "suspected")
"""What the end of a work says nothing about where something new is wanted or seen meanwhile."""


class Ledger:
    """Rows are wanted by events (inside the event's transaction) and written by the worker that holds their lease."""

    def __init__(self, collection: Collection, relay: Relay) -> None:
        self.collection = collection
        self.relay = relay

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
    ) -> list[str]:
        """Exactly ``wanted`` for this subject: the rest goes, once what replaces it is there. Answers what is due at
        once.

        Rows that are not written yet may wait until ``first_write_at``.
        """
        now = clock.now()
        common: Document = {
            "revision": revision,
            "cause": vars(cause),
            "traceparent": traceparent,
            "waiting": False,
            **_UNTROUBLED,
            "tries": 0,
            "caused_at": now,
        }
        ids = [row.row_id for row in wanted]
        found = self.collection.find({"about": about}, {"written.entry_id": 1, "present": 1}, session=session)
        rows = await found.to_list(None)
        written = {row["_id"] for row in rows if row.get("written")}
        going = [row["_id"] for row in rows if row["present"] and row["_id"] not in ids]
        at_once = [one for one in ids if one in written or first_write_at <= now]
        writes = []
        for row in wanted:
            due_at = now if row.row_id in written else first_write_at
            values = {**wanted_values(row, organization_id, now), **common, "due_at": due_at}
            change = {"$set": values, "$inc": {"wanted_version": 1}, "$setOnInsert": FRESH}
            writes.append(UpdateOne({"_id": row.row_id}, change, upsert=True))
        if writes:
            await self.collection.bulk_write(writes, ordered=True, session=session)
        if going:
            values = {**common, "present": False, "after": ids, "due_at": now}
            change = {"$set": values, "$inc": {"wanted_version": 1}, "$max": {"prune_at": prunable_at(now, now)}}
            await self.collection.update_many({"_id": {"$in": going}}, change, session=session)
        return [*at_once, *going]

    async def rows_about(self, about: str) -> list[Row]:
        return [row_of(row) for row in await self.collection.find({"about": about}).to_list(None)]

    async def wants(self, about: str, wanted: Sequence[WantedRow], session: Session) -> bool:
        """Whether these and no others are wanted of this subject already, and none was given up."""
        which = {"about": about, "present": True}
        rows = await self.collection.find(which, {"participants": 1, "failed": 1}, session=session).to_list(None)
        known = {row["_id"]: row["participants"] for row in rows if not row.get("failed")}
        return known == {row.row_id: list(row.participants) for row in wanted}

    async def standing(self, about: str, session: Session) -> dict[str, Standing]:
        """The written and wanted entry of each person whom one shows this appointment, participants included."""
        which = {"about": about, "present": True, "kind": RowKind.ENTRY, "written": {"$ne": None}}
        rows = [row_of(row) for row in await self.collection.find(which, session=session).to_list(None)]
        return {
            one: Standing(row.staff_id, row.written.provider, row.written.revision)
            for row in rows
            if row.written is not None
            for one in (row.staff_id, *row.participants)
        }

    async def covered_by(self, row: Row) -> list[str]:
        """Other wanted entries that stand for the same person: theirs was moved, not removed (G15)."""
        which: Document = {"about": row.about, "_id": {"$ne": row.row_id}, "present": True, "kind": RowKind.ENTRY}
        which["$or"] = [{"staff_id": row.staff_id}, {"participants": row.staff_id}]
        return [found["_id"] for found in await self.collection.find(which, {"_id": 1}).to_list(None)]

    async def tell_again(self, row_ids: Sequence[str]) -> None:
        """Have the written ones of these looked at and told once more."""
        which = {"_id": {"$in": list(row_ids)}, "written": {"$ne": None}}
        change = {"$set": {"due_at": clock.now(), "waiting": False}, "$inc": {"wanted_version": 1}}
        await self.collection.update_many(which, change)

    async def pending_first(self, row_ids: Sequence[str]) -> bool:
        """Whether one of these is wanted and neither written nor refused for good."""
        which = {"_id": {"$in": list(row_ids)}, "present": True, "written": None, "failed": None}
        return await self.collection.find_one(which, {"_id": 1}) is not None

    async def begin_create(self, held: Document, attempted: Attempted) -> Row | None:
        """Note that a create is about to be sent; the row as it is wanted now, None when the lease was lost."""
        change = {"$set": {"attempted": attempted_document(attempted)}}
        row = await self.collection.find_one_and_update(held, change, return_document=AFTER)
        return row_of(row) if row else None

    async def settle(
        self,
        lease: Lease,
        row: Row,
        written: WrittenEntry | None,
        events: Sequence[CloudEvent[Any]],
        *,
        doubted: bool = False,
    ) -> None:
        """The row is at the provider as ``row`` wanted it, and handed back where nothing follows; it stays due when it
        is wanted otherwise by now, or where it is known to stand otherwise.
        """
        values = {**settled(row, written), "suspected": doubted}
        if doubted or row.has_followers or (written is not None and written.room_id):
            await self._conclude(lease.held, row, values, events, clock.now() if doubted else None)
        else:
            lease.handed_back = await self._conclude(lease.held, row, values, events, None, rests=True)

    async def settle_and_wait(self, held: Document, row: Row, events: Sequence[CloudEvent[Any]]) -> None:
        """What was written is gone and is wanted still, as soon as the calendar can be reached again."""
        values = {**settled(row, None), "told": True, "waiting": True}
        await self._conclude(held, row, values, events, row.last_moment)

    async def give_up(self, held: Document, row: Row, reason: str, events: Sequence[CloudEvent[Any]]) -> None:
        """For good; a new wish tries again."""
        values = {"failed": reason, "why": reason, "told": row.told or bool(events), "waiting": False}
        await self._conclude(held, row, values, events, None)

    async def wait(self, held: Document, row: Row, events: Sequence[CloudEvent[Any]], why: str = "") -> None:
        """Until the person's calendar can be reached again; what others count on, until the last moment."""
        told = row.told or bool(events)
        values = {"waiting": True, "told": told, "why": why}
        await self._conclude(held, row, values, events, row.last_moment if told else None)

    async def put_off(
        self,
        held: Document,
        row: Row,
        due_at: datetime,
        events: Sequence[CloudEvent[Any]],
        *,
        missing_since: datetime | None = None,
        why: str = "",
    ) -> None:
        values: Document = {"tries": row.tries + 1, "told": row.told or bool(events), "why": why}
        if missing_since is not None:
            values["missing_since"] = missing_since
        await self._conclude(held, row, values, events, due_at)

    async def unsuspect(self, held: Document, row: Row) -> None:
        """Nothing new was found."""
        await self._conclude(held, row, {"suspected": False}, [], None)

    async def assure(self, held: Document, row: Row, events: Sequence[CloudEvent[Any]], *, shown: bool) -> None:
        """The entry stands as it was written; ``shown`` where its description is that which was written."""
        settled = {"written.form.also": ""} if shown and row.written and row.written.form else {}
        await self._conclude(held, row, {**_UNDOUBTED, **settled}, events, None)

    async def tell_drift(
        self,
        held: Document,
        row: Row,
        drift: KnownDrift,
        events: Sequence[CloudEvent[Any]],
        missing_since: datetime | None,
        unproved: Unproved | None = None,
    ) -> None:
        """Once, and with ``unproved`` the provider is asked for that again. Not where a person decided meanwhile about
        all that is missing (G17): the row is due again.
        """
        values = {**_UNDOUBTED, "drift": asdict(drift), "missing_since": missing_since}
        due_at = None
        if unproved is not None:
            values |= {"suspected": True, "unproved": asdict(unproved)}
            due_at = unproved.since + BELIEVE_MISSING_AFTER
        await self._conclude({**held, "verdict": row.verdict}, row, values, events, due_at)

    async def doubt_occurrences(self, held: Document, row: Row, unproved: Unproved) -> None:
        """Ask again once it may be believed."""
        values = {"unproved": asdict(unproved), "tries": row.tries + 1}
        await self._conclude(held, row, values, [], unproved.since + BELIEVE_MISSING_AFTER)

    async def hold_back(self, held: Document, row: Row) -> None:
        """It stays as it is: missing for sure, but the sync is frozen (G17), or only its strays are at work."""
        await self._conclude(held, row, {}, [], None)

    async def _conclude(
        self,
        held: Document,
        row: Row,
        values: Document,
        events: Sequence[CloudEvent[Any]],
        due_at: datetime | None,
        *,
        rests: bool = False,
    ) -> bool:
        """Write the end of one work on a row; a wish that came meanwhile keeps it due at once. Calls of which no event
        tells wait for the next one. Answers whether the lease went with it, which is asked for by ``rests``.
        """
        waiting = outbox.entries(events)
        values = {**values, "calls": untold_calls()}
        push: Document = {"$push": outbox.push(waiting)} if waiting else {}
        if events:
            values = {**values, "said_at": events[-1].time}
        end: Document = {"$set": values, "$unset": {"due_at": "", **(HAND_BACK if rests else {})}}
        if due_at is not None:
            end = {"$set": {**values, "due_at": due_at}}
        result = await self.collection.update_one({**held, "wanted_version": row.wanted_version}, {**end, **push})
        handed_back = rests and result.matched_count == 1
        if not result.matched_count:
            kept = {name: value for name, value in values.items() if name not in _NEWER_DECIDES}
            result = await self.collection.update_one(held, {"$set": kept, **push})
        if result.matched_count:
            self.relay.publish_soon(self.collection, row.row_id, waiting)
        return handed_back

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

    async def own_entries(
        self, staff_ids: Sequence[str], since: datetime, among: Sequence[BusyEntry] | None = None
    ) -> dict[str, OwnEntries]:
        """What of each person's calendar is ours, as owner or as a participant (G4), or was and may linger there; with
        ``among`` enough to tell which of these are.

        Of what ends after ``since`` or is still to come: by hand an entry may have been moved to a later time (G16).
        """
        people = list(staff_ids)
        which: Document = {
            "$or": [{"staff_id": {"$in": people}}, {"participants": {"$in": people}}],
            "ends_at": {"$gt": min(since, clock.now())},
            **({} if among is None else {"$and": [naming(among)]}),
        }
        fields = ["staff_id", "participants", "attempted.generation"]
        fields += [f"{state}.{name}" for state in ("written", "removed") for name in ("entry_id", "ical_uid", "others")]
        return own_among(await self.collection.find(which, fields).to_list(None), people)


def settled(row: Row, written: WrittenEntry | None) -> Document:
    """What a row says that is at the provider as it was wanted."""
    values: Document = {
        "told": False,
        "waiting": False,
        "written": written_document(written) if written else None,
        "attempted": None,
        **_UNTROUBLED,
        **_UNDOUBTED,
    }
    if written:
        values["generation"] = written.generation
    elif row.written:
        values["removed"] = {
            "entry_id": row.written.entry_id,
            "ical_uid": row.written.ical_uid,
            "others": others_document(row.written),
            "at": clock.now(),
        }
    return values
