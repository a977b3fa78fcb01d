"""What services answer each other: every route of every service asks who calls, and knows no caller without a token."""

import importlib
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from deploy.credentials import SERVICES, load_or_create
from deploy.service_settings import StandIns, Surroundings, settings_of
from shared.internal import parse_tokens, require_caller
from tests.access.routes import Route, routes_of

OPEN = {"GET /healthz", "GET /startedz", "GET /readyz", "GET /metrics"}
BEHIND = [service for service in SERVICES if service != "gateway"]


def app_of(service: str, folder: Path) -> FastAPI:
    """As it is deployed, with nothing behind it; it is not started."""
    around = Surroundings(
        public_url="http://gateway.test",
        service_urls=dict.fromkeys(SERVICES, "http://nowhere.test"),
        listen_host="127.0.0.1",
        listen_ports=dict.fromkeys(SERVICES, 1),
        amqp_address="nowhere.test",
        mongo_address="127.0.0.1:1",
        replica_set="none",
        static_folder=str(folder),
        stand_ins=StandIns(url="http://nowhere.test", smtp_host="nowhere.test", smtp_port=1, clock_file=""),
    )
    given = settings_of(service, around, load_or_create(folder / "credentials.json"))
    values = {name.removeprefix("CHOSEI_").lower(): value for name, value in given.items()}
    settings = importlib.import_module(f"services.{service}.settings").Settings(**values | {"clock_file": None})
    app: FastAPI = importlib.import_module(f"services.{service}.app").build_app(settings)
    return app


def address(route: Route) -> str:
    return "/".join("x" if part.startswith("{") else part for part in route.path.split("/"))


@pytest.fixture(scope="module", params=SERVICES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, FastAPI]:
    return request.param, app_of(request.param, tmp_path_factory.mktemp(request.param))


async def test_nobody_without_a_token_of_ours_is_answered(served: tuple[str, FastAPI]) -> None:
    service, app = served
    asked = [route for route in routes_of(app) if route.path.startswith("/internal/")]
    others = {str(route) for route in routes_of(app) if not route.path.startswith("/internal/")}
    assert service == "gateway" or others == OPEN
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for route in asked:
            for given in ({}, {"authorization": "Bearer "}, {"authorization": ""}, {"authorization": "Bearer wrong"}):
                answer = await client.request(route.method, address(route), headers=given)
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), (str(route), given)
    assert asked or service in ("gateway", "reminder_scheduler")


@pytest.mark.parametrize("text", ["gateway:", "gateway", "gateway:one,booking:", ":"])
def test_a_caller_without_a_token_stops_the_start(text: str) -> None:
    """Its empty token would be anybody's."""
    with pytest.raises(ValueError, match="token"):
        parse_tokens(text)


async def test_while_a_token_is_replaced_its_caller_is_known_by_both() -> None:
    """The runbook's way of rotating: first the callee knows both, then the caller has the new one."""
    assert parse_tokens("gateway:old, gateway:new,") == (("gateway", "old"), ("gateway", "new"))
    assert parse_tokens("") == ()
    guard = require_caller("gateway:old,gateway:new,booking:other")
    for token, name in (("old", "gateway"), ("new", "gateway"), ("other", "booking")):
        headers = [(b"authorization", f"Bearer {token}".encode())]
        assert await guard(Request({"type": "http", "headers": headers})) == name
