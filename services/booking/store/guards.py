"""Guard documents: one per resource and UTC day, holding the claims that touch it, and one per page and counted day or
week, holding who has a place there. MongoDB itself refuses the second confirmed claim (G1) and the place too many (H2).
"""

from collections import defaultdict
from collections.abc import Collection as Many
from collections.abc import Iterable, Sequence
from datetime import timedelta

from services.booking.model.claims import Claim, ClaimKind, guard_ids, staff_resource
from services.booking.model.places import Place
from services.booking.model.spans import Span
from services.booking.store.guard_writes import Guarded, as_instant, is_of_page, place_id, writes
from shared.mongo import ASCENDING, BulkWriteError, Collection, Database, Document, IndexModel, Session, UpdateOne

_KEPT = timedelta(days=60)
_DUPLICATE_KEY = 11000


class TimeTaken(Exception):
    """Another claim owns some of this time."""

    def __init__(self) -> None:
        super().__init__("another claim owns this time")


class LimitReached(TimeTaken):
    """The page takes no more appointments on that day or in that week."""


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
        release: Many[Guarded],
        take: Many[Guarded],
        over_held: bool,
    ) -> None:
        """Release and take in one bulk write with sorted keys. Raises ``TimeTaken`` (the transaction is then over)."""
        moved = writes(organization_id, release, take, over_held=over_held)
        if not moved:
            return
        try:
            await self.guards.bulk_write([write for _, write in moved], ordered=True, session=session)
        except BulkWriteError as error:
            for item in error.details.get("writeErrors", []):
                if item["code"] == _DUPLICATE_KEY:
                    raise (LimitReached if is_of_page(moved[item["index"]][0]) else TimeTaken)() from error
            raise

    async def count(self, organization_id: str, places: Many[Place]) -> None:
        """Those who have a place already, for a page that had no limit until now. Nobody is refused."""
        owners: defaultdict[str, set[str]] = defaultdict(set)
        days = {}
        for place in places:
            guard = place_id(organization_id, place)
            owners[guard].add(place.owner)
            days[guard] = as_instant(place.last_day)
        if owners:
            await self.guards.bulk_write(
                [
                    UpdateOne(
                        {"_id": guard},
                        {"$addToSet": {"owners": {"$each": sorted(found)}}, "$setOnInsert": {"day": days[guard]}},
                        upsert=True,
                    )
                    for guard, found in sorted(owners.items())
                ]
            )

    async def _within(self, organization_id: str, resources: Sequence[str], window: Span) -> list[Claim]:
        """All claims on these resources that overlap the window; a range of keys each, whatever its length."""
        days = list(window.days())
        ranges = [
            {"_id": {"$gte": f"{prefix}{days[0].isoformat()}", "$lte": f"{prefix}{days[-1].isoformat()}"}}
            for prefix in (f"{organization_id}/{resource}/" for resource in resources)
        ]
        rows = await self.guards.find({"$or": ranges}).to_list(None) if ranges else []
        return [claim for claim in _claims(rows) if claim.span.overlaps(window)]

    async def on(self, organization_id: str, resources: Sequence[str], spans: Sequence[Span]) -> list[Claim]:
        """All claims on these resources that overlap one of the spans, each of a few days at most."""
        ids = {
            guard for span in spans for resource in resources for guard in guard_ids(organization_id, resource, span)
        }
        rows = await self.guards.find({"_id": {"$in": sorted(ids)}}).to_list(None) if ids else []
        return [claim for claim in _claims(rows) if any(claim.span.overlaps(span) for span in spans)]

    async def of_staff(self, organization_id: str, staff_ids: Sequence[str], window: Span) -> dict[str, list[Claim]]:
        """Claims of each staff member within the window."""
        found: dict[str, list[Claim]] = {staff_id: [] for staff_id in staff_ids}
        for claim in await self._within(organization_id, [*map(staff_resource, staff_ids)], window):
            found[claim.resource.removeprefix("staff:")].append(claim)
        return found


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
