"""A small OTLP/HTTP collector that keeps every span in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request, Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.infrastructure.ports import free_ports
from tests.waiting import eventually


@dataclass(frozen=True)
class Span:
    service: str
    name: str
    trace_id: str
    attributes: str


@dataclass
class Collector:
    url: str
    spans: list[Span] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    written = " ".join(f"{a.key}={a.value}" for a in span.attributes)
                    self.spans.append(Span(service, span.name, span.trace_id.hex(), f"{written} {span.events}"))


@asynccontextmanager
async def running_collector() -> AsyncIterator[Collector]:
    (port,) = free_ports(1)
    collector = Collector(f"http://127.0.0.1:{port}")
    app = FastAPI()

    @app.post("/v1/traces")
    async def traces(request: Request) -> Response:
        collector.take(await request.body())
        return Response(media_type="application/x-protobuf")

    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    try:
        yield collector
    finally:
        server.should_exit = True
        await task
