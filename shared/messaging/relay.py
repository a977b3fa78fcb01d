"""The relay publishes what outboxes hold: at once after a commit, and by a sweep for what a crash or an outage left
behind.

Publishing twice is harmless (consumers absorb it), publishing never is not: an entry leaves the outbox only after the
broker confirmed it. No order is promised.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

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
from shared.mongo import Collection, PyMongoError
from shared.observability import metrics

log = structlog.get_logger(__name__)
_PROPAGATOR = TraceContextTextMapPropagator()
_PUBLISH_SECONDS = 10
_BATCH = 200


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
        self._collections = collections
        self._sweep_every = sweep_every.total_seconds()
        self._grace = grace
        self._running: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None

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
        if self._running:
            await asyncio.wait(self._running, timeout=_PUBLISH_SECONDS)

    async def sweep(self) -> int:
        """Publish everything older than the grace; answers how many documents were looked at."""
        looked_at = 0
        before = clock.real_now() - self._grace
        for collection in self._collections:
            cursor = collection.find(outbox.older_than(before), {outbox.FIELD: 1}, limit=_BATCH)
            rows = await cursor.to_list(None)
            if rows:
                metrics.record_outbox_age(clock.real_now() - min(row[outbox.FIELD][0]["at"] for row in rows))
            for row in rows:
                await self._publish_document(collection, row["_id"], row[outbox.FIELD])
            looked_at += len(rows)
        if not looked_at:
            metrics.record_outbox_age(timedelta(0))
        return looked_at

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
            except Exception as error:
                log.warning("outbox.sweep_failed", error=repr(error))
            await asyncio.sleep(self._sweep_every)

    async def _publish_document(self, collection: Collection, document_id: object, waiting: Sequence[Entry]) -> None:
        results = await asyncio.gather(*(self._publish(entry) for entry in waiting), return_exceptions=True)
        done = [entry["id"] for entry, result in zip(waiting, results, strict=True) if result is None]
        for entry, result in zip(waiting, results, strict=True):
            if result is not None:
                log.warning("event.not_published", routing_key=entry["routing_key"], error=repr(result))
        if done:
            try:
                await collection.update_one({"_id": document_id}, outbox.published(done))
            except PyMongoError as error:
                log.warning("outbox.not_cleared", error=repr(error))

    async def _publish(self, entry: Entry) -> None:
        parent = {"traceparent": entry["traceparent"]} if entry["traceparent"] else {}
        token = otel_context.attach(_PROPAGATOR.extract(parent))
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
