"""Problem answers: RFC 9457, in the reader's language."""

import pytest

from shared.problem import InvalidInput, NotFound, field_error, language_of


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
