"""Problem answers: RFC 9457, in the reader's language."""

from enum import StrEnum
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from shared.contracts.api.menus import RevealFields
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


class _Numbers(BaseModel):
    capacity: Annotated[int, Field(ge=1, le=500)] = 1
    name: Annotated[str, StringConstraints(max_length=3)] = ""


@pytest.mark.parametrize(
    ("body", "ja", "en"),
    [
        ({"capacity": 0}, "1 以上にしてください。", "At least 1."),
        ({"capacity": 10**9}, "500 以下にしてください。", "At most 500."),
        ({"capacity": "たくさん"}, "整数を入力してください。", "Enter a whole number."),
        ({"name": "あ" * 50_000}, "長すぎます(最大 3 文字)。", "Too long (at most 3 characters)."),
    ],
)
def test_x6_what_is_wrong_with_a_number_or_a_length_is_said_in_plain_words(
    body: dict[str, object], ja: str, en: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _Numbers.model_validate(body)
    error = {**caught.value.errors()[0], "loc": ("body", "x")}
    assert (field_error(error, "ja")["detail"], field_error(error, "en")["detail"]) == (ja, en)


@pytest.mark.parametrize(("language", "words"), [("ja", "開始のどれくらい前"), ("en", "how long before the start")])
def test_c7_a_link_that_no_notice_tells_is_named_where_the_notices_are_missing(language: Language, words: str) -> None:
    for given in ({"link": "in_notice"}, {"link": "in_notice", "notices": []}):
        with pytest.raises(ValidationError) as caught:
            RevealFields.model_validate(given)
        error = caught.value.errors()[0]
        said = field_error({**error, "loc": ("body", "reveal", *error["loc"])}, language)
        assert said["pointer"] == "/reveal/notices"
        assert words in said["detail"]


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
