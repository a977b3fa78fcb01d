"""Messages that were parked: walk through them, put them back, or drop them.

A message goes back by the first rung of the ladder, with a confirm before it leaves the parking queue: a crash in
between makes a duplicate, never a loss. What one walk holds another does not see.
"""

import hashlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aiormq.exceptions import ChannelNotFoundEntity

from shared.ids import new_id
from shared.messaging.handling import envelope_of
from shared.messaging.middleware import PARKED_AT, copy_of
from shared.messaging.topology import LADDER, parking_name, service_of_queue

UNREADABLE = "unreadable"
CRASHED = "delivered too often (the consumer crashed)"


class Action(StrEnum):
    """What is done with a parked message."""

    LIST = "list"
    REPLAY = "replay"
    DROP = "drop"


@dataclass(frozen=True)
class Parked:
    """What a person needs to decide; no payload, which may be personal. ``parked_id`` is the same for equal messages of
    one queue. ``organization_id`` is empty where the message does not say whose it is.
    """

    parked_id: str
    queue: str
    organization_id: str
    event_id: str
    event_type: str
    subject: str
    occurred_at: datetime | None
    parked_at: datetime | None
    attempts: int
    replays: int
    error: str


@dataclass(frozen=True)
class Walked:
    """``found`` are those that were wanted; ``unseen`` more lay behind the last that was looked at, anybody's."""

    found: list[Parked]
    unseen: int = 0


@dataclass(frozen=True)
class Depth:
    """How full a queue and the parking queue beside it are."""

    queue: str
    waiting: int
    consumers: int
    parked: int


Wanted = Callable[[Parked], bool]
Before = Callable[[Parked], Awaitable[None]]
Takes = Callable[[AbstractIncomingMessage], Awaitable[bool]]
MOST = 1000
"""Of one queue at once: as much as one looks at while a person waits."""


def service_of(parked_id: str) -> str:
    """Whose queue it is in."""
    return parked_id.rpartition("-")[0]


def containing(match: str) -> Wanted:
    """Those whose type, subject or error contains this."""
    return lambda parked: match in f"{parked.event_type} {parked.subject} {parked.error}"


ALL = containing("")


def describe(queue: str, message: AbstractIncomingMessage) -> Parked:
    envelope = envelope_of(message.body)
    digest = hashlib.sha256(queue.encode() + b"\0" + message.body).hexdigest()[:24]
    return Parked(
        parked_id=f"{service_of_queue(queue)}-{digest}",
        queue=queue,
        organization_id=str(envelope.get("organizationid", "")),
        event_id=str(envelope.get("id", "?")),
        event_type=str(envelope.get("type", UNREADABLE)),
        subject=str(envelope.get("subject", "?")),
        occurred_at=_instant(envelope.get("time")),
        parked_at=_parked_at(message),
        attempts=_number(message.headers.get("x-attempt")),
        replays=_number(message.headers.get("x-replayed")),
        error=str(message.headers.get("x-error", CRASHED)),
    )


def _number(header: object) -> int:
    """A header of anybody's with write access to the broker."""
    return int(header) if isinstance(header, int) or (isinstance(header, str) and header.isdecimal()) else 0


def _instant(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _parked_at(message: AbstractIncomingMessage) -> datetime | None:
    """By us, or by the broker after a crash loop."""
    deaths = message.headers.get("x-death")
    times = [death.get("time") for death in deaths if isinstance(death, dict)] if isinstance(deaths, list) else []
    by_broker = [at if at.tzinfo else at.replace(tzinfo=UTC) for at in times if isinstance(at, datetime)]
    by_us = _instant(message.headers.get(PARKED_AT))
    return max([*by_broker, *([by_us] if by_us else [])], default=None)


async def walk(
    connection: AbstractConnection,
    queue: str,
    *,
    action: Action,
    wanted: Wanted = ALL,
    before: Before | None = None,
    limit: int = MOST,
) -> Walked:
    """Look at up to ``limit`` messages that are parked beside one queue; none where there is no such queue.

    Only those are touched that are ``wanted``, each after ``before``; the others stay parked, as do those that this
    very run put back and that failed again.
    """
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    back = await channel.get_exchange(LADDER[0].name, ensure=False)
    run = new_id("run")
    found: list[Parked] = []

    async def take(message: AbstractIncomingMessage) -> bool:
        parked = describe(queue, message)
        if message.headers.get("x-replay-run") == run or not wanted(parked):
            return False
        found.append(parked)
        if action is Action.LIST:
            return False
        if before is not None:
            await before(parked)
        if action is Action.REPLAY:
            marks = {"x-attempt": 1, "x-replayed": parked.replays + 1, "x-replay-run": run}
            await back.publish(copy_of(message, **marks), routing_key=queue, mandatory=True)
        await message.ack()
        return True

    return Walked(found, await sift(channel, queue, take, limit=limit))


async def sift(channel: AbstractChannel, queue: str, take: Takes, *, limit: int = sys.maxsize) -> int:
    """Hand what is parked beside a queue to ``take``, which answers whether it did away with it; the others go back, in
    their order. Answers how many lay behind ``limit``; the channel is closed at the end.
    """
    try:
        parking = await channel.get_queue(parking_name(queue), ensure=True)
    except ChannelNotFoundEntity:
        return 0  # nothing was ever parked there
    kept: list[AbstractIncomingMessage] = []
    last = None
    try:
        for _ in range(limit):
            last = await parking.get(fail=False)
            if last is None:
                break
            kept.append(last)
            if await take(last):
                kept.pop()
    finally:
        for message in kept:
            if not message.processed:
                await message.reject(requeue=True)
        await channel.close()
    return (last.message_count or 0) if last else 0


async def walk_all(
    connection: AbstractConnection,
    queues: Sequence[str],
    *,
    action: Action,
    wanted: Wanted = ALL,
    before: Before | None = None,
    limit: int = MOST,
) -> Walked:
    """The same for several queues, one after the other."""
    found: list[Parked] = []
    unseen = 0
    for queue in queues:
        walked = await walk(connection, queue, action=action, wanted=wanted, before=before, limit=limit)
        found += walked.found
        unseen += walked.unseen
    return Walked(found, unseen)


async def depths(url: str, queues: Sequence[str]) -> list[Depth]:
    """Of each queue that is there."""
    async with await aio_pika.connect(url) as connection:
        counts = await _counts(connection, [name for queue in queues for name in (queue, parking_name(queue))])
    found = [(queue, counts.get(queue), counts.get(parking_name(queue), (0, 0))) for queue in queues]
    return [Depth(queue, *own, beside[0]) for queue, own, beside in found if own is not None]


async def _counts(connection: AbstractConnection, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Messages and consumers; asking for what is not there closes the channel that asked."""
    counts: dict[str, tuple[int, int]] = {}
    channel = await connection.channel()
    for name in names:
        try:
            declared = (await channel.declare_queue(name, passive=True)).declaration_result
        except ChannelNotFoundEntity:
            channel = await connection.channel()
        else:
            counts[name] = (declared.message_count or 0, declared.consumer_count or 0)
    return counts
