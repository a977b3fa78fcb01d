"""How the rows of meetings compare with what stands at Zoom (G13), as far as is known here."""

from services.zoom_issuer.model import Status
from shared import clock, mongo
from shared.mirror import MirrorCounts, MirrorState, all_counts
from shared.mongo import ASCENDING, Collection, Document, IndexModel

KIND = "meeting"
INDEX = IndexModel([("ends_at", ASCENDING)], name="coming")
_NOWHERE = "nowhere"


def _known(field: str) -> Document:
    return {"$ne": [{"$ifNull": [f"${field}", None]}, None]}


def _either(*conditions: Document) -> Document:
    return {"$or": list(conditions)}


_UNWANTED: Document = {"$not": ["$wanted.exists"]}
_GONE: Document = {"$and": [_known("drift"), {"$not": [_known("drift.found")]}]}
_MISSING = _either({"$not": [_known("actual")]}, _known("missing_since"), _GONE)
_DIFFERENT = _either(
    _known("drift"), _known("unproved"), _known("unsure"), {"$lt": ["$announced_revision", "$wanted.revision"]}
)
_STATE: Document = {
    "$switch": {
        "branches": [
            {"case": {"$and": [_UNWANTED, _either(_known("actual"), _known("attempt"))]}, "then": MirrorState.ORPHANED},
            {"case": _UNWANTED, "then": _NOWHERE},
            {"case": _known("waits_for_staff"), "then": MirrorState.WAITING},
            {"case": _MISSING, "then": MirrorState.MISSING},
            {"case": _DIFFERENT, "then": MirrorState.DIFFERENT},
        ],
        "default": MirrorState.MATCHING,
    }
}
_LEFT: Document = {"$size": {"$ifNull": ["$leftovers", []]}}


class Reconciling:
    """The same collection as ``MeetingStore``'s."""

    def __init__(self, meetings: Collection) -> None:
        self._meetings = meetings

    async def count(self, organization_id: str) -> MirrorCounts:
        """What is not over, of the organization or of everybody."""
        steps: list[Document] = [
            {"$match": {**_whose(organization_id), "ends_at": {"$gt": clock.now()}}},
            {"$group": {"_id": _STATE, "rows": {"$sum": 1}, "left": {"$sum": _LEFT}}},
        ]
        counts = all_counts((KIND,), {})
        for row in await mongo.aggregate(self._meetings, steps):
            counts[KIND, MirrorState.ORPHANED] += row["left"]
            if row["_id"] != _NOWHERE:
                counts[KIND, MirrorState(row["_id"])] += row["rows"]
        return counts

    async def try_again(self, organization_id: str) -> list[str]:
        """What failed is due, but for what an operator gave up; the ids."""
        which: Document = {
            **_whose(organization_id),
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


def _whose(organization_id: str) -> Document:
    return {"organization_id": organization_id} if organization_id else {}
