"""The messages that a service's handlers could not take: looked at by one at a time, operator or erasure, since
what one holds in its hands another would take for gone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError
from faststream.rabbit import RabbitBroker

from shared.contracts.api.operations import BusState, QueueState
from shared.messaging.forgetting import forget_parked
from shared.messaging.parked import MOST, Action, Before, Walked, Wanted, depths, walk_all
from shared.messaging.topology import queues_of
from shared.messaging.turns import turn
from shared.observability.errors import brief
from shared.problem import Unavailable
from shared.settings import ServiceSettings

log = structlog.get_logger(__name__)
_PATIENCE = timedelta(seconds=25)
"""For a turn, with all that is done in it."""
_AWAY = (AMQPError, OSError, TimeoutError)


class Parking:
    """Beside the queues that ``broker`` consumes; those are known once its subscribers are. However many there are of
    one ``service``, they take turns.
    """

    def __init__(self, service: str, settings: ServiceSettings, broker: RabbitBroker) -> None:
        self._service = service
        self._url = settings.amqp_url.get_secret_value()
        self._broker = broker

    async def state(self) -> BusState:
        """Asks for numbers only."""
        try:
            async with asyncio.timeout(5):
                found = await depths(self._url, queues_of(self._broker))
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

    async def walk(self, action: Action, wanted: Wanted, before: Before | None = None) -> Walked:
        """Raises ``Unavailable`` where the broker is away, or somebody else walks for too long."""
        async with self._turn() as connection:
            full = [one.queue for one in await depths(self._url, queues_of(self._broker)) if one.parked]
            if not full:
                return Walked([])
            return await walk_all(connection, full, action=action, wanted=wanted, before=before, limit=MOST)

    async def forget(self, ids: tuple[str, ...]) -> int:
        """Drop what names one of the ids (X5); answers how many. A queue a turn, since each is gone through to its end,
        whatever is said of its length: what was put back a moment ago is not counted yet. Raises as above, and
        ``AMQPError``.
        """
        dropped = 0
        if ids:
            for queue in queues_of(self._broker):
                async with self._turn() as connection:
                    dropped += await forget_parked(connection, queue, ids)
        return dropped

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[AbstractConnection]:
        """Raises ``Unavailable``."""
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()), turn(self._url, self._service) as connection:
                yield connection
        except _AWAY as error:
            log.warning("operations.broker_away", error=brief(error))
            raise Unavailable() from error
