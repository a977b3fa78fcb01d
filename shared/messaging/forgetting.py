"""Parked messages about what was erased go (X5); the others stay where they are, in their order."""

from collections.abc import Sequence

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from shared.messaging.parked import sift


async def forget_parked(connection: AbstractConnection, queue: str, ids: Sequence[str]) -> int:
    """Drop what is parked beside this queue and names one of the ids; answers how many."""
    marks = [one.encode() for one in ids]
    dropped = 0

    async def take(message: AbstractIncomingMessage) -> bool:
        nonlocal dropped
        if not any(mark in message.body for mark in marks):
            return False
        await message.ack()
        dropped += 1
        return True

    await sift(await connection.channel(), queue, take)
    return dropped
