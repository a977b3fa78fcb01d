"""A small service on the real broker and database: one handler, one collection with an outbox, what a test adds."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from faststream.rabbit import RabbitBroker, RabbitRouter
from pydantic import SecretStr

from shared import due
from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.due import Worker
from shared.messaging import outbox, topology
from shared.messaging.relay import Relay
from shared.mongo import Collection
from shared.operations.own import NOTHING_OF_ITS_OWN, OwnOperations
from shared.operations.parking import Parking
from shared.runtime import Hook, Parts, make_broker, service_app
from shared.settings import ServiceSettings
from tests.builders import BUS_KEYS, DATA_KEYS, an_event
from tests.infrastructure.broker import Broker
from tests.infrastructure.database import opened_database
from tests.infrastructure.service import running_service

QUEUE = "booking.zoom_issuer.meeting_revoked.v1"
Handler = Callable[[CloudEvent[MeetingRevoked]], Awaitable[None]]


def revoked(appointment_id: str = "apt_1") -> CloudEvent[Any]:
    return an_event(MeetingRevoked(appointment_id=appointment_id, revision=1), subject=appointment_id)


async def takes_all(event: CloudEvent[MeetingRevoked]) -> None:
    """The handler of those who test something else."""


@dataclass
class Service:
    """What tests reach of it."""

    relay: Relay
    things: Collection
    broker: RabbitBroker
    client: httpx.AsyncClient
    parking: Parking


@asynccontextmanager
async def a_service(
    broker: Broker,
    database_url: str,
    handler: Handler = takes_all,
    *,
    user: str = "operator",
    workers: Callable[[Collection], Sequence[Worker]] = lambda _things: [],
    ready: Sequence[Hook] = (),
    grace: timedelta = timedelta(seconds=10),
    operations: OwnOperations = NOTHING_OF_ITS_OWN,
) -> AsyncIterator[Service]:
    settings = ServiceSettings(
        amqp_url=SecretStr(broker.url(user)),
        mongo_url=SecretStr(database_url),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        graceful_timeout=grace,
        api_tokens=SecretStr("gateway:test-token"),
    )
    async with opened_database(database_url) as database:
        things: Collection = database["things"]
        rabbit = make_broker("booking", settings)

        async def handle(event: CloudEvent[MeetingRevoked]) -> None:
            await handler(event)

        relay = Relay(rabbit, [things], sweep_every=timedelta(seconds=0.1), grace=timedelta(seconds=0.3))
        parts = Parts(
            client=database.client,
            broker=rabbit,
            relay=relay,
            indexes={things: [outbox.INDEX, due.INDEX]},
            subscribers=RabbitRouter(handlers=[topology.hears("booking", MeetingRevoked, handle)]),
            workers=workers(things),
            ready=ready,
            operations=operations,
        )
        app = service_app("booking", settings, parts)
        async with running_service(app) as client:
            yield Service(relay, things, rabbit, client, app.state.operate.parking)
