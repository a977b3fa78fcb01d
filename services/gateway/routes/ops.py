"""Operations (X7): what waits and what failed in all services, and what administrators decide about it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.gateway.identity import Admin
from services.gateway.parts import operations_of
from shared.contracts.api.operations import (
    DeadLetter,
    DeadLetterList,
    DecisionList,
    Done,
    GiveUp,
    OneService,
    OwedEffect,
    OwedEffectList,
    OwedStatus,
    Pipeline,
    ReplayMany,
    RetryMany,
)

router = APIRouter(prefix="/ops", tags=["operations"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=800)]


@router.get("/pipeline")
async def show_pipeline(request: Request, me: Admin) -> Pipeline:
    """Administrators only, like all of these. Queues, outboxes and due rows are the whole installation's; a service
    that does not answer is ``unreachable``, and ``silence`` says why.
    """
    return await operations_of(request).pipeline(me.caller())


@router.get("/dead-letters")
async def list_dead_letters(
    request: Request, me: Admin, service: OneService = "", limit: Limit = 50, cursor: Cursor = None
) -> DeadLetterList:
    """Messages that were parked since nobody could take them: what they are and why, without their payload. Of each
    queue the first 1000 are looked at; ``unseen`` is how many more there are.
    """
    return await operations_of(request).dead_letters(me.caller(), service=service, limit=limit, cursor=cursor)


@router.post("/dead-letters/replay", status_code=202)
async def replay_dead_letters(request: Request, me: Admin, asked: ReplayMany) -> Done:
    """All of them, or those of one service or that match. Whoever did their work already does nothing. Of each queue
    the first 1000 are looked at; asked again it goes on with those that were ``unseen``.
    """
    return await operations_of(request).replay_many(me.caller(), asked)


@router.post("/dead-letters/{dead_letter_id}/replay", status_code=202)
async def replay_dead_letter(request: Request, me: Admin, dead_letter_id: str) -> DeadLetter:
    """It is delivered again some seconds later; what fails again is parked again."""
    return await operations_of(request).replay(me.caller(), dead_letter_id)


@router.post("/dead-letters/{dead_letter_id}/discard")
async def discard_dead_letter(request: Request, me: Admin, dead_letter_id: str, asked: GiveUp) -> DeadLetter:
    """For good; who did it and why stays on record (``GET /ops/decisions``)."""
    return await operations_of(request).discard(me.caller(), dead_letter_id, asked)


@router.get("/effects")
async def list_owed_effects(
    request: Request,
    me: Admin,
    status: OwedStatus | None = None,
    service: OneService = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> OwedEffectList:
    """What was to happen and has not: failed for good, or waiting for its next try or for somebody."""
    asked = operations_of(request).effects
    return await asked(me.caller(), status=status, service=service, limit=limit, cursor=cursor)


@router.post("/effects/retry", status_code=202)
async def retry_effects(request: Request, me: Admin, asked: RetryMany) -> Done:
    """All of them, or those of one service."""
    return await operations_of(request).retry_many(me.caller(), asked)


@router.post("/effects/{effect_id}/retry", status_code=202)
async def retry_effect(request: Request, me: Admin, effect_id: str) -> OwedEffect:
    """Now. Nothing is done twice that was done."""
    return await operations_of(request).retry(me.caller(), effect_id)


@router.post("/effects/{effect_id}/give-up", status_code=202)
async def give_up_effect(request: Request, me: Admin, effect_id: str, asked: GiveUp) -> OwedEffect:
    """It ends as given up, which its timeline says; 409 ``not_given_up`` where it cannot be."""
    return await operations_of(request).give_up(me.caller(), effect_id, asked)


@router.post("/reconcile", status_code=202)
async def reconcile_now(request: Request, me: Admin) -> Done:
    """What should stand in calendars and at Zoom is compared with them now; ``count`` is how many are asked."""
    return await operations_of(request).reconcile(me.caller())


@router.get("/decisions")
async def list_decisions(request: Request, me: Admin, limit: Limit = 50, cursor: Cursor = None) -> DecisionList:
    """Who replayed, discarded, retried, gave up or reconciled what, and why; of the last 400 days."""
    return await operations_of(request).decisions(me.caller(), limit=limit, cursor=cursor)
