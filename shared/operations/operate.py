"""What operators may do in a service: look, put parked messages back or discard them, retry effects or give them up,
and have everything compared with the providers now.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared.contracts.api.operations import (
    Action,
    DeadLetter,
    DeadLetterList,
    Decision,
    Done,
    OwedEffect,
    OwedStatus,
    ServiceOperations,
)
from shared.due import Worker
from shared.internal import Caller
from shared.messaging.parked import Action as Handling
from shared.messaging.parked import Parked, Walked, Wanted, containing
from shared.messaging.topology import service_of_queue
from shared.mongo import Collection, IndexModel
from shared.operations.decisions import Decisions
from shared.operations.own import NotGivenUp, OwnOperations, Place, effect_id, service_and_place
from shared.operations.parking import Parking
from shared.operations.state import operations_of
from shared.problem import NotFound

_AT_ONCE = 1000


@dataclass(frozen=True)
class Operate:
    """Each method is narrowed to the caller's organization; messages that do not say whose they are are everybody's."""

    service: str
    outboxes: Sequence[Collection]
    workers: Sequence[Worker]
    own: OwnOperations
    parking: Parking
    decisions: Decisions

    @property
    def indexes(self) -> dict[Collection, Sequence[IndexModel]]:
        return {self.decisions.collection: self.decisions.indexes}

    async def look(self, caller: Caller) -> ServiceOperations:
        return await operations_of(
            self.service,
            caller.organization_id,
            outboxes=self.outboxes,
            workers=self.workers,
            parking=self.parking,
            own=self.own,
        )

    async def parked(self, caller: Caller) -> DeadLetterList:
        """Equal ones once."""
        walked = await self.parking.walk(Handling.LIST, _of(caller))
        items = list({one.parked_id: _letter(one) for one in walked.found}.values())
        return DeadLetterList(items=items, total=len(items), unseen=walked.unseen)

    async def replay(self, caller: Caller, parked_id: str) -> DeadLetter:
        """Raises ``NotFound``."""
        return await self._one(caller, Handling.REPLAY, Action.REPLAY, parked_id)

    async def discard(self, caller: Caller, parked_id: str, reason: str) -> DeadLetter:
        """Raises ``NotFound``."""
        return await self._one(caller, Handling.DROP, Action.DISCARD, parked_id, reason)

    async def _one(
        self, caller: Caller, action: Handling, decided: Action, parked_id: str, reason: str = ""
    ) -> DeadLetter:
        sees = _of(caller)
        walked = await self._walk(caller, action, decided, lambda one: one.parked_id == parked_id and sees(one), reason)
        if not walked.found:
            raise NotFound()
        return _letter(walked.found[0])

    async def replay_many(self, caller: Caller, match: str) -> Done:
        sees, fits = _of(caller), containing(match)
        walked = await self._walk(caller, Handling.REPLAY, Action.REPLAY, lambda one: sees(one) and fits(one))
        return Done(count=len(walked.found), unseen=walked.unseen)

    async def _walk(
        self, caller: Caller, action: Handling, decided: Action, wanted: Wanted, reason: str = ""
    ) -> Walked:
        async def record(one: Parked) -> None:
            await self._decide(
                caller, decided, target=one.parked_id, what=one.event_type, about=one.subject, reason=reason
            )

        return await self.parking.walk(action, wanted, record)

    async def owed(
        self, caller: Caller, status: OwedStatus | None, before: Place | None, limit: int
    ) -> list[OwedEffect]:
        if self.own.effects is None:
            return []
        return await self.own.effects.page(caller.organization_id, status, before, limit)

    async def retry(self, caller: Caller, an_id: str) -> OwedEffect:
        """Raises ``NotFound``."""
        place, found = await self._effect(caller, an_id)
        assert self.own.effects is not None
        await self._decide_on(caller, Action.RETRY, found)
        await self.own.effects.retry(caller.organization_id, place)
        return found

    async def give_up(self, caller: Caller, an_id: str, reason: str) -> OwedEffect:
        """Raises ``NotFound``, ``NotGivenUp``."""
        place, found = await self._effect(caller, an_id)
        assert self.own.effects is not None
        if not found.can_give_up:
            raise NotGivenUp()
        await self._decide_on(caller, Action.GIVE_UP, found, reason)
        await self.own.effects.give_up(caller.organization_id, place)
        return found

    async def retry_many(self, caller: Caller) -> int:
        """All, each once, from the newest on."""
        count = 0
        before: Place | None = None
        while found := await self.owed(caller, None, before, _AT_ONCE):
            for one in found:
                if one.can_retry:
                    with suppress(NotFound):  # it is done meanwhile
                        await self.retry(caller, one.id)
                        count += 1
            _, before = service_and_place(found[-1].id)
        return count

    async def reconcile(self, caller: Caller) -> int:
        if self.own.reconcile is None:
            return 0
        await self._decide(caller, Action.RECONCILE)
        return await self.own.reconcile(caller.organization_id)

    async def decided(self, caller: Caller, before: str | None, limit: int) -> list[Decision]:
        return await self.decisions.page(caller.organization_id, before, limit)

    async def _effect(self, caller: Caller, an_id: str) -> tuple[Place, OwedEffect]:
        service, place = service_and_place(an_id)
        if service != self.service or self.own.effects is None:
            raise NotFound()
        found = await self.own.effects.find(caller.organization_id, place)
        if found is None or found.id != effect_id(service, place):
            raise NotFound()
        return place, found

    async def _decide_on(self, caller: Caller, action: Action, found: OwedEffect, reason: str = "") -> None:
        await self._decide(caller, action, target=found.id, what=found.effect, about=found.about, reason=reason)

    async def _decide(
        self, caller: Caller, action: Action, *, target: str = "", what: str = "", about: str = "", reason: str = ""
    ) -> None:
        await self.decisions.keep(
            caller.organization_id, caller.actor, action, target=target, what=what, about=about, reason=reason
        )


def _of(caller: Caller) -> Wanted:
    return lambda one: one.organization_id in ("", caller.organization_id)


def _letter(one: Parked) -> DeadLetter:
    return DeadLetter(
        id=one.parked_id,
        service=service_of_queue(one.queue),
        queue=one.queue,
        event_id=one.event_id,
        event_type=one.event_type,
        subject=one.subject,
        occurred_at=one.occurred_at,
        parked_at=one.parked_at,
        attempts=one.attempts,
        replays=one.replays,
        error=one.error,
    )
