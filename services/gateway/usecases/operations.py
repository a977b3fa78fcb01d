"""Operations over all services (X7): what waits and what failed, gathered side by side; what an operator decides goes
to the service that it is about. A service that does not answer is named, and how it is silent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from services.gateway.providers.operations import OPERATIONS, RECONCILE, Services
from shared import clock
from shared.contracts.api.operations import (
    DeadLetter,
    DeadLetterList,
    DecisionList,
    Done,
    GiveUp,
    OwedEffect,
    OwedEffectList,
    OwedStatus,
    Pipeline,
    ReplayMany,
    RetryMany,
    ServiceOperations,
    ServiceState,
    ServiceStatus,
    Silence,
    Totals,
)
from shared.cursors import cursor_of, parts_of
from shared.internal import Caller
from shared.messaging.parked import service_of
from shared.operations.groups import Group, Kind, grouped, kind_of
from shared.operations.own import Place, service_and_place

T = TypeVar("T")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = "\U0010ffff"
"""After every id."""
_AT_ONCE = 1000
_EFFECTS = f"{OPERATIONS}/effects"


@dataclass(frozen=True)
class OwedByKind:
    """Equal effects as ``groups``, the ``few`` others one by one, newest first. Of a service's more than 1000 only the
    newest are looked at: then there are ``more``. ``silent`` as in lists.
    """

    groups: list[Group]
    few: list[OwedEffect]
    more: bool
    silent: Mapping[str, Silence]


class Operations:
    """Administrators only: the services look again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def names(self) -> list[str]:
        """Of all services, in the order in which they are shown."""
        return self._services.names

    async def pipeline(self, caller: Caller) -> Pipeline:
        answers = await self._services.ask_all(ServiceOperations, "GET", OPERATIONS, caller)
        told = _told(answers)
        return Pipeline(
            at=clock.now(),
            services=[_state(name, one) for name, one in answers.items()],
            stages=[stage for one in told for stage in one.stages],
            totals=_totals(told),
        )

    async def dead_letters(
        self, caller: Caller, *, service: str = "", limit: int = 50, cursor: str | None = None
    ) -> DeadLetterList:
        """Raises ``CursorInvalid``."""
        after = tuple(parts_of(cursor, 2)) if cursor else None
        path = f"{OPERATIONS}/parked"
        answers = await self._services.ask_all(DeadLetterList, "GET", path, caller, only=service)
        silent = _silent(answers)
        found = sorted((item for one in _told(answers) for item in one.items), key=_when_and_id, reverse=True)
        rest = [letter for letter in found if after is None or _when_and_id(letter) < after]
        page, more = _page(rest, limit)
        return DeadLetterList(
            items=page,
            total=len(found),
            unseen=sum(one.unseen for one in _told(answers)),
            next_cursor=cursor_of(*_when_and_id(page[-1])) if more else None,
            unreachable=list(silent),
            silent=silent,
        )

    async def replay(self, caller: Caller, parked_id: str) -> DeadLetter:
        """Raises ``NotFound``, ``BackendProblem``."""
        name = service_of(parked_id)
        return await self._services.ask(name, DeadLetter, "POST", "parked", parked_id, "replay", caller)

    async def discard(self, caller: Caller, parked_id: str, asked: GiveUp) -> DeadLetter:
        """Raises ``NotFound``, ``BackendProblem``."""
        body, name = asked.model_dump(), service_of(parked_id)
        return await self._services.ask(name, DeadLetter, "POST", "parked", parked_id, "discard", caller, body)

    async def replay_many(self, caller: Caller, asked: ReplayMany) -> Done:
        body, path = {"match": asked.match}, f"{OPERATIONS}/parked/replay"
        return _sum(await self._services.ask_all(Done, "POST", path, caller, only=asked.service, body=body))

    async def effects(
        self,
        caller: Caller,
        *,
        status: OwedStatus | None = None,
        service: str = "",
        limit: int = 50,
        cursor: str | None = None,
    ) -> OwedEffectList:
        """Raises ``CursorInvalid``."""
        after = parts_of(cursor, 3) if cursor else None
        asked = {"limit": str(limit + 1), **({"status": status.value} if status else {})}
        queries = {name: {**asked, **_begin(name, after)} for name in self._services.names}
        answers = await self._services.ask_all(OwedEffectList, "GET", _EFFECTS, caller, only=service, queries=queries)
        found = sorted((item for one in _told(answers) for item in one.items), key=_place, reverse=True)
        page, more = _page(found, limit)
        following = cursor_of(*_place(page[-1])) if more else None
        silent = _silent(answers)
        return OwedEffectList(items=page, next_cursor=following, unreachable=list(silent), silent=silent)

    async def effects_by_kind(self, caller: Caller, status: OwedStatus) -> OwedByKind:
        query = {"limit": str(_AT_ONCE + 1), "status": status.value}
        queries = dict.fromkeys(self._services.names, query)
        answers = await self._services.ask_all(OwedEffectList, "GET", _EFFECTS, caller, queries=queries)
        told = _told(answers)
        groups, few = grouped(sorted((item for one in told for item in one.items[:_AT_ONCE]), key=_place, reverse=True))
        return OwedByKind(groups, few, any(len(one.items) > _AT_ONCE for one in told), _silent(answers))

    async def effects_of_kind(
        self, caller: Caller, kind: Kind, *, limit: int, cursor: str | None = None
    ) -> OwedEffectList:
        """Equal ones, one by one. Raises ``CursorInvalid``."""
        place = Place(*parts_of(cursor, 2)) if cursor else None
        found: list[OwedEffect] = []
        while len(found) <= limit:
            begin = {"about": place.about, "rest": place.rest} if place else {}
            queries = {kind.service: {"limit": str(_AT_ONCE), "status": kind.status, **begin}}
            answers = await self._services.ask_all(
                OwedEffectList, "GET", _EFFECTS, caller, only=kind.service, queries=queries
            )
            items = [item for one in _told(answers) for item in one.items]
            found += [item for item in items if kind_of(item) == kind]
            if len(items) < _AT_ONCE:
                break
            place = _place_of(items[-1])
        page, more = _page(found, limit)
        following = cursor_of(*_place_of(page[-1])) if more else None
        silent = _silent(answers)
        return OwedEffectList(items=page, next_cursor=following, unreachable=list(silent), silent=silent)

    async def retry(self, caller: Caller, effect_id: str) -> OwedEffect:
        """Raises ``NotFound``, ``BackendProblem``."""
        name, _ = service_and_place(effect_id)
        return await self._services.ask(name, OwedEffect, "POST", "effects", effect_id, "retry", caller)

    async def give_up(self, caller: Caller, effect_id: str, asked: GiveUp) -> OwedEffect:
        """Raises ``NotFound``, ``BackendProblem`` (409 ``not_given_up``)."""
        body, (name, _) = asked.model_dump(), service_and_place(effect_id)
        return await self._services.ask(name, OwedEffect, "POST", "effects", effect_id, "give-up", caller, body)

    async def retry_many(self, caller: Caller, asked: RetryMany) -> Done:
        path = f"{OPERATIONS}/effects/retry"
        return _sum(await self._services.ask_all(Done, "POST", path, caller, only=asked.service))

    async def reconcile(self, caller: Caller) -> Done:
        return _sum(await self._services.ask_all(Done, "POST", RECONCILE, caller))

    async def decisions(self, caller: Caller, *, limit: int = 50, cursor: str | None = None) -> DecisionList:
        """Raises ``CursorInvalid``."""
        query = {"limit": str(limit), **({"before": parts_of(cursor, 1)[0]} if cursor else {})}
        queries = dict.fromkeys(self._services.names, query)
        path = f"{OPERATIONS}/decisions"
        answers = await self._services.ask_all(DecisionList, "GET", path, caller, queries=queries)
        found = [item for one in _told(answers) for item in one.items]
        page, more = _page(sorted(found, key=lambda one: one.id, reverse=True), limit)
        following, silent = cursor_of(page[-1].id) if more else None, _silent(answers)
        return DecisionList(items=page, next_cursor=following, unreachable=list(silent), silent=silent)


