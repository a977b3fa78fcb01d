"""Parked messages about what was erased go (X5); the others stay where they are, in their order."""

from collections.abc import Awaitable, Callable, Sequence

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.exceptions import ChannelNotFoundEntity

from shared.messaging.topology import parking_name


def forgetting(url: str, queues: Callable[[], Sequence[str]]) -> Callable[[tuple[str, ...]], Awaitable[int]]:
    """``queues`` are those that the service consumes."""

    async def forget(ids: tuple[str, ...]) -> int:
        return await forget_parked(url, queues(), ids) if ids else 0

    return forget


async def forget_parked(url: str, queues: Sequence[str], ids: Sequence[str]) -> int:
    """Drop what is parked beside these queues and names one of the ids; answers how many."""
    marks = [one.encode() for one in ids]
    dropped = 0
    async with await aio_pika.connect(url) as connection:
        for queue in queues:
            channel = await connection.channel()
            try:
                dropped += await _sift(channel, parking_name(queue), marks)
            except ChannelNotFoundEntity:
                continue  # nothing was ever parked there, and the channel is closed
            await channel.close()
    return dropped


async def _sift(channel: AbstractChannel, name: str, marks: Sequence[bytes]) -> int:
    parking = await channel.get_queue(name, ensure=True)
    kept: list[AbstractIncomingMessage] = []
    dropped = 0
    try:
        while (message := await parking.get(fail=False)) is not None:
            if any(mark in message.body for mark in marks):
                await message.ack()
                dropped += 1
            else:
                kept.append(message)
    finally:
        for message in kept:
            await message.reject(requeue=True)
    return dropped
