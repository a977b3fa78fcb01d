"""Webhooks under strain (X1): many endpoints of which some hang, and a process that is killed while it sends."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.notifier.settings import Settings
from shared import clock
from shared.mongo import Database
from tests.infrastructure.broker import Broker
from tests.infrastructure.ports import free_ports
from tests.infrastructure.receiver import Receiver, receiving
from tests.integration.notifier.conftest import NewNotifier, PostOffice, running
from tests.integration.notifier.hooks import CONFIRMED, at_the_desk, desk_of
from tests.unit.notifier.builders import an_appointment, canceled, confirmed
from tests.waiting import eventually

ENDPOINTS, SILENT, EVENTS = 50, 10, 6


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def test_of_fifty_endpoints_those_that_hang_hold_up_nobody(new_notifier: NewNotifier, receiver: Receiver) -> None:
    """Fewer turns than endpoints, and each silent one keeps its turn for as long as it may."""
    async with at_the_desk(new_notifier, webhook_timeout=timedelta(seconds=3), webhook_turns=16) as desk:
        silent = {f"/{number}" for number in range(SILENT)}
        receiver.silent |= silent
        for number in range(ENDPOINTS):
            await desk.make(receiver.url(f"/{number}"), CONFIRMED)
        events = [confirmed(an_appointment(appointment_id=f"apt_{number}")) for number in range(EVENTS)]
        await desk.notifier.hear(*events)
        wanted = {(f"/{number}", event.id) for number in range(SILENT, ENDPOINTS) for event in events}

        def served() -> bool:
            return wanted <= {(got.path, got.id) for got in receiver.received}

        await eventually(served)
        own = [(got.path, got.id) for got in receiver.received if got.path not in silent]
        assert sorted(own) == sorted(wanted)


async def test_a_backlog_of_servers_that_hang_has_no_turn_before_others(
    new_notifier: NewNotifier, receiver: Receiver
) -> None:
    """More of them than turns, each with more to send than fits into a turn, and all of it longer due."""
    async with at_the_desk(new_notifier, webhook_timeout=timedelta(seconds=1), webhook_turns=2) as desk:
        for number in range(4):
            receiver.silent.add(f"/{number}")
            await desk.make(receiver.url(f"/{number}"), CONFIRMED)
        backlog = [confirmed(an_appointment(appointment_id=f"apt_{number}")) for number in range(30)]
        await desk.notifier.hear(*backlog)
        await eventually(lambda: len(receiver.received) >= 8)
        await desk.make(receiver.url("/well"), "booking.appointment_canceled.v1")
        late = canceled(an_appointment(revision=2))
        await desk.notifier.hear(late)
        await eventually(lambda: [got.id for got in receiver.on("/well")] == [late.id])
        assert len(receiver.received) < 4 * len(backlog)


async def test_g27_a_process_that_is_killed_while_it_sends_repeats_the_same_webhook(
    database_url: str, database: Database, emptied_broker: Broker, post_office: PostOffice, receiver: Receiver
) -> None:
    """kill -9 with the request on its way; another process takes over when the lease is over."""
    options = {"webhook_networks": "127.0.0.0/8"}
    receiver.silent.add("/hook")
    event, for_long = confirmed(), {"token": "x", "until": clock.real_now() + timedelta(hours=1)}
    async with running(database_url, emptied_broker, post_office, **options) as first, desk_of(first) as desk:
        endpoint = await desk.make(receiver.url(), CONFIRMED)
        await first.database["webhook_endpoints"].update_one({}, {"$set": {"lease": for_long}})
        await first.hear(event)
        await eventually(lambda: desk.deliveries(endpoint))
    rows = database["webhook_endpoints"]
    await rows.update_one({}, {"$unset": {"lease": ""}})
    async with a_process(first.settings) as process:
        await eventually(lambda: receiver.received)
        process.kill()
        await process.wait()
    receiver.silent.clear()
    await rows.update_one({}, {"$set": {"lease.until": clock.real_now()}})
    async with running(database_url, emptied_broker, post_office, **options) as second, desk_of(second) as desk:
        await desk.has_status(endpoint, "delivered")
    assert [got.id for got in receiver.received] == [event.id] * 2
    assert receiver.received[0].body == receiver.received[1].body


@asynccontextmanager
async def a_process(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """notifier as the operator starts it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.notifier", env={**os.environ, **variables(settings)}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def variables(settings: Settings) -> Mapping[str, str]:
    secret = settings.amqp_url, settings.mongo_url, settings.bus_keys, settings.data_keys
    names = "AMQP_URL", "MONGO_URL", "BUS_KEYS", "DATA_KEYS"
    return {
        **{f"CHOSEI_{name}": value.get_secret_value() for name, value in zip(names, secret, strict=True)},
        "CHOSEI_PORT": str(free_ports(1)[0]),
        "CHOSEI_MAIL_FROM": settings.mail_from,
        "CHOSEI_SMTP_PORT": str(settings.smtp_port),
        "CHOSEI_WEBHOOK_NETWORKS": settings.webhook_networks,
        "CHOSEI_LOG_LEVEL": "WARNING",
    }
