"""Broker, database and stored secrets: the doctor proves them as they are, and names what is broken in words."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from pymongo import AsyncMongoClient

from deploy.demo.mongodb import MongoDB
from shared.crypto import KeyRing
from shared.doctor.findings import Finding, State
from shared.doctor.keys import examine_stored
from shared.doctor.stores import examine_broker, examine_database
from tests.infrastructure.broker import Broker
from tests.infrastructure.ports import free_ports

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
SECRETS = {"connections": {"token": "connections/{}/token"}}


def the_wrong_one(findings: Any) -> Finding:
    (finding,) = [one for one in findings if one.state is State.WRONG]
    assert finding.advice
    assert "hunter2" not in finding.found
    return finding


async def test_a_broker_that_lets_us_in_is_well(broker: Broker) -> None:
    (finding,) = await examine_broker(broker.url("notifier"))
    assert finding.state is State.OK


async def test_a_wrong_password_of_the_broker_is_told_from_a_broker_that_is_down(broker: Broker) -> None:
    wrong = broker.url("notifier").replace(broker.passwords["notifier"], "hunter2")
    refused = the_wrong_one(await examine_broker(wrong))
    assert "refuses the user or the password" in refused.found
    (nobody,) = free_ports(1)
    down = the_wrong_one(await examine_broker(f"amqp://notifier:hunter2@127.0.0.1:{nobody}/"))
    assert "cannot be reached" in down.found


async def test_a_virtual_host_that_is_not_there_is_said(broker: Broker) -> None:
    finding = the_wrong_one(await examine_broker(f"{broker.url('notifier')}elsewhere".replace("%2F", "")))
    assert "virtual host" in finding.found


async def test_a_name_that_nobody_has_is_said() -> None:
    finding = the_wrong_one(await examine_broker("amqp://notifier:hunter2@nobody.invalid/"))
    assert "nobody.invalid" in finding.found


async def test_a_broker_without_definitions_is_said(broker: Broker) -> None:
    bare = replace(broker, vhost="bare")
    await bare._manage("PUT", "vhosts/bare")
    await bare._manage("PUT", "permissions/bare/operator", {"configure": ".*", "write": ".*", "read": ".*"})
    try:
        finding = the_wrong_one(await examine_broker(bare.url()))
    finally:
        await bare.delete()
    assert "no exchange chosei.events" in finding.found


async def test_a_database_that_lets_us_write_is_well_and_agrees_about_the_time(database_url: str) -> None:
    findings = await examine_database(database_url, "booking")
    assert [(one.what, one.state) for one in findings] == [("database", State.OK), ("clock", State.OK)]


async def test_looking_leaves_nothing_in_the_database(database_url: str) -> None:
    await examine_database(database_url, "booking")
    async with AsyncMongoClient[dict[str, Any]](database_url) as client:
        assert await client.get_default_database().list_collection_names() == []


async def test_a_wrong_password_of_the_database_is_told_from_one_that_is_down(
    mongod: MongoDB, database_url: str
) -> None:
    name, password = mongod.administrator
    refused = the_wrong_one(await examine_database(database_url.replace(quote(password), "hunter2"), "booking"))
    assert "refuses the user or the password" in refused.found
    (nobody,) = free_ports(1)
    url = f"mongodb://{name}:hunter2@127.0.0.1:{nobody}/booking?replicaSet=chosei"
    assert "no primary" in the_wrong_one(await examine_database(url, "booking")).found


@pytest.fixture
async def reader_url(database_url: str) -> AsyncIterator[str]:
    """Of somebody who may only read."""
    async with AsyncMongoClient[dict[str, Any]](database_url) as client:
        database = client.get_default_database()
        await database.command("createUser", "reader", pwd="hunter2", roles=["read"])
        host = database_url.rpartition("@")[2].partition("/")[0]
        yield f"mongodb://reader:hunter2@{host}/{database.name}?authSource={database.name}&directConnection=true"
        await database.command("dropUser", "reader")


async def test_a_user_who_may_not_write_is_said(reader_url: str) -> None:
    finding = the_wrong_one(await examine_database(reader_url, "booking"))
    assert "may not read and write" in finding.found
    assert "readWrite" in finding.advice


async def test_an_address_that_is_none_is_said_and_not_shown() -> None:
    finding = the_wrong_one(await examine_database("mongodb://root:hunter2@host", "booking"))
    assert "CHOSEI_MONGO_URL" in finding.found


async def stored(url: str, ring: str, *names: str, plain: str = "") -> Any:
    values = {name: KeyRing.parse(ring).encrypt(b"secret", place=f"connections/{name}/token") for name in names}
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        rows = client.get_default_database()["connections"]
        for name, value in {**values, **({"plain": plain} if plain else {})}.items():
            await rows.insert_one({"_id": name, "token": value})


async def test_what_opens_is_counted_and_what_needs_the_older_key_is_noted(database_url: str) -> None:
    await stored(database_url, OLD, "a", "b")
    await stored(database_url, NEW, "c")
    (well,) = await examine_stored(database_url, "booking", KeyRing.parse(f"{OLD},{NEW}"), SECRETS)
    assert (well.state, well.found) == (State.NOTE, "1 of 3 values need an older key than old")
    (turned,) = await examine_stored(database_url, "booking", KeyRing.parse(f"{NEW},{OLD}"), SECRETS)
    assert turned.found == "2 of 3 values need an older key than new"
    assert "rotate-keys" in turned.advice


async def test_g26_a_key_that_was_taken_away_too_early_is_named(database_url: str) -> None:
    await stored(database_url, OLD, "a", "b")
    finding = the_wrong_one(await examine_stored(database_url, "booking", KeyRing.parse(NEW), SECRETS))
    assert finding.found == "2 values need the key 'old', which is not among CHOSEI_DATA_KEYS"


async def test_g26_another_key_under_the_same_name_is_noticed(database_url: str) -> None:
    await stored(database_url, OLD, "a")
    other = "old:" + base64.b64encode(b"x" * 32).decode()
    finding = the_wrong_one(await examine_stored(database_url, "booking", KeyRing.parse(other), SECRETS))
    assert "another key" in finding.found


async def test_g26_what_is_not_encrypted_is_reported_and_not_shown(database_url: str) -> None:
    await stored(database_url, NEW, plain="hunter2")
    finding = the_wrong_one(await examine_stored(database_url, "booking", KeyRing.parse(NEW), SECRETS))
    assert "not encrypted" in finding.found
