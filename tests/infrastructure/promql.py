"""As much of PromQL as our rules and dashboards use: which series an expression reads, and by which labels."""

import re
from dataclasses import dataclass

_SELECTOR = re.compile(r"\b(up|(?:chosei|rabbitmq|process)[a-zA-Z0-9_:]*)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_GROUPING = re.compile(r"\bby\s*\(([^)]*)\)")


@dataclass(frozen=True)
class Matcher:
    """One condition in braces."""

    label: str
    operator: str
    value: str


@dataclass(frozen=True)
class Selector:
    """One metric that is read, with all labels that the expression uses of it."""

    name: str
    matchers: tuple[Matcher, ...]
    labels: frozenset[str]


def selectors(expression: str) -> list[Selector]:
    """Labels that results are grouped by are taken to be of every metric in the expression, as it is in ours."""
    grouped = {label.strip() for group in _GROUPING.findall(expression) for label in group.split(",")}
    bare = _GROUPING.sub(" ", expression)
    found = []
    for name, inside in _SELECTOR.findall(bare):
        matchers = tuple(Matcher(*one) for one in _MATCHER.findall(inside))
        found.append(Selector(name, matchers, frozenset({*grouped, *(one.label for one in matchers)})))
    return found
