"""The raw floor behind its gateway: Motor and aio-pika alone, reading and writing what booking reads and writes."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from shared import mongo
from shared.settings import ServiceSettings
from tests.bench.floor.steps import CONFIRM_READS, CONFIRM_TRANSACTION
from tests.bench.floor.work import Steps

ROUTING_KEY = "floor.raw.v1"
_LISTENERS = 5
"""As many queues as the event has in the system; nobody takes from them, so that they keep the newest only."""


class Publisher:
    """Publishes with confirm right after the commit and then clears, without making the caller wait."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._running: set[asyncio.Task[None]] = set()

    async def connect(self, url: str) -> None:
        connection = await aio_pika.connect_robust(url)
        channel = await connection.channel(publisher_confirms=True)
        self._exchange = await channel.get_exchange("chosei.events")
        arguments = {"x-queue-type": "quorum", "x-max-length": 1_000}
        for number in range(_LISTENERS):
            queue = await channel.declare_queue(f"floor.raw.{number}", durable=True, arguments=arguments)
            await queue.bind(self._exchange, ROUTING_KEY)

    def soon(self, place: str, body: bytes) -> None:
        task = asyncio.create_task(self._publish(place, body))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _publish(self, place: str, body: bytes) -> None:
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, message_id=str(uuid.uuid4()))
        await self._exchange.publish(message, routing_key=ROUTING_KEY, mandatory=False)
        await self._steps.write(place)


def build() -> FastAPI:
    settings = ServiceSettings()  # type: ignore[call-arg]
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name="floor")
    steps = Steps(client, database)
    publisher = Publisher(steps)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await steps.prepare()
        await publisher.connect(settings.amqp_url.get_secret_value())
        yield
        await mongo.close(client)

    app = FastAPI(lifespan=lifespan)

    @app.post("/confirm")
    async def confirm(request: Request) -> Response:
        token = request.headers["x-guest-token"]
        body = await request.body()
        for group in CONFIRM_READS:
            await asyncio.gather(*(steps.read(f"part{number}", [f"{token}/0"]) for number, _ in enumerate(group)))
        await steps.transaction(token, CONFIRM_TRANSACTION)
        publisher.soon(token, body)
        return JSONResponse({"id": token, "status": "confirmed"}, status_code=201)

    @app.get("/readyz")
    async def ready() -> Response:
        return Response()

    return app
