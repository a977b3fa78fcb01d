"""A subscriber from outside that counts what became of each confirmation, for the system and the floor alike."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import orjson

_PATIENCE_SECONDS = 120


@dataclass
class Seen:
    """What was heard of one subject: each kind's distinct keys, and the latest moment that a mail left (seconds)."""

    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mailed_at: float = 0.0


@dataclass
class _Wish:
    wanted: Mapping[str, Mapping[str, int]]
    """How many of each kind, by subject."""
    lacking: set[str]
    """Subjects of which not all was heard yet."""
    done: asyncio.Event


class Watch:
    """Who waits for what, and what was heard so far."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = defaultdict(Seen)
        self._wishes: dict[str, list[_Wish]] = defaultdict(list)

    def heard(self, subject: str, kind: str, key: str, mailed_at: float = 0.0) -> None:
        seen = self.seen[subject]
        seen.kinds[kind].add(key)
        seen.mailed_at = max(seen.mailed_at, mailed_at)
        for wish in self._wishes.get(subject, ()):
            if subject in wish.lacking and self._is_whole(subject, wish.wanted[subject]):
                wish.lacking.discard(subject)
                if not wish.lacking:
                    wish.done.set()

    async def until(self, wanted: Mapping[str, Mapping[str, int]], *, seconds: float = _PATIENCE_SECONDS) -> None:
        """Return when so many of each kind were heard of each subject; raises ``TimeoutError``."""
        lacking = {subject for subject, kinds in wanted.items() if not self._is_whole(subject, kinds)}
        if not lacking:
            return
        wish = _Wish(wanted, lacking, asyncio.Event())
        for subject in wanted:
            self._wishes[subject].append(wish)
        try:
            async with asyncio.timeout(seconds):
                await wish.done.wait()
        finally:
            for subject in wanted:
                self._wishes[subject].remove(wish)

    def missing(self, wanted: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """What has not been heard, by subject."""
        short: dict[str, dict[str, int]] = {}
        for subject, kinds in wanted.items():
            seen = self.seen[subject].kinds
            lacking = {kind: count - len(seen[kind]) for kind, count in kinds.items() if len(seen[kind]) < count}
            if lacking:
                short[subject] = lacking
        return short

    def _is_whole(self, subject: str, kinds: Mapping[str, int]) -> bool:
        return all(len(self.seen[subject].kinds[kind]) >= count for kind, count in kinds.items())


Reader = Callable[[dict[str, Any]], Sequence[tuple[str, str, str, float]]]
"""From a decoded message to what it tells: subject, kind, key among its kind, when mails had left (or 0)."""


@asynccontextmanager
async def watching(amqp_url: str, routing_keys: Sequence[str], read: Reader) -> AsyncIterator[Watch]:
    """Hear these events from now on, on a queue of our own without acknowledgements."""
    watch = Watch()

    async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        for found in read(orjson.loads(message.body)):
            watch.heard(*found)

    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("chosei.events")
        queue = await channel.declare_queue(exclusive=True)
        for key in routing_keys:
            await queue.bind(exchange, key)
        await queue.consume(take, no_ack=True)
        yield watch
