"""The trace of what caused a row goes on when the row is worked on, however much later."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def traced(traceparent: str | None) -> Iterator[None]:
    token = context.attach(_PROPAGATOR.extract({"traceparent": traceparent} if traceparent else {}))
    try:
        yield
    finally:
        context.detach(token)
