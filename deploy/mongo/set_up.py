"""Steps that make a bare mongod the one that the services expect; each may be repeated."""

import asyncio
import time
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

_ALREADY_INITIALIZED = 23
_UNAUTHORIZED = 13
_USER_EXISTS = 51003
_PRIMARY_SECONDS = 30
_POLL_SECONDS = 0.02

Client = AsyncMongoClient[dict[str, Any]]


async def initiate(client: Client, replica_set: str, address: str) -> None:
    """Start a replica set of one; more members are added with ``rs.add``."""
    settings = {"electionTimeoutMillis": 1000}
    members = [{"_id": 0, "host": address}]
    try:
        await client.admin.command("replSetInitiate", {"_id": replica_set, "members": members, "settings": settings})
    except OperationFailure as error:
        # A kept database answers "already initialized", or asks for a login because it has users.
        if error.code not in {_ALREADY_INITIALIZED, _UNAUTHORIZED}:
            raise


async def until_primary(client: Client) -> None:
    """Wait until writes are taken; raises ``TimeoutError``."""
    deadline = time.monotonic() + _PRIMARY_SECONDS
    while not (await client.admin.command("hello")).get("isWritablePrimary"):
        if time.monotonic() > deadline:
            raise TimeoutError("mongod did not become a primary")
        await asyncio.sleep(_POLL_SECONDS)


async def create_user(client: Client, database: str, name: str, password: str, *roles: str) -> None:
    """Make a user who is known to, and has exactly these roles on, one database only."""
    try:
        await client[database].command("createUser", name, pwd=password, roles=list(roles))
    except OperationFailure as error:
        if error.code == _USER_EXISTS:  # a kept database, which may know more roles than are needed now
            await client[database].command("updateUser", name, roles=list(roles))
        elif error.code != _UNAUTHORIZED:  # a kept database, asked without a login
            raise
