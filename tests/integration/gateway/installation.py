"""A gateway on a real database with stand-ins behind it: the organization of the demo, and another one beside it."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from services.gateway.app import build_app
from services.gateway.model import Locale, Organization, Role, Staff
from services.gateway.parts import GatewayParts
from services.gateway.settings import Settings
from tests.integration.gateway.fakes import FakeServices
from tests.waiting import eventually

CODE = "first-code"
SESSION_KEYS = "s1:" + base64.b64encode(b"s" * 32).decode()
KEYS = "k1:" + base64.b64encode(b"k" * 32).decode()
URL = "http://gateway.test"
LIMITS = (
    "guest_requests_per_minute_and_ip",
    "confirms_per_minute_and_link",
    "mails_per_minute_and_recipient",
    "hooks_per_minute_and_ip",
    "requests_per_minute_and_key",
)
"""All tests of a minute come from one address to the same links; who tests a limit sets one."""
SERVICES = ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")
RELIED_ON = (
    "name",
    "email",
    "role",
    "disabled",
    "locale",
    "time_zone",
    "language_chosen",
    "zone_chosen",
    "password_hash",
)
PASSWORDS = {"admin@example.jp": "demo-admin", "taro@example.jp": "demo-taro", "other@example.com": "other-admin"}


def settings_for(mongo_url: str, amqp_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "amqp_url": amqp_url,
        "mongo_url": mongo_url,
        "bus_keys": KEYS,
        "data_keys": KEYS,
        "session_keys": SESSION_KEYS,
        "setup_code": CODE,
        "public_url": URL,
        **dict.fromkeys(LIMITS, 1_000_000),
        **{f"{name}_url": f"http://{name}" for name in SERVICES},
        **{f"{name}_token": f"token-of-{name}" for name in SERVICES},
    }
    return Settings(**values | changes)


@dataclass
class Installation:
    """``admin``, ``taro`` and ``other`` (of another organization) are signed in; ``anyone`` is not."""

    app: FastAPI
    services: FakeServices
    tokens: dict[str, str]
    ids: dict[str, str]

    async def relied_on(self) -> dict[str, Any]:
        """What no test may leave otherwise than it found it: these people's rows and their sessions."""
        people = {row["_id"]: {name: row.get(name) for name in RELIED_ON} async for row in self._people()}
        sessions = [bool(await self.parts.sessions.find(token)) for token in self.tokens.values()]
        return people | {"sessions": sessions}

    def _people(self) -> Any:
        return self.parts.staff.staff.find({"_id": {"$in": list(self.ids.values())}})

    @property
    def parts(self) -> GatewayParts:
        parts: GatewayParts = self.app.state.gateway
        return parts

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        bearer = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url=URL,
            headers={"accept-language": "ja", **bearer, **headers},
        )

    def pages(self, email: str = "") -> httpx.AsyncClient:
        """A browser, signed in where ``email`` is given; it keeps its cookies and wants pages."""
        client = self.client(accept="text/html")
        if email:
            client.cookies.set("chosei_session", self.tokens[email])
        return client

    @property
    def anyone(self) -> httpx.AsyncClient:
        return self.client()

    def of(self, email: str) -> httpx.AsyncClient:
        return self.client(self.tokens[email])

    @property
    def admin(self) -> httpx.AsyncClient:
        return self.of("admin@example.jp")

    @property
    def taro(self) -> httpx.AsyncClient:
        return self.of("taro@example.jp")

    @property
    def other(self) -> httpx.AsyncClient:
        return self.of("other@example.com")


async def furnish(app: FastAPI, services: FakeServices) -> Installation:
    """Set up the first organization by API, the second in the database, and sign everybody in."""
    made = Installation(app, services, {}, {})
    admin = {"name": "佐藤花子", "kana": "さとうはなこ", "email": "admin@example.jp", "password": "demo-admin"}
    body = {"code": CODE, "organization": {"name": "株式会社サンプル"}, "admin": admin}
    (await made.anyone.post("/api/v1/setup", json=body)).raise_for_status()
    await _other_organization(made.parts)
    for email, password in PASSWORDS.items():
        if email == "taro@example.jp":
            taro = {"name": "山田太郎", "kana": "やまだたろう", "email": email, "password": password}
            (await made.admin.post("/api/v1/staff", json=taro)).raise_for_status()
        answer = await made.anyone.post("/api/v1/sessions", json={"email": email, "password": password})
        made.tokens[email] = answer.raise_for_status().json()["token"]
        made.ids[email] = answer.json()["staff"]["id"]
    return made


async def _other_organization(parts: GatewayParts) -> None:
    row = Organization(id="org_other", name="Other Inc.", locale=Locale.EN, time_zone="Europe/Berlin")
    await parts.organizations.organizations.insert_one(
        {"_id": row.id, **row.model_dump(mode="json", exclude={"id"}), "outbox": []}
    )
    staff = Staff(
        id="stf_other",
        organization_id=row.id,
        name="Otto Other",
        email="other@example.com",
        role=Role.ADMIN,
        time_zone=row.time_zone,
        locale=row.locale,
    )
    await parts.staff.insert(staff, await parts.passwords.hash("other-admin"), [])


@asynccontextmanager
async def installed(mongo_url: str, amqp_url: str, **changes: Any) -> AsyncIterator[Installation]:
    """With its messages and workers, shut down at the end."""
    services = FakeServices()
    app = build_app(settings_for(mongo_url, amqp_url, **changes), transport=services.transport())
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:

            async def ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await eventually(ready)
        yield await furnish(app, services)
