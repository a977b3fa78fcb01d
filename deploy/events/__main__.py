"""``make events``: write schemas, examples, catalogue page and AsyncAPI document; refuses to change what subscribers
rely on.
"""

import json
import sys
from pathlib import Path

from deploy.events.compatibility import incompatibilities
from deploy.events.documents import asyncapi, catalogue_page, envelope_schema_text, schema_of, schema_text
from deploy.events.examples import example_text
from deploy.events.wiring import ROOT, read_wiring
from shared.contracts.catalogue import catalogue

VERSION = "1.0.0"
CONTRACTS = ROOT / "shared" / "contracts"
ENVELOPE = "cloudevent.v1.json"


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    events, wiring = catalogue(), read_wiring()
    files = {CONTRACTS / "schemas" / f"{event.routing_key}.json": schema_text(event) for event in events}
    files[CONTRACTS / "CATALOGUE.md"] = catalogue_page(events, wiring)
    files |= {CONTRACTS / "examples" / f"{event.routing_key}.json": example_text(event) for event in events}
    files[CONTRACTS / "schemas" / ENVELOPE] = envelope_schema_text()
    files[CONTRACTS / "asyncapi.json"] = asyncapi(events, VERSION)
    return files


def broken() -> list[str]:
    """Changes that subscribers would not survive, against what is checked in."""
    found = []
    for event in catalogue():
        path = CONTRACTS / "schemas" / f"{event.routing_key}.json"
        if path.exists():
            old = json.loads(path.read_text("utf-8"))
            found += [f"{event.routing_key}: {line}" for line in incompatibilities(old, schema_of(event))]
    return found


def main() -> int:
    if problems := broken():
        sys.stderr.write("\n".join(["An event changed in a way that needs a new version:", *problems, ""]))
        return 1
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
