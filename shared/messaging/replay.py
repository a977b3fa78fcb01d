"""Parked messages: list them, put them back, or drop them. ``python -m shared.messaging.replay --help``.

A message goes back by the first rung of the ladder, with a confirm before it leaves the parking queue: a crash in
between makes a duplicate, never a loss. What is parked meanwhile is left for the next run.
"""

import asyncio
import importlib
import json
import os
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import aio_pika
import typer
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aiormq.exceptions import ChannelNotFoundEntity

from shared import contracts
from shared.contracts.envelope import EventData
from shared.ids import new_id
from shared.messaging.middleware import copy_of
from shared.messaging.topology import LADDER, parking_name, queue_name

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


class Action(StrEnum):
    """What is done with a parked message."""

    LIST = "list"
    REPLAY = "replay"
    DROP = "drop"


@dataclass(frozen=True)
class Parked:
    """What a person needs to decide; no payload, which may be personal."""

    queue: str
    event_id: str
    event_type: str
    subject: str
    attempts: int
    error: str


def describe(queue: str, message: AbstractIncomingMessage) -> Parked:
    try:
        body = json.loads(message.body)
    except ValueError:
        body = {}
    attempt = message.headers.get("x-attempt", 0)
    return Parked(
        queue=queue,
        event_id=str(body.get("id", "?")),
        event_type=str(body.get("type", "unreadable")),
        subject=str(body.get("subject", "?")),
        attempts=int(attempt) if isinstance(attempt, (int, str)) else 0,
        error=str(message.headers.get("x-error", "delivered too often (the consumer crashed)")),
    )


async def walk(
    connection: AbstractConnection, queue: str, *, action: Action, match: str = "", limit: int = 1000
) -> list[Parked]:
    """Look at up to ``limit`` messages that are parked beside one queue; none where there is no such queue.

    Only those are touched whose type, subject or error contains ``match``; the others stay parked, as do those that
    this very run put back and that failed again.
    """
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    try:
        parking = await channel.get_queue(parking_name(queue), ensure=True)
    except ChannelNotFoundEntity:
        return []
    back = await channel.get_exchange(LADDER[0].name, ensure=False)
    run = new_id("run")
    seen: list[Parked] = []
    kept: list[AbstractIncomingMessage] = []
    for _ in range(limit):
        message = await parking.get(fail=False)
        if message is None:
            break
        parked = describe(queue, message)
        wanted = message.headers.get("x-replay-run") != run and match in _words_of(parked)
        if wanted:
            seen.append(parked)
        if action is Action.LIST or not wanted:
            kept.append(message)
            continue
        if action is Action.REPLAY:
            replayed = message.headers.get("x-replayed", 0)
            marks = {"x-attempt": 1, "x-replayed": int(str(replayed)) + 1, "x-replay-run": run}
            await back.publish(copy_of(message, **marks), routing_key=queue, mandatory=True)
        await message.ack()
    for message in kept:
        await message.reject(requeue=True)
    await channel.close()
    return seen


def _words_of(parked: Parked) -> str:
    return f"{parked.event_type} {parked.subject} {parked.error}"


def queues_to_look_at(user: str) -> list[str]:
    """All queues that a service may have, or, for who is no service, that any may have."""
    for module in pkgutil.iter_modules(contracts.__path__):
        importlib.import_module(f"{contracts.__name__}.{module.name}")
    events = list(EventData.catalogue.values())
    services = {event.publisher() for event in events}
    return [queue_name(service, event) for service in sorted({user} & services or services) for event in events]


async def walk_all(
    url: str, queues: Sequence[str], *, action: Action, match: str = "", limit: int = 1000
) -> list[Parked]:
    """The same for several queues, one after the other."""
    found: list[Parked] = []
    async with await aio_pika.connect(url) as connection:
        for queue in queues:
            found += await walk(connection, queue, action=action, match=match, limit=limit)
    return found


def _print(parked: list[Parked]) -> None:
    for item in parked:
        typer.echo(f"{item.queue}  {item.event_type}  {item.subject}  attempts={item.attempts}  {item.error}")
    typer.echo(f"{len(parked)} message(s)")


_QUEUE = typer.Argument("", help="Such as notifier.booking.slots_proposed.v1; default: all that the user may have.")
_URL = typer.Option(default_factory=lambda: os.environ.get("CHOSEI_AMQP_URL", ""), help="Default: CHOSEI_AMQP_URL.")
_MATCH = typer.Option("", help="Only those whose type, subject or error contains this.")
_LIMIT = typer.Option(1000, help="At most so many of each queue.")


def _all_or(queue: str, url: str) -> list[str]:
    return [queue] if queue else queues_to_look_at(urlsplit(url).username or "")


@app.command("list")
def list_parked(queue: str = _QUEUE, amqp_url: str = _URL, match: str = _MATCH, limit: int = _LIMIT) -> None:
    """Show what is parked."""
    _print(asyncio.run(walk_all(amqp_url, _all_or(queue, amqp_url), action=Action.LIST, match=match, limit=limit)))


@app.command()
def replay(queue: str = _QUEUE, amqp_url: str = _URL, match: str = _MATCH, limit: int = _LIMIT) -> None:
    """Put parked messages back into their queues."""
    _print(asyncio.run(walk_all(amqp_url, _all_or(queue, amqp_url), action=Action.REPLAY, match=match, limit=limit)))


@app.command()
def drop(queue: str, amqp_url: str = _URL, match: str = _MATCH, limit: int = _LIMIT) -> None:
    """Give parked messages of one queue up for good."""
    _print(asyncio.run(walk_all(amqp_url, [queue], action=Action.DROP, match=match, limit=limit)))


if __name__ == "__main__":
    app()
