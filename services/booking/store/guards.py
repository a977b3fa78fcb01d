"""Guard documents: one per resource and UTC day, holding the claims that touch it. MongoDB itself refuses the second
confirmed claim (G1): a conditional update with upsert either changes the guard or fails on its ``_id``.
"""

from collections import defaultdict
from collections.abc import Collection as Many
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.booking.model.claims import Claim, ClaimKind, guard_ids, staff_resource
from services.booking.model.spans import Span
from shared.mongo import (
    ASCENDING,
    BulkWriteError,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    IndexModel,
    Session,
    UpdateOne,
)

_KEPT = timedelta(days=60)
_DUPLICATE_KEY = 11000


class TimeTaken(Exception):
    """Another claim owns some of this time."""

    def __init__(self) -> None:
        super().__init__("another claim owns this time")


class Guards:
    """Claims by resource and day; read for the listing, decided on by ``move`` alone."""

    def __init__(self, database: Database) -> None:
        self.guards: Collection = database["guards"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.guards: [IndexModel([("day", ASCENDING)], name="day", expireAfterSeconds=int(_KEPT.total_seconds()))]
        }

    async def move(
        self,
        session: Session,
        organization_id: str,
        *,
        release: Many[Claim],
        take: Many[Claim],
        over_held: bool,
    ) -> None:
        """Release and take in one bulk write with sorted keys. Raises ``TimeTaken`` (the transaction is then over)."""
        writes = _writes(organization_id, release, take, over_held)
        if not writes:
            return
        try:
            await self.guards.bulk_write(writes, ordered=True, session=session)
        except BulkWriteError as error:
            if any(item["code"] == _DUPLICATE_KEY for item in error.details.get("writeErrors", [])):
                raise TimeTaken() from error
            raise
        except DuplicateKeyError as error:
            raise TimeTaken() from error

    async def on(self, organization_id: str, resources: Sequence[str], spans: Sequence[Span]) -> list[Claim]:
        """All claims on these resources that overlap one of the spans."""
        ids = {
            guard for span in spans for resource in resources for guard in guard_ids(organization_id, resource, span)
        }
        rows = await self.guards.find({"_id": {"$in": sorted(ids)}}).to_list(None)
        return [claim for claim in _claims(rows) if any(claim.span.overlaps(span) for span in spans)]

    async def of_staff(self, organization_id: str, staff_ids: Sequence[str], window: Span) -> dict[str, list[Claim]]:
        """Claims of each staff member within the window; a range of keys each, whatever its length."""
        days = list(window.days())
        ranges = [
            {"_id": {"$gte": f"{prefix}{days[0].isoformat()}", "$lte": f"{prefix}{days[-1].isoformat()}"}}
            for prefix in (f"{organization_id}/{staff_resource(staff_id)}/" for staff_id in staff_ids)
        ]
        rows = await self.guards.find({"$or": ranges}).to_list(None)
        found: dict[str, list[Claim]] = {staff_id: [] for staff_id in staff_ids}
        for claim in _claims(rows):
            if claim.span.overlaps(window):
                found[claim.resource.removeprefix("staff:")].append(claim)
        return found


def _writes(organization_id: str, release: Many[Claim], take: Many[Claim], over_held: bool) -> list[UpdateOne]:
    pulled = _by_guard(organization_id, release)
    taken = _by_guard(organization_id, take)
    writes: list[UpdateOne] = []
    for guard in sorted({*pulled, *taken}):
        if guard in pulled:
            writes.append(UpdateOne({"_id": guard}, {"$pull": _pull(pulled[guard])}))
        if guard in taken:
            writes.append(_take(guard, taken[guard], over_held))
    return writes


def _by_guard(organization_id: str, claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        for guard in guard_ids(organization_id, claim.resource, claim.span):
            found[guard].append(claim)
    return dict(found)


def _pull(claims: Sequence[Claim]) -> dict[str, Any]:
    return {
        kind.value: {
            "owner": claims[0].owner,
            "slot_id": {"$in": sorted({claim.slot_id for claim in claims if claim.kind is kind})},
        }
        for kind in ClaimKind
        if any(claim.kind is kind for claim in claims)
    }


def _take(guard: str, claims: Sequence[Claim], over_held: bool) -> UpdateOne:
    refused = [_overlapping(ClaimKind.CONFIRMED, claim) for claim in claims]
    if not over_held:
        refused += [_overlapping(ClaimKind.HELD, claim) for claim in claims]
    pushed = {
        kind.value: {"$each": [_document(claim) for claim in claims if claim.kind is kind]}
        for kind in ClaimKind
        if any(claim.kind is kind for claim in claims)
    }
    day = datetime.combine(date.fromisoformat(guard.rpartition("/")[2]), time(), tzinfo=UTC)
    return UpdateOne(
        {"_id": guard, "$nor": refused},
        {"$push": pushed, "$setOnInsert": {"day": day}},
        upsert=True,
    )


def _overlapping(kind: ClaimKind, claim: Claim) -> dict[str, Any]:
    return {
        kind.value: {
            "$elemMatch": {
                "start_at": {"$lt": claim.span.end_at},
                "end_at": {"$gt": claim.span.start_at},
                "owner": {"$ne": claim.owner},
            }
        }
    }


def _document(claim: Claim) -> Document:
    return {
        "owner": claim.owner,
        "slot_id": claim.slot_id,
        "start_at": claim.span.start_at,
        "end_at": claim.span.end_at,
    }


def _claims(rows: Iterable[Document]) -> set[Claim]:
    """Claims that cross midnight stand in two guards and are one claim."""
    found = set()
    for row in rows:
        resource = row["_id"].split("/")[1]
        for kind in ClaimKind:
            for item in row.get(kind.value, []):
                span = Span(item["start_at"], item["end_at"])
                found.add(Claim(resource, kind, item["owner"], item["slot_id"], span))
    return found
