"""Tokens of pages and where requests come from."""

import pytest
from fastapi import Request

from services.gateway.edge.csrf import Csrf, CsrfRefused
from tests.unit.gateway.settings import KEY_ONE, KEY_TWO, some_settings


def a_request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": [(b"host", b"inside:8000"), *raw]}
    return Request(scope | {"scheme": "http", "query_string": b"", "server": ("inside", 8000)})


@pytest.fixture
def csrf() -> Csrf:
    return Csrf(some_settings())


def test_a_pages_own_token_is_accepted_for_its_session_only(csrf: Csrf) -> None:
    token = csrf.token("session-1")
    csrf.check(a_request(sec_fetch_site="same-origin", origin="https://chosei.example"), "session-1", token)
    with pytest.raises(CsrfRefused):
        csrf.check(a_request(), "session-2", token)


@pytest.mark.parametrize("given", [None, "", "x", "one.", "one..", "nokey.salt.mac", "one.salt.0000", "one.é.é"])
def test_what_is_no_token_is_refused(csrf: Csrf, given: str | None) -> None:
    with pytest.raises(CsrfRefused):
        csrf.check(a_request(), "session-1", given)


def test_an_empty_session_is_bound_to_nothing(csrf: Csrf) -> None:
    with pytest.raises(CsrfRefused):
        csrf.check(a_request(), "", csrf.token(""))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_requests_from_elsewhere_are_refused_whatever_they_carry(csrf: Csrf, headers: dict[str, str]) -> None:
    with pytest.raises(CsrfRefused):
        csrf.check(a_request(**headers), "session-1", csrf.token("session-1"))


def test_tokens_survive_a_rotation_of_keys_until_the_old_one_goes() -> None:
    old = Csrf(some_settings(session_keys=KEY_ONE)).token("session-1")
    Csrf(some_settings(session_keys=f"{KEY_TWO},{KEY_ONE}")).check(a_request(), "session-1", old)
    with pytest.raises(CsrfRefused):
        Csrf(some_settings(session_keys=KEY_TWO)).check(a_request(), "session-1", old)
