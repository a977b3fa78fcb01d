"""Exchanges and queues: one quorum queue per service and event, with a delivery limit and a parking queue beside it.

Shared parts (the event exchange, the ladder of delays) are declared by the operator (deploy/rabbitmq); a service
declares only what begins with its own name and can publish into no other's queue (G26). The same topology runs on
RabbitMQ 3.10 and 4.x.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit import RabbitRoute as Route

from shared.contracts.envelope import EventData

EVENTS = RabbitExchange("chosei.events", type=ExchangeType.TOPIC, durable=True, declare=False)

UNLIMITED = 1_000_000
"""A delivery limit that means the same on all brokers: -1 is zero on 3.10, absent is 20 on 4.x."""

DELIVERY_LIMIT = 20
"""Each kill or redeploy of a consumer costs one delivery for every prefetched message."""

PREFETCH = 10


@dataclass(frozen=True)
class Rung:
    """One delay of the ladder: an exchange and a queue of the same name; expiry leads back to the home queue.

    The exchange is a topic one, because only there the broker checks the routing key, which is the home queue.
    """

    name: str
    delay_ms: int

    @property
    def exchange(self) -> RabbitExchange:
        return RabbitExchange(self.name, type=ExchangeType.TOPIC, durable=True, declare=False)

    @property
    def queue_arguments(self) -> dict[str, Any]:
        return {
            "x-queue-type": "quorum",
            "x-message-ttl": self.delay_ms,
            "x-dead-letter-exchange": "",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-delivery-limit": UNLIMITED,
        }


LADDER = (
    Rung("retry.5s", 5_000),
    Rung("retry.30s", 30_000),
    Rung("retry.2m", 120_000),
    Rung("retry.10m", 600_000),
    Rung("retry.1h", 3_600_000),
)


def queue_name(service: str, event: type[EventData]) -> str:
    return f"{service}.{event.routing_key}"


def service_of_queue(queue: str) -> str:
    return queue.partition(".")[0]


def parking_name(queue: str) -> str:
    return f"{queue}.parked"


def parking_exchange(queue: str) -> RabbitExchange:
    """Leads to the parking queues of the service that ``queue`` belongs to, by their names."""
    return RabbitExchange(f"{service_of_queue(queue)}.parking", type=ExchangeType.DIRECT, durable=True)


def work_queue(service: str, event: type[EventData]) -> RabbitQueue:
    """Where ``service`` hears ``event``; crash loops and give-ups end in the parking queue."""
    name = queue_name(service, event)
    return RabbitQueue(
        name,
        queue_type=QueueType.QUORUM,
        durable=True,
        routing_key=event.routing_key,
        arguments={
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": parking_exchange(name).name,
            "x-dead-letter-routing-key": parking_name(name),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


def parking_queue(queue: str) -> RabbitQueue:
    """Looked at by people: browsing costs deliveries, hence no real limit."""
    return RabbitQueue(
        parking_name(queue),
        queue_type=QueueType.QUORUM,
        durable=True,
        arguments={"x-delivery-limit": UNLIMITED},
    )


def hears(service: str, event: type[EventData], handler: Callable[..., Awaitable[None]]) -> Route:
    """One line of a service's table of subscriptions; a channel of its own, so that no queue starves another."""
    return Route(handler, work_queue(service, event), EVENTS, channel=Channel(prefetch_count=PREFETCH))


def queues_of(broker: RabbitBroker) -> list[str]:
    """Names of all queues that the broker's subscribers consume."""
    return sorted({subscriber.queue.name for subscriber in broker.subscribers})  # type: ignore[attr-defined]


async def declare_parking(broker: RabbitBroker) -> None:
    """Declare all parking queues before the first message can need one."""
    for name in queues_of(broker):
        exchange = await broker.declare_exchange(parking_exchange(name))
        parked = await broker.declare_queue(parking_queue(name))
        await parked.bind(exchange, routing_key=parking_name(name))
