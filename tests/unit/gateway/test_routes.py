"""Who may call what stands in ``tests/access``; each route of the gateway has a rule there and what the rule needs."""

from collections.abc import Sequence

import pytest
from fastapi import FastAPI

from services.gateway.app import build_app
from services.gateway.identity import api_staff, page_form, page_session
from tests.access import SIGNED_IN, Who
from tests.access.routes import PREFIX, Route, declared, declared_once, routes_of
from tests.unit.gateway.settings import some_settings

RULES = declared()
_SESSIONS = {api_staff, page_session, page_form}


@pytest.fixture(scope="module")
def routes() -> Sequence[Route]:
    app: FastAPI = build_app(some_settings())
    return [route for route in routes_of(app) if not route.path.startswith("/internal/")]


def test_every_route_has_a_rule_and_every_rule_a_route(routes: Sequence[Route]) -> None:
    """A new one: say in ``tests/access/api.py`` or ``pages.py`` whom it answers."""
    assert {str(route) for route in routes} == set(RULES)
    assert declared_once()


def test_whoever_must_be_signed_in_is_asked_who_they_are_before_the_handler_runs(routes: Sequence[Route]) -> None:
    asks = {str(route) for route in routes if route.needs & _SESSIONS}
    assert asks == {route for route, who in RULES.items() if who in SIGNED_IN}


def test_whatever_a_page_sends_in_a_session_carries_the_pages_token(routes: Sequence[Route]) -> None:
    sent = [route for route in routes if not route.path.startswith(PREFIX) and route.method != "GET"]
    without = {str(route) for route in sent if RULES[str(route)] in SIGNED_IN and page_form not in route.needs}
    assert not without
    assert not [route for route in routes if route.method == "GET" and page_form in route.needs]


def test_pages_and_api_are_not_mixed_up(routes: Sequence[Route]) -> None:
    """The API's guard takes a cookie with the header of scripts, the pages' a cookie and nothing else."""
    for route in routes:
        wrong = {page_session, page_form} if route.path.startswith(PREFIX) else {api_staff}
        assert not route.needs & wrong, str(route)


def test_what_answers_anybody_knows_no_organization(routes: Sequence[Route]) -> None:
    """None of them writes, and none has a link in its path that would say whose it is."""
    open_to_all = [route for route, who in RULES.items() if who is Who.ANYBODY]
    assert all(route.startswith("GET ") for route in open_to_all)
    assert not [route for route in open_to_all if "{token}" in route or "{slug}" in route]
