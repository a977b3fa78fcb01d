"""Backups on a real database and broker: one moment, every document, and no half of one taken for a whole."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient

from deploy.backup.bundle import Bundle, Damaged
from deploy.backup.bus import NobodyHears, Said, listening, say_again
from deploy.backup.restore import NotNow, restore
from deploy.backup.take import take
from deploy.demo.mongodb import MongoDB
from deploy.mongo.set_up import Client
from shared.ids import new_id
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import listening as bus_of
from tests.integration.messaging.small_service import revoked

NO_TIME = timedelta(0)


@pytest.fixture
async def client(mongod: MongoDB) -> AsyncIterator[Client]:
    client: Client = AsyncMongoClient(mongod.administrator_url(), tz_aware=True)
    async with client:
        yield client


@pytest.fixture
async def names(client: Client) -> AsyncIterator[list[str]]:
    """Two databases of the test's own."""
    made = [new_id("one"), new_id("two")]
    yield made
    for name in made:
        await client.drop_database(name)


async def everything(client: Client, names: list[str]) -> dict[str, Any]:
    """Documents, indexes and options of each collection."""
    found: dict[str, Any] = {}
    for name in names:
        async for told in await client[name].list_collections():
            collection = client[name][told["name"]]
            documents = sorted([str(row) async for row in collection.find()])
            indexes = sorted([str(index) async for index in await collection.list_indexes()])
            found[f"{name}/{told['name']}"] = (documents, indexes, told["options"])
    return found


async def fill(client: Client, names: list[str]) -> None:
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    rows = [{"_id": f"apt_{number}", "at": moment, "nested": {"b": b"\x00", "n": None}} for number in range(2500)]
    await client[names[0]]["appointments"].insert_many(rows)
    await client[names[0]]["appointments"].create_index(
        "at", name="due", partialFilterExpression={"at": {"$gt": moment}}
    )
    await client[names[1]]["sessions"].create_index("until", expireAfterSeconds=60)
    await client[names[1]].create_collection("ruled", validator={"n": {"$gt": 0}})
    await client[names[1]]["ruled"].insert_one({"_id": 1, "n": 1})


async def test_all_comes_back_as_it_was(client: Client, names: list[str], tmp_path: Path) -> None:
    await fill(client, names)
    before = await everything(client, names)
    bundle = Bundle(tmp_path / "one")
    await take(client, bundle, None, listen=NO_TIME, databases=names)
    await client[names[0]]["appointments"].delete_many({"_id": {"$gt": "apt_1"}})
    await client[names[0]]["later"].insert_one({})
    with pytest.raises(NotNow, match="not empty"):
        await restore(client, bundle, drop=False, while_connected=True)
    await restore(client, bundle, drop=True, while_connected=True)
    assert await everything(client, names) == before
    assert bundle.checked().moment > 0


async def test_what_was_being_worked_on_is_free_after_a_restore(
    client: Client, names: list[str], tmp_path: Path
) -> None:
    rows = client[names[0]]["rows"]
    until = datetime.now(UTC) + timedelta(minutes=1)
    await rows.insert_one({"_id": 1, "due_at": until, "lease": {"token": "lse_1", "until": until}})
    bundle = Bundle(tmp_path / "one")
    await take(client, bundle, None, listen=NO_TIME, databases=names)
    await restore(client, bundle, drop=True, while_connected=True)
    assert set(await rows.find_one({}) or {}) == {"_id", "due_at"}


async def test_a_file_that_changed_is_noticed_before_anything_is_touched(
    client: Client, names: list[str], tmp_path: Path
) -> None:
    await fill(client, names)
    bundle = Bundle(tmp_path / "one")
    await take(client, bundle, None, listen=NO_TIME, databases=names)
    before = await everything(client, names)
    (bundle.folder / names[1] / "ruled.bson.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(Damaged, match="ruled"):
        await restore(client, bundle, drop=True, while_connected=True)
    assert await everything(client, names) == before


async def test_half_a_backup_has_no_name(client: Client, names: list[str], tmp_path: Path) -> None:
    await fill(client, names)
    bundle = Bundle(tmp_path / "one")

    def refuse(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(401)

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse), base_url="http://broker") as management:
        with pytest.raises(httpx.HTTPStatusError):
            await take(client, bundle, None, listen=NO_TIME, databases=names, management=management)
    assert not bundle.folder.exists()
    with pytest.raises(Damaged, match="never finished"):
        bundle.checked()


async def test_the_brokers_definitions_are_kept(client: Client, names: list[str], tmp_path: Path) -> None:
    bundle = Bundle(tmp_path / "one")

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/definitions"
        return httpx.Response(200, json={"users": []})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://broker") as management:
        await take(client, bundle, None, listen=NO_TIME, databases=names, management=management)
    kept = gzip.decompress((bundle.folder / "rabbitmq-definitions.json.gz").read_bytes())
    assert json.loads(kept) == {"users": []}


async def test_g27_databases_are_of_one_moment_while_all_of_them_change(
    client: Client, names: list[str], tmp_path: Path
) -> None:
    """The second is always written after the first: a copy that has more there is of two moments."""
    first, second = client[names[0]]["counts"], client[names[1]]["counts"]
    stopped = asyncio.Event()
    for counts in (first, second):
        await counts.insert_one({"_id": 0})

    async def count_on() -> None:
        number = 0
        while not stopped.is_set():
            number += 1
            await first.insert_one({"_id": number})
            await second.insert_one({"_id": number})

    counting = asyncio.create_task(count_on())
    try:
        for _ in range(3):
            bundle = Bundle(tmp_path / new_id("bak"))
            await take(client, bundle, None, listen=NO_TIME, databases=names)
            found = [len(list(bundle.documents(f"{name}/counts"))) for name in names]
            assert found[0] - found[1] in {0, 1}
    finally:
        stopped.set()
        await counting


async def test_g27_what_is_on_the_bus_is_kept_and_said_again(
    client: Client, names: list[str], fresh_broker: Broker, tmp_path: Path
) -> None:
    bundle = Bundle(tmp_path / "one")
    async with listening(fresh_broker.url()) as ear, bus_of(fresh_broker.url()) as bus:
        await bus.publish(revoked("apt_1"))
        await take(client, bundle, ear, listen=NO_TIME, databases=names)
        await bus.publish(revoked("apt_2"))
    [said] = bundle.said()
    assert (said.routing_key, json.loads(said.body)["subject"]) == ("zoom_issuer.meeting_revoked.v1", "apt_1")
    assert bundle.checked().not_heard == {}


async def test_nothing_is_said_again_to_services_that_are_not_there(fresh_broker: Broker) -> None:
    with pytest.raises(NobodyHears, match="start the services first"):
        await say_again(fresh_broker.url(), [Said("zoom_issuer.meeting_revoked.v1", "{}")])
