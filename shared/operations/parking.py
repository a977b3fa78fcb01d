"""The messages that a service's handlers could not take: looked at by one replica at a time, since what one holds in
its hands another would take for gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from aio_pika.exceptions import AMQPError

from shared import clock
from shared.contracts.api.operations import BusState, QueueState
from shared.ids import new_id
from shared.messaging.parked import Action, Before, Parked, Wanted, depths, walk_all
from shared.mongo import Collection, Database, DuplicateKeyError
from shared.observability.errors import brief
from shared.problem import Unavailable

log = structlog.get_logger(__name__)
_TURN = "parking"
_LEASE = timedelta(seconds=30)
_AWAY = (AMQPError, OSError, TimeoutError)


class Parking:
    """``queues`` are those that the service consumes; known once its subscribers are."""

    def __init__(self, url: str, queues: Callable[[], Sequence[str]], database: Database) -> None:
        self._url = url
        self._queues = queues
        self.turns: Collection = database["operator_turns"]

    async def state(self) -> BusState:
        """Asks for numbers only."""
        try:
            async with asyncio.timeout(5):
                found = await depths(self._url, self._queues())
        except _AWAY as error:
            log.warning("operations.broker_away", error=brief(error))
            return BusState(reachable=False)
        notable = [one for one in found if one.waiting or one.parked or not one.consumers]
        return BusState(
            reachable=True,
            queued=sum(one.waiting for one in found),
            parked=sum(one.parked for one in found),
            queues=[
                QueueState(name=one.queue, waiting=one.waiting, consumers=one.consumers, parked=one.parked)
                for one in notable
            ],
        )

    async def walk(self, action: Action, wanted: Wanted, before: Before | None = None) -> list[Parked]:
        """Raises ``Unavailable`` where the broker is away, or somebody else walks for too long."""
        try:
            async with asyncio.timeout(_LEASE.total_seconds() - 5), self._turn():
                full = [one.queue for one in await depths(self._url, self._queues()) if one.parked]
                return await walk_all(self._url, full, action=action, wanted=wanted, before=before) if full else []
        except _AWAY as error:
            log.warning("operations.broker_away", error=brief(error))
            raise Unavailable() from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        token = new_id("trn")
        while not await self._take(token):
            await asyncio.sleep(0.05)
        try:
            yield
        finally:
            await self.turns.update_one({"_id": _TURN, "token": token}, {"$unset": {"token": "", "until": ""}})

    async def _take(self, token: str) -> bool:
        free = {"_id": _TURN, "$or": [{"until": None}, {"until": {"$lt": clock.real_now()}}]}
        mine = {"$set": {"token": token, "until": clock.real_now() + _LEASE}}
        try:
            await self.turns.update_one(free, mine, upsert=True)
        except DuplicateKeyError:
            return False
        return True
