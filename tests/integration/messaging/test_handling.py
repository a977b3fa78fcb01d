"""What is around every handler: ids in the log, a limit of time, and rights on the broker that are enough."""

import asyncio
from datetime import timedelta

import aio_pika
import pytest
import structlog
from structlog.testing import capture_logs

from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.messaging import topology
from shared.messaging.handling import Limited
from shared.messaging.outcome import Terminal
from shared.messaging.parked import Action, walk
from shared.messaging.replay import look, queues_to_look_at
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import listening
from tests.integration.messaging.small_service import QUEUE, a_service, revoked
from tests.waiting import eventually


async def test_every_line_about_a_message_names_the_event(quick_broker: Broker, database_url: str) -> None:
    log = structlog.get_logger("test")

    async def refuses(event: CloudEvent[MeetingRevoked]) -> None:
        log.info("thing.done")
        raise Terminal("a bug")

    event = revoked()
    merged = [structlog.contextvars.merge_contextvars]
    with capture_logs(processors=merged) as lines:
        async with a_service(quick_broker, database_url, refuses), listening(quick_broker.url()) as bus:
            await bus.publish(event)
            await eventually(lambda: [line for line in lines if line["event"] == "message.failed"])
    told = {line["event"]: line for line in lines}
    wanted = {
        "event_id": event.id,
        "event_type": event.type,
        "subject": "apt_1",
        "organization_id": event.organizationid,
    }
    assert told["thing.done"].items() >= wanted.items()
    assert told["message.failed"].items() >= wanted.items()


async def test_a_handler_that_does_not_end_is_cut_off_and_its_message_tried_again(
    quick_broker: Broker, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limited, "limit", timedelta(milliseconds=200))
    tries: list[str] = []

    async def hangs_at_first(event: CloudEvent[MeetingRevoked]) -> None:
        tries.append(event.id)
        if len(tries) == 1:
            await asyncio.Event().wait()

    async with a_service(quick_broker, database_url, hangs_at_first), listening(quick_broker.url()) as bus:
        await bus.publish(revoked())
        await eventually(lambda: len(tries) == 2)


async def test_g26_a_services_own_rights_are_enough_to_retry_park_and_replay(
    quick_broker: Broker, database_url: str
) -> None:
    broken, handled = [True], []

    async def refuses(event: CloudEvent[MeetingRevoked]) -> None:
        if broken[0]:
            raise RuntimeError("a bug that the whole ladder does not outlast")
        handled.append(event.subject)

    async with a_service(quick_broker, database_url, refuses, user="booking"), listening(quick_broker.url()) as bus:
        await bus.publish(revoked())

        async def parked() -> bool:
            return await quick_broker.depth(f"{QUEUE}.parked") == 1

        await eventually(parked, timeout=20)
        broken[0] = False
        queues = queues_to_look_at("booking")
        replayed = (await look(quick_broker.url("booking"), queues, action=Action.REPLAY)).found
        assert [item.queue for item in replayed] == [QUEUE]
        await eventually(lambda: handled == ["apt_1"])


async def test_g27_what_is_parked_again_meanwhile_is_left_for_the_next_run(fresh_broker: Broker) -> None:
    async with await aio_pika.connect(fresh_broker.url()) as connection:
        channel = await connection.channel()
        arguments = {"x-queue-type": "quorum", "x-delivery-limit": topology.UNLIMITED}
        parked = await channel.declare_queue(f"{QUEUE}.parked", durable=True, arguments=arguments)
        await parked.bind("retry.5s", "#")  # what goes back fails and is parked again at once
        for number in range(3):
            body = revoked(f"apt_{number}").to_wire()
            message = aio_pika.Message(body, message_id=str(number), delivery_mode=2)
            await channel.default_exchange.publish(message, parked.name)
        replayed = (await walk(connection, QUEUE, action=Action.REPLAY)).found
    assert [item.subject for item in replayed] == ["apt_0", "apt_1", "apt_2"]

    async def all_are_parked() -> bool:
        return await fresh_broker.depth(f"{QUEUE}.parked") == 3

    await eventually(all_are_parked)
