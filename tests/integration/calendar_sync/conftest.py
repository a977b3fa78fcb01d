"""calendar_sync on the real broker, database and sandbox."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from deploy.demo.accounts import Account
from services.calendar_sync.app import build_app
from services.calendar_sync.settings import Settings
from shared.contracts.booking import Appointment, AppointmentConfirmed, Attendee, Proposal, SlotsProposed
from shared.contracts.envelope import EventData
from shared.contracts.sealed import AppointmentSecrets, MeetingSecrets, ProposalSecrets
from shared.mongo import Database
from tests.builders import (
    BUS_KEYS,
    BUS_RING,
    DATA_KEYS,
    ORGANIZATION,
    a_proposal,
    an_appointment,
    an_attendee,
    an_event,
)
from tests.infrastructure.broker import Broker
from tests.infrastructure.sandbox import Sandbox
from tests.infrastructure.service import Bus, listening, running_service
from tests.integration.calendar_sync.hooks import listening_hooks
from tests.waiting import eventually

TARO = Account("taro@example.jp", "山田 太郎", "やまだ たろう", "x", "member", "microsoft")
ADMIN = Account("admin@example.jp", "管理 太郎", "かんり たろう", "x", "admin", "google")
HANA = Account("hana@example.jp", "佐藤 花", "さとう はな", "x", "member", "google")
JIRO = Account("jiro@example.jp", "鈴木 次郎", "すずき じろう", "x", "member", "microsoft")
PEOPLE = {"stf_taro": TARO, "stf_admin": ADMIN, "stf_hana": HANA, "stf_jiro": JIRO}
Start = Callable[..., Awaitable[httpx.AsyncClient]]


patiently = partial(eventually, timeout=40)
"""Costs nothing where all is well; the machine may be busy."""


def attending(*staff_ids: str) -> list[Attendee]:
    return [an_attendee(one, PEOPLE[one].name, PEOPLE[one].email) for one in staff_ids]


@dataclass
class World:
    """What a test acts on; ``service`` calls /internal, ``outside`` the sandbox, ``database`` is the service's own."""

    bus: Bus
    service: httpx.AsyncClient
    outside: httpx.AsyncClient
    start: Start
    database: Database

    def identity(self, staff_id: str) -> dict[str, str]:
        return {"x-organization-id": ORGANIZATION, "x-staff-id": staff_id}

    async def begin(self, staff_id: str, provider: str | None = None, *, rooms: bool = False) -> str:
        person = PEOPLE[staff_id]
        name = provider or person.calendar
        redirect = f"http://127.0.0.1:9/oauth/{name}/callback"
        begun = await self.service.post(
            f"/internal/connections/{name}/authorize",
            json={"email": person.email, "redirect_uri": redirect, "rooms": rooms},
            headers=self.identity(staff_id),
        )
        url: str = begun.raise_for_status().json()["authorize_url"]
        return url

    async def connect(
        self,
        staff_id: str,
        account: str | None = None,
        provider: str | None = None,
        *,
        rooms: bool = False,
        **form: Any,
    ) -> httpx.Response:
        """The way of a browser through the consent page."""
        person = PEOPLE[staff_id]
        data = {"account": account or person.email, "decision": "allow", **form}
        consent = await self.outside.post(await self.begin(staff_id, provider, rooms=rooms), data=data)
        query = dict(httpx.URL(consent.headers["location"]).params)
        return await self.come_back(staff_id, query, provider)

    async def come_back(self, staff_id: str, query: dict[str, Any], provider: str | None = None) -> httpx.Response:
        body = {name: query.get(name) for name in ("state", "code", "error", "error_description")}
        path = f"/internal/connections/{provider or PEOPLE[staff_id].calendar}/callback"
        return await self.service.post(path, json={**body, "staff_id": staff_id}, headers=self.identity(staff_id))

    async def connections(self, staff_id: str) -> dict[str, str]:
        answer = await self.service.get("/internal/connections", headers=self.identity(staff_id))
        return {item["provider"]: item["status"] for item in answer.json()["items"]}

    async def calendar(self, staff_id: str) -> list[dict[str, Any]]:
        """What stands in the person's calendar at the provider."""
        person = PEOPLE[staff_id]
        key = "calendar" if person.calendar == "google" else "user"
        answer = await self.outside.get(f"/inspect/{person.calendar}/events", params={key: person.email})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def occurrences(self, staff_id: str) -> list[dict[str, Any]]:
        """Of recurring entries, as the person sees them at the provider."""
        person = PEOPLE[staff_id]
        key = "calendar" if person.calendar == "google" else "user"
        answer = await self.outside.get(f"/inspect/{person.calendar}/occurrences", params={key: person.email})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def titles(self, staff_id: str) -> list[str]:
        return sorted(str(one.get("summary") or one.get("subject")) for one in await self.calendar(staff_id))

    async def add_busy(self, staff_id: str, start: str, end: str, *, notify: bool = False, **more: Any) -> str:
        """The person adds an entry of their own; its id."""
        person = PEOPLE[staff_id]
        key = "calendar" if person.calendar == "google" else "user"
        body = {key: person.email, "summary": "歯医者", "start": start, "end": end, "notify": notify, **more}
        answer = await self.outside.post(f"/inspect/{person.calendar}/events", json=body)
        return str(answer.json()["id"])

    async def keeps(self, collection: str, key: str, values: dict[str, Any]) -> bool:
        """Whether the service has written down a document with these values."""
        return await self.database[collection].find_one({"_id": key, **values}) is not None

    async def busy(self, staff_id: str, start: str, end: str) -> dict[str, Any]:
        query = {"staff_ids": staff_id, "from": start, "to": end}
        answer = await self.service.get("/internal/busy", params=query, headers=self.identity(staff_id))
        item: dict[str, Any] = answer.raise_for_status().json()["items"][0]
        return item

    async def look(self, staff_id: str, start: str, end: str, **more: Any) -> dict[str, Any]:
        body = {"staff_ids": [staff_id], "start": start, "end": end, **more}
        answer = await self.service.post("/internal/look", json=body, headers=self.identity(staff_id))
        item: dict[str, Any] = answer.raise_for_status().json()["items"][0]
        return item

    async def faults(self, *rules: dict[str, Any]) -> None:
        (await self.outside.put("/inspect/faults", json={"rules": list(rules)})).raise_for_status()

    async def later(self, **by: float) -> None:
        """Move the clock of the sandbox and of the service."""
        move = {"advance": timedelta(**by).total_seconds()}
        (await self.outside.post("/inspect/clock", json=move)).raise_for_status()

    async def calls(self, **which: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.outside.get("/inspect/calls", params=which)).json()["items"]
        return items

    async def propose(self, *, version: int = 1, times: int = 1, **changes: Any) -> None:
        await self.bus.publish(proposed(a_proposal(**changes), version), times=times)

    async def confirm(self, *, times: int = 1, **changes: Any) -> None:
        await self.bus.publish(confirmed(an_appointment(**changes)), times=times)


