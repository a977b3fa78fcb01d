"""The language of mail templates: placeholders, ``if`` and a few filters of Jinja in its immutable sandbox.

What may stand in a template is a list of what is allowed, by the parsed tree; attributes, calls, loops, assignments and
arithmetic are not on it. Sizes, nesting and what comes out are bounded, so that no template holds up a mail (C6).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.mails.allowed import FILTERS, Finding, findings
from services.notifier.mails.faults import Fault, FaultKind, Part, TemplateFailed

_DEEPEST = 10
_MOST_TAGS = 1_000
_LONGEST_TAG = 40
"""Tokens between the braces; with the nesting it bounds how deep parsing recurses."""

_ENGINE_ERRORS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_TAGS = ("if", "elif", "else", "endif")


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    return made


_ENVIRONMENT = _environment()


@dataclass(frozen=True)
class _Token:
    """``kind`` is the lexer's word; whitespace is left out."""

    kind: str
    value: str
    line: int
    column: int


class _TooComplex(Exception):
    """From this token on nothing is read."""

    def __init__(self, token: _Token) -> None:
        self.token = token
        super().__init__("too complex")


@lru_cache(maxsize=512)
def check(source: str, part: Part) -> tuple[tuple[Fault, ...], tuple[Finding, ...]]:
    """What is wrong with the language itself, and every name that is used. With faults there may be no names."""
    try:
        tokens = _bounded(source)
        faults = tuple(_of_tags(tokens, part))
        if faults:
            return faults, ()
        found = list(findings(_ENVIRONMENT.parse(source)))
    except _TooComplex as error:
        return (Fault(FaultKind.TOO_COMPLEX, part, error.token.line, error.token.column),), ()
    except TemplateSyntaxError as error:
        return (Fault(FaultKind.SYNTAX, part, error.lineno, _first_brace(source, error.lineno)),), ()
    except _ENGINE_ERRORS:
        return (Fault(FaultKind.TOO_COMPLEX, part),), ()
    placed = tuple(_placed(found, tokens))
    refused = tuple(Fault(f.refused, part, f.line, f.column, f.name) for f in placed if f.refused)
    return refused, placed


def fill(source: str, values: Mapping[str, str], part: Part, *, most: int) -> str:
    """The text with its placeholders filled in, at most ``most`` characters. Raises ``TemplateFailed``."""
    pieces: list[str] = []
    size = 0
    try:
        for piece in _compiled(source).generate(values):
            size += len(piece)
            if size > most:
                raise TemplateFailed(Fault(FaultKind.GREW_TOO_LONG, part))
            pieces.append(piece)
    except _ENGINE_ERRORS as error:
        raise TemplateFailed(Fault(FaultKind.ENGINE, part)) from error
    return "".join(pieces)


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def _tokens(source: str) -> Iterator[_Token]:
    """The lexer tells lines only; columns follow from where each value stands next."""
    at, line_start, line = 0, 0, 1
    for _, kind, value in _ENVIRONMENT.lex(source):
        if kind in ("whitespace", "data") or not value:
            at += len(value) if source.startswith(value, at) else 0
            continue
        found = source.find(value, at)
        at = found if found >= 0 else at
        passed = source.count("\n", line_start, at)
        if passed:
            line += passed
            line_start = source.rfind("\n", 0, at) + 1
        yield _Token(kind, value, line, at - line_start + 1)
        at += len(value)


def _bounded(source: str) -> list[_Token]:
    """All tokens; raises ``_TooComplex`` as soon as there are too many, since reading each takes its time."""
    read: list[_Token] = []
    tags = length = 0
    for token in _tokens(source):
        begins = token.kind.endswith("_begin")
        tags, length = tags + begins, 0 if begins else length + 1
        if tags > _MOST_TAGS or length > _LONGEST_TAG:
            raise _TooComplex(token)
        read.append(token)
    return read


def _of_tags(tokens: list[_Token], part: Part) -> Iterator[Fault]:
    """How tags stand to each other, before anything is parsed."""
    opened: list[_Token] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if len(opened) > _DEEPEST:
            yield Fault(FaultKind.TOO_COMPLEX, part, token.line, token.column)
            return
        if before is None or before.kind != "block_begin":
            continue
        if token.value not in _TAGS:
            yield Fault(FaultKind.TAG_NOT_ALLOWED, part, token.line, token.column, token.value[:40])
        elif token.value == "if":
            opened.append(before)
        elif not opened:
            yield Fault(FaultKind.STRAY_TAG, part, before.line, before.column, token.value)
        elif token.value == "endif":
            opened.pop()
    yield from (Fault(FaultKind.UNCLOSED_IF, part, token.line, token.column) for token in opened)


def _placed(found: list[Finding], tokens: list[_Token]) -> Iterator[Finding]:
    """With the column of each: the next place on its line where the name stands."""
    places: dict[tuple[int, str], list[int]] = {}
    for token in tokens:
        name = token.value if token.kind == "name" else "" if token.kind.endswith("_begin") else None
        if name is not None:
            places.setdefault((token.line, name), []).append(token.column)
    for finding in found:
        columns = places.get((finding.line, finding.name)) or [1]
        yield finding.at(columns.pop(0) if len(columns) > 1 else columns[0])


def _first_brace(source: str, line: int) -> int:
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return max(text.find("{"), 0) + 1
