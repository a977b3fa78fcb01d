"""Traces by OTLP where an endpoint is configured; one trace leads from the guest's click to the last mail."""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased


def tracer_provider(service: str, endpoint: str | None, ratio: float) -> TracerProvider:
    """A provider that samples ``ratio`` of new traces and follows the caller's decision; exports nothing without
    an endpoint.
    """
    sampler = ParentBased(TraceIdRatioBased(ratio) if endpoint else ALWAYS_OFF)
    provider = TracerProvider(resource=Resource.create({"service.name": service}), sampler=sampler)
    if endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return provider
