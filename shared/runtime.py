"""What every service is made of besides its own business: broker, database, relay, workers, HTTP; brought up and
shut down.

A service answers ``/healthz`` at once and becomes ready when broker and database are reached and the database's steps
are taken; both stores may come later or go away. ``python -m services.NAME migrate`` takes the steps and ends.
"""

import asyncio
import gc
import math
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
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
from shared.http_server import BoundedHead
from shared.internal import build_caller_router, require_caller
from shared.messaging.handling import BoundIds, Limited
from shared.messaging.middleware import RetryOrPark
from shared.messaging.relay import Relay
from shared.messaging.topology import declare_parking
from shared.migrations import MigrationFailed, Migrations, make_indexes
from shared.mongo import Client, Collection, IndexModel
from shared.observability import logging, metrics, tracing
from shared.observability.errors import brief, places
from shared.observability.http import Observed
from shared.operations.decisions import Decisions
from shared.operations.operate import Operate
from shared.operations.own import NOTHING_OF_ITS_OWN, OwnOperations
from shared.operations.parking import Parking
from shared.operations.routes import build_operations_router
from shared.settings import ServiceSettings
from shared.watch import Watch
from shared.zone_rules import version_in_use

log = structlog.get_logger(__name__)
_KEEP_ALIVE_SECONDS = 75
"""Longer than our clients keep an idle connection (``shared/http.py``)."""

_AGAIN_SECONDS = 0.3
_HANDLERS_SECONDS = 3600
"""Longer than any deadline: who waits decides for how long."""

_OPERATORS_COME_BY = "gateway"

_COLLECTED_AFTER = (5_000, 20, 20)
"""What a service is made of lives as long as it does and is not looked through again; with Python's own thresholds a
twentieth of a confirmation's processor time goes into looking (P3).
"""

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
        graceful_timeout=None,  # ``_shut_down`` waits for handlers
        reconnect_interval=1,
        ack_policy=AckPolicy.REJECT_ON_ERROR,
        default_channel=Channel(publisher_confirms=True, on_return_raises=True),
        decoder=_decode,
        middlewares=[
            BoundIds,
            RetryOrPark,
            RabbitTelemetryMiddleware(tracer_provider=trace.get_tracer_provider()),
            RabbitPrometheusMiddleware(registry=metrics.REGISTRY, app_name=name),
            Limited,
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
    migrations: Migrations | None = None
    subscribers: RabbitRouter | None = None
    workers: Sequence[Worker] = ()
    routers: Sequence[APIRouter] = ()
    operations: OwnOperations = NOTHING_OF_ITS_OWN
    checks: Mapping[str, health.Check] = field(default_factory=dict)
    ready: Sequence[Hook] = ()
    closing: Sequence[Hook] = ()


class Grace:
    """The one deadline of a stopping service, for requests, messages, rows and connections together."""

    _LEAST = 0.5

    def __init__(self, length: timedelta) -> None:
        self._length = length.total_seconds()
        self._until: float | None = None

    def begin(self) -> None:
        """Only the first call counts."""
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._length

    async def give(self, work: Awaitable[Any]) -> None:
        """Wait for ``work`` until the deadline, then cancel it; nothing that fails keeps the rest from stopping."""
        assert self._until is not None
        left = self._until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(left, self._LEAST)):
                await work
        except TimeoutError:
            log.warning("stop.cut_short")
        except Exception as error:
            log.warning("stop.failed", error=brief(error), at=places(error))


def service_app(name: str, settings: ServiceSettings, parts: Parts) -> FastAPI:
    """The FastAPI application of a service."""
    if parts.subscribers is not None:
        parts.broker.include_router(parts.subscribers)
    up, grace = asyncio.Event(), Grace(settings.graceful_timeout)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        rising = asyncio.create_task(_bring_up(name, parts, up, app))
        await watch.start()
        try:
            yield
        finally:
            rising.cancel()
            await watch.stop()
            await asyncio.gather(rising, return_exceptions=True)
            await _shut_down(parts, grace)

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
    app.state.grace, app.state.parts, app.state.gave_up = grace, parts, False
    app.state.operate = _operate(name, settings, parts)
    app.add_middleware(Observed)
    problem.install(app)
    app.add_exception_handler(mongo.ConnectionFailure, _on_database_away)
    checks: dict[str, health.Check] = {
        "started": is_up,
        "database": lambda: mongo.ping(parts.client),
        "broker": lambda: parts.broker.ping(timeout=2),
        **parts.checks,
    }
    watch = Watch("checks", lambda: health.measure(checks))
    metrics.record_zone_rules(version_in_use())
    app.include_router(health.build_router(name, checks, clock.real_now()))
    for router in parts.routers:
        app.include_router(router)
    if tokens := settings.api_tokens.get_secret_value():
        app.include_router(build_caller_router(tokens))
        app.include_router(build_operations_router(app.state.operate, require_caller(tokens, only=_OPERATORS_COME_BY)))
    return app


