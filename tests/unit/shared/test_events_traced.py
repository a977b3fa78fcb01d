"""Every event names a trace, whether or not one led to it (api.md, Events)."""

import re

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from shared.contracts import envelope as module
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import MeetingRevoked
from shared.observability.tracing import tracer_provider

VALID = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> TracerProvider:
    """As services have it that export nothing."""
    made = tracer_provider("zoom_issuer", None, 1.0)
    monkeypatch.setattr(module, "_tracer", made.get_tracer("chosei.events"))
    return made


def an_event() -> CloudEvent[MeetingRevoked]:
    data = MeetingRevoked(appointment_id="apt_1", revision=1)
    return envelope(data, subject="apt_1", organization_id="org_1", version=1, cause=Cause.outside())


def test_an_event_that_no_trace_led_to_begins_one(provider: TracerProvider) -> None:
    begun = [an_event().traceparent for _ in range(2)]
    assert all(VALID.fullmatch(one) for one in begun)
    assert len(set(begun)) == 2


def test_an_event_names_a_trace_also_where_none_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_tracer", trace.NoOpTracer())
    begun = [an_event().traceparent for _ in range(2)]
    assert all(VALID.fullmatch(one) for one in begun)
    assert len(set(begun)) == 2


def test_an_event_goes_on_with_the_trace_that_led_to_it(provider: TracerProvider) -> None:
    with provider.get_tracer("work").start_as_current_span("work") as span:
        context = span.get_span_context()
        named = an_event().traceparent
    assert named == f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
