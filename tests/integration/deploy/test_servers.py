"""The servers that every integration test stands on behave as the operator promises."""

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity
from pymongo import AsyncMongoClient

from deploy.rabbitmq.definitions import LADDER
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
    assert set(await fresh_broker.queues()) == set(LADDER)


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