def _state(name: str, told: ServiceOperations | Silence) -> ServiceState:
    if isinstance(told, Silence):
        return ServiceState(service=name, status=ServiceStatus.UNREACHABLE, silence=told)
    return ServiceState(service=name, status=ServiceStatus.OK, operations=told)


def _totals(told: Iterable[ServiceOperations]) -> Totals:
    each = list(told)
    return Totals(
        outbox=sum(one.outbox.waiting for one in each),
        queued=sum(one.bus.queued for one in each),
        due=sum(work.waiting for one in each for work in one.work),
        parked=sum(one.bus.parked for one in each),
        failed=sum(one.effects.failed for one in each),
        waiting=sum(one.effects.waiting for one in each),
        broken_connections=sum(len(one.connections) for one in each),
    )


def _told(answers: Mapping[str, T | Silence]) -> list[T]:
    return [answer for answer in answers.values() if not isinstance(answer, Silence)]


def _silent(answers: Mapping[str, object]) -> dict[str, Silence]:
    return {name: answer for name, answer in answers.items() if isinstance(answer, Silence)}


def _sum(answers: Mapping[str, Done | Silence]) -> Done:
    told, silent = _told(answers), _silent(answers)
    count, unseen = sum(one.count for one in told), sum(one.unseen for one in told)
    return Done(count=count, unseen=unseen, unreachable=list(silent), silent=silent)


def _page(items: list[T], limit: int) -> tuple[list[T], bool]:
    return items[:limit], len(items) > limit


def _when_and_id(letter: DeadLetter) -> tuple[str, str]:
    at = letter.parked_at or letter.occurred_at or _LONG_AGO
    return at.astimezone(UTC).isoformat(timespec="microseconds"), letter.id


def _place_of(effect: OwedEffect) -> Place:
    _, place = service_and_place(effect.id)
    return place


def _place(effect: OwedEffect) -> tuple[str, str, str]:
    place = _place_of(effect)
    return place.about, effect.service, place.rest


def _begin(name: str, after: list[str] | None) -> dict[str, str]:
    """Where this service's part of the next page begins, by the order of ``_place``."""
    if after is None:
        return {}
    about, service, rest = after
    return {"about": about, "rest": rest if name == service else _LAST if name < service else ""}
