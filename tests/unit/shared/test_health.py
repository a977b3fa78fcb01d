"""What is asked of a service that is well, half well, or not up yet."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared import clock
from shared.health import build_router


def answers(*, started: bool, broker: bool) -> dict[str, int]:
    async def is_started() -> bool:
        return started

    async def is_there() -> bool:
        return broker

    app = FastAPI()
    app.include_router(build_router("booking", {"started": is_started, "broker": is_there}, clock.real_now()))
    with TestClient(app) as client:
        return {path: client.get(f"/{path}").status_code for path in ("healthz", "startedz", "readyz")}


@pytest.mark.parametrize(
    ("started", "broker", "expected"),
    [(True, True, (200, 200, 200)), (True, False, (200, 200, 503)), (False, True, (200, 503, 503))],
)
def test_g27_without_the_broker_a_service_is_not_well_and_goes_on_taking_requests(
    started: bool, broker: bool, expected: tuple[int, int, int]
) -> None:
    assert tuple(answers(started=started, broker=broker).values()) == expected
