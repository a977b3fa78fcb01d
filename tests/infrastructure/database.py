"""A mongod for the session, databases of their own for single tests, and clients that are closed whatever happens."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from deploy.demo.layout import MONGOD
from deploy.demo.mongodb import MongoDB
from deploy.demo.processes import Process
from shared import mongo
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


@asynccontextmanager
async def own_database(mongod: MongoDB) -> AsyncIterator[str]:
    """The administrator's URL of a database that did not exist, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
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
