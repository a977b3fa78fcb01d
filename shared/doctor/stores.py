"""Proves that broker and database are reached with this service's own users, and that the database's clock is ours."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiormq
from aiormq.exceptions import (
    AMQPConnectionError,
    ChannelNotFoundEntity,
    ConnectionNotAllowed,
    InvalidFrameError,
    ProbableAuthenticationError,
)

from shared import clock, mongo
from shared.doctor.findings import Finding, ok, wrong
from shared.messaging.topology import EVENTS
from shared.mongo import Database, OperationFailure, PyMongoError
from shared.observability.errors import brief

_SECONDS = 20
"""Patient: a machine that is busy is not wrong."""
_MAY_DIFFER = timedelta(seconds=5)
"""Leases between processes and reminders to the minute bear as much."""
_NOT_AUTHENTICATED = 18
_NOT_AUTHORIZED = 13


async def examine_broker(url: str) -> Sequence[Finding]:
    """The rights to the service's own queues are not tried: it has them declared when it runs."""
    what, place = "broker", place_of(url)
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await aiormq.connect(url)
            try:
                channel = await connection.channel()
                await channel.exchange_declare(EVENTS.name, passive=True)
            finally:
                await connection.close()
    except ProbableAuthenticationError:
        found = f"RabbitMQ at {place} refuses the user or the password of CHOSEI_AMQP_URL"
        return [
            wrong(what, found, "give both the same password (rabbitmqctl change_password), then restart the service")
        ]
    except (ConnectionNotAllowed, InvalidFrameError):  # the latter: the broker closes where we wait for its welcome
        found = f"RabbitMQ at {place} does not let this user into the virtual host of CHOSEI_AMQP_URL"
        return [wrong(what, found, "correct the path of the address, or load the broker's definitions")]
    except ChannelNotFoundEntity:
        found = f"RabbitMQ at {place} has no exchange {EVENTS.name}"
        return [wrong(what, found, "load the broker's definitions (deploy/rabbitmq/definitions.py)")]
    except TimeoutError:
        return [wrong(what, f"no answer from RabbitMQ at {place} within {_SECONDS} s", "look at its log and alarms")]
    except (AMQPConnectionError, OSError) as error:
        found = f"RabbitMQ at {place} cannot be reached: {_words(error)}"
        return [wrong(what, found, "start it, or correct CHOSEI_AMQP_URL")]
    return [ok(what, f"RabbitMQ at {place} lets us in and has the exchange {EVENTS.name}")]


async def examine_database(url: str, service: str) -> Sequence[Finding]:
    """A write that matches nothing needs the same right and the same majority as one that does."""
    what, place = "database", place_of(url)
    try:
        client, database = mongo.connect(url, app_name=f"{service}-doctor")
    except PyMongoError as error:
        found = f"CHOSEI_MONGO_URL is no address of a database: {type(error).__name__}"
        return [wrong(what, found, "write it as mongodb://USER:PASSWORD@HOST/DATABASE?replicaSet=…&authSource=…")]
    try:
        async with asyncio.timeout(_SECONDS):
            skew = await _clock_skew(client)
            await database["migrations"].find_one({"_id": "doctor"})
            await database["migrations"].update_one({"_id": "doctor"}, {"$set": {"looked": True}})
    except OperationFailure as error:
        return [_refused(error, database, place)]
    except TimeoutError:
        found = f"no majority of MongoDB's nodes at {place} confirms within {_SECONDS} s"
        return [wrong(what, found, "look at rs.status()")]
    except PyMongoError:
        found = f"no primary of MongoDB answers at {place}"
        return [wrong(what, found, "start it, look at rs.status(), or correct host and replicaSet in CHOSEI_MONGO_URL")]
    finally:
        await mongo.close(client)
    return [ok(what, f"MongoDB at {place} lets us read and write {database.name}"), clock_finding("the database", skew)]


def clock_finding(whose: str, skew: timedelta) -> Finding:
    """``skew`` is how far theirs runs ahead of ours."""
    seconds = skew.total_seconds()
    if abs(skew) <= _MAY_DIFFER:
        return ok("clock", f"{whose} and this machine agree")
    way = "ahead of" if seconds > 0 else "behind"
    found = f"the clock of {whose} is {abs(seconds):.0f} s {way} this machine's"
    return wrong(
        "clock", found, "let all machines follow one time server (NTP): leases, reminders and webhooks need it"
    )


def place_of(url: str) -> str:
    """Hosts and path of an address: never the password, nor what follows the path."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


async def _clock_skew(client: mongo.Client) -> timedelta:
    before = clock.real_now()
    told: datetime = (await client.admin.command("hello"))["localTime"]
    after = clock.real_now()
    return told.replace(tzinfo=UTC) - (before + (after - before) / 2)


def _refused(error: OperationFailure, database: Database, place: str) -> Finding:
    if error.code == _NOT_AUTHENTICATED:
        found = f"MongoDB at {place} refuses the user or the password of CHOSEI_MONGO_URL"
        return wrong("database", found, "give both the same password (changeUserPassword), then restart the service")
    if error.code == _NOT_AUTHORIZED:
        found = f"the user of CHOSEI_MONGO_URL may not read and write {database.name} at {place}"
        return wrong("database", found, f"grant it readWrite on {database.name} (deploy/mongo)")
    return wrong("database", f"MongoDB at {place} refuses: {brief(error)}", "look at its log")


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
