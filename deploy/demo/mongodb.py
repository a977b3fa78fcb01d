"""A private mongod: replica set of one, authentication on, one user per service on a database of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pymongo import AsyncMongoClient

from deploy.demo.probes import listens
from deploy.demo.processes import Program
from deploy.mongo.set_up import Client, create_user, initiate, until_primary
from deploy.service_settings import mongo_url

REPLICA_SET = "chosei"
_LOOPBACK = "127.0.0.1"


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
                *("--slowOpSampleRate", "0"),  # what it writes of a slow query are values, and those are people's (X5)
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
            await initiate(client, REPLICA_SET, f"{_LOOPBACK}:{self.port}")
            await until_primary(client)
            name, password = self.administrator
            await create_user(client, "admin", name, password, "root")
        async with self._client(authenticated=True) as client:
            for service, secret in passwords.items():
                await create_user(client, service, service, secret, "readWrite")

    def administrator_url(self, database: str = "admin") -> str:
        """The administrator's connection string."""
        return mongo_url(f"{_LOOPBACK}:{self.port}", database, *self.administrator, REPLICA_SET, "admin")

    def _client(self, *, authenticated: bool = False) -> Client:
        if authenticated:
            return AsyncMongoClient(f"{self.administrator_url()}&directConnection=true")
        return AsyncMongoClient(_LOOPBACK, self.port, directConnection=True)
