"""Which ledger rows stand otherwise at their provider than they were written, or may (V6, G17)."""

from collections.abc import Collection as Many
from collections.abc import Sequence

from services.calendar_sync.model.ledger import Row, Verdict
from services.calendar_sync.store.rows import named, row_of, standing_as
from shared import clock
from shared.mongo import Collection, Document, Session


class DriftRows:
    """The drift side of the collection ``ledger``; only rows that are wanted and written count."""

    def __init__(self, ledger: Collection) -> None:
        self._ledger = ledger

    async def standing_in(self, connection_id: str, calendar_id: str, entry_ids: Many[str] | None) -> list[Row]:
        """What we wrote into this calendar and what is not over; None asks for all of it."""
        which = {**_coming(connection_id), **_in_calendar(calendar_id)}
        if entry_ids is not None:
            which |= standing_as(entry_ids)
        return [row_of(row) for row in await self._ledger.find(which).to_list(None)]

    async def any_in(self, connection_id: str, calendar_id: str) -> bool:
        """Whether something stands in this calendar that is to come, or may."""
        tried = {"attempted.connection_id": connection_id, "attempted.calendar_id": named(calendar_id)}
        which: Document = {"$or": [{**_coming(connection_id), **_in_calendar(calendar_id)}, tried]}
        return await self._ledger.find_one(which, {"_id": 1}) is not None

    async def write_elsewhere(self, connection_id: str, calendar_id: str) -> list[str]:
        """The calendar is lost: what stands there and is to come is written anew; the ids."""
        which = {**_coming(connection_id), **_in_calendar(calendar_id)}
        ids = [row["_id"] for row in await self._ledger.find(which, {"_id": 1}).to_list(None)]
        change = {"$set": {**_WRITE_AGAIN, "waiting": False, "due_at": clock.now()}, "$inc": {"wanted_version": 1}}
        await self._ledger.update_many({**which, "_id": {"$in": ids}}, change)
        return ids

    async def suspect(self, row_ids: Sequence[str]) -> None:
        """Have the provider asked how these stand; a write that waits for its next try is not hurried."""
        which: Document = {"_id": {"$in": list(row_ids)}, "present": True, "written": {"$ne": None}}
        seen: Document = {"$set": {"suspected": True}, "$inc": {"wanted_version": 1}, "$min": {"due_at": clock.now()}}
        await self._ledger.update_many(which, seen)

    async def count(self, connection_id: str) -> tuple[int, int]:
        """How many are missing that nobody heard of or decided about, and how many are to come at all; each occurrence
        of a series is one.
        """
        missing = coming = 0
        fields = ["missing_since", "unproved", "drift", "verdict", "written.form.occurrences"]
        for row in await self._ledger.find(_coming(connection_id), fields).to_list(None):
            of_series = ((row["written"].get("form") or {}).get("occurrences")) or ()
            coming += max(1, sum(one["end_at"] > clock.now() for one in of_series))
            if row.get("verdict") is None:
                missing += row.get("missing_since") is not None and row.get("drift") is None
                missing += len((row.get("unproved") or {}).get("originals", ()))
        return missing, coming

    async def decide(self, connection_id: str, verdict: Verdict, session: Session) -> list[str]:
        """What is missing counts as deleted, or is written again; the ids."""
        gone: list[Document] = [{"missing_since": {"$ne": None}, "drift": None}, {"unproved": {"$ne": None}}]
        which = {**_coming(connection_id), "$or": gone}
        rows = await self._ledger.find(which, {"_id": 1}, session=session).to_list(None)
        ids = [row["_id"] for row in rows]
        values: Document = {"verdict": verdict, "suspected": True, "waiting": False, "due_at": clock.now()}
        if verdict is Verdict.RESTORE:
            values |= _WRITE_AGAIN
        change = {"$set": values, "$inc": {"wanted_version": 1}}
        await self._ledger.update_many({"_id": {"$in": ids}}, change, session=session)
        return ids

    async def restore(self, about: str, staff_id: str, drift_id: str) -> list[str]:
        """Write the entry again whose drift was told under this name, unless that is settled; its id."""
        which: Document = {"about": about, "staff_id": staff_id, "drift.drift_id": drift_id, "present": True}
        found = [row_of(row) for row in await self._ledger.find(which).to_list(None)]
        for row in found:
            values: Document = {**_WRITE_AGAIN, "waiting": False, "due_at": clock.now()}
            if row.written and row.written.form and row.drift and row.drift.description:
                values["written.form.also"] = row.drift.description
            change = {"$set": values, "$inc": {"wanted_version": 1}}
            await self._ledger.update_one({**which, "_id": row.row_id, "written": {"$ne": None}}, change)
        return [row.row_id for row in found]


_WRITE_AGAIN: Document = {"written.digest": "", "suspected": False, "drift": None, "unproved": None}
"""No draft has this digest. ``missing_since`` stays: what is proved to be gone is made anew at once."""


def _in_calendar(calendar_id: str) -> Document:
    return {"written.calendar_id": named(calendar_id)}


def _coming(connection_id: str) -> Document:
    return {"written.connection_id": connection_id, "present": True, "ends_at": {"$gt": clock.now()}}
