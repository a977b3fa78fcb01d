"""What API keys may call (X8): the table against the routes, and what a scope covers."""

import pytest

from services.gateway.model import Scope
from services.gateway.openapi import PREFIX, describe
from services.gateway.routes.api import api_router
from services.gateway.scopes import ROUTES, InsufficientScope, NotForKeys, Whom, check_scope, covers


def staff_routes() -> set[str]:
    paths = describe(api_router().routes)["paths"]
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, item in paths.items()
        for method, operation in item.items()
        if operation["security"]
    }


def test_every_staff_route_has_its_scope_and_no_other() -> None:
    assert staff_routes() == set(ROUTES)


def test_every_scope_opens_something() -> None:
    assert {needed for needed in ROUTES.values() if isinstance(needed, Scope)} == set(Scope)


def test_reading_takes_no_scope_to_write() -> None:
    """Of GET; some POSTs only compute."""
    odd = {route for route, needed in ROUTES.items() if route.startswith("GET ") and str(needed).endswith(":write")}
    assert not odd


def test_whoever_may_write_may_read_the_same_only() -> None:
    assert covers([Scope.PAGES_WRITE], Scope.PAGES_READ)
    assert not covers([Scope.PAGES_READ], Scope.PAGES_WRITE)
    assert not covers([Scope.PAGES_WRITE], Scope.CONTACTS_READ)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InsufficientScope) as refused:
        check_scope([Scope.PAGES_READ], "POST", "/appointments")
    assert refused.value.body("ja")["missing"] == ["appointments:write"]
    assert "appointments:write" in refused.value.detail("ja")


@pytest.mark.parametrize("path", ["/api-keys", "/not-in-the-table"])
def test_what_is_for_people_and_what_nobody_thought_of_is_for_no_key(path: str) -> None:
    with pytest.raises(NotForKeys):
        check_scope(list(Scope), "POST", path)


def test_head_is_asked_as_get() -> None:
    check_scope([Scope.STAFF_READ], "HEAD", "/staff")
    assert ROUTES["GET /me"] is Whom.ANY_KEY
