"""What the editor of mail templates is made of: mistakes with their lines, the comparison with the default, and mails
without their styles.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.problem import FieldError

FIELDS = ("subject", "heading", "body")
_STYLES = re.compile(r"""\s(?:style|bgcolor)="[^"]*\"""")
_SHOWN = 60


@dataclass(frozen=True)
class Mistake:
    """``before``, ``found`` and ``after`` are the line around its place; 0 where it has none."""

    detail: str
    line: int = 0
    column: int = 0
    before: str = ""
    found: str = ""
    after: str = ""


@dataclass(frozen=True)
class Comparison:
    """A line of the default (``-``), of the own words (``+``), or of both."""

    sign: str
    line: str


def mistakes_of(errors: Sequence[FieldError], typed: Mapping[str, str]) -> dict[str, list[Mistake]]:
    """By field; those of no field stand with the body."""
    found: dict[str, list[Mistake]] = {}
    for error in errors:
        field = error["pointer"].removeprefix("/")
        found.setdefault(field if field in FIELDS else "about", []).append(_mistake(error, typed.get(field, "")))
    return found


def _mistake(error: FieldError, source: str) -> Mistake:
    line, column = error.get("line", 0), error.get("column", 0)
    lines = source.split("\n")
    if not 0 < line <= len(lines):
        return Mistake(error["detail"])
    words = lines[line - 1]
    start = max(column - 1, 0)
    match = re.compile(r"\w+|.").match(words, min(start, len(words)))
    end = match.end() if match else start
    return Mistake(
        error["detail"],
        line,
        column,
        words[max(start - _SHOWN, 0) : start],
        words[start:end],
        words[end : end + _SHOWN],
    )


def changes_of(default: str, own: str) -> list[Comparison]:
    """Line by line; empty where they are the same."""
    if default == own:
        return []
    before, after = default.split("\n"), own.split("\n")
    compared: list[Comparison] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            compared += [Comparison("", line) for line in before[a:b]]
        else:
            compared += [Comparison("-", line) for line in before[a:b]]
            compared += [Comparison("+", line) for line in after[c:d]]
    return compared


def unstyled(html: str) -> str:
    """For a frame whose page allows no inline styles and has no scripts to set them."""
    return _STYLES.sub("", html)
