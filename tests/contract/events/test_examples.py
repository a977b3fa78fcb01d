"""Examples of the catalogue: each is what its publisher's classes put on the wire, and fits the published documents."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.events.wiring import ROOT
from shared.contracts.catalogue import catalogue
from shared.contracts.envelope import CloudEvent, EventData

CONTRACTS = ROOT / "shared" / "contracts"
DOCUMENT: dict[str, Any] = json.loads((CONTRACTS / "asyncapi.json").read_text("utf-8"))
EVENTS = pytest.mark.parametrize("event", catalogue(), ids=lambda event: event.__name__)


def read(folder: str, name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((CONTRACTS / folder / f"{name}.json").read_text("utf-8"))
    return parsed


@EVENTS
def test_an_example_fits_the_schemas_of_envelope_and_payload(event: type[EventData]) -> None:
    example = read("examples", event.routing_key)
    jsonschema.Draft202012Validator(read("schemas", "cloudevent.v1")).validate(example)
    jsonschema.Draft202012Validator(read("schemas", event.routing_key)).validate(example["data"])


@EVENTS
def test_an_example_fits_the_asyncapi_document_that_shows_it(event: type[EventData]) -> None:
    example = read("examples", event.routing_key)
    payload = {"$ref": f"#/components/messages/{event.__name__}/payload", **DOCUMENT}
    jsonschema.Draft202012Validator(payload).validate(example)
    shown = DOCUMENT["components"]["messages"][event.__name__]["examples"]
    assert [one["payload"] for one in shown] == [example]


@EVENTS
def test_an_example_is_what_its_publisher_puts_on_the_wire(event: type[EventData]) -> None:
    """Read and said again by the publisher's class nothing is missing, added or written otherwise."""
    example = read("examples", event.routing_key)
    said = CloudEvent[event].model_validate(example)  # type: ignore[valid-type]
    assert json.loads(said.to_wire()) == example


def test_all_files_are_of_events_that_there_are() -> None:
    known = {f"{event.routing_key}.json" for event in catalogue()}
    assert {path.name for path in Path(CONTRACTS / "examples").iterdir()} == known
    assert {path.name for path in Path(CONTRACTS / "schemas").iterdir()} == known | {"cloudevent.v1.json"}


def test_asyncapi_is_version_3_and_every_reference_leads_somewhere() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.")

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                found: Any = DOCUMENT
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(DOCUMENT)
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} == {e.routing_key for e in catalogue()}
