"""Parked messages: list them, put them back into their queue, or drop them. ``python -m shared.messaging.replay
--help``.

A message goes back with a confirm before it leaves the parking queue: a crash in between makes a duplicate, never
a loss.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from enum import StrEnum

import aio_pika
import typer
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.messaging.middleware import copy_of
from shared.messaging.topology import parking_name

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
    channel: AbstractChannel, queue: str, *, action: Action, match: str = "", limit: int = 1000
) -> list[Parked]:
    """Look at up to ``limit`` parked messages of one queue.

    Only those are touched whose type, subject or error contains ``match``; the others stay parked.
    """
    parking = await channel.get_queue(parking_name(queue), ensure=True)
    seen: list[Parked] = []
    kept: list[AbstractIncomingMessage] = []
    while len(seen) + len(kept) < limit:
        message = await parking.get(fail=False)
        if message is None:
            break
        parked = describe(queue, message)
        if action is Action.LIST or match not in f"{parked.event_type} {parked.subject} {parked.error}":
            kept.append(message)
            if action is Action.LIST:
                seen.append(parked)
            continue
        if action is Action.REPLAY:
            replayed = message.headers.get("x-replayed", 0)
            again = copy_of(message, **{"x-attempt": 1, "x-replayed": int(str(replayed)) + 1})
            await channel.default_exchange.publish(again, routing_key=queue, mandatory=True)
        await message.ack()
        seen.append(parked)
    for message in kept:
        await message.reject(requeue=True)
    return seen


async def _run(url: str, queue: str, action: Action, match: str, limit: int) -> list[Parked]:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        return await walk(channel, queue, action=action, match=match, limit=limit)


def _print(parked: list[Parked]) -> None:
    for item in parked:
        typer.echo(f"{item.event_type}  {item.subject}  attempts={item.attempts}  {item.error}")
    typer.echo(f"{len(parked)} message(s)")


_URL = typer.Option(default_factory=lambda: os.environ.get("CHOSEI_AMQP_URL", ""), help="Default: CHOSEI_AMQP_URL.")
_MATCH = typer.Option("", help="Only those whose type, subject or error contains this.")


@app.command("list")
def list_parked(queue: str, amqp_url: str = _URL, limit: int = 1000) -> None:
    """Show what is parked beside QUEUE, such as notifier.booking.slots_proposed.v1."""
    _print(asyncio.run(_run(amqp_url, queue, Action.LIST, "", limit)))


@app.command()
def replay(queue: str, amqp_url: str = _URL, match: str = _MATCH, limit: int = 1000) -> None:
    """Put parked messages back into QUEUE."""
    _print(asyncio.run(_run(amqp_url, queue, Action.REPLAY, match, limit)))


@app.command()
def drop(queue: str, amqp_url: str = _URL, match: str = _MATCH, limit: int = 1000) -> None:
    """Give parked messages up for good."""
    _print(asyncio.run(_run(amqp_url, queue, Action.DROP, match, limit)))


if __name__ == "__main__":
    app()
