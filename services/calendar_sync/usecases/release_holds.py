"""A person's holds of one proposal that go at the same time are settled in one write and told by one event."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from services.calendar_sync.model.ledger import Row
from services.calendar_sync.store.ledger import Ledger
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


class _Gone(NamedTuple):
    lease: Lease
    row: Row
    calls: list[ProviderCall]


@dataclass(eq=False)
class _Group:
    """Those that are gone; ``complete`` once that are all that were on their way, or as many calls
    as an event tells of.
    """

    gone: list[_Gone] = field(default_factory=list)
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
        if row.has_followers:
            await self._ledger.settle(lease, row, None, [announce.released([row])])
            return
        key = _key_of(row)
        group = self._groups.setdefault(key, _Group())
        group.gone.append(_Gone(lease, row, take_calls()))
        self._look(key)
        await self._telling(group, lambda: self._tell(key, group))

    def _look(self, key: _Key) -> None:
        group = self._groups.get(key)
        if group is None:
            return
        calls = sum(len(one.calls) for one in group.gone)
        if calls >= MOST or len(group.gone) >= self._on_their_way[key]:
            group.complete.set()

    async def _tell(self, key: _Key, group: _Group) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(group.complete.wait(), _TOGETHER_SECONDS)
        del self._groups[key]
        with traced(group.gone[0].row.traceparent):
            if len(group.gone) > 1 and await self._settled_together(group.gone):
                return
            for one in group.gone:
                with calls_noted(one.calls):
                    await self._ledger.settle(one.lease, one.row, None, [announce.released([one.row])])

    async def _settled_together(self, gone: Sequence[_Gone]) -> bool:
        calls = sorted((call for one in gone for call in one.calls), key=lambda call: call.at)
        with calls_noted(calls):
            event = announce.released([one.row for one in gone])
            return await self._releases.settle([(one.lease, one.row) for one in gone], event)


def _key_of(row: Row) -> _Key:
    """One proposal, one person, one cause."""
    return row.about, row.staff_id, row.cause.causation_id
