"""When resources are claimed, for pages: a host can have thousands of claims, and what is in a guard is read anew only
when somebody wrote it since. Each answer is as new as its question: the guards' counts of changes are always asked.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence

from services.booking.model.cells import CELL_SECONDS, DAY_BYTES, DAY_CELLS, Cells, Taken, cell_of, filled
from services.booking.model.claims import ClaimKind
from services.booking.model.spans import Span
from services.booking.store.guard_writes import CHANGES, as_instant
from shared.mongo import Collection, Document, aggregate

_MOST = 20_000
"""Guards whose cells are kept, of about 250 bytes each."""

_CELL_MS = CELL_SECONDS * 1000
_INSTANTS = {
    f"{kind}_{edge}": {"$map": {"input": f"${kind}.{edge}", "in": {"$toDouble": "$$this"}}}
    for kind in ClaimKind
    for edge in ("start_at", "end_at")
}
"""Milliseconds since 1970: each instant read as such costs more than all the rest. Null where the guard has none."""


class TakenTimes:
    """A view of the guards."""

    def __init__(self, guards: Collection) -> None:
        self._guards = guards
        self._kept: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    async def within(
        self, organization_id: str, resources: Sequence[str], window: Span, *, but: str | None = None
    ) -> dict[str, Taken]:
        """By resource when others than ``but`` claim it, on each UTC day that the window touches."""
        if not resources:
            return {}
        days = [day.isoformat() for day in window.days()]
        prefixes = {resource: f"{organization_id}/{resource}/" for resource in resources}
        query = {"$or": [{"_id": {"$gte": each + days[0], "$lte": each + days[-1]}} for each in prefixes.values()]}
        found = await self._all(query) if but is None else await self._read(query, but)
        first = cell_of(as_instant(next(window.days())))
        none = bytes(DAY_BYTES)
        return {
            resource: Taken(first, int.from_bytes(b"".join([found.get(prefix + day, none) for day in days]), "little"))
            for resource, prefix in prefixes.items()
        }

    async def _all(self, query: Document) -> dict[str, bytes]:
        """The cells of a day by guard; those that nobody wrote since are at hand."""
        rows = await self._guards.find(query, {CHANGES: 1}).to_list(None)
        wanted = {row["_id"]: row.get(CHANGES, 0) for row in rows}
        known = {guard: kept[1] for guard, changes in wanted.items() if (kept := self._known(guard, changes))}
        other = [guard for guard in wanted if guard not in known]
        return known | await self._read({"_id": {"$in": other}}) if other else known

    def _known(self, guard: str, changes: int) -> tuple[int, bytes] | None:
        kept = self._kept.get(guard)
        if kept is None or kept[0] != changes:
            return None
        self._kept.move_to_end(guard)
        return kept

    async def _read(self, query: Document, but: str | None = None) -> dict[str, bytes]:
        """What is read without ``but`` is not kept."""
        rows = await aggregate(
            self._guards, [{"$match": query}, *_others(but), {"$project": {**_INSTANTS, CHANGES: 1, "day": 1}}]
        )
        found = {row["_id"]: _cells(row).to_bytes(DAY_BYTES, "little") for row in rows}
        if but is None:
            self._kept.update({row["_id"]: (row.get(CHANGES, 0), found[row["_id"]]) for row in rows})
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return found


def _others(but: str | None) -> list[Document]:
    """The stage that leaves out whose owner does not count."""
    kept = {
        kind.value: {"$filter": {"input": f"${kind}", "cond": {"$ne": ["$$this.owner", but]}}} for kind in ClaimKind
    }
    return [] if but is None else [{"$set": kept}]


def _cells(row: Document) -> Cells:
    """Of the guard's day; the rest of a claim stands in the guard of another day."""
    first = cell_of(row["day"])
    cells = 0
    for kind in ClaimKind:
        for start, end in zip(row[f"{kind}_start_at"] or (), row[f"{kind}_end_at"] or (), strict=True):
            low, high = math.floor(start / _CELL_MS) - first, math.ceil(end / _CELL_MS) - first
            cells |= filled(max(low, 0), min(high, DAY_CELLS))
    return cells
