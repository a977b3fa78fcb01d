"""The mirror (G13): how what lives compares, one to one, with what stands at the providers. Each service that writes
there counts it, and looks at all of it anew when somebody asks.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from shared import clock
from shared.contracts.api.operations import MirrorCount, Sections
from shared.mongo import Document
from shared.observability import metrics
from shared.operations.own import OwnOperations
from shared.watch import Watch

_EVERY = timedelta(seconds=15)
GRACE = timedelta(minutes=2)
"""What was wanted less than this ago and is not so yet is work that is under way, no difference."""
NOWHERE = "nowhere"
"""Of a row that is counted under no state."""


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

    async def count(self, organization_id: str = "") -> MirrorCounts:
        """The organization's, or everybody's."""
        ...

    async def now(self, organization_id: str) -> int:
        """Have all of the organization's (of everybody's where it is empty) compared anew and what was given up tried
        again; answers how much is looked at.
        """
        ...


def all_counts(kinds: tuple[str, ...], found: MirrorCounts) -> dict[tuple[str, MirrorState], int]:
    """With a zero for what there is none of, so that a gauge goes back."""
    return {(kind, state): found.get((kind, state), 0) for kind in kinds for state in MirrorState}


def whose(organization_id: str) -> Document:
    """The filter for the organization's rows, or for everybody's where it is empty."""
    return {"organization_id": organization_id} if organization_id else {}


def known(field: str) -> Document:
    """The condition that a row has it."""
    return {"$ne": [{"$ifNull": [f"${field}", None]}, None]}


def either(*conditions: Document) -> Document:
    return {"$or": list(conditions)}


def unless_under_way(state: Document, since: str, grace: timedelta) -> Document:
    """The state's expression; nowhere while a difference is younger than ``grace``, by the row's field ``since``."""
    differs = [MirrorState.MISSING, MirrorState.DIFFERENT, MirrorState.ORPHANED]
    young = {"$gt": [f"${since}", clock.now() - grace]}
    young_difference = {"$and": [young, {"$in": ["$$state", differs]}]}
    return {"$let": {"vars": {"state": state}, "in": {"$cond": [young_difference, NOWHERE, "$$state"]}}}


def watching(reconciler: Reconciler) -> Watch:
    """Records the counts now and then."""

    async def measure() -> None:
        for (kind, state), count in (await reconciler.count()).items():
            metrics.record_mirror(kind, state, count)

    return Watch("mirror", measure, every=_EVERY)


def operations_of(reconciler: Reconciler) -> OwnOperations:
    """What operators see of it, matching objects aside, and ``reconcile now``."""

    async def section(organization_id: str) -> Sections:
        found = await reconciler.count(organization_id)
        shown = [
            MirrorCount(kind=kind, state=state, count=count)
            for (kind, state), count in found.items()
            if state is not MirrorState.MATCHING
        ]
        return Sections(mirror=shown)

    return OwnOperations(sections=[section], reconcile=reconciler.now)
