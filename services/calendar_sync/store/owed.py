"""Holds and entries that are not as they are wanted, for operators (X7): what failed, what waits and why. What they
decide is written into the row, and whoever works on it next does it.
"""

from collections.abc import Callable

from services.calendar_sync.model.ledger import RowKind
from services.calendar_sync.store.rows import row_of
from shared import clock
from shared.contracts.api.effects import Effect
from shared.contracts.api.operations import OwedCounts, OwedEffect, OwedStatus
from shared.mongo import ASCENDING, DESCENDING, Collection, Document, IndexModel
from shared.operations.own import Place, WhatIsOwed, effect_id

_OWED: Document = {"why": {"$gt": ""}}
_BY_STATUS: dict[OwedStatus, Document] = {
    OwedStatus.FAILED: {"failed": {"$ne": None}, "given_up": None},
    OwedStatus.WAITING: {"failed": None},
}

INDEX = IndexModel(
    [("organization_id", ASCENDING), ("about", DESCENDING), ("_id", DESCENDING)],
    name="owed",
    partialFilterExpression={"why": {"$gt": ""}},
)


class OwedRows:
    """An ``OwedEffects``; the rest of a place is the row's id."""

    def __init__(self, service: str, ledger: Collection, wake: Callable[[str], None]) -> None:
        self._service = service
        self.rows = ledger
        self.troubled = _OWED
        self._owed = WhatIsOwed(ledger, _OWED, _BY_STATUS)
        self._wake = wake

    async def count(self, organization_id: str) -> OwedCounts:
        return await self._owed.count(organization_id)

    async def waiting_for(self, staff_id: str) -> int:
        """How many go on when this person's calendar can be reached again."""
        return await self.rows.count_documents({"staff_id": staff_id, "waiting": True})

    async def page(
        self, organization_id: str, status: OwedStatus | None, before: Place | None, limit: int
    ) -> list[OwedEffect]:
        which = self._owed.which(organization_id, status)
        if before is not None:
            same = {"about": before.about, "_id": {"$lt": before.rest}}
            which = {"$and": [which, {"$or": [{"about": {"$lt": before.about}}, same]}]}
        found = self.rows.find(which).sort([("about", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return [self._view(row) for row in await found.to_list(None)]

    async def find(self, organization_id: str, place: Place) -> OwedEffect | None:
        row = await self.rows.find_one({**self._owed.which(organization_id), "_id": place.rest, "about": place.about})
        return self._view(row) if row else None

    async def retry(self, organization_id: str, place: Place) -> None:
        """A new wish, as an event's: whoever works on the row at this moment leaves it due."""
        anew = {"failed": None, "given_up": None, "waiting": False, "tries": 0, "due_at": clock.now()}
        await self._change(organization_id, place, {}, anew)

    async def give_up(self, organization_id: str, place: Place) -> None:
        """Where it failed nothing is to be done any more but to know of it."""
        await self._change(organization_id, place, _BY_STATUS[OwedStatus.FAILED], {"given_up": True})
        now = {"given_up": True, "waiting": False, "due_at": clock.now()}
        await self._change(organization_id, place, _BY_STATUS[OwedStatus.WAITING], now)

    async def _change(self, organization_id: str, place: Place, which: Document, values: Document) -> None:
        mine = {"_id": place.rest, "organization_id": organization_id, **_OWED, **which}
        result = await self.rows.update_one(mine, {"$set": values, "$inc": {"wanted_version": 1}})
        if result.matched_count and "due_at" in values:
            self._wake(place.rest)

    def _view(self, document: Document) -> OwedEffect:
        row = row_of(document)
        effect = Effect.ENTRY
        if row.kind is RowKind.HOLD:
            effect = Effect.HOLD if row.present else Effect.HOLD_RELEASE
        failed = document.get("failed") is not None
        return OwedEffect(
            id=effect_id(self._service, Place(row.about, row.row_id)),
            service=self._service,
            effect=effect,
            about=row.about,
            of=row.staff_id,
            status=OwedStatus.FAILED if failed else OwedStatus.WAITING,
            reason=document["why"],
            since=row.caused_at,
            until=None if failed or document.get("waiting") else document.get("due_at"),
            tries=row.tries,
            absent=not row.present,
        )
