"""Services as processes: each brings its database up to date on request, and none works on one that it cannot."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.credentials import SERVICES, load_or_create
from deploy.demo.demo import surroundings
from deploy.demo.mongodb import MongoDB
from deploy.service_settings import settings_of
from shared.mongo import Client
from tests.infrastructure.database import opened_database
from tests.infrastructure.demo import free_layout
from tests.infrastructure.ports import free_ports


@pytest.fixture
async def client(mongod: MongoDB) -> AsyncIterator[Client]:
    async with opened_database(mongod.administrator_url("test")) as database:
        yield database.client


async def run(service: str, url: str, folder: Path, *arguments: str) -> tuple[int, str]:
    """The service with its settings, but for the database; there is no broker. Exit code and log."""
    settings = settings_of(service, surroundings(free_layout()), load_or_create(folder / "credentials.json"))
    (port,) = free_ports(1)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"services.{service}", *arguments),
        env={"PATH": os.environ["PATH"], **settings, "CHOSEI_MONGO_URL": url, "CHOSEI_PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        output, _ = await child.communicate()
    return child.returncode or 0, output.decode()


async def test_each_service_migrates_on_request_without_a_broker(
    mongod: MongoDB, client: Client, tmp_path: Path
) -> None:
    for service in SERVICES:
        code, said = await run(service, mongod.administrator_url(f"migrated_{service}"), tmp_path, "migrate")
        assert (code, "migrate.done" in said) == (0, True), said
        database = client[f"migrated_{service}"]
        assert await database.list_collection_names() != []
    record = await client["migrated_booking"]["migrations"].find_one({"_id": "steps"})
    assert record is not None
    assert [one["name"] for one in record["taken"]] == ["derive_contacts", "name_contacts_of_proposals"]


async def test_a_service_whose_database_cannot_become_what_it_needs_says_so_and_ends(
    mongod: MongoDB, client: Client, tmp_path: Path
) -> None:
    taken = {"number": 1, "name": "of_somebody_else"}
    await client["unfit"]["migrations"].insert_one({"_id": "steps", "taken": [taken]})
    for arguments, word in ((), "service.gave_up"), (("migrate",), "migrate.failed"):
        code, said = await run("booking", mongod.administrator_url("unfit"), tmp_path, *arguments)
        assert (code, word in said) == (1, True), said
        assert "step 1 was taken as of_somebody_else, here it is derive_contacts" in said
