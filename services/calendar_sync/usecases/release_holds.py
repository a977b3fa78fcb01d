"""A person's holds of one proposal that go at the same time are settled in one write and told by one event."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from services.calendar_sync.model.ledger import Row
from services.calendar_sync.store.ledger import Ledger, has_followers
from services.calendar_sync.store.releases import Releases
from services.calendar_sync.usecases import announce
from services.calendar_sync.usecases.tracing import traced
from shared import clock
from shared.contracts.provider_calls import MOST, ProviderCall
from shared.contracts.stages import Stage
from shared.due import Lease
from shared.observability import metrics
from shared.observability.calls import calls_noted, take_calls
from shared.single_flight import SingleFlight

_TOGETHER_SECONDS = 0.2
"""A hold that takes so much longer than another is told of by itself."""
_Key = tuple[str, str, str]


@dataclass(eq=False)
class _Group:
    """Those that are gone, each with its calls; ``complete`` once that are all that were on their way, or as many calls
    as an event tells of.
    """

    gone: list[tuple[Lease, Row, list[ProviderCall]]] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)


class ReleaseHolds:
    """Only saves writes and events: who works on a row, and what is written of it, its lease decides as ever."""

    def __init__(self, ledger: Ledger, releases: Releases) -> None:
        self._ledger = ledger
        self._releases = releases
        self._on_their_way: Counter[_Key] = Counter()
        self._groups: dict[_Key, _Group] = {}
        self._telling: SingleFlight[None] = SingleFlight()

    @contextmanager
    def going(self, row: Row) -> Iterator[None]:
        """Around the removal of one row, from before the provider is asked."""
        key = _key_of(row)
        self._on_their_way[key] += 1
        try:
            yield
        finally:
            self._on_their_way[key] -= 1
            self._look(key)
            if not self._on_their_way[key]:
                del self._on_their_way[key]

    async def gone(self, lease: Lease, row: Row) -> None:
        """Returns when it is written."""
        metrics.record_effect(row.kind, "gone")
        metrics.record_stage(Stage.HOLDS_RELEASED, clock.now() - row.caused_at)
        if has_followers(row):
            await self._ledger.settle(lease, row, None, [announce.released([row])])
            return
        key = _key_of(row)
        group = self._groups.setdefault(key, _Group())
        group.gone.append((lease, row, take_calls()))
        self._look(key)
        await self._telling(group, lambda: self._tell(key, group))

    def _look(self, key: _Key) -> None:
        group = self._groups.get(key)
        if group is None:
            return
        calls = sum(len(calls) for _, _, calls in group.gone)
        if calls >= MOST or len(group.gone) >= self._on_their_way[key]:
            group.complete.set()

    async def _tell(self, key: _Key, group: _Group) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(group.complete.wait(), _TOGETHER_SECONDS)
        del self._groups[key]
        held = [(lease, row) for lease, row, _ in group.gone]
        rows = [row for _, row in held]
        with traced(rows[0].traceparent):
            if len(rows) > 1 and await self._settled_together(group, held):
                return
            for lease, row, calls in group.gone:
                with calls_noted(calls):
                    await self._ledger.settle(lease, row, None, [announce.released([row])])

    async def _settled_together(self, group: _Group, held: Sequence[tuple[Lease, Row]]) -> bool:
        calls = sorted((call for _, _, calls in group.gone for call in calls), key=lambda call: call.at)
        with calls_noted(calls):
            return await self._releases.settle(held, announce.released([row for _, row in held]))


def _key_of(row: Row) -> _Key:
    """One proposal, one person, one cause."""
    return row.about, row.staff_id, row.cause.causation_id
