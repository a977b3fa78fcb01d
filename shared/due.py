"""Due rows: work that must happen is a row with a due time; any replica takes it under a lease, nothing is kept in
memory.

A row has ``due_at`` (the system's time; absent when nothing is to be done) and, while worked on, ``lease``: its token
and until when (real time). The handler does the work and writes its result with ``lease.held`` in the filter, so that
a worker that lost its lease changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from shared import clock
from shared.ids import new_id
from shared.mongo import AFTER, ASCENDING, Collection, Document, IndexModel, PyMongoError
from shared.observability import metrics
from shared.observability.errors import brief
from shared.watch import Watch

log = structlog.get_logger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED = 1000
"""Counting stops here: what matters is that very many rows wait."""
_HAND_BACK_SECONDS = 2

HAND_BACK = {"lease": "", "failed_tries": ""}
"""What is unset when a row is worked on no more."""

INDEX = IndexModel([("due_at", ASCENDING)], name="due_at", partialFilterExpression={"due_at": {"$gt": _EPOCH}})
"""Covers only rows that wait for something."""


@dataclass
class Lease:
    """A row that this worker alone may work on until ``until`` (real time). ``handed_back``: the handler's last write
    took the lease away too (``HAND_BACK``): what it does afterwards is not tried again when it fails.
    """

    row: Document
    token: str
    until: datetime
    handed_back: bool = False

    @property
    def held(self) -> dict[str, Any]:
        """The filter for every write of the result."""
        return {"_id": self.row["_id"], "lease.token": self.token}


def backoff(tries: int, *, first: float = 1.0, most: float = 300.0) -> timedelta:
    """1 s, 2 s, 4 s … at most ``most`` seconds; ``tries`` counts from 1."""
    return timedelta(seconds=min(most, first * 2 ** min(tries - 1, 20)))


class Worker(Protocol):
    """What the runtime starts after the broker. ``stop`` finishes what is held; cancelled, it hands back what is not
    done.
    """

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def due_by(moment: datetime) -> dict[str, Any]:
    """The filter for rows whose time has come by then, whether somebody works on them or not."""
    return {"due_at": {"$gt": _EPOCH, "$lte": moment}}


def due_and_free() -> dict[str, Any]:
    """The filter for rows that are due and that nobody works on."""
    return {**due_by(clock.now()), "$or": [{"lease": None}, {"lease.until": {"$lt": clock.real_now()}}]}


async def measure_backlog(name: str, collection: Collection) -> None:
    """Record how many rows wait for ``name`` and since when the oldest does; a failing one counts from its next try."""
    oldest = await collection.find_one(due_by(clock.now()), {"due_at": 1}, sort=[("due_at", ASCENDING)])
    waiting = await collection.count_documents(due_and_free(), limit=COUNTED) if oldest else 0
    metrics.record_due_rows(name, waiting)
    metrics.record_due_age(name, clock.now() - oldest["due_at"] if oldest else timedelta(0))


async def claim_many(collection: Collection, *, limit: int, lease: timedelta) -> tuple[str, list[Document]]:
    """Take up to ``limit`` due rows under one token, the longest due first; writes of results filter by
    ``lease.token``.
    """
    token = new_id("lse")
    free = due_and_free()
    found = await collection.find(free, {"_id": 1}).sort("due_at", ASCENDING).limit(limit).to_list(None)
    if not found:
        return token, []
    until = clock.real_now() + lease
    await collection.update_many(
        {"_id": {"$in": [row["_id"] for row in found]}, **free}, {"$set": {"lease": {"token": token, "until": until}}}
    )
    ids = [row["_id"] for row in found]
    rows = await collection.find({"_id": {"$in": ids}, "lease.token": token}).to_list(None)
    return token, rows


class DueBatches:
    """Takes due rows of one collection many at a time, for work that is cheaper together. Looks every second."""

    def __init__(
        self,
        name: str,
        collection: Collection,
        handle: Callable[[str, Sequence[Document]], Awaitable[None]],
        *,
        size: int = 500,
        lease: timedelta = timedelta(seconds=30),
        look_every: timedelta = timedelta(seconds=1),
    ) -> None:
        self.name = name
        self.collection = collection
        self._handle = handle
        self._size = size
        self._lease = lease
        self._look_every = look_every.total_seconds()
        self._watch = Watch(name, lambda: measure_backlog(name, collection))
        self._looker: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        await self._watch.start()
        self._looker = asyncio.create_task(self._look_for_ever())

    async def stop(self) -> None:
        """Finish the batch that is held; cancelled, hand it back."""
        self._stopping.set()
        await self._watch.stop()
        if self._looker:
            await _ended({self._looker})

    async def tick(self) -> int:
        """One look; answers how many rows were taken."""
        token, rows = await claim_many(self.collection, limit=self._size, lease=self._lease)
        if rows:
            try:
                await self._handle(token, rows)
            except (Exception, asyncio.CancelledError):
                await _hand_back(self.collection, {"_id": {"$in": [row["_id"] for row in rows]}, "lease.token": token})
                raise
        return len(rows)

    async def _look_for_ever(self) -> None:
        while not self._stopping.is_set():
            taken = 0
            try:
                taken = await self.tick()
            except Exception as error:
                log.warning("due.look_failed", worker=self.name, error=brief(error))
            if taken < self._size:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self._look_every)


class DueWorker:
    """Takes due rows of one collection. ``wake`` makes a row's work start now instead of at the next look (every
    second).
    """

    def __init__(
        self,
        name: str,
        collection: Collection,
        handle: Callable[[Lease], Awaitable[None]],
        *,
        concurrency: int = 16,
        lease: timedelta = timedelta(seconds=60),
        look_every: timedelta = timedelta(seconds=1),
    ) -> None:
        self.name = name
        self.collection = collection
        self._handle = handle
        self._lease = lease
        self._look_every = look_every.total_seconds()
        self._slots = asyncio.Semaphore(concurrency)
        self._watch = Watch(name, lambda: measure_backlog(name, collection))
        self._running: set[asyncio.Task[None]] = set()
        self._in_line: set[object] = set()
        """Rows that wait for a slot, each once: whoever is woken often waits no less than others."""
        self._looker: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self, row_id: object) -> None:
        """Take this row at once if it is due and free."""
        if not self._stopping:
            self._line_up(row_id)

    async def start(self) -> None:
        await self._watch.start()
        self._looker = asyncio.create_task(self._look_for_ever())

    async def stop(self) -> None:
        """Finish what is held; cancelled, hand the rest back, so that another replica takes it now."""
        self._stopping = True
        await self._watch.stop()
        if self._looker:
            self._looker.cancel()
            await asyncio.gather(self._looker, return_exceptions=True)
        await _ended(self._running)

    async def run_due(self) -> int:
        """Work on everything that is due now, one after the other, and wait for the tasks that were woken meanwhile;
        answers how many rows it took itself. For tests and commands.
        """
        count = 0
        while True:
            while await self._work_once({}):
                count += 1
            if not self._running:
                return count
            await asyncio.wait(self._running)

    def _line_up(self, row_id: object) -> None:
        if row_id in self._in_line:
            return
        self._in_line.add(row_id)
        task = asyncio.create_task(self._take(row_id))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _take(self, row_id: object) -> None:
        async with self._slots:
            self._in_line.discard(row_id)
            if self._stopping:
                return
            try:
                await self._work_once({"_id": row_id})
            except Exception as error:
                log.warning("due.take_failed", worker=self.name, error=brief(error))

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self._look()
            except Exception as error:
                log.warning("due.look_failed", worker=self.name, error=brief(error))
            await asyncio.sleep(self._look_every)

    async def _look(self) -> None:
        """Start a task for each due and free row that there is room for."""
        rows = await self.collection.find(due_and_free(), {"_id": 1}).sort("due_at", ASCENDING).limit(200).to_list(None)
        for row in rows:
            await self._slots.acquire()
            self._slots.release()
            self._line_up(row["_id"])

    async def _claim(self, which: dict[str, Any]) -> Lease | None:
        token, until = new_id("lse"), clock.real_now() + self._lease
        row = await self.collection.find_one_and_update(
            {**which, **due_and_free()},
            {"$set": {"lease": {"token": token, "until": until}}},
            sort=[("due_at", ASCENDING)],
            return_document=AFTER,
        )
        return Lease(row, token, until) if row else None

    async def _work_once(self, which: dict[str, Any]) -> bool:
        lease = await self._claim(which)
        if lease is None:
            return False
        try:
            async with asyncio.timeout(self._lease.total_seconds() * 0.9):
                await self._handle(lease)
        except asyncio.CancelledError:
            await _hand_back(self.collection, lease.held)
            raise
        except Exception as error:
            log.error("due.work_failed", worker=self.name, row_id=str(lease.row["_id"]), exc_info=error)
            await self._put_off(lease)
        else:
            if not lease.handed_back:
                await self._release(lease)
        return True

    async def _release(self, lease: Lease) -> None:
        """Mostly nothing is due any more, and one plain update does."""
        change = {"$unset": HAND_BACK}
        later = {"$or": [{"due_at": None}, {"due_at": {"$gt": clock.now()}}]}
        result = await self.collection.update_one({**lease.held, **later}, change)
        if not result.matched_count:
            result = await self.collection.update_one(lease.held, change)
            if result.matched_count:
                self.wake(lease.row["_id"])

    async def _put_off(self, lease: Lease) -> None:
        """A bug or an outage of the database: try later, ever more rarely."""
        tries = int(lease.row.get("failed_tries", 0)) + 1
        try:
            await self.collection.update_one(
                lease.held,
                {
                    "$set": {"due_at": clock.now() + backoff(tries), "failed_tries": tries},
                    "$unset": {"lease": ""},
                },
            )
        except PyMongoError as error:
            log.warning("due.not_put_off", worker=self.name, error=brief(error))


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Wait until all have ended; where the waiting is cancelled, cancel them too and wait for that."""
    try:
        if tasks:
            await asyncio.wait(tasks)
    finally:
        left = list(tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _hand_back(collection: Collection, held: dict[str, Any]) -> None:
    """Give up leases; where the database does not answer they end by themselves."""
    with suppress(PyMongoError, TimeoutError):
        async with asyncio.timeout(_HAND_BACK_SECONDS):
            await collection.update_many(held, {"$unset": {"lease": ""}})
