"""What is on the bus while databases are copied: said again after a restore, since it is in no database any more.

An event leaves its outbox when the broker has it, and whoever hears it may take a while. Consumers know what they have
done, so that saying again what most of them heard does no harm (G10).
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity

from deploy.backup.bundle import Said
from deploy.credentials import SERVICES
from deploy.events.wiring import read_wiring
from shared.contracts.catalogue import catalogue
from shared.contracts.envelope import CONTENT_TYPE
from shared.ids import new_id
from shared.messaging.topology import EVENTS, LADDER, parking_name, queue_name


class NobodyHears(Exception):
    """A service has not declared its queues yet."""


def work_queues() -> dict[str, str]:
    """Every queue in which a service hears an event, with its routing key."""
    consumers = read_wiring().consumers
    return {
        queue_name(service, event): event.routing_key
        for event in catalogue()
        for service in SERVICES
        if service in consumers.get(event.__name__, [])
    }


class Ear:
    """Hears everything that is said from the moment it is made."""

    def __init__(self, connection: AbstractConnection, queue: AbstractQueue) -> None:
        self._connection = connection
        self._queue = queue
        self.heard: list[Said] = []

    async def catch_up(self) -> int:
        """Take what was said since the last time; how much it was."""
        before = len(self.heard)
        while (message := await self._queue.get(no_ack=True, fail=False)) is not None:
            self.heard.append(Said(message.routing_key or "", message.body.decode()))
        return len(self.heard) - before

    async def not_heard(self) -> dict[str, int]:
        """Messages that wait and were said before this began: in queues, on the ladder, parked."""
        queues = work_queues()
        heard = Counter(event.routing_key for event in self.heard)
        waiting = {name: await _waiting(self._connection, name) - heard[key] for name, key in queues.items()}
        for name in (*(rung.name for rung in LADDER), *map(parking_name, queues)):
            waiting[name] = await _waiting(self._connection, name)
        return {name: count for name, count in waiting.items() if count > 0}


@asynccontextmanager
async def listening(amqp_url: str) -> AsyncIterator[Ear]:
    """An ear of the operator's."""
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS.name, "#")
        yield Ear(connection, queue)


async def _waiting(connection: AbstractConnection, name: str) -> int:
    """Zero where there is no such queue, which closes the channel that asked."""
    channel = await connection.channel()
    try:
        queue = await channel.declare_queue(name, passive=True)
    except ChannelNotFoundEntity:
        return 0
    await channel.close()
    return queue.declaration_result.message_count or 0


async def say_again(amqp_url: str, events: Sequence[Said]) -> None:
    """Publish all, once every service hears. Raises ``NobodyHears``."""
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        await _all_hear(connection, work_queues())
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(EVENTS.name, ensure=False)
        for event in events:
            message = aio_pika.Message(
                event.body.encode(),
                content_type=CONTENT_TYPE,
                message_id=new_id("msg"),
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await exchange.publish(message, routing_key=event.routing_key, mandatory=False)


async def _all_hear(connection: AbstractConnection, queues: Iterable[str]) -> None:
    channel = await connection.channel()
    for name in queues:
        try:
            await channel.declare_queue(name, passive=True)
        except ChannelNotFoundEntity as error:
            raise NobodyHears(f"{name} is not there: start the services first") from error
