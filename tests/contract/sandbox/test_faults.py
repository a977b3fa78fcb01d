"""The faults and the clock of the sandbox, over real connections."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.contract.sandbox import zoom
from tests.infrastructure.sandbox import Sandbox

SOON = "2030-12-01T13:00:00"


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with zoom.http_client(sandbox.base_url) as client:
        yield client
        client.put("/inspect/faults", json={"rules": []})


@pytest.fixture
def user(http: httpx.Client) -> zoom.ZoomUser:
    return zoom.connect(http, "staff007@example.jp")


def _set(http: httpx.Client, **rule: object) -> None:
    answer = http.put("/inspect/faults", json={"rules": [rule]})
    assert answer.status_code == 200, answer.text


def _agendas(http: httpx.Client) -> list[str]:
    return [meeting["agenda"] for meeting in http.get("/inspect/zoom/meetings").json()["items"]]


def test_a_status_comes_in_the_provider_s_form_with_its_headers(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="status", provider="zoom", status=429, headers={"Retry-After": "7"}, times=1)
    first, second = user.call("GET", "/users/me"), user.call("GET", "/users/me")

    assert (first.status_code, first.json()["code"], first.headers["retry-after"]) == (429, 429, "7")
    assert second.status_code == 200


def test_a_lost_answer_leaves_the_work_done(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="lost_answer", provider="zoom", method="POST", path="/v2/users", times=1)
    with pytest.raises(httpx.TransportError):
        user.create(start_time=SOON, agenda="lost")

    assert _agendas(http).count("lost") == 1


def test_a_time_out_leaves_nothing_behind(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="timeout", provider="zoom", path="/v2/users/me/meetings", delay_s=0.2, times=1)
    with pytest.raises(httpx.TransportError):
        user.create(start_time=SOON, agenda="timed out")
    calls = http.get("/inspect/calls", params={"provider": "zoom"}).json()["items"]

    assert "timed out" not in _agendas(http)
    assert (calls[-1]["status"], calls[-1]["fault"]) == (None, "timeout")


def test_a_slow_call_works_in_the_end(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="slow", provider="zoom", path=r"users/\w+$", delay_s=0.3, times=1)
    started = time.monotonic()

    assert user.call("GET", "/users/me").status_code == 200
    assert time.monotonic() - started >= 0.3


def test_expired_tokens_can_be_renewed(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="expire_tokens", provider="zoom")
    refused = user.call("GET", "/users/me")
    renewed = zoom.token(http, grant_type="refresh_token", refresh_token=user.tokens["refresh_token"])

    assert refused.status_code == 401
    assert zoom.ZoomUser(http, renewed.json()).call("GET", "/users/me").status_code == 200


def test_revoked_tokens_cannot(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="revoke_tokens", provider="zoom")
    refused = user.call("GET", "/users/me")
    renewed = zoom.token(http, grant_type="refresh_token", refresh_token=user.tokens["refresh_token"])

    assert refused.status_code == 401
    assert (renewed.status_code, renewed.json()["error"]) == (400, "invalid_grant")
    assert zoom.connect(http, "staff007@example.jp").call("GET", "/users/me").status_code == 200


def test_other_providers_are_left_alone(http: httpx.Client, user: zoom.ZoomUser) -> None:
    _set(http, kind="status", provider="google", status=500)

    assert user.call("GET", "/users/me").status_code == 200


@pytest.mark.parametrize("rule", [{}, {"kind": "explode"}, {"kind": "slow", "share": 2}, {"kind": "slow", "path": "("}])
def test_a_rule_that_means_nothing_is_refused(http: httpx.Client, rule: dict[str, object]) -> None:
    assert http.put("/inspect/faults", json={"rules": [rule]}).status_code == 422


def test_the_clock_only_moves_forward(http: httpx.Client) -> None:
    before = http.get("/inspect/clock").json()["offset_seconds"]
    moved = http.post("/inspect/clock", json={"advance": "PT90S"}).json()
    refused = [
        http.post("/inspect/clock", json=body).status_code
        for body in (
            {"advance": -1},
            {"now": "2020-01-01T00:00:00Z"},
            {"now": "9999-01-01T00:00:00Z"},
            {"now": "2030-01-01T00:00:00"},
            {},
        )
    ]

    assert moved["offset_seconds"] == pytest.approx(before + 90)
    assert refused == [422] * 5
    assert http.get("/inspect/clock").json()["offset_seconds"] == pytest.approx(before + 90)
