"""A subscriber of Chosei's events: binds a queue of its own at the broker and writes each event once, a line each.

Needs aio-pika and nothing of Chosei's. It may be killed at any time: what it has not acknowledged comes again, and what
it has handled before is known by its id.
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from datetime import datetime
from typing import Any

import aio_pika

EXCHANGE = "chosei.events"
DELIVERY_LIMIT = 20
PREFETCH = 10
REQUIRED = ("specversion", "id", "source", "type", "subject", "time", "organizationid", "aggregateversion", "data")


class NotAnEvent(Exception):
    """What came is no CloudEvent of Chosei; to take it again would not help."""


def event_in(body: bytes) -> dict[str, Any]:
    """The CloudEvent (1.0, structured mode). Members that are not known are left alone: newer versions may add some.

    Raises ``NotAnEvent``.
    """
    try:
        event = json.loads(body)
    except ValueError as error:
        raise NotAnEvent("not JSON") from error
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        raise NotAnEvent("not a CloudEvent 1.0")
    missing = [name for name in REQUIRED if name not in event]
    if missing:
        raise NotAnEvent(f"without {', '.join(missing)}")
    if not str(event["type"]).startswith("chosei.") or not isinstance(event["data"], dict):
        raise NotAnEvent("not one of Chosei")
    try:
        datetime.fromisoformat(event["time"])
    except ValueError as error:
        raise NotAnEvent("its time is none") from error
    return event


class Memory:
    """What was handled, and the newest version of each aggregate, in one SQLite file."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute("CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY)")
        self._database.execute("CREATE TABLE IF NOT EXISTS newest (subject TEXT PRIMARY KEY, version INTEGER)")

    def handle(self, event: dict[str, Any]) -> bool:
        """Write down the event and what follows from it in one transaction; False for a repeat.

        A real subscriber changes its own tables here. What is older than what it knows is told apart, not refused: no
        order is promised.
        """
        subject = f"{event['type'].split('.')[1]}/{event['subject']}"
        with self._database:
            done = self._database.execute("INSERT OR IGNORE INTO handled VALUES (?)", (event["id"],))
            if done.rowcount == 0:
                return False
            row = self._database.execute("SELECT version FROM newest WHERE subject = ?", (subject,)).fetchone()
            event["is_newest"] = row is None or row[0] <= event["aggregateversion"]
            if event["is_newest"]:
                self._database.execute("REPLACE INTO newest VALUES (?, ?)", (subject, event["aggregateversion"]))
        return True


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def take(message: aio_pika.abc.AbstractIncomingMessage, memory: Memory) -> None:
    """Acknowledge after handling. What is no event is rejected for good and goes to the queue's dead letters."""
    try:
        event = event_in(message.body)
    except NotAnEvent as error:
        say({"refused": str(error)})
        await message.reject(requeue=False)
        return
    if memory.handle(event):
        say(event)
    await message.ack()


async def run(url: str, name: str, patterns: list[str], memory: Memory) -> None:
    connection = await aio_pika.connect_robust(url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        dead = await channel.declare_queue(f"{name}.dead", durable=True, arguments={"x-queue-type": "quorum"})
        queue = await channel.declare_queue(
            name,
            durable=True,
            arguments={
                "x-queue-type": "quorum",
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": f"{name}.dead",
            },
        )
        letters = await channel.declare_exchange(f"{name}.dead", aio_pika.ExchangeType.FANOUT, durable=True)
        await dead.bind(letters)
        for pattern in patterns:
            await queue.bind(exchange, pattern)
        await queue.consume(lambda message: take(message, memory))
        say({"listening": patterns})
        ending = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
        await ending.wait()


def main() -> int:
    url = os.environ.get("AMQP_URL", "")
    if not url:
        sys.stderr.write("set AMQP_URL, such as amqp://crm:PASSWORD@localhost:5672/\n")
        return 2
    name = os.environ.get("QUEUE", "crm.events")
    memory = Memory(os.environ.get("MEMORY", "subscriber.sqlite"))
    asyncio.run(run(url, name, sys.argv[1:] or ["booking.#"], memory))
    return 0


if __name__ == "__main__":
    sys.exit(main())
