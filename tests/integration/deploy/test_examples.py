"""The examples for outsiders (X1) on the real broker and over real HTTP, with nothing of ours imported."""

import ast
import re
import sys
import time
from pathlib import Path
from typing import Any

import aio_pika
import httpx
import pytest
from aio_pika.exceptions import ChannelClosed

from services.notifier.model import signing
from tests.infrastructure.broker import Broker
from tests.infrastructure.example_program import EXAMPLES, example_program
from tests.infrastructure.ports import free_ports
from tests.infrastructure.service import listening
from tests.unit.notifier.builders import an_appointment, canceled, confirmed
from tests.waiting import eventually

SUBSCRIBER, RECEIVER = "subscriber/subscriber.py", "webhook/receiver.py"
SECRET = signing.secret_text(b"s" * 32)


@pytest.mark.parametrize(("script", "needs"), [(SUBSCRIBER, {"aio_pika"}), (RECEIVER, set())])
def test_an_example_imports_nothing_of_ours(script: str, needs: set[str]) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse((EXAMPLES / script).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) == needs


@pytest.fixture
async def outsider_url(fresh_broker: Broker) -> str:
    """A broker user with the rights that the README gives."""
    readme = (EXAMPLES / "subscriber" / "README.md").read_text("utf-8")
    rights = re.search(r"set_permissions crm '([^']*)' '([^']*)' '([^']*)'", readme)
    assert rights is not None
    configure, write, read = rights.groups()
    return await fresh_broker.add_user("crm", "password", configure=configure, write=write, read=read)


async def test_a_subscriber_hears_what_it_bound_once_and_goes_on_after_a_kill(
    fresh_broker: Broker, outsider_url: str, tmp_path: Path
) -> None:
    first, second = confirmed(), canceled(an_appointment(revision=2))
    options: dict[str, Any] = {"folder": tmp_path, "AMQP_URL": outsider_url}
    async with listening(fresh_broker.url()) as bus:
        async with example_program(SUBSCRIBER, "booking.#", **options) as program:
            await bus.publish(first, times=2)
            await eventually(lambda: program.events)
            await program.kill()
            assert [event["id"] for event in program.events] == [first.id]
        await bus.publish(first)
        await bus.publish(second)
        async with example_program(SUBSCRIBER, "booking.#", **options) as program:
            await eventually(lambda: program.events)
            assert [event["id"] for event in program.events] == [second.id]
            assert program.events[0]["is_newest"] is True
            assert program.events[0]["data"]["appointment"]["appointment_id"] == second.subject

            async def all_acknowledged() -> bool:
                return await fresh_broker.depth("crm.events") == 0

            await eventually(all_acknowledged)


async def test_what_is_no_event_goes_to_the_subscribers_dead_letters(
    fresh_broker: Broker, outsider_url: str, tmp_path: Path
) -> None:
    async with example_program(SUBSCRIBER, "#", folder=tmp_path, AMQP_URL=outsider_url) as program:
        connection = await aio_pika.connect(fresh_broker.url())
        async with connection, connection.channel() as channel:
            exchange = await channel.get_exchange("chosei.events")
            await exchange.publish(aio_pika.Message(b'{"id": "evt_1"}'), routing_key="booking.x.v1")
        await eventually(lambda: [line for line in program.said if "refused" in line])

        async def dead() -> bool:
            return await fresh_broker.depth("crm.events.dead") == 1

        await eventually(dead)


async def test_a_subscriber_may_read_events_and_nothing_else(fresh_broker: Broker, outsider_url: str) -> None:
    connection = await aio_pika.connect(outsider_url)
    async with connection, connection.channel() as channel:
        exchange = await channel.get_exchange("chosei.events", ensure=False)
        with pytest.raises(ChannelClosed):
            await exchange.publish(aio_pika.Message(b"{}"), routing_key="booking.appointment_confirmed.v1")
    connection = await aio_pika.connect(outsider_url)
    async with connection, connection.channel() as channel:
        with pytest.raises(ChannelClosed):
            await channel.declare_queue("booking.mine", durable=True)


async def test_a_receiver_takes_what_is_signed_once_and_nothing_else(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    other = signing.secret_text(b"o" * 32)
    variables = {"PORT": str(port), "WEBHOOK_SECRETS": f"{SECRET} {other}"}
    async with (
        example_program(RECEIVER, folder=tmp_path, **variables) as program,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as sender,
    ):
        body = confirmed().to_wire()

        async def status(secret: str, message_id: str, *, age: int = 0, sent: bytes = body) -> int:
            moment = int(time.time()) - age
            headers = {
                "webhook-id": message_id,
                "webhook-timestamp": str(moment),
                "webhook-signature": signing.signature(secret, message_id, moment, body),
            }
            return (await sender.post("/", content=sent, headers=headers)).status_code

        assert [await status(SECRET, "evt_1"), await status(other, "evt_1"), await status(other, "evt_2")] == [204] * 3
        assert await status(signing.secret_text(b"x" * 32), "evt_3") == 400
        assert await status(SECRET, "evt_3", age=600) == 400
        assert await status(SECRET, "evt_3", sent=body + b" ") == 400
        assert (await sender.post("/", content=body)).status_code == 400
        assert len(program.events) == 2
