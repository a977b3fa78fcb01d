"""A mongod for the session, databases of their own for single tests, and clients that are closed whatever happens."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.write_concern import WriteConcern

from deploy.demo.layout import MONGOD
from deploy.demo.mongodb import MongoDB
from deploy.demo.processes import Process
from shared import mongo
from tests.infrastructure.kept import Kept
from tests.infrastructure.memory import in_memory
from tests.infrastructure.ports import free_ports


@asynccontextmanager
async def running_mongod(folder: Path) -> AsyncIterator[MongoDB]:
    """A replica set of one with authentication on, killed at the end: its data is thrown away."""
    (port,) = free_ports(1)
    mongod = MongoDB(
        binary=MONGOD,
        folder=folder,
        logs=folder,
        port=port,
        administrator=("root", secrets.token_urlsafe(16)),
    )
    with in_memory(folder / "data"):
        mongod.prepare(base64.b64encode(secrets.token_bytes(512)).decode())
        process = await Process.start(mongod.program())
        try:
            await process.until_ready()
            await mongod.set_up({})
            yield mongod
        finally:
            process.kill()
            await process.until_ended()


async def take_all_out(database: mongo.Database) -> None:
    """Collections and indexes stay. Afterwards nobody reads a document, with whatever concern: the last write is waited
    for, and the others stand before it.
    """
    names = await database.list_collection_names()
    hasty = database.with_options(write_concern=WriteConcern(1))
    for name in names:
        await hasty[name].delete_many({})
    for name in names[:1]:
        await database[name].with_options(write_concern=WriteConcern("majority")).delete_many({})


@asynccontextmanager
async def kept_databases(mongod: MongoDB) -> AsyncIterator[Kept[str]]:
    """Names of databases."""
    async with opened_database(mongod.administrator_url()) as administering:
        client = administering.client

        async def make() -> str:
            return _new_name()

        async def empty(name: str) -> bool:
            await take_all_out(client[name])
            return True

        yield Kept(make, empty, client.drop_database)


@asynccontextmanager
async def own_database(mongod: MongoDB) -> AsyncIterator[str]:
    """The administrator's URL of a database that did not exist, dropped afterwards."""
    name = _new_name()
    url = mongod.administrator_url(name)
    try:
        yield url
    finally:
        async with AsyncMongoClient[dict[str, Any]](url) as client:
            await client.drop_database(name)


@asynccontextmanager
async def opened_database(url: str) -> AsyncIterator[mongo.Database]:
    """The database that the URL names, by a client of its own (``.client``). One that a failing test leaves open fails
    another by its warning, and a new one for each look has to find the server each time.
    """
    client, database = mongo.connect(url, app_name="test")
    try:
        yield database
    finally:
        await mongo.close(client)


def _new_name() -> str:
    return f"test_{secrets.token_hex(6)}"
