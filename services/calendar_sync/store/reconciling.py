"""How the rows of the ledger compare with what stands at the providers (G13), as far as is known here."""

from datetime import timedelta

from services.calendar_sync.model.ledger import RowKind
from shared import clock, mongo
from shared.drift import GONE
from shared.mirror import NOWHERE, MirrorCounts, MirrorState, all_counts, either, known, unless_under_way, whose
from shared.mongo import Collection, Document

KINDS = (RowKind.ENTRY.value, RowKind.HOLD.value)

_WAITING: Document = {"$eq": ["$waiting", True]}
_SOMEWHERE = either(known("written"), known("attempted"))
_COUNTED_ON = either(_SOMEWHERE, {"$eq": ["$told", True]})
_MISSING = either({"$not": [known("written")]}, known("missing_since"), {"$eq": ["$drift.look", GONE]})
_DIFFERENT = either(known("drift"), known("unproved"), known("failed"), {"$lt": ["$written.revision", "$revision"]})
# Nowhere is what is gone as it should be, or wanted in a calendar that nobody has and nobody counts on (R5).
_STATE: Document = {
    "$switch": {
        "branches": [
            {"case": {"$and": [{"$not": ["$present"]}, {"$not": [_SOMEWHERE]}]}, "then": NOWHERE},
            {"case": {"$and": [_WAITING, {"$not": [_COUNTED_ON]}]}, "then": NOWHERE},
            {"case": _WAITING, "then": MirrorState.WAITING},
            {"case": {"$not": ["$present"]}, "then": MirrorState.ORPHANED},
            {"case": _MISSING, "then": MirrorState.MISSING},
            {"case": _DIFFERENT, "then": MirrorState.DIFFERENT},
        ],
        "default": MirrorState.MATCHING,
    }
}
_STRAYS: Document = {"$size": {"$ifNull": ["$strays", []]}}


class Reconciling:
    """The same collection as ``Ledger``'s."""

    def __init__(self, ledger: Collection, *, grace: timedelta = timedelta(0)) -> None:
        self._grace = grace
        self._ledger = ledger

    async def count(self, organization_id: str) -> MirrorCounts:
        """What is not over, of the organization or of everybody."""
        state = unless_under_way(_STATE, "caused_at", self._grace)
        steps: list[Document] = [
            {"$match": {**whose(organization_id), "ends_at": {"$gt": clock.now()}}},
            {"$group": {"_id": {"kind": "$kind", "state": state}, "rows": {"$sum": 1}, "strays": {"$sum": _STRAYS}}},
        ]
        counts = all_counts(KINDS, {})
        for row in await mongo.aggregate(self._ledger, steps):
            kind, state = row["_id"]["kind"], row["_id"]["state"]
            counts[kind, MirrorState.ORPHANED] += row["strays"]
            if state != NOWHERE:
                counts[kind, MirrorState(state)] += row["rows"]
        return counts

    async def try_again(self, organization_id: str) -> list[str]:
        """What failed, or lies idle and is not as it is wanted, is due; not what an operator gave up. The ids."""
        idle: Document = {"due_at": None, "waiting": {"$ne": True}}
        which: Document = {
            **whose(organization_id),
            "ends_at": {"$gt": clock.now()},
            "given_up": None,
            "$or": [
                {"failed": {"$ne": None}},
                {**idle, "present": True, "written": None},
                {**idle, "present": False, "written": {"$ne": None}},
            ],
        }
        ids = [str(row["_id"]) for row in await self._ledger.find(which, {"_id": 1}).to_list(None)]
        again: Document = {"failed": None, "tries": 0, "due_at": clock.now()}
        change: Document = {"$set": again, "$inc": {"wanted_version": 1}}
        await self._ledger.update_many({**which, "_id": {"$in": ids}}, change)
        return ids
