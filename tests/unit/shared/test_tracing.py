"""What spans say of exceptions to the outside (G26)."""

import pytest
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared.observability.tracing import tracer_provider


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> ReadableSpan:
    """A span as libraries make it, whose work failed quoting its input."""
    outside = InMemorySpanExporter()
    monkeypatch.setattr(trace_exporter, "OTLPSpanExporter", lambda _url: outside)
    provider = tracer_provider("notifier", "http://127.0.0.1:9", 1.0)
    with (
        pytest.raises(ValueError, match="hanako"),
        provider.get_tracer("faststream").start_as_current_span("process", attributes={"queue": "q"}),
    ):
        raise ValueError("hanako@example.com is no number")
    provider.force_flush()
    provider.shutdown()
    (span,) = outside.get_finished_spans()
    return span


def test_g26_of_an_exception_only_the_kind_leaves_the_process(exported: ReadableSpan) -> None:
    assert "hanako" not in exported.to_json()
    assert [dict(event.attributes or {}) for event in exported.events] == [{"exception.type": "ValueError"}]
    assert (exported.status.status_code, exported.status.description) == (StatusCode.ERROR, "ValueError")


def test_all_else_of_a_span_is_handed_on(exported: ReadableSpan) -> None:
    assert (exported.name, dict(exported.attributes or {})) == ("process", {"queue": "q"})
    assert exported.resource.attributes["service.name"] == "notifier"
