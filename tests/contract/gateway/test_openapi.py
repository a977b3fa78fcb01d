"""The API does what its OpenAPI document says, for input that fits it and for input that does not (schemathesis)."""

from collections.abc import AsyncIterator, Iterator

import pytest
import schemathesis
from hypothesis import settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from deploy.demo.mongodb import MongoDB
from services.gateway.openapi import describe
from services.gateway.routes.api import api_router
from tests.contract.gateway.serving import Serving, serving
from tests.infrastructure.database import own_database
from tests.infrastructure.generated import AT_A_SERVER

DOCUMENT = describe(api_router().routes)
schema = schemathesis.openapi.from_dict(DOCUMENT)
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


@pytest.fixture(scope="module")
async def database_of_its_own(mongod: MongoDB) -> AsyncIterator[str]:
    async with own_database(mongod) as url:
        yield url


@pytest.fixture(scope="module")
def served(database_of_its_own: str) -> Iterator[Serving]:
    with serving(database_of_its_own) as made:
        yield made


@schema.parametrize()
@settings(AT_A_SERVER, max_examples=6)
def test_every_answer_is_one_that_the_document_names(case: schemathesis.Case, served: Serving) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    case.call_and_validate(base_url=served.url, headers=headers, checks=CHECKS)


def test_every_operation_says_what_it_is_for_and_names_its_problems() -> None:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            assert operation.get("description"), (method, path)
            problems = [answer for status, answer in operation["responses"].items() if status >= "400"]
            assert all("application/problem+json" in answer["content"] for answer in problems)


def test_every_reference_leads_to_a_schema() -> None:
    names = set(DOCUMENT["components"]["schemas"])

    def walk(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"].rpartition("/")[2]
            for part in node.values():
                yield from walk(part)
        elif isinstance(node, list):
            for part in node:
                yield from walk(part)

    assert set(walk(DOCUMENT)) <= names
