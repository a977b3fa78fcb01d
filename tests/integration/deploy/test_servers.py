"""The servers that every integration test stands on behave as the operator promises."""

from typing import Any

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity
from pymongo import AsyncMongoClient, IndexModel
from pymongo.errors import OperationFailure

from deploy.demo.mongodb import REPLICA_SET, MongoDB
from deploy.mongo.set_up import create_user
from deploy.service_settings import mongo_url
from shared.messaging.topology import LADDER
from tests.infrastructure.broker import Broker
from tests.waiting import eventually


async def test_a_database_takes_transactions_and_belongs_to_one_test(database_url: str) -> None:
    async with AsyncMongoClient(database_url) as client:
        database = client.get_default_database()

        async def insert(session: object) -> None:
            await database.things.insert_one({"_id": 1}, session=session)

        async with client.start_session() as session:
            await session.with_transaction(insert)
        assert await database.list_collection_names() == ["things"]


async def test_a_fresh_broker_has_the_ladder_and_nothing_else(fresh_broker: Broker) -> None:
    assert set(await fresh_broker.queues()) == {rung.name for rung in LADDER}


async def test_g26_a_service_may_publish_under_its_own_name_only(fresh_broker: Broker) -> None:
    connection = await aio_pika.connect(fresh_broker.url("booking"))
    async with connection, connection.channel() as channel:
        exchange = await channel.get_exchange("chosei.events", ensure=False)
        queue = await channel.declare_queue("booking.test", durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, "booking.#")
        await exchange.publish(aio_pika.Message(b"1", message_id="1"), "booking.test.v1")
        with pytest.raises(ChannelAccessRefused):
            await exchange.publish(aio_pika.Message(b"2", message_id="2"), "notifier.test.v1")
    assert await eventually(lambda: fresh_broker.depth("booking.test")) == 1


async def test_g26_a_service_may_not_declare_queues_of_others(fresh_broker: Broker) -> None:
    connection = await aio_pika.connect(fresh_broker.url("booking"))
    async with connection, connection.channel() as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.declare_queue("notifier.test", durable=True, arguments={"x-queue-type": "quorum"})


async def test_g26_a_service_may_publish_into_no_others_queue_by_the_default_exchange(fresh_broker: Broker) -> None:
    connection = await aio_pika.connect(fresh_broker.url("booking"))
    async with connection, connection.channel() as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.default_exchange.publish(aio_pika.Message(b"1", message_id="1"), "notifier.test")


async def test_g26_a_service_may_send_no_message_up_the_ladder_to_others(fresh_broker: Broker) -> None:
    connection = await aio_pika.connect(fresh_broker.url("booking"))
    async with connection, connection.channel() as channel:
        rung = await channel.get_exchange("retry.5s", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await rung.publish(aio_pika.Message(b"1", message_id="1"), "notifier.test")


async def test_g26_a_service_reads_and_writes_its_own_database_and_no_others(mongod: MongoDB) -> None:
    await mongod.set_up({"booking": "b", "notifier": "n"})
    name, _ = mongod.administrator
    await _can_use_its_own(mongod, "booking", "b")
    async with AsyncMongoClient[dict[str, Any]](_url(mongod, "booking", "b")) as client:
        for forbidden in (
            client["notifier"].matters.find_one({}),
            client["notifier"].matters.insert_one({}),
            client["notifier"].list_collection_names(),
            client["admin"].command("usersInfo", name),
            client["booking"].command("profile", 2),
        ):
            with pytest.raises(OperationFailure) as refused:
                await forbidden
            assert refused.value.code == 13


async def test_g26_a_kept_database_takes_rights_away_that_are_needed_no_more(mongod: MongoDB) -> None:
    async with AsyncMongoClient[dict[str, Any]](mongod.administrator_url()) as operator:
        await create_user(operator, "gateway", "gateway", "g", "readWrite", "dbAdmin")
    await mongod.set_up({"gateway": "g"})
    async with AsyncMongoClient[dict[str, Any]](_url(mongod, "gateway", "g")) as client:
        with pytest.raises(OperationFailure):
            await client["gateway"].command("profile", 2)


def _url(mongod: MongoDB, service: str, password: str) -> str:
    return mongo_url(f"127.0.0.1:{mongod.port}", service, service, password, REPLICA_SET, service)


async def _can_use_its_own(mongod: MongoDB, service: str, password: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](_url(mongod, service, password)) as client:
        things = client[service].things
        await things.create_indexes([IndexModel("at")])
        await things.insert_one({"_id": 1})
        assert await things.find_one({}) == {"_id": 1}


async def test_the_ladder_brings_a_message_home(quick_broker: Broker) -> None:
    connection = await aio_pika.connect(quick_broker.url("booking"))
    async with connection, connection.channel() as channel:
        await channel.declare_queue("booking.home", durable=True, arguments={"x-queue-type": "quorum"})
        rung = await channel.get_exchange("retry.5s", ensure=False)
        await rung.publish(aio_pika.Message(b"again", delivery_mode=2, message_id="1"), "booking.home")
    assert await eventually(lambda: quick_broker.depth("booking.home")) == 1


async def test_tests_do_not_see_each_others_queues(fresh_broker: Broker) -> None:
    with pytest.raises(ChannelNotFoundEntity):
        await fresh_broker.depth("booking.home")
