"""Turns at a service's parked messages: whoever looks at them holds them in their hands, and another would take them
for gone.

A turn is an exclusive queue at the broker. It ends where its holder says so, and with the holder's connection, as what
they hold does; it needs nothing but the rights on the service's own queues.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelLockedResource

from shared.messaging.topology import parking_name

_LOOK_EVERY_SECONDS = 0.1


@asynccontextmanager
async def turn(url: str, service: str) -> AsyncIterator[AbstractConnection]:
    """Wait for it as long as it takes; who looks does so by the connection that it hangs on. Raises ``AMQPError`` and
    ``OSError`` where the broker is away.
    """
    async with await aio_pika.connect(url) as connection:
        while not await taken(connection, service):
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        yield connection


async def taken(connection: AbstractConnection, service: str) -> bool:
    """False while it is somebody else's."""
    channel = await connection.channel()
    try:
        await channel.declare_queue(parking_name(service), exclusive=True, arguments={"x-queue-type": "classic"})
    except ChannelLockedResource:
        return False
    return True