def proposed(proposal: Proposal, version: int = 1, kind: type[EventData] = SlotsProposed, **more: Any) -> Any:
    secrets = ProposalSecrets(guest_url="https://example.jp/g/x", note="内部メモ")
    sealed = secrets.seal(BUS_RING, subject=proposal.proposal_id)
    data = kind(proposal=proposal, sealed=sealed, **more)  # type: ignore[call-arg]
    return an_event(data, subject=proposal.proposal_id, version=version)


def confirmed(
    appointment: Appointment, kind: type[EventData] = AppointmentConfirmed, *, note: str = "内部メモ", **more: Any
) -> Any:
    sealed = AppointmentSecrets(note=note).seal(BUS_RING, subject=appointment.appointment_id)
    data = kind(appointment=appointment, sealed=sealed, **more)  # type: ignore[call-arg]
    return an_event(data, subject=appointment.appointment_id, version=appointment.revision)


def holds_released(world: "World") -> list[dict[str, Any]]:
    """However many events told of them."""
    return [hold for event in world.bus.of("calendar_sync.holds_released.v1") for hold in event["holds"]]


def a_meeting(kind: type[EventData], revision: int = 1, appointment_id: str = "apt_1", **more: Any) -> Any:
    secrets = MeetingSecrets(
        join_url="https://zoom.example/j/72962683804?pwd=x", meeting_id="72962683804", passcode="1"
    )
    sealed = secrets.seal(BUS_RING, subject=appointment_id)
    data = kind(appointment_id=appointment_id, revision=revision, sealed=sealed, **more)  # type: ignore[call-arg]
    return an_event(data, subject=appointment_id, version=revision)


rarely_polled = pytest.mark.parametrize("world", [{"poll_interval": timedelta(hours=1)}], indirect=True)


@pytest.fixture
async def database_url(emptied_database_url: str) -> str:
    """Its indexes are made once for all these tests."""
    return emptied_database_url


@pytest.fixture
async def world(
    request: pytest.FixtureRequest,
    emptied_broker: Broker,
    database_url: str,
    database: Database,
    new_sandbox: Callable[..., Awaitable[Sandbox]],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    sandbox = await new_sandbox(list(PEOPLE.values()), {})
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(sandbox.clock_file))
    async with AsyncExitStack() as stack:
        hooks = await stack.enter_async_context(listening_hooks())
        settings = settings_for(sandbox, emptied_broker, database_url, hooks.url)
        settings = settings.model_copy(update=getattr(request, "param", {}))

        async def start() -> httpx.AsyncClient:
            return await stack.enter_async_context(running_service(build_app(settings)))

        outside = await stack.enter_async_context(httpx.AsyncClient(base_url=sandbox.base_url, timeout=40))
        bus = await stack.enter_async_context(listening(emptied_broker.url()))
        hooks.service = await start()
        yield World(bus, hooks.service, outside, start, database)
        await hooks.end()


def settings_for(sandbox: Sandbox, broker: Broker, database_url: str, public_url: str) -> Settings:
    return Settings(
        amqp_url=SecretStr(broker.url("calendar_sync")),
        mongo_url=SecretStr(database_url),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        api_tokens=SecretStr("gateway:test-token"),
        google_client_id="demo-google-client",
        google_client_secret=SecretStr("demo-google-secret"),
        google_authorize_url=f"{sandbox.base_url}/google/o/oauth2/v2/auth",
        google_oauth_url=f"{sandbox.base_url}/google",
        google_api_url=f"{sandbox.base_url}/google/calendar/v3",
        google_directory_url=f"{sandbox.base_url}/google/admin/directory/v1",
        microsoft_client_id="demo-microsoft-client",
        microsoft_client_secret=SecretStr("demo-microsoft-secret"),
        microsoft_login_url=f"{sandbox.base_url}/microsoft",
        microsoft_api_url=f"{sandbox.base_url}/microsoft/v1.0",
        public_url=public_url,
        poll_interval=timedelta(seconds=1),
        meeting_wait=timedelta(seconds=0.5),
        disconnect_budget=timedelta(seconds=3),
    )
