"""The envelope of every event: CloudEvents 1.0 in structured mode, read by the official SDK (tests/contract).

Ids, time, source, cause and trace live here and never in the payload. A payload class names its type once, at its
declaration.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from opentelemetry import trace
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from shared import clock
from shared.contracts import actors
from shared.ids import new_id

Instant = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A moment, kept in UTC whatever offset it came with."""

CONTENT_TYPE = "application/cloudevents+json"
TYPE_PREFIX = "chosei."


class Value(BaseModel):
    """A frozen part of a payload; unknown members of newer publishers are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OpenEnum(StrEnum):
    """A list of values that may grow without a new version: readers take a value that they do not know as it is."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        found = handler.resolve_ref_schema(handler(schema))
        found["x-open"] = True
        return found


class EventData(Value):
    """Base of all payloads: ``class SlotsProposed(EventData, routing_key="booking.slots_proposed.v1")``. Organizations
    may have every event by webhook (X1) that is not declared with ``webhooks=False``.
    """

    routing_key: ClassVar[str] = ""
    webhooks: ClassVar[bool] = True
    catalogue: ClassVar[dict[str, type["EventData"]]] = {}

    def __init_subclass__(cls, routing_key: str = "", webhooks: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if routing_key:
            cls.routing_key = routing_key
            cls.webhooks = webhooks
            EventData.catalogue[routing_key] = cls

    @classmethod
    def publisher(cls) -> str:
        return cls.routing_key.partition(".")[0]

    @classmethod
    def event_type(cls) -> str:
        """The envelope's ``type``."""
        return TYPE_PREFIX + cls.routing_key


DataT = TypeVar("DataT", bound=EventData)
_tracer = trace.get_tracer("chosei.events")


class CloudEvent(BaseModel, Generic[DataT]):
    """``subject`` is the aggregate's id and ``aggregateversion`` its version when the event became true. ``actor`` (see
    ``actors``) is who began the chain; older publishers did not say, nor always name a trace.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: Instant
    datacontenttype: str = "application/json"
    organizationid: str
    aggregateversion: int
    causationid: str
    correlationid: str
    actor: str = actors.SYSTEM
    traceparent: str = ""
    data: DataT

    @property
    def routing_key(self) -> str:
        return self.type.removeprefix(TYPE_PREFIX)

    def to_wire(self) -> bytes:
        return self.model_dump_json().encode()

    def cause(self) -> "Cause":
        """What an event that follows from this one is caused by."""
        return Cause(causation_id=self.id, correlation_id=self.correlationid, actor=self.actor)


@dataclass(frozen=True)
class Cause:
    """Why something happens: the direct cause, the whole chain's id, and who began it."""

    causation_id: str
    correlation_id: str
    actor: str = actors.SYSTEM

    @classmethod
    def outside(cls, request_id: str | None = None, *, actor: str = actors.SYSTEM) -> Self:
        """A request, a timer or a provider's notification starts a chain of its own."""
        chain = request_id or new_id("req")
        return cls(causation_id=chain, correlation_id=chain, actor=actor)

    def elsewhere(self) -> Self:
        """What it is for another matter: there, "the guest" would be somebody who had no part in it."""
        return replace(self, actor=actors.SYSTEM) if self.actor == actors.GUEST else self


def envelope(
    data: DataT,
    *,
    subject: str,
    organization_id: str,
    version: int,
    cause: Cause,
    at: datetime | None = None,
) -> CloudEvent[DataT]:
    """Wrap a payload as it becomes true; the current trace goes with it, and where there is none one begins here."""
    return CloudEvent[DataT](
        id=new_id("evt"),
        source=f"/chosei/{data.publisher()}",
        type=data.event_type(),
        subject=subject,
        time=at or clock.now(),
        organizationid=organization_id,
        aggregateversion=version,
        causationid=cause.causation_id,
        correlationid=cause.correlation_id,
        actor=cause.actor,
        traceparent=_traceparent(data.routing_key),
        data=data,
    )


def _traceparent(name: str) -> str:
    """A trace of its own, which is not kept, also in programs whose SDK makes none (``OTEL_SDK_DISABLED``)."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        with _tracer.start_as_current_span(name) as begun:
            context = begun.get_span_context()
    if not context.is_valid:
        return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
