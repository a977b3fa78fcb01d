"""What one test leaves behind harms none that comes after it (``infrastructure/kept.py``)."""

import aio_pika

from deploy.demo.mongodb import MongoDB
from shared.messaging.topology import LADDER, parking_queue
from tests.infrastructure.broker import Broker
from tests.infrastructure.database import opened_database
from tests.infrastructure.kept import Kept

HOME, PARKED = "booking.something", parking_queue("booking.something").name
QUORUM = {"x-queue-type": "quorum"}


async def say(channel: aio_pika.abc.AbstractChannel, queue: str, *, ladder: str = "") -> None:
    exchange = await channel.get_exchange(ladder) if ladder else channel.default_exchange
    await exchange.publish(aio_pika.Message(b"{}"), routing_key=queue)


async def test_messages_are_gone_also_those_that_somebody_held_when_he_was_cut_off(
    virtual_hosts: Kept[Broker],
) -> None:
    async with virtual_hosts.lent("messages") as first:
        connection = await aio_pika.connect(first.url())
        async with connection, connection.channel() as channel:
            for name in (HOME, PARKED):
                queue = await channel.declare_queue(name, durable=True, arguments=QUORUM)
                await say(channel, name)
                await say(channel, name)
                await queue.get(no_ack=False)
    async with virtual_hosts.lent("messages") as second:
        assert second.vhost == first.vhost
        assert [await second.depth(name) for name in (HOME, PARKED)] == [0, 0]


async def test_one_on_whose_ladder_a_message_waited_is_not_used_again(virtual_hosts: Kept[Broker]) -> None:
    async with virtual_hosts.lent("ladder") as first:
        connection = await aio_pika.connect(first.url())
        async with connection, connection.channel() as channel:
            await say(channel, HOME, ladder=LADDER[0].name)
    async with virtual_hosts.lent("ladder") as second:
        assert second.vhost != first.vhost


async def test_one_where_somebody_still_consumes_is_not_used_again(virtual_hosts: Kept[Broker]) -> None:
    async def take(message: object) -> None: ...

    async with virtual_hosts.lent("consumed") as first:
        connection = await aio_pika.connect(first.url())
        channel = await connection.channel()
        await (await channel.declare_queue(HOME, durable=True, arguments=QUORUM)).consume(take)
    await connection.close()
    async with virtual_hosts.lent("consumed") as second:
        assert second.vhost != first.vhost


async def test_rows_are_gone_and_indexes_stay(databases: Kept[str], mongod: MongoDB) -> None:
    async with databases.lent("rows") as first, opened_database(mongod.administrator_url(first)) as database:
        await database["things"].create_index("name", name="name")
        await database["things"].insert_one({"name": "left"})
        await database["others"].insert_one({"name": "left"})
    async with databases.lent("rows") as second, opened_database(mongod.administrator_url(second)) as database:
        assert second == first
        assert [await database[name].count_documents({}) for name in ("things", "others")] == [0, 0]
        assert "name" in await database["things"].index_information()


async def test_each_folder_has_its_own_and_so_have_two_at_once(databases: Kept[str]) -> None:
    async with databases.lent("one") as first, databases.lent("one") as beside, databases.lent("two") as other:
        assert len({first, beside, other}) == 3
