"""zoom_issuer on the real broker, database and sandbox."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from deploy.demo.accounts import Account
from services.zoom_issuer.app import build_app
from services.zoom_issuer.settings import Settings
from shared.contracts.sealed import MeetingSecrets
from shared.mongo import Database
from tests.builders import BUS_KEYS, BUS_RING, DATA_KEYS, ORGANIZATION
from tests.infrastructure.broker import Broker
from tests.infrastructure.sandbox import Sandbox
from tests.infrastructure.service import Bus, listening, running_service
from tests.integration.zoom_issuer.workshop import Workshop

WEBHOOK_SECRET = "webhook-secret"
REDIRECT = "http://127.0.0.1:9/oauth/zoom/callback"
TARO = Account("taro@example.jp", "山田 太郎", "やまだ たろう", "x", "member", "microsoft")
HANA = Account("hana@example.jp", "佐藤 花", "さとう はな", "x", "member", "google")
StartIssuer = Callable[[], Awaitable[httpx.AsyncClient]]


@dataclass
class World:
    """What a test acts on; ``issuer`` calls /internal, ``outside`` the sandbox, ``database`` is the service's own."""

    bus: Bus
    issuer: httpx.AsyncClient
    outside: httpx.AsyncClient
    start_issuer: StartIssuer
    database: Database

    def identity(self, staff_id: str, organization_id: str = ORGANIZATION) -> dict[str, str]:
        return {"x-organization-id": organization_id, "x-staff-id": staff_id}

    async def connect(
        self, staff_id: str = "stf_taro", account: str = TARO.email, organization_id: str = ORGANIZATION
    ) -> httpx.Response:
        """The way of a browser through the consent page."""
        body = {"email": account, "redirect_uri": REDIRECT}
        begun = await self.issuer.post(
            "/internal/connections/zoom/authorize", json=body, headers=self.identity(staff_id, organization_id)
        )
        consent = await self.outside.post(begun.json()["authorize_url"], data={"account": account, "decision": "allow"})
        query = dict(httpx.URL(consent.headers["location"]).params)
        answer = {"state": query["state"], "code": query.get("code"), "staff_id": staff_id}
        return await self.issuer.post("/internal/connections/zoom/callback", json=answer)

    async def meetings(self) -> list[dict[str, Any]]:
        answer = await self.outside.get("/inspect/zoom/meetings")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def faults(self, *rules: dict[str, Any]) -> None:
        (await self.outside.put("/inspect/faults", json={"rules": list(rules)})).raise_for_status()

    async def calls(self, end: str) -> int:
        """How many requests the sandbox had to a path with this end."""
        items = (await self.outside.get("/inspect/calls")).json()["items"]
        return len([call for call in items if call["path"].endswith(end)])

    def issued(self) -> list[dict[str, Any]]:
        return self.bus.of("zoom_issuer.meeting_issued.v1")

    def failures(self) -> list[dict[str, Any]]:
        return self.bus.of("zoom_issuer.meeting_issue_failed.v1")


def unsealed(data: dict[str, Any]) -> MeetingSecrets:
    return MeetingSecrets.unseal(BUS_RING, data["sealed"], subject=data["appointment_id"])


@pytest.fixture
async def database_url(emptied_database_url: str) -> str:
    """Its indexes are made once for all these tests."""
    return emptied_database_url


@pytest.fixture
async def world(
    emptied_broker: Broker,
    database_url: str,
    database: Database,
    new_sandbox: Callable[..., Awaitable[Sandbox]],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> AsyncIterator[World]:
    sandbox = await new_sandbox([TARO, HANA], {})
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(sandbox.clock_file))  # the test's own: nothing of it stays behind
    settings = Settings(
        amqp_url=SecretStr(emptied_broker.url("zoom_issuer")),
        mongo_url=SecretStr(database_url),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        api_tokens=SecretStr("gateway:test-token"),
        zoom_client_id="demo-zoom-client",
        zoom_client_secret=SecretStr("demo-zoom-secret"),
        zoom_admin_client_id="demo-zoom-admin-client",
        zoom_admin_client_secret=SecretStr("demo-zoom-admin-secret"),
        zoom_oauth_url=f"{sandbox.base_url}/zoom/oauth",
        zoom_api_url=f"{sandbox.base_url}/zoom/v2",
        zoom_webhook_secret=SecretStr(WEBHOOK_SECRET),
        sweep_every=getattr(request, "param", timedelta(days=1)),
        zoom_timeout=timedelta(seconds=1),
        zoom_settle=timedelta(seconds=0.5),
        zoom_per_second=100,
        gather_quiet=timedelta(seconds=0.3),
    )
    async with AsyncExitStack() as stack:

        async def start() -> httpx.AsyncClient:
            return await stack.enter_async_context(running_service(build_app(settings)))

        outside = await stack.enter_async_context(httpx.AsyncClient(base_url=sandbox.base_url))
        bus = await stack.enter_async_context(listening(emptied_broker.url()))
        yield World(bus, await start(), outside, start, database)


@pytest.fixture
async def shop(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(tmp_path / "clock.json"))
    made = Workshop(database.client, database)
    await made.prepare()
    return made
