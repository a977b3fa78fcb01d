"""The backbone on a real broker and database: outbox, relay, retries, parking, replay, and brokers that go away."""

import aio_pika

from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.messaging import outbox, topology
from shared.messaging.outcome import Terminal
from shared.messaging.parked import Action, containing, walk
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import listening
from tests.integration.messaging.small_service import QUEUE, a_service, revoked
from tests.waiting import eventually


async def test_a_failed_message_is_tried_again_and_then_done(quick_broker: Broker, database_url: str) -> None:
    attempts: list[str] = []

    async def fails_twice(event: CloudEvent[MeetingRevoked]) -> None:
        attempts.append(event.id)
        if len(attempts) < 3:
            raise RuntimeError("not today")

    async with a_service(quick_broker, database_url, fails_twice), listening(quick_broker.url()) as bus:
        await bus.publish(revoked())
        await eventually(lambda: len(attempts) == 3)
        assert len(set(attempts)) == 1
        assert await quick_broker.depth(f"{QUEUE}.parked") == 0


async def test_a_message_that_cannot_be_read_is_parked_at_once_and_blocks_nothing(
    quick_broker: Broker, database_url: str
) -> None:
    handled: list[str] = []

    async def take(event: CloudEvent[MeetingRevoked]) -> None:
        handled.append(event.subject)

    async with a_service(quick_broker, database_url, take), listening(quick_broker.url()) as bus:
        for body in (b"not json", b"[]", b'{"specversion":"1.0"}'):
            await bus._exchange.publish(aio_pika.Message(body), routing_key=MeetingRevoked.routing_key)
        await bus.publish(revoked("apt_2"))
        await eventually(lambda: handled == ["apt_2"])

        async def parked() -> bool:
            return await quick_broker.depth(f"{QUEUE}.parked") == 3

        await eventually(parked)


async def test_g27_what_is_parked_can_be_listed_and_replayed(quick_broker: Broker, database_url: str) -> None:
    broken, handled = [True], []

    async def refuses(event: CloudEvent[MeetingRevoked]) -> None:
        if broken[0]:
            raise Terminal("a bug")
        handled.append(event.subject)

    async with a_service(quick_broker, database_url, refuses), listening(quick_broker.url()) as bus:
        await bus.publish(revoked("apt_1"))
        await bus.publish(revoked("apt_2"))

        async def parked() -> bool:
            return await quick_broker.depth(f"{QUEUE}.parked") == 2

        await eventually(parked)
        connection = await aio_pika.connect(quick_broker.url())
        async with connection:
            shown = (await walk(connection, QUEUE, action=Action.LIST)).found
            assert {(item.subject, item.error) for item in shown} == {
                ("apt_1", "Terminal: a bug"),
                ("apt_2", "Terminal: a bug"),
            }
            broken[0] = False
            await walk(connection, QUEUE, action=Action.REPLAY, wanted=containing("apt_2"))
        await eventually(lambda: handled == ["apt_2"])
        assert await quick_broker.depth(f"{QUEUE}.parked") == 1


async def test_a_message_that_keeps_coming_back_ends_in_parking(quick_broker: Broker, database_url: str) -> None:
    async with a_service(quick_broker, database_url):
        pass
    async with listening(quick_broker.url()) as bus:
        await bus.publish(revoked())
    deliveries = 0
    async with await aio_pika.connect(quick_broker.url()) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)

        async def never_again() -> bool:
            nonlocal deliveries
            if message := await queue.get(fail=False):
                deliveries += 1
                await message.reject(requeue=True)
            return bool(await quick_broker.depth(f"{QUEUE}.parked"))

        await eventually(never_again, timeout=20)
    assert deliveries == topology.DELIVERY_LIMIT + 1


async def test_g27_the_sweep_publishes_what_a_crash_left_in_the_outbox(quick_broker: Broker, database_url: str) -> None:
    heard: list[str] = []

    async def take(event: CloudEvent[MeetingRevoked]) -> None:
        heard.append(event.subject)

    async with a_service(quick_broker, database_url, take) as service:
        waiting = outbox.entries([revoked("apt_left")])
        await service.things.insert_one({"_id": "thing", "outbox": waiting})
        await eventually(lambda: heard == ["apt_left"])

        async def cleared() -> bool:
            row = await service.things.find_one({"_id": "thing"})
            return row is not None and row["outbox"] == []

        await eventually(cleared)


async def test_g27_events_committed_while_the_broker_is_cut_off_arrive_afterwards(
    quick_broker: Broker, database_url: str
) -> None:
    heard: set[str] = set()

    async def take(event: CloudEvent[MeetingRevoked]) -> None:
        heard.add(event.subject)

    async with a_service(quick_broker, database_url, take) as service:
        for number in range(30):
            if number % 10 == 5:
                await quick_broker.close_connections()
            waiting = outbox.entries([revoked(f"apt_{number}")])
            await service.things.insert_one({"_id": number, "outbox": waiting})
            service.relay.publish_soon(service.things, number, waiting)
        await eventually(lambda: len(heard) == 30, timeout=30)


async def test_every_queue_has_a_delivery_limit_and_a_parking_queue(fresh_broker: Broker, database_url: str) -> None:
    async with a_service(fresh_broker, database_url):
        queues = await fresh_broker.queues()
        assert queues[QUEUE]["x-delivery-limit"] == topology.DELIVERY_LIMIT
        assert queues[QUEUE]["x-dead-letter-routing-key"] == f"{QUEUE}.parked"
        assert f"{QUEUE}.parked" in queues
