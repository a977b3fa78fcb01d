"""What every service is made of besides its own business: broker, database, relay, workers, HTTP; brought up and
shut down.

A service answers ``/healthz`` at once and becomes ready when broker and database are reached; both may come later
or go away.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitRouter
from faststream.rabbit.opentelemetry import RabbitTelemetryMiddleware
from faststream.rabbit.prometheus import RabbitPrometheusMiddleware
from opentelemetry import trace

from shared import clock, health, mongo, problem
from shared.due import Worker
from shared.messaging.middleware import RetryOrPark
from shared.messaging.relay import Relay
from shared.messaging.topology import declare_parking
from shared.mongo import Client, Collection, IndexModel
from shared.observability import logging, metrics, tracing
from shared.observability.http import Observed
from shared.settings import ServiceSettings

log = structlog.get_logger(__name__)
_KEEP_ALIVE_SECONDS = 75
"""Longer than our clients keep an idle connection (``shared/http.py``)."""

_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""FastAPI's own would record paths, and a guest's token stands in some (G26); ``Observed`` records templates."""

Hook = Callable[[], Awaitable[None]]


async def _decode(message: RabbitMessage) -> Any:
    """Every body is a CloudEvent in JSON; raises ``JSONDecodeError``, which parks the message."""
    return orjson.loads(message.body)


def make_broker(name: str, settings: ServiceSettings) -> RabbitBroker:
    """A broker whose failed messages are retried or parked and whose publishes are confirmed."""
    return RabbitBroker(
        settings.amqp_url.get_secret_value() + "?heartbeat=10",
        app_id=name,
        graceful_timeout=settings.graceful_timeout.total_seconds(),
        reconnect_interval=1,
        ack_policy=AckPolicy.REJECT_ON_ERROR,
        default_channel=Channel(publisher_confirms=True, on_return_raises=True),
        decoder=_decode,
        middlewares=[
            RetryOrPark,
            RabbitTelemetryMiddleware(tracer_provider=trace.get_tracer_provider()),
            RabbitPrometheusMiddleware(registry=metrics.REGISTRY, app_name=name),
        ],
        logger=None,
    )


@dataclass
class Parts:
    """What ``build_app`` of a service hands over. ``indexes`` names every collection; ``closing`` runs last."""

    client: Client
    broker: RabbitBroker
    relay: Relay
    indexes: Mapping[Collection, Sequence[IndexModel]]
    subscribers: RabbitRouter | None = None
    workers: Sequence[Worker] = ()
    routers: Sequence[APIRouter] = ()
    checks: Mapping[str, health.Check] = field(default_factory=dict)
    ready: Sequence[Hook] = ()
    closing: Sequence[Hook] = ()


def service_app(name: str, settings: ServiceSettings, parts: Parts) -> FastAPI:
    """The FastAPI application of a service."""
    if parts.subscribers is not None:
        parts.broker.include_router(parts.subscribers)
    up = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        rising = asyncio.create_task(_bring_up(name, parts, up))
        try:
            yield
        finally:
            rising.cancel()
            with suppress(asyncio.CancelledError):
                await rising
            await _shut_down(parts)

    async def is_up() -> bool:
        return up.is_set()

    app = FastAPI(
        title=f"Chosei {name}",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.add_middleware(Observed)
    problem.install(app)
    app.add_exception_handler(mongo.ConnectionFailure, _on_database_away)
    checks: dict[str, health.Check] = {
        "started": is_up,
        "database": lambda: mongo.ping(parts.client),
        "broker": lambda: parts.broker.ping(timeout=2),
        **parts.checks,
    }
    app.include_router(health.build_router(name, checks, clock.real_now()))
    for router in parts.routers:
        app.include_router(router)
    return app


async def _on_database_away(request: Request, error: Exception) -> JSONResponse:
    """An election or a restart: ask again, nothing is lost (G27)."""
    log.warning("database.away", error=repr(error)[:200])
    return problem.respond(request, problem.Unavailable())


async def _bring_up(name: str, parts: Parts, up: asyncio.Event) -> None:
    """Retry until database and broker are there; then consume."""
    for step in (_prepare_database, _start_broker):
        while True:
            try:
                await step(parts)
                break
            except Exception as error:
                log.warning("service.waiting", service=name, step=step.__name__, error=repr(error)[:200])
                await asyncio.sleep(0.3)
    await parts.relay.start()
    for worker in parts.workers:
        await worker.start()
    for hook in parts.ready:
        await hook()
    up.set()
    log.info("service.started", service=name)


async def _prepare_database(parts: Parts) -> None:
    for collection, indexes in parts.indexes.items():
        await mongo.ensure_indexes(collection, indexes)


async def _start_broker(parts: Parts) -> None:
    await parts.broker.connect()
    await declare_parking(parts.broker)
    await parts.broker.start()


async def _shut_down(parts: Parts) -> None:
    """Stop taking work, finish or hand back what is held, then let go of the outside."""
    await asyncio.gather(*(subscriber.stop() for subscriber in parts.broker.subscribers))
    await asyncio.gather(*(worker.stop() for worker in parts.workers))
    await parts.relay.stop()
    await parts.broker.stop()
    for hook in parts.closing:
        await hook()
    await mongo.close(parts.client)


def serve(name: str, settings: ServiceSettings, build_app: Callable[[], FastAPI]) -> None:
    """Run one service until SIGTERM."""
    logging.configure(name, settings.log_level)
    trace.set_tracer_provider(tracing.tracer_provider(name, settings.otlp_endpoint, settings.trace_ratio))
    uvicorn.run(
        build_app(),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(settings.graceful_timeout.total_seconds()),
    )
