"""The strays of ledger rows (G13): what stands beside a row's own entry waits in the row until its worker has it go."""

from collections.abc import Collection as Many
from datetime import timedelta

from services.calendar_sync.model.ledger import Row
from services.calendar_sync.model.strays import KnownPlace, Stray
from services.calendar_sync.store.rows import named as named_calendar
from services.calendar_sync.store.rows import standing_as, written_ids
from shared import clock
from shared.mongo import Collection, Document

_AGAIN = timedelta(minutes=1)


class Strays:
    """The same collection as ``Ledger``'s."""

    def __init__(self, ledger: Collection) -> None:
        self._ledger = ledger

    async def places_of(self, staff_id: str, named: Many[str] | None = None) -> list[KnownPlace]:
        """Of what is not over for this person, as owner or as a participant; with ``named`` only what stands, or stood,
        as one of these.
        """
        whose = [{"staff_id": staff_id}, {"participants": staff_id}]
        which: Document = {"$or": whose, "ends_at": {"$gt": clock.now()}}
        if named is not None:
            which["$and"] = [{"$or": [*standing_as(named)["$or"], *standing_as(named, "removed")["$or"]]}]
        fields = ["staff_id", "present", "generation", "ends_at", "attempted", "removed"]
        fields += [f"written.{name}" for name in ("entry_id", "others")]
        return [_place(row, staff_id) for row in await self._ledger.find(which, fields).to_list(None)]

    async def set_apart(self, row_id: str, stray: Stray) -> bool:
        """Once; not where it turns out to be the row's own, or may while a create is under way."""
        which = {
            "_id": row_id,
            "attempted": None,
            "written.entry_id": {"$ne": stray.entry_id},
            "written.others.entry_id": {"$ne": stray.entry_id},
            "strays.entry_id": {"$ne": stray.entry_id},
        }
        values = {**vars(stray), "calendar_id": named_calendar(stray.calendar_id)}
        change = {"$push": {"strays": values}, "$min": {"due_at": clock.now()}, "$inc": {"wanted_version": 1}}
        return (await self._ledger.update_one(which, change)).modified_count == 1

    async def own_ids(self, held: Document) -> frozenset[str] | None:
        """Where the row's entry stands by now; None where nobody can say, or the lease is lost."""
        row = await self._ledger.find_one({**held, "attempted": None}, {"written": 1})
        return None if row is None else written_ids(row.get("written"))

    async def drop(self, held: Document, entry_id: str) -> None:
        await self._ledger.update_one(held, {"$pull": {"strays": {"entry_id": entry_id}}})

    async def look_again(self, held: Document, row: Row) -> None:
        """For the strays that are left alone, where nothing else makes the row due: its own work is done."""
        at = clock.now() + _AGAIN
        quiet: Document = {"due_at": None, "waiting": {"$ne": True}, "wanted_version": row.wanted_version}
        which = {**held, **quiet, "strays": {"$nin": [None, []]}}
        await self._ledger.update_one(which, {"$set": {"due_at": at, "strays_only": row.wanted_version}})


def _place(row: Document, staff_id: str) -> KnownPlace:
    removed: Document | None = row.get("removed")
    return KnownPlace(
        row_id=row["_id"],
        own=row["staff_id"] == staff_id,
        present=row["present"],
        generation=row["generation"],
        ends_at=row["ends_at"],
        written=written_ids(row.get("written")),
        removed=written_ids(removed),
        removed_at=removed.get("at") if removed else None,
        under_way=bool(row.get("attempted")),
    )
