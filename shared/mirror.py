"""The mirror (G13): how what lives compares, one to one, with what stands at the providers. Each service that writes
there counts it, and looks at all of it anew when somebody asks.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.internal import Caller, caller, require_caller
from shared.observability import metrics
from shared.watch import Watch

_EVERY = timedelta(seconds=15)


class MirrorState(StrEnum):
    """``missing``: wanted, and not there. ``different``: there, and not as it is wanted. ``orphaned``: there, and no
    more wanted, or twice. ``waiting``: for a person who has to connect, which no time mends.
    """

    MATCHING = "matching"
    MISSING = "missing"
    DIFFERENT = "different"
    ORPHANED = "orphaned"
    WAITING = "waiting"


MirrorCounts = Mapping[tuple[str, MirrorState], int]
"""By kind of object and state, of what is not over."""


class Reconciler(Protocol):
    """Of one service."""

    async def count(self) -> MirrorCounts: ...

    async def now(self, organization_id: str) -> int:
        """Have all of the organization's (of everybody's where it is empty) compared anew and what was given up tried
        again; answers how much is looked at.
        """
        ...


class LookedAt(BaseModel):
    """So many calendars, Zoom users and objects are compared now."""

    looked_at: int


def all_counts(kinds: tuple[str, ...], found: MirrorCounts) -> dict[tuple[str, MirrorState], int]:
    """With a zero for what there is none of, so that a gauge goes back."""
    return {(kind, state): found.get((kind, state), 0) for kind in kinds for state in MirrorState}


def watching(reconciler: Reconciler) -> Watch:
    """Records the counts now and then."""

    async def measure() -> None:
        for (kind, state), count in (await reconciler.count()).items():
            metrics.record_mirror(kind, state, count)

    return Watch("mirror", measure, every=_EVERY)


def build_reconcile_router(reconciler: Reconciler, api_tokens: str) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(require_caller(api_tokens))])

    @router.post("/reconcile")
    async def reconcile(who: Annotated[Caller, Depends(caller)]) -> LookedAt:
        return LookedAt(looked_at=await reconciler.now(who.organization_id))

    return router