def _operate(name: str, settings: ServiceSettings, parts: Parts) -> Operate:
    """What operators may do here (X7)."""
    database = mongo.database_of(parts.client)
    return Operate(
        service=name,
        outboxes=parts.relay.collections,
        workers=parts.workers,
        own=parts.operations,
        parking=Parking(name, settings, parts.broker),
        decisions=Decisions(name, database),
    )


async def _on_database_away(request: Request, error: Exception) -> JSONResponse:
    """An election or a restart: ask again, nothing is lost (G27)."""
    log.warning("database.away", error=brief(error))
    return problem.respond(request, problem.Unavailable())


async def _bring_up(name: str, parts: Parts, up: asyncio.Event, app: FastAPI) -> None:
    """Retry each step until it succeeds: until database and broker are there, and what hooks need. Give up where the
    database cannot become what this version needs.
    """
    steps: list[tuple[str, Hook]] = [
        ("database", lambda: _prepare_database(parts, app)),
        ("broker", lambda: _start_broker(parts.broker)),
        ("relay", parts.relay.start),
        *((f"worker {number}", worker.start) for number, worker in enumerate(parts.workers)),
        *((f"hook {number}", hook) for number, hook in enumerate(parts.ready)),
    ]
    for step, take in steps:
        while True:
            try:
                await take()
                break
            except MigrationFailed as error:
                log.error("service.gave_up", service=name, reason=str(error))
                app.state.gave_up = True
                return
            except Exception as error:
                log.warning("service.waiting", service=name, step=step, error=brief(error), at=places(error)[-1:])
                await asyncio.sleep(_AGAIN_SECONDS)
    up.set()
    log.info("service.started", service=name)


async def _prepare_database(parts: Parts, app: FastAPI) -> None:
    if parts.migrations is not None:
        await parts.migrations.take()
    await make_indexes({**parts.indexes, **app.state.operate.indexes})


async def _start_broker(broker: RabbitBroker) -> None:
    """May be repeated: what consumes already is left alone, where ``broker.start`` would make it consume twice."""
    await broker.connect()
    await declare_parking(broker)
    for subscriber in broker.subscribers:
        if not subscriber.running:
            await subscriber.start()


async def _shut_down(parts: Parts, grace: Grace) -> None:
    """Stop taking work, finish or hand back what is held by one deadline, then let go of the outside."""
    grace.begin()
    consuming = [subscriber for subscriber in parts.broker.subscribers if subscriber.running]
    await asyncio.gather(
        *(grace.give(_finish_handling(subscriber)) for subscriber in consuming),
        *(grace.give(worker.stop()) for worker in parts.workers),
    )
    await grace.give(parts.relay.stop())
    await grace.give(parts.broker.stop())
    for hook in parts.closing:
        await grace.give(hook())
    await grace.give(mongo.close(parts.client))


async def _finish_handling(subscriber: Any) -> None:
    """Take no more messages and wait for the handlers; what they do not finish goes back when the connection closes."""
    await subscriber.stop()
    await subscriber.lock.wait_release(_HANDLERS_SECONDS)


class _Server(uvicorn.Server):
    """Requests and messages share one deadline; a service that gave up ends."""

    def __init__(self, config: uvicorn.Config, drain: timedelta) -> None:
        super().__init__(config)
        self._drain = drain.total_seconds()

    async def on_tick(self, counter: int) -> bool:
        app: Any = self.config.app
        return app.state.gave_up or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app: Any = self.config.app
        if self._drain and not app.state.gave_up:
            self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
            await asyncio.sleep(self._drain)
        app.state.grace.begin()
        await super().shutdown(sockets)


def serve(name: str, settings: ServiceSettings, build_app: Callable[[], FastAPI]) -> None:
    """Run one service until SIGTERM, or, as the command line asks, only bring its database up to date."""
    logging.configure(name, settings.log_level)
    trace.set_tracer_provider(tracing.tracer_provider(name, settings.otlp_endpoint, settings.trace_ratio))
    app = build_app()
    if sys.argv[1:] == ["migrate"]:
        sys.exit(asyncio.run(_migrate(name, app)))
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    server = _Server(server_config(app, settings), settings.drain)
    server.run()
    if not server.started or app.state.gave_up:
        sys.exit(1)


async def _migrate(name: str, app: FastAPI) -> int:
    """The process's exit code. A database that is away is an error here: whoever asked is told, and asks again."""
    parts: Parts = app.state.parts
    try:
        await _prepare_database(parts, app)
    except (MigrationFailed, mongo.PyMongoError) as error:
        log.error("migrate.failed", service=name, reason=brief(error))
        return 1
    finally:
        for hook in parts.closing:
            await hook()
        await mongo.close(parts.client)
    log.info("migrate.done", service=name)
    return 0


def server_config(app: Any, settings: ServiceSettings) -> uvicorn.Config:
    """Whom uvicorn takes X-Forwarded-For from is said here: by itself it trusts everybody on this machine (G24)."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=BoundedHead,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.graceful_timeout.total_seconds() / 2),
    )
