"""One service in the test's own process, on the real broker and database, and a bus to speak and listen on."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import httpx
from fastapi import FastAPI

from shared.contracts.envelope import CONTENT_TYPE, CloudEvent
from shared.ids import new_id
from tests.waiting import eventually


@asynccontextmanager
async def running_service(app: FastAPI, token: str = "test-token") -> AsyncIterator[httpx.AsyncClient]:
    """Bring the service up, wait until it is ready, answer a client that may call its /internal, shut it down."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:

            async def ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await eventually(ready)
            yield client


class Bus:
    """Publishes events as any service would and keeps everything heard on the exchange."""

    def __init__(self, channel: aio_pika.abc.AbstractChannel, exchange: aio_pika.abc.AbstractExchange) -> None:
        self._channel = channel
        self._exchange = exchange
        self.heard: list[dict[str, Any]] = []

    async def publish(self, event: CloudEvent[Any], *, times: int = 1) -> None:
        for _ in range(times):
            message = aio_pika.Message(event.to_wire(), content_type=CONTENT_TYPE, message_id=new_id("msg"))
            await self._exchange.publish(message, routing_key=event.routing_key)

    async def take(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        self.heard.append(json.loads(message.body))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Payloads heard of one routing key, each event once."""
        by_id = {event["id"]: event["data"] for event in self.heard if event["type"] == f"chosei.{kind}"}
        return list(by_id.values())


@asynccontextmanager
async def listening(amqp_url: str) -> AsyncIterator[Bus]:
    """A bus that hears everything from now on."""
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("chosei.events")
        bus = Bus(channel, exchange)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "#")
        await queue.consume(bus.take, no_ack=True)
        yield bus
