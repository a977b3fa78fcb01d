"""Meetings that are not as they are wanted, for operators (X7): what failed, what waits and why. What they decide is
written into the row, and whoever works on it next does it.
"""

from collections.abc import Callable

from services.zoom_issuer.store.meetings import row_of
from shared import clock
from shared.contracts.api.effects import Effect
from shared.contracts.api.operations import OwedCounts, OwedEffect, OwedStatus
from shared.mongo import ASCENDING, DESCENDING, Collection, Document, IndexModel
from shared.operations.own import NotGivenUp, Place, WhatIsOwed, effect_id

_UNANSWERED = "unavailable"
"""In place of E8's code, which says only that it failed."""
_OWED: Document = {"error": {"$gt": ""}}
_FAILED: Document = {"status": "failed", "due_at": None, "given_up": None}
_WAITING: Document = {"due_at": {"$ne": None}}
_BY_STATUS = {OwedStatus.FAILED: _FAILED, OwedStatus.WAITING: _WAITING}

INDEX = IndexModel(
    [("organization_id", ASCENDING), ("_id", DESCENDING)], name="owed", partialFilterExpression={"error": {"$gt": ""}}
)


class OwedMeetings:
    """An ``OwedEffects``. One effect an appointment; its place has no rest."""

    def __init__(self, service: str, meetings: Collection, wake: Callable[[str], None]) -> None:
        self._service = service
        self.rows = meetings
        self.troubled = _OWED
        self._owed = WhatIsOwed(meetings, _OWED, _BY_STATUS)
        self._wake = wake

    async def count(self, organization_id: str) -> OwedCounts:
        return await self._owed.count(organization_id)

    async def page(
        self, organization_id: str, status: OwedStatus | None, before: Place | None, limit: int
    ) -> list[OwedEffect]:
        which = self._owed.which(organization_id, status)
        if before is not None:
            which["_id"] = {"$lte" if before.rest else "$lt": before.about}
        found = self.rows.find(which).sort("_id", DESCENDING).limit(limit)
        return [self._view(row) for row in await found.to_list(None)]

    async def find(self, organization_id: str, place: Place) -> OwedEffect | None:
        row = await self.rows.find_one({**self._owed.which(organization_id), "_id": place.about})
        return self._view(row) if row else None

    async def retry(self, organization_id: str, place: Place) -> None:
        change = {"$set": {"due_at": clock.now(), "tries": 0}, "$unset": {"given_up": "", "announced": ""}}
        await self.rows.update_one({"_id": place.about, "organization_id": organization_id, **_OWED}, change)
        self._wake(place.about)

    async def give_up(self, organization_id: str, place: Place) -> None:
        """Where it failed nothing is to be done any more but to know of it."""
        owed = {"_id": place.about, "organization_id": organization_id, "attempt": None, **_OWED}
        result = await self.rows.update_one({**owed, **_FAILED}, {"$set": {"given_up": True}})
        if not result.matched_count:
            change = {"$set": {"given_up": True, "due_at": clock.now()}}
            result = await self.rows.update_one({**owed, **_WAITING}, change)
            self._wake(place.about)
        if not result.matched_count:
            raise NotGivenUp()

    def _view(self, document: Document) -> OwedEffect:
        row = row_of(document)
        due_at = document.get("due_at")
        return OwedEffect(
            id=effect_id(self._service, Place(row.appointment_id, "")),
            service=self._service,
            effect=Effect.MEETING,
            about=row.appointment_id,
            of=row.wanted.host_staff_id,
            status=OwedStatus.WAITING if due_at else OwedStatus.FAILED,
            reason=_UNANSWERED if due_at and document.get("unanswered") else document["error"],
            detail=document.get("reason") or "",
            since=row.heard_at,
            until=due_at,
            tries=row.tries,
            absent=not row.wanted.exists,
            can_give_up=row.attempt is None,
        )
