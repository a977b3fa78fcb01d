"""The event catalogue for outsiders (X1): what there is, with an example of each, schemas by version, AsyncAPI 3. Open
to everybody, since it tells of nobody; the files are those that ``make events`` writes.
"""

import inspect
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared import contracts
from shared.contracts.catalogue import catalogue
from shared.problem import NotFound

router = APIRouter(prefix="/events", tags=["events"])
_FILES = Path(next(iter(contracts.__path__)))
_CACHED = {"Cache-Control": "public, max-age=300"}


class EventView(BaseModel):
    """``name`` is the routing key and what webhooks ask for, ``type`` stands in the event."""

    name: str
    title: str
    type: str
    publisher: str
    meaning: str
    webhooks: bool
    schema_url: str
    example: dict[str, Any]


class EventList(BaseModel):
    """By publisher. ``envelope_schema_url`` describes the whole event."""

    items: list[EventView]
    envelope_schema_url: str
    asyncapi_url: str


@router.get("", response_model=EventList)
async def list_events() -> Response:
    """Every event of the catalogue. Any order and any number of deliveries is possible: compare ``aggregateversion``
    per ``subject``, and ``id`` for repeats.
    """
    return Response(_listed(), media_type="application/json", headers=_CACHED)


@router.get("/asyncapi.json")
async def show_asyncapi() -> dict[str, Any]:
    """AsyncAPI 3: channels of the topic exchange ``chosei.events``, for who binds a queue at the broker."""
    return _document()


@router.get("/schemas/{name}")
async def show_event_schema(name: str) -> dict[str, Any]:
    """JSON Schema 2020-12 of an event's ``data``, such as ``booking.appointment_confirmed.v1``; ``cloudevent.v1`` is
    the envelope. A version never changes but for new optional members.
    """
    return _schema(name)


@cache
def _listed() -> bytes:
    items = [
        EventView(
            name=event.routing_key,
            title=event.__name__,
            type=event.event_type(),
            publisher=event.publisher(),
            meaning=" ".join((inspect.getdoc(event) or "").split()),
            webhooks=event.webhooks,
            schema_url=f"/api/v1/events/schemas/{event.routing_key}",
            example=_read("examples", f"{event.routing_key}.json"),
        )
        for event in catalogue()
    ]
    listed = EventList(
        items=items,
        envelope_schema_url="/api/v1/events/schemas/cloudevent.v1",
        asyncapi_url="/api/v1/events/asyncapi.json",
    )
    return listed.model_dump_json().encode()


@cache
def _document() -> dict[str, Any]:
    return _read("asyncapi.json")


@cache
def _known() -> dict[str, dict[str, Any]]:
    return {path.stem: _read("schemas", path.name) for path in (_FILES / "schemas").glob("*.json")}


def _schema(name: str) -> dict[str, Any]:
    """Raises ``NotFound``."""
    if name not in _known():
        raise NotFound()
    return _known()[name]


def _read(*names: str) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads(_FILES.joinpath(*names).read_bytes())
    return parsed
