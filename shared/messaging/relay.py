"""The relay publishes what outboxes hold: at once after a commit, and by a sweep for what a crash or an outage left
behind.

Publishing twice is harmless (consumers absorb it), publishing never is not: an entry leaves the outbox only after the
broker confirmed it. No order is promised.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from faststream.rabbit import RabbitBroker
from opentelemetry import context as otel_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared import clock
from shared.contracts.envelope import CONTENT_TYPE
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.outbox import Entry
from shared.messaging.topology import EVENTS
from shared.mongo import ASCENDING, Collection, PyMongoError, UpdateOne
from shared.observability import metrics
from shared.observability.errors import brief
from shared.single_flight import NextFlight

log = structlog.get_logger(__name__)
_PROPAGATOR = TraceContextTextMapPropagator()
_PUBLISH_SECONDS = 10
_BATCH = 200
_REMEMBERED = 5_000
_IN_A_ROW = 3
"""So many failures one after the other mean that the broker is away, not that an entry cannot be published."""


@dataclass(frozen=True)
class _Left:
    """A document with entries that should have been published."""

    collection: Collection
    document_id: Any
    waiting: Sequence[Entry]

    @property
    def key(self) -> tuple[str, Any]:
        return self.collection.name, self.document_id

    @property
    def since(self) -> datetime:
        return min(entry["at"] for entry in self.waiting)


async def _find(collection: Collection, before: datetime, *, limit: int = _BATCH, **which: Any) -> list[_Left]:
    """Documents with an entry from before, the oldest first."""
    found = collection.find({**outbox.older_than(before), **which}, {outbox.FIELD: 1})
    rows = await found.sort(f"{outbox.FIELD}.at", ASCENDING).limit(limit).to_list(None)
    return [_Left(collection, row["_id"], row[outbox.FIELD]) for row in rows]


class Relay:
    """One per process. ``collections`` are all that have an outbox."""

    def __init__(
        self,
        broker: RabbitBroker,
        collections: Sequence[Collection],
        *,
        sweep_every: timedelta = timedelta(seconds=2),
        grace: timedelta = timedelta(seconds=5),
    ) -> None:
        self._broker = broker
        self.collections = collections
        self._sweep_every = sweep_every.total_seconds()
        self._grace = grace
        self._running: set[asyncio.Task[bool]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._in_vain: dict[tuple[str, Any], None] = {}
        """Documents that the sweep failed to publish, the longest untried first."""
        self._published: dict[str, list[UpdateOne]] = {}
        """By collection, what the broker confirmed and what is to leave the outboxes with the next write."""
        self._clearing = NextFlight[None]()

    def publish_soon(self, collection: Collection, document_id: object, waiting: Sequence[Entry]) -> None:
        """Publish right after a commit without making the caller wait; the sweep repeats what fails."""
        if waiting:
            task = asyncio.create_task(self._publish_document(collection, document_id, waiting))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def start(self) -> None:
        self._sweeper = asyncio.create_task(self._sweep_for_ever())

    async def stop(self) -> None:
        """Finish what is under way; what does not finish stays in its outbox."""
        if self._sweeper:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        try:
            if self._running:
                await asyncio.wait(self._running)
        finally:
            for task in list(self._running):
                task.cancel()

    async def sweep(self) -> int:
        """Publish what is older than the grace, the oldest first; answers how many documents were published.

        What failed before comes after all that did not, in turns: an entry that keeps failing holds up nobody.
        """
        before = clock.real_now() - self._grace
        published = failures = 0
        for document in await self._left(before, await self._unpublished(before)):
            self._in_vain.pop(document.key, None)
            if await self._publish_document(document.collection, document.document_id, document.waiting):
                published, failures = published + 1, 0
                continue
            self._in_vain[document.key] = None
            failures += 1
            if failures == _IN_A_ROW:
                break
        self._in_vain = dict.fromkeys(list(self._in_vain)[-_REMEMBERED:])
        return published

    async def _unpublished(self, before: datetime) -> list[Collection]:
        """Those that hold something, mostly none; records the age of the oldest entry of all."""
        oldest = [row for each in self.collections for row in await _find(each, before, limit=1)]
        now = clock.real_now()
        metrics.record_outbox_age(now - min((document.since for document in oldest), default=now))
        return [document.collection for document in oldest]

    async def _left(self, before: datetime, unpublished: Sequence[Collection]) -> list[_Left]:
        """A page of each collection: first what was not tried in vain, then what was, the longest untried first."""
        names = {collection.name for collection in unpublished}
        self._in_vain = {key: None for key in self._in_vain if key[0] in names}
        fresh: list[_Left] = []
        again: dict[tuple[str, Any], _Left] = {}
        for collection in unpublished:
            tried = [document_id for name, document_id in self._in_vain if name == collection.name]
            fresh += await _find(collection, before, _id={"$nin": tried})
            turn = tried[:_BATCH]
            again |= {document.key: document for document in await _find(collection, before, _id={"$in": turn})}
            for document_id in turn:
                if (collection.name, document_id) not in again:
                    del self._in_vain[collection.name, document_id]
        fresh.sort(key=lambda document: document.since)
        return [*fresh, *(again[key] for key in self._in_vain if key in again)]

    async def _sweep_for_ever(self) -> None:
        while True:
            published = 0
            try:
                published = await self.sweep()
            except Exception as error:
                log.warning("outbox.sweep_failed", error=brief(error))
            if published < _BATCH:
                await asyncio.sleep(self._sweep_every)

    async def _publish_document(self, collection: Collection, document_id: object, waiting: Sequence[Entry]) -> bool:
        """Answers whether all of it was published."""
        results = await asyncio.gather(*(self._publish(entry) for entry in waiting), return_exceptions=True)
        done = [entry["id"] for entry, result in zip(waiting, results, strict=True) if result is None]
        for entry, result in zip(waiting, results, strict=True):
            if result is not None:
                log.warning("event.not_published", routing_key=entry["routing_key"], error=brief(result))
        if done:
            self._published.setdefault(collection.name, []).append(
                UpdateOne({"_id": document_id}, outbox.published(done))
            )
            await self._clearing(collection.name, lambda: self._clear(collection))
        return len(done) == len(waiting)

    async def _clear(self, collection: Collection) -> None:
        """Together whatever was confirmed while the write before was under way."""
        updates = self._published.pop(collection.name, [])
        try:
            if updates:
                await collection.bulk_write(updates, ordered=False)
        except PyMongoError as error:
            log.warning("outbox.not_cleared", error=brief(error), documents=len(updates))

    async def _publish(self, entry: Entry) -> None:
        token = otel_context.attach(_PROPAGATOR.extract({"traceparent": entry["traceparent"]}))
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await self._broker.publish(
                    entry["body"],
                    exchange=EVENTS,
                    routing_key=entry["routing_key"],
                    content_type=CONTENT_TYPE,
                    message_id=new_id("msg"),
                    persist=True,
                    mandatory=False,
                )
        finally:
            otel_context.detach(token)
        metrics.record_published(clock.real_now() - entry["at"])
