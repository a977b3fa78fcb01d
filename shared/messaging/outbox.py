"""The outbox: what is still to be published stands in the aggregate's own document, written in the same atomic write.

A store adds ``entries(...)`` to the document's ``outbox`` array and hands them to the relay after the commit.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.mongo import ASCENDING, IndexModel

FIELD = "outbox"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Entry(TypedDict):
    """One event waiting to be published; ``at`` is real time, so that moving the demo's clock hurries nothing."""

    id: str
    routing_key: str
    body: bytes
    traceparent: str
    at: datetime


INDEX = IndexModel(
    [(f"{FIELD}.at", ASCENDING)],
    name="outbox_at",
    partialFilterExpression={f"{FIELD}.at": {"$gt": _EPOCH}},
)
"""Covers only documents that hold something to publish. Every collection with an outbox has it."""


def entries(events: Sequence[CloudEvent[Any]]) -> list[Entry]:
    at = clock.real_now()
    return [
        Entry(
            id=event.id,
            routing_key=event.routing_key,
            body=event.to_wire(),
            traceparent=event.traceparent,
            at=at,
        )
        for event in events
    ]


def push(waiting: Sequence[Entry]) -> dict[str, Any]:
    """The part of an update that adds entries: ``{"$push": outbox.push(entries)}``."""
    return {FIELD: {"$each": list(waiting)}}


def older_than(at: datetime) -> dict[str, Any]:
    """Documents with an entry that should have been published by now."""
    return {f"{FIELD}.at": {"$gt": _EPOCH, "$lt": at}}


def published(ids: Sequence[str]) -> dict[str, Any]:
    """The update that drops what the broker confirmed."""
    return {"$pull": {FIELD: {"id": {"$in": list(ids)}}}}
