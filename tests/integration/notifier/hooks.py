"""A notifier whose webhooks may reach loopback, its internal HTTP, and a clock that tests move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.notifier.model import signing
from shared import clock
from tests.infrastructure.receiver import Received
from tests.integration.notifier.conftest import NewNotifier, Notifier
from tests.unit.notifier.builders import ORGANIZATION_ID
from tests.waiting import eventually

CONFIRMED = "booking.appointment_confirmed.v1"


class Desk:
    """What an administrator does through the gateway."""

    def __init__(self, notifier: Notifier, client: httpx.AsyncClient) -> None:
        self.notifier = notifier
        self.client = client

    async def ask(self, method: str, path: str = "", body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/internal/webhooks{path}", json=body, headers=named)

    async def make(self, url: str, *events: str, **headers: str) -> dict[str, Any]:
        made = await self.ask("POST", "", {"url": url, "events": list(events or ("booking.*",))}, **headers)
        assert made.status_code == 201, made.text
        return dict(made.json())

    async def deliveries(self, webhook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        answer = await self.ask("GET", f"/{webhook['id']}/deliveries{query}")
        return list(answer.json()["items"])

    async def show(self, webhook: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.ask("GET", f"/{webhook['id']}")).json())

    async def has_status(self, webhook: dict[str, Any], status: str, *, tries: int = 1) -> dict[str, Any]:
        """The only delivery, once it is like this."""

        async def found() -> dict[str, Any] | None:
            items = await self.deliveries(webhook)
            like = [one for one in items if one["status"] == status and len(one["log"]) >= tries]
            return like[0] if like and len(items) == 1 else None

        return await eventually(found)


@asynccontextmanager
async def at_the_desk(new_notifier: NewNotifier, **changes: Any) -> AsyncIterator[Desk]:
    async with desk_of(await new_notifier(**{"webhook_networks": "127.0.0.0/8", **changes})) as desk:
        yield desk


@asynccontextmanager
async def desk_of(notifier: Notifier) -> AsyncIterator[Desk]:
    headers = {
        "authorization": "Bearer secret",
        "x-organization-id": ORGANIZATION_ID,
        "x-staff-id": "stf_admin",
        "x-role": "admin",
        "accept-language": "ja",
    }
    transport = httpx.ASGITransport(app=notifier.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier", headers=headers) as client:
        yield Desk(notifier, client)


def follow_a_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(tmp_path / "clock.json"))


def move(by: timedelta) -> None:
    clock.set_offset(clock.offset() + by)


def is_signed_with(received: Received, secret: str) -> bool:
    moment = int(received.headers["webhook-timestamp"])
    expected = signing.signature(secret, received.id, moment, received.body)
    return expected in received.headers["webhook-signature"].split(" ")
