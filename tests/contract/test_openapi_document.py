"""The API's description lints clean, by a linter from npm (X8), and says what a program must know."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.gateway.openapi import describe
from services.gateway.openapi_words import REQUESTS
from services.gateway.routes.api import api_router

HERE = Path(__file__).parent
LINTER = HERE.parents[1] / "node_modules" / ".bin" / "redocly"
DOCUMENT = describe(api_router().routes)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_it_lints_clean(tmp_path: Path) -> None:
    assert LINTER.exists(), "make for-test installs it"
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(DOCUMENT))
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
    done = subprocess.run(
        [LINTER, "lint", document, "--config", HERE / "redocly.yaml", "--format", "stylish"],
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_operations_have_short_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    assert not [name for name in names if "api_v1" in name]


def test_every_example_is_of_an_operation() -> None:
    names = {operation["operationId"] for _, _, operation in operations()}
    assert set(REQUESTS) <= names


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("list_appointments", [{"bearer": []}, {"session": []}, {"api_key": ["appointments:read"]}]),
        ("make_api_key", [{"bearer": []}, {"session": []}]),
        ("show_me", [{"bearer": []}, {"session": []}, {"api_key": []}]),
        ("sign_in", []),
        ("guest_confirm_slot", []),
    ],
)
def test_it_says_who_may_call(name: str, ways: list[dict[str, list[str]]]) -> None:
    assert next(one for _, _, one in operations() if one["operationId"] == name)["security"] == ways


def test_guests_links_are_told_to_be_all_that_it_takes() -> None:
    links = [
        given
        for path, _, operation in operations()
        for given in operation.get("parameters", ())
        if "/guest/" in path and given["name"] == "token"
    ]
    assert links
    assert all("all the authorization" in given["description"] for given in links)
