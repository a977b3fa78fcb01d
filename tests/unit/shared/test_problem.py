"""Problem answers: RFC 9457, in the reader's language."""

from enum import StrEnum

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError

from shared.problem import InvalidInput, Language, NotFound, field_error, install, language_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "ja"),
        ("", "ja"),
        ("en", "en"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("fr,en;q=0.5,ja;q=0.7", "ja"),
        ("fr", "ja"),
        ("en;q=nonsense", "ja"),
        ("ja; q=0.3, en ; q=0.9", "en"),
        ("en;q=0,ja;q=0.1", "ja"),
    ],
)
def test_the_language_follows_the_header(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_a_problem_has_the_members_of_rfc_9457_and_a_code() -> None:
    body = NotFound().body("en")
    assert body == {
        "type": "urn:chosei:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "Not found.",
        "code": "not_found",
    }


def test_field_errors_point_into_the_body() -> None:
    error = {"loc": ("body", "slots", 0, "end"), "type": "missing", "msg": "Field required"}
    assert field_error(error, "ja") == {"pointer": "/slots/0/end", "detail": "必須です。"}
    assert InvalidInput(errors=[field_error(error, "en")]).body("en")["errors"][0]["detail"] == "Field required"


def test_field_errors_of_queries_name_the_parameter() -> None:
    assert field_error({"loc": ("query", "from"), "type": "missing", "msg": "x"}, "en")["pointer"] == "?from"


def test_pointers_escape_what_a_pointer_uses_itself() -> None:
    odd = {"loc": ("body", "a/b~c", "body"), "type": "extra_forbidden", "msg": "x"}
    assert field_error(odd, "ja")["pointer"] == "/a~1b~0c/body"


def test_the_whole_body_is_the_empty_pointer() -> None:
    assert field_error({"loc": ("body",), "type": "missing", "msg": "x"}, "ja")["pointer"] == ""


class _Kind(StrEnum):
    WEB = "web"
    VISIT = "visit"


class _Body(BaseModel):
    kind: _Kind


@pytest.mark.parametrize(
    ("language", "detail"),
    [("ja", "'web', 'visit' のいずれかを指定してください。"), ("en", "Input should be 'web' or 'visit'")],
)
def test_choices_are_named_by_their_values(language: Language, detail: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Body.model_validate({"kind": "zoom"})
    error = {**caught.value.errors()[0], "loc": ("body", "kind")}
    assert field_error(error, language) == {"pointer": "/kind", "detail": detail}


async def test_broken_json_and_unknown_paths_are_problems_of_their_own() -> None:
    app = FastAPI()
    install(app)

    @app.post("/{kind}")
    async def act(kind: _Kind, body: _Body) -> None: ...

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        broken = await client.post("/web", content=b"{", headers={"content-type": "application/json"})
        unknown = await client.post("/zoom", json={"kind": "web"})
    assert (broken.status_code, broken.json()["code"]) == (400, "bad_json")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
