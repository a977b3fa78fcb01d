"""Mistakes at their place, the comparison with the default, and mails without their styles (C6)."""

from services.gateway.pages.mail_template_parts import Comparison, Mistake, changes_of, mistakes_of, unstyled
from shared.problem import FieldError


def test_a_mistake_shows_the_line_around_its_place() -> None:
    error: FieldError = {"pointer": "/body", "detail": "…", "line": 2, "column": 7}
    found = mistakes_of([error], {"body": "a\nこんに {{ gest }} 様"})
    assert found == {"body": [Mistake("…", 2, 7, "こんに {{", " ", "gest }} 様")]}
    error["column"] = 8
    (mistake,) = mistakes_of([error], {"body": "a\nこんに {{ gest }} 様"})["body"]
    assert (mistake.before, mistake.found, mistake.after) == ("こんに {{ ", "gest", " }} 様")


def test_a_mistake_whose_line_is_no_more_or_was_never_named_is_told_all_the_same() -> None:
    far: FieldError = {"pointer": "/body", "detail": "a", "line": 9, "column": 99}
    none: FieldError = {"pointer": "/appointment_id", "detail": "b"}
    at_end: FieldError = {"pointer": "/body", "detail": "c", "line": 1, "column": 99}
    found = mistakes_of([far, none, at_end], {"body": "x"})
    assert found["about"] == [Mistake("b")]
    assert [mistake.detail for mistake in found["body"]] == ["a", "c"]


def test_the_comparison_goes_line_by_line() -> None:
    assert changes_of("a\nb\nc", "a\nB\nc\nd") == [
        Comparison("", "a"),
        Comparison("-", "b"),
        Comparison("+", "B"),
        Comparison("", "c"),
        Comparison("+", "d"),
    ]
    assert changes_of("a", "a") == []


def test_styles_go_and_text_stays() -> None:
    html = '<p style="color:red" class="x">style="a"</p><td bgcolor="#fff" align="center">'
    assert unstyled(html) == '<p class="x">style="a"</p><td align="center">'
