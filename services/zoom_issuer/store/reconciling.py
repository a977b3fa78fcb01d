"""How the rows of meetings compare with what stands at Zoom (G13), as far as is known here."""

from datetime import timedelta

from services.zoom_issuer.model import Status
from shared import clock, mongo
from shared.mirror import NOWHERE, MirrorCounts, MirrorState, all_counts, either, known, unless_under_way, whose
from shared.mongo import ASCENDING, Collection, Document, IndexModel

KIND = "meeting"
INDEX = IndexModel([("ends_at", ASCENDING)], name="coming")

_UNWANTED: Document = {"$not": ["$wanted.exists"]}
_GONE: Document = {"$and": [known("drift"), {"$not": [known("drift.found")]}]}
_MISSING = either({"$not": [known("actual")]}, known("missing_since"), _GONE)
_DIFFERENT = either(
    known("drift"), known("unproved"), known("unsure"), {"$lt": ["$announced_revision", "$wanted.revision"]}
)
_STATE: Document = {
    "$switch": {
        "branches": [
            {"case": {"$and": [_UNWANTED, either(known("actual"), known("attempt"))]}, "then": MirrorState.ORPHANED},
            {"case": _UNWANTED, "then": NOWHERE},
            {"case": known("waits_for_staff"), "then": MirrorState.WAITING},
            {"case": _MISSING, "then": MirrorState.MISSING},
            {"case": _DIFFERENT, "then": MirrorState.DIFFERENT},
        ],
        "default": MirrorState.MATCHING,
    }
}
_LEFT: Document = {"$size": {"$ifNull": ["$leftovers", []]}}


class Reconciling:
    """The same collection as ``MeetingStore``'s."""

    def __init__(self, meetings: Collection, *, grace: timedelta = timedelta(0)) -> None:
        self._grace = grace
        self._meetings = meetings

    async def count(self, organization_id: str) -> MirrorCounts:
        """What is not over, of the organization or of everybody."""
        state = unless_under_way(_STATE, "heard_at", self._grace)
        steps: list[Document] = [
            {"$match": {**whose(organization_id), "ends_at": {"$gt": clock.now()}}},
            {"$group": {"_id": state, "rows": {"$sum": 1}, "left": {"$sum": _LEFT}}},
        ]
        counts = all_counts((KIND,), {})
        for row in await mongo.aggregate(self._meetings, steps):
            counts[KIND, MirrorState.ORPHANED] += row["left"]
            if row["_id"] != NOWHERE:
                counts[KIND, MirrorState(row["_id"])] += row["rows"]
        return counts

    async def try_again(self, organization_id: str) -> list[str]:
        """What failed is due, but for what an operator gave up; the ids."""
        which: Document = {
            **whose(organization_id),
            "ends_at": {"$gt": clock.now()},
            "due_at": None,
            "given_up": None,
            "$or": [
                {"wanted.exists": True, "status": Status.FAILED},
                {"wanted.exists": False, "actual": {"$ne": None}},
                {"leftovers.0": {"$exists": True}},
            ],
        }
        ids = [str(row["_id"]) for row in await self._meetings.find(which, {"_id": 1}).to_list(None)]
        change: Document = {"$set": {"due_at": clock.now(), "tries": 0}}
        await self._meetings.update_many({**which, "_id": {"$in": ids}}, change)
        return ids
