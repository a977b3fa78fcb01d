"""A private mongod: replica set of one, authentication on, one user per service on a database of its own."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.demo.probes import listens
from deploy.demo.processes import Program
from deploy.service_settings import mongo_url

REPLICA_SET = "chosei"
_LOOPBACK = "127.0.0.1"
_ALREADY_INITIALIZED = 23
_UNAUTHORIZED = 13
_USER_EXISTS = 51003
_PRIMARY_SECONDS = 30
_POLL_SECONDS = 0.02

Client = AsyncMongoClient[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class MongoDB:
    """Where one mongod lives and who its administrator is."""

    binary: Path
    folder: Path
    logs: Path
    port: int
    administrator: tuple[str, str]

    def prepare(self, keyfile: str) -> None:
        """Make the data folder and the key that replica set members know each other by."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        path = self.folder / "keyfile"
        if not path.exists():
            path.write_text(keyfile)
            path.chmod(0o400)

    def program(self) -> Program:
        """mongod; ready when it listens, which is before it is a primary."""
        return Program(
            name="mongod",
            command=(
                str(self.binary),
                *("--bind_ip", _LOOPBACK, "--port", str(self.port), "--nounixsocket"),
                *("--dbpath", str(self.folder / "data"), "--wiredTigerCacheSizeGB", "0.25"),
                *("--replSet", REPLICA_SET, "--keyFile", str(self.folder / "keyfile"), "--oplogSize", "256"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
                "--quiet",
            ),
            folder=self.folder,
            log=self.logs / "mongod.log",
            ready=listens(_LOOPBACK, self.port),
            environment={"LC_ALL": "C"},
            grace_seconds=15,
        )

    async def set_up(self, passwords: Mapping[str, str]) -> None:
        """Start the replica set and make the users; done again on a kept database it changes nothing."""
        async with self._client() as client:
            await self._initiate(client)
            await self._until_primary(client)
            name, password = self.administrator
            await _create_user(client, "admin", name, password, "root")
        async with self._client(authenticated=True) as client:
            for service, secret in passwords.items():
                await _create_user(client, service, service, secret, "readWrite", "dbAdmin")

    def administrator_url(self, database: str = "admin") -> str:
        """The administrator's connection string."""
        return mongo_url(f"{_LOOPBACK}:{self.port}", database, *self.administrator, REPLICA_SET, "admin")

    def _client(self, *, authenticated: bool = False) -> Client:
        if authenticated:
            return AsyncMongoClient(f"{self.administrator_url()}&directConnection=true")
        return AsyncMongoClient(_LOOPBACK, self.port, directConnection=True)

    async def _initiate(self, client: Client) -> None:
        members = [{"_id": 0, "host": f"{_LOOPBACK}:{self.port}"}]
        settings = {"electionTimeoutMillis": 1000}
        try:
            await client.admin.command(
                "replSetInitiate", {"_id": REPLICA_SET, "members": members, "settings": settings}
            )
        except OperationFailure as error:
            # A kept database answers "already initialized", or asks for a login because it has users.
            if error.code not in {_ALREADY_INITIALIZED, _UNAUTHORIZED}:
                raise

    async def _until_primary(self, client: Client) -> None:
        deadline = time.monotonic() + _PRIMARY_SECONDS
        while not (await client.admin.command("hello")).get("isWritablePrimary"):
            if time.monotonic() > deadline:
                raise TimeoutError("mongod did not become a primary")
            await asyncio.sleep(_POLL_SECONDS)


async def _create_user(client: Client, database: str, name: str, password: str, *roles: str) -> None:
    try:
        await client[database].command("createUser", name, pwd=password, roles=list(roles))
    except OperationFailure as error:
        # Kept databases have the user already; without a login they say "unauthorized" to any creation.
        if error.code not in {_USER_EXISTS, _UNAUTHORIZED}:
            raise


async def is_primary(url: str) -> bool:
    """Whether a login at ``url`` works and its server takes writes."""
    try:
        async with AsyncMongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=500) as client:
            return bool((await client.admin.command("hello")).get("isWritablePrimary"))
    except PyMongoError:
        return False
