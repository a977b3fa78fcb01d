"""HTTP on both sides: a span and a metric per answered request, under the route's template and never its path (G26)."""

import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.propagate import extract, inject
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.ids import new_id
from shared.internal import REQUEST_ID
from shared.observability import metrics
from shared.observability.calls import one_call

_tracer = trace.get_tracer("chosei.http")
_UNWATCHED = ("/healthz", "/startedz", "/readyz", "/metrics")


class Observed:
    """ASGI middleware; binds the request's id for all log lines written while it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNWATCHED:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = headers.get(REQUEST_ID) or new_id("req")
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            _tracer.start_as_current_span(
                scope["method"], context=extract(headers), kind=SpanKind.SERVER, record_exception=False
            ) as span,
        ):
            scope.setdefault("state", {})["request_id"] = request_id
            try:
                await self._app(scope, receive, watched)
            finally:
                template = _template(scope)
                span.update_name(f"{scope['method']} {template}")
                span.set_attribute("http.response.status_code", status)
                took = timedelta(seconds=time.perf_counter() - started)
                metrics.record_request(scope["method"], template, status, took)


def _template(scope: MutableMapping[str, Any]) -> str:
    route = scope.get("route")
    return getattr(route, "path", "unmatched")


def trace_headers() -> dict[str, str]:
    """Headers that carry the current trace to the next service."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier


@contextmanager
def provider_call(provider: str, operation: str) -> Iterator[None]:
    """Span, metric and note (X3) of one call to a provider; ``operation`` is a constant such as ``meetings.create``."""
    started, outcome = time.perf_counter(), "ok"
    name = f"{provider} {operation}"
    with (
        one_call(provider, operation),
        _tracer.start_as_current_span(name, kind=SpanKind.CLIENT, record_exception=False) as span,
    ):
        try:
            yield
        except BaseException as error:
            outcome = type(error).__name__
            span.set_status(Status(StatusCode.ERROR, outcome))
            raise
        finally:
            metrics.record_provider_call(provider, operation, outcome, timedelta(seconds=time.perf_counter() - started))
