"""The routes that an application really has, with all that each depends on, and what is declared for them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tests.access import Who
from tests.access.api import API
from tests.access.pages import PAGES

PREFIX = "/api/v1"
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Route:
    """``needs`` are the functions that FastAPI calls before the handler, and those that these need."""

    method: str
    path: str
    needs: frozenset[Callable[..., Any]]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: FastAPI) -> Iterator[Route]:
    """Without what is mounted: files that everybody may have."""
    for found in iter_route_contexts(app.router.routes):
        dependant = getattr(found, "dependant", None)
        for method in sorted((found.methods or set()) & _METHODS):
            yield Route(method, str(found.path), frozenset(_needs(dependant)) if dependant else frozenset())


def _needs(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for one in dependant.dependencies:
        if one.call is not None:
            yield one.call
        yield from _needs(one)


def declared() -> Mapping[str, Who]:
    """By method and whole path."""
    rules = {route: who for who, routes in PAGES.items() for route in routes}
    for who, routes in API.items():
        rules |= {route.replace(" ", f" {PREFIX}", 1): who for route in routes}
    return rules


def declared_once() -> bool:
    """Whether no route has two rules."""
    return len(declared()) == sum(len(routes) for table in (PAGES, API) for routes in table.values())
