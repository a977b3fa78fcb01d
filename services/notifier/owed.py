"""Mails that did not go out, for operators (X7): what failed, what waits and why. What they decide is a fact of the
matter, heard like any other.

A matter's ``troubled`` names them: ``failed|KEY`` or ``waiting|KEY``, kept by the write that ends a turn.
"""

from collections.abc import Callable

from services.notifier.model.matter import Matter
from services.notifier.store import TROUBLED, Matters, matter_of
from shared import clock
from shared.contracts.api.effects import Effect
from shared.contracts.api.operations import OwedCounts, OwedEffect, OwedStatus
from shared.due import COUNTED
from shared.mongo import ASCENDING, DESCENDING, Document, IndexModel
from shared.operations.own import Place, effect_id

INDEX = IndexModel(
    [("facts.organization_id", ASCENDING), (TROUBLED, ASCENDING)],
    name="owed",
    partialFilterExpression={TROUBLED: {"$gt": ""}},
)


class OwedMails:
    """An ``OwedEffects``; the rest of a place is the delivery's key."""

    def __init__(self, service: str, matters: Matters, wake: Callable[[str], None]) -> None:
        self._service = service
        self._matters = matters
        self.rows = matters.collection
        self.troubled: Document = {TROUBLED: {"$gt": ""}}
        self._wake = wake

    async def count(self, organization_id: str) -> OwedCounts:
        found = self.rows.find(_which(organization_id, None), {TROUBLED: 1}).limit(COUNTED)
        marks = [mark for row in await found.to_list(None) for mark in row[TROUBLED]]
        failed = sum(mark.startswith(OwedStatus.FAILED) for mark in marks)
        return OwedCounts(failed=min(failed, COUNTED), waiting=min(len(marks) - failed, COUNTED))

    async def page(
        self, organization_id: str, status: OwedStatus | None, before: Place | None, limit: int
    ) -> list[OwedEffect]:
        which = _which(organization_id, status)
        if before is not None:
            which["_id"] = {"$lte": before.about}
        found = self.rows.find(which, {"outbox": 0}).sort("_id", DESCENDING).limit(limit + 1)
        each = [view for row in await found.to_list(None) for view in self._views(row, status)]
        return [view for place, view in each if before is None or place < before][:limit]

    async def find(self, organization_id: str, place: Place) -> OwedEffect | None:
        row = await self.rows.find_one({**_which(organization_id, None), "_id": place.about})
        views = dict(self._views(row, None)) if row else {}
        return views.get(place)

    async def retry(self, organization_id: str, place: Place) -> None:
        now = clock.now()
        await self._hear(organization_id, place, lambda matter: matter.with_retry(place.rest, now))

    async def give_up(self, organization_id: str, place: Place) -> None:
        await self._hear(organization_id, place, lambda matter: matter.with_given_up(place.rest))

    async def _hear(self, organization_id: str, place: Place, merge: Callable[[Matter], Matter]) -> None:
        if await self._matters.take(place.about, organization_id, merge):
            self._wake(place.about)

    def _views(self, row: Document, status: OwedStatus | None) -> list[tuple[Place, OwedEffect]]:
        """Of one matter, by key, the greatest first."""
        matter = matter_of(row)
        marks = [mark.partition("|") for mark in row[TROUBLED]]
        wanted = [(OwedStatus(word), key) for word, _, key in marks if status in (None, word)]
        places = [(Place(matter.about, key), of) for of, key in sorted(wanted, key=lambda one: one[1], reverse=True)]
        return [(place, self._view(matter, place, of)) for place, of in places]

    def _view(self, matter: Matter, place: Place, status: OwedStatus) -> OwedEffect:
        delivery, notice = matter.deliveries[place.rest], matter.notices.get(place.rest.rpartition(":")[0])
        since = notice.at if notice else delivery.ended_at or delivery.next_at or clock.now()
        return OwedEffect(
            id=effect_id(self._service, place),
            service=self._service,
            effect=Effect.MAIL,
            about=matter.about,
            of=delivery.audience,
            status=status,
            reason=delivery.reason,
            since=since,
            until=delivery.next_at if status is OwedStatus.WAITING else None,
            tries=delivery.tries,
            purpose=delivery.purpose,
        )


def _which(organization_id: str, status: OwedStatus | None) -> Document:
    mark: Document = {"$gt": ""}
    if status is not None:
        mark = {"$elemMatch": {"$gte": f"{status}|", "$lt": f"{status}}}"}}
    return {"facts.organization_id": organization_id, TROUBLED: mark}
