"""Parked messages by hand: list them, put them back, or drop them. ``python -m shared.messaging.replay --help``.

For operators of the broker; the services' own way, with a record of who decided what, is ``shared/operations``. Both
take turns.
"""

import asyncio
import importlib
import os
import pkgutil
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

import typer

from shared import contracts
from shared.contracts.envelope import EventData
from shared.messaging.parked import ALL, MOST, Action, Parked, Walked, Wanted, containing, walk_all
from shared.messaging.topology import queue_name, service_of_queue
from shared.messaging.turns import turn

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


def queues_to_look_at(user: str) -> list[str]:
    """All queues that a service may have, or, for who is no service, that any may have."""
    for module in pkgutil.iter_modules(contracts.__path__):
        importlib.import_module(f"{contracts.__name__}.{module.name}")
    events = list(EventData.catalogue.values())
    services = {event.publisher() for event in events}
    return [queue_name(service, event) for service in sorted({user} & services or services) for event in events]


def _print(walked: Walked) -> None:
    for item in walked.found:
        typer.echo(f"{item.queue}  {item.event_type}  {item.subject}  attempts={item.attempts}  {item.error}")
    typer.echo(f"{len(walked.found)} message(s)")
    if walked.unseen:
        typer.echo(f"{walked.unseen} more lie behind the first --limit of a queue and were not looked at")


_QUEUE = typer.Argument("", help="Such as notifier.booking.slots_proposed.v1; default: all that the user may have.")
_URL = typer.Option(default_factory=lambda: os.environ.get("CHOSEI_AMQP_URL", ""), help="Default: CHOSEI_AMQP_URL.")
_MATCH = typer.Option("", help="Only those whose type, subject or error contains this.")
_LIMIT = typer.Option(MOST, help="At most so many of each queue.")


async def look(url: str, queues: Sequence[str], *, action: Action, wanted: Wanted = ALL, limit: int = MOST) -> Walked:
    """Service by service, in a turn of each."""
    found: list[Parked] = []
    unseen = 0
    for service, own in groupby(sorted(queues), service_of_queue):
        async with turn(url, service) as connection:
            walked = await walk_all(connection, list(own), action=action, wanted=wanted, limit=limit)
        found += walked.found
        unseen += walked.unseen
    return Walked(found, unseen)


def _walk(url: str, queues: list[str], action: Action, match: str, limit: int) -> None:
    _print(asyncio.run(look(url, queues, action=action, wanted=containing(match), limit=limit)))


def _all_or(queue: str, url: str) -> list[str]:
    return [queue] if queue else queues_to_look_at(urlsplit(url).username or "")


@app.command("list")
def list_parked(queue: str = _QUEUE, amqp_url: str = _URL, match: str = _MATCH, limit: int = _LIMIT) -> None:
    """Show what is parked."""
    _walk(amqp_url, _all_or(queue, amqp_url), Action.LIST, match, limit)


@app.command()
def replay(queue: str = _QUEUE, amqp_url: str = _URL, match: str = _MATCH, limit: int = _LIMIT) -> None:
    """Put parked messages back into their queues."""
    _walk(amqp_url, _all_or(queue, amqp_url), Action.REPLAY, match, limit)


@app.command()
def drop(queue: str, amqp_url: str = _URL, match: str = _MATCH, limit: int = _LIMIT) -> None:
    """Give parked messages of one queue up for good."""
    _walk(amqp_url, [queue], Action.DROP, match, limit)


if __name__ == "__main__":
    app()
