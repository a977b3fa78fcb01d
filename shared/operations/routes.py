"""``/internal/operations``: how the gateway looks at a service and acts on it (X7). Administrators only."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query

from shared import problem
from shared.contracts.api.operations import (
    DeadLetter,
    DeadLetterList,
    DecisionList,
    Done,
    GiveUp,
    OwedEffect,
    OwedEffectList,
    OwedStatus,
    ReplayMany,
    ServiceOperations,
)
from shared.internal import Caller, Guard, caller, check_admin
from shared.operations.operate import Operate
from shared.operations.own import Place

_OPERATIONS = "/internal/operations"


def administrator(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Raises ``Forbidden``."""
    check_admin(who)
    return who


Admin = Annotated[Caller, Depends(administrator)]
Limit = Annotated[int, Query(ge=1, le=1001)]


def build_operations_router(operate: Operate, guard: Guard | None) -> APIRouter:
    """``guard`` is absent where only the process itself can ask."""
    router = APIRouter(dependencies=[Depends(guard)] if guard else [], include_in_schema=False)
    _looking(router, operate)
    _parked(router, operate)
    _effects(router, operate)
    return router


def _looking(router: APIRouter, operate: Operate) -> None:
    @router.get(_OPERATIONS)
    async def look(who: Admin) -> ServiceOperations:
        return await operate.look(who)

    @router.get(_OPERATIONS + "/decisions")
    async def decisions(who: Admin, limit: Limit = 50, before: str = "") -> DecisionList:
        """One more than ``limit`` where there are more."""
        return DecisionList(items=await operate.decided(who, before or None, limit))

    @router.post("/internal/reconcile", status_code=202)
    async def reconcile(who: Admin) -> Done:
        return Done(count=await operate.reconcile(who))


def _parked(router: APIRouter, operate: Operate) -> None:
    @router.get(_OPERATIONS + "/parked")
    async def parked(who: Admin) -> DeadLetterList:
        return await operate.parked(who)

    @router.post(_OPERATIONS + "/parked/replay", status_code=202)
    async def replay_many(who: Admin, asked: ReplayMany) -> Done:
        return await operate.replay_many(who, asked.match)

    @router.post(_OPERATIONS + "/parked/{parked_id}/replay", status_code=202)
    async def replay(who: Admin, parked_id: str) -> DeadLetter:
        return await operate.replay(who, parked_id)

    @router.post(_OPERATIONS + "/parked/{parked_id}/discard")
    async def discard(who: Admin, parked_id: str, asked: GiveUp) -> DeadLetter:
        return await operate.discard(who, parked_id, asked.reason)


def _effects(router: APIRouter, operate: Operate) -> None:
    @router.get(_OPERATIONS + "/effects")
    async def effects(
        who: Admin, status: OwedStatus | None = None, limit: Limit = 50, about: str = "", rest: str = ""
    ) -> OwedEffectList:
        before = Place(about, rest) if about else None
        return OwedEffectList(items=await operate.owed(who, status, before, limit))

    @router.post(_OPERATIONS + "/effects/retry", status_code=202)
    async def retry_many(who: Admin) -> Done:
        return Done(count=await operate.retry_many(who))

    @router.post(_OPERATIONS + "/effects/{effect_id}/retry", status_code=202)
    async def retry(who: Admin, effect_id: str) -> OwedEffect:
        return await operate.retry(who, effect_id)

    @router.post(_OPERATIONS + "/effects/{effect_id}/give-up", status_code=202)
    async def give_up(who: Admin, effect_id: str, asked: GiveUp) -> OwedEffect:
        return await operate.give_up(who, effect_id, asked.reason)


def within(operate: Operate) -> FastAPI:
    """For the process itself to ask, where no other service may (the gateway)."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    problem.install(app)
    app.include_router(build_operations_router(operate, None))
    return app
