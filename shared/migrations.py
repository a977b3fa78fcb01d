"""Changes of what is stored, as numbered steps of a service: each is taken once, before the service takes work.

One process at a time takes them, under a lease that it renews, while its replicas wait. There is no way back, so that
every step leaves what the version before can read and write: its replicas go on meanwhile (G27).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from shared import clock, mongo
from shared.ids import new_id
from shared.mongo import (
    AFTER,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    IndexModel,
    OperationFailure,
    PyMongoError,
)
from shared.observability.errors import brief, places

log = structlog.get_logger(__name__)
COLLECTION = "migrations"
_ID = "steps"
_LEASE = timedelta(seconds=30)
_LOOK_SECONDS = 0.2
_HAND_BACK_SECONDS = 2
_INDEX_CANNOT_BE = {85, 86, 11000}
"""Another definition under this name or for these keys; rows that a unique one does not allow."""


class MigrationFailed(Exception):
    """The data or the code must be mended first: trying again does not help."""


@dataclass(frozen=True)
class Step:
    """``take`` may be repeated: where a process dies half-way, the next one begins the step anew. A step that needs an
    index makes it itself, since those that are declared are made after all steps.
    """

    number: int
    name: str
    take: Callable[[], Awaitable[Any]]


class _LeaseLost(Exception):
    """Another process takes the steps."""


class Migrations:
    """The steps of one service, numbered from 1 without a gap, and the record of those that were taken."""

    def __init__(self, database: Database, steps: Sequence[Step], *, lease: timedelta = _LEASE) -> None:
        if [step.number for step in steps] != list(range(1, len(steps) + 1)):
            raise ValueError("steps are numbered 1, 2, 3 …")
        self.steps = steps
        self._record: Collection = database[COLLECTION]
        self._lease = lease

    async def take(self) -> int:
        """Return when every step is taken, by this process or another; how many were by this one. Raises
        ``MigrationFailed``, and the database's error where it is away.
        """
        taken = 0
        while self._missing(await self._record.find_one({"_id": _ID})):
            token = new_id("lse")
            record = await self._claim(token)
            if record is None:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            try:
                for step in self._missing(record):
                    await self._take(step, token)
                    taken += 1
            except _LeaseLost:
                log.warning("migration.lease_lost")
            finally:
                await self._hand_back(token)
        return taken

    def _missing(self, record: Document | None) -> Sequence[Step]:
        known = {one["number"]: one["name"] for one in (record or {}).get("taken", [])}
        for step in self.steps:
            if known.get(step.number, step.name) != step.name:
                raise MigrationFailed(f"step {step.number} was taken as {known[step.number]}, here it is {step.name}")
        if newer := sorted(number for number in known if number > len(self.steps)):
            log.warning("migration.database_is_newer", steps=newer)
        return [step for step in self.steps if step.number not in known]

    async def _claim(self, token: str) -> Document | None:
        """The record as it is under our lease; None while another process has it."""
        now = clock.real_now()
        with suppress(DuplicateKeyError):
            await self._record.update_one({"_id": _ID}, {"$setOnInsert": {"taken": []}}, upsert=True)
        return await self._record.find_one_and_update(
            {"_id": _ID, "$or": [{"lease": None}, {"lease.until": {"$lt": now}}]},
            {"$set": {"lease": {"token": token, "until": now + self._lease}}},
            return_document=AFTER,
        )

    async def _take(self, step: Step, token: str) -> None:
        log.info("migration.began", step=step.number, name=step.name)
        began = clock.real_now()
        try:
            await _while(self._renew(token), step.take)
        except (MigrationFailed, _LeaseLost):
            raise
        except Exception as error:
            if mongo.is_away(error):
                raise
            at = places(error)[-1]
            raise MigrationFailed(f"step {step.number} {step.name}: {brief(error)}, {at}") from error
        taken = {"number": step.number, "name": step.name, "began_at": began, "ended_at": clock.real_now()}
        held = {"_id": _ID, "lease.token": token}
        if not (await self._record.update_one(held, {"$push": {"taken": taken}})).matched_count:
            raise _LeaseLost
        log.info("migration.ended", step=step.number, name=step.name)

    async def _renew(self, token: str) -> None:
        """Returns never; raises ``_LeaseLost``."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            until = clock.real_now() + self._lease
            held = {"_id": _ID, "lease.token": token}
            if not (await self._record.update_one(held, {"$set": {"lease.until": until}})).matched_count:
                raise _LeaseLost

    async def _hand_back(self, token: str) -> None:
        """Where the database does not answer the lease ends by itself."""
        with suppress(PyMongoError, TimeoutError):
            async with asyncio.timeout(_HAND_BACK_SECONDS):
                await self._record.update_one({"_id": _ID, "lease.token": token}, {"$unset": {"lease": ""}})


async def _while(renewing: Coroutine[Any, Any, None], take: Callable[[], Awaitable[Any]]) -> None:
    """Run ``take`` as long as the renewing goes on; what ends it ends the step."""

    async def taking() -> None:
        await take()

    tasks = [asyncio.create_task(taking()), asyncio.create_task(renewing)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        work, renewal = tasks
        renewal.cancel()
        if not work.done():
            work.cancel()
        ended, lost = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(lost, Exception):
        raise lost
    if isinstance(ended, BaseException):
        raise ended


async def make_indexes(declared: Mapping[Collection, Sequence[IndexModel]]) -> None:
    """Make those that are missing. Raises ``MigrationFailed`` where one needs a step first that drops the former one
    or mends the rows.
    """
    for collection, indexes in declared.items():
        try:
            await mongo.ensure_indexes(collection, indexes)
        except OperationFailure as error:
            if error.code in _INDEX_CANNOT_BE:
                raise MigrationFailed(f"an index of {collection.name}: {brief(error)}") from error
            raise
