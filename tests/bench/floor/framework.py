"""The framework floor: one process per service, FastStream with the broker that ``shared.runtime`` makes, and the
steps of ``steps.HOPS``.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue, RabbitRouter
from faststream.rabbit import RabbitRoute as Route
from opentelemetry import trace
from pydantic import BaseModel

from shared import mongo
from shared.ids import new_id
from shared.messaging.topology import DELIVERY_LIMIT, EVENTS, PREFETCH
from shared.observability import tracing
from shared.runtime import make_broker
from shared.settings import ServiceSettings
from tests.bench.floor.steps import CONFIRM_TRANSACTION, CONFIRMED, HOPS, Hop, Rows
from tests.bench.floor.work import Steps


class Said(BaseModel):
    """An event with nothing in it; ``mailed_at`` is when the mails would have left, in seconds."""

    subject: str
    type: str
    mailed_at: float = 0.0


def routing_key(event: str) -> str:
    return f"floor.{event}.v1"


def queue(service: str, event: str) -> RabbitQueue:
    """As ``topology.work_queue`` declares those of the services."""
    return RabbitQueue(
        f"floor.{service}.{event}",
        queue_type=QueueType.QUORUM,
        durable=True,
        routing_key=routing_key(event),
        arguments={
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": f"floor.{service}.{event}.parked",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


class Floor:
    """Does a service's hops; what the services do in tasks of their own is done in tasks here."""

    def __init__(self, broker: RabbitBroker, steps: Steps) -> None:
        self._broker = broker
        self._steps = steps
        self._running: set[asyncio.Task[None]] = set()

    def handler(self, number: int, hop: Hop) -> Callable[[Said], Awaitable[None]]:
        async def heard(said: Said) -> None:
            place = f"{number}/{said.subject}"
            for part, commands in enumerate(hop.transactions):
                await self._steps.transaction(f"{place}/{part}", commands)
            for _ in range(hop.writes):
                await self._steps.write(place)
            self.publish_soon(said.subject, hop.says, place)
            if hop.rows:
                for row in range(hop.rows.times // (hop.rows.together or 1)):
                    self._spawn(self._row(said.subject, f"{place}/row{row}", hop.rows))

        return heard

    async def confirm(self, token: str) -> None:
        await self._steps.transaction(token, CONFIRM_TRANSACTION)
        self.publish_soon(token, (CONFIRMED,), token)

    def publish_soon(self, subject: str, events: Sequence[str], place: str, mailed_at: float = 0.0) -> None:
        if events:
            self._spawn(self._publish(subject, events, place, mailed_at))

    async def _row(self, subject: str, place: str, rows: Rows) -> None:
        mailed_at = 0.0
        for number in range(1, rows.before + 1):
            await asyncio.gather(*(self._steps.write(f"{place}/{part}") for part in range(rows.together or 1)))
            if number == rows.mailed_after:
                mailed_at = time.time()
        if rows.together:
            await self._steps.transaction(place, (rows.together,))
        self.publish_soon(subject, rows.says, place, mailed_at)

    async def _publish(self, subject: str, events: Sequence[str], place: str, mailed_at: float) -> None:
        await asyncio.gather(*(self._say(Said(subject=subject, type=each, mailed_at=mailed_at)) for each in events))
        await self._steps.clear(place)

    async def _say(self, said: Said) -> None:
        async with asyncio.timeout(10):
            await self._broker.publish(
                orjson.dumps(said.model_dump()),
                exchange=EVENTS,
                routing_key=routing_key(said.type),
                content_type="application/json",
                message_id=new_id("msg"),
                persist=True,
                mandatory=False,
            )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def build(service: str) -> FastAPI:
    settings = ServiceSettings()  # type: ignore[call-arg]
    trace.set_tracer_provider(tracing.tracer_provider(service, None, settings.trace_ratio))
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name="floor")
    broker = make_broker(service, settings)
    steps = Steps(client, database)
    floor = Floor(broker, steps)
    broker.include_router(
        RabbitRouter(
            handlers=[
                Route(
                    floor.handler(number, hop),
                    queue(service, hop.hears),
                    EVENTS,
                    channel=Channel(prefetch_count=PREFETCH),
                )
                for number, hop in enumerate(HOPS)
                if hop.service == service
            ]
        )
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await steps.prepare()
        await broker.start()
        yield
        await broker.stop()
        await mongo.close(client)

    app = FastAPI(lifespan=lifespan)

    @app.post("/confirm")
    async def confirm(request: Request) -> Response:
        token = request.headers["x-guest-token"]
        await request.body()
        await floor.confirm(token)
        return JSONResponse({"id": token, "status": "confirmed"}, status_code=201)

    @app.get("/readyz")
    async def ready() -> Response:
        return Response()

    return app
