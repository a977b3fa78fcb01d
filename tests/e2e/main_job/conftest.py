"""The whole demo for the main job: its own, since these tests move the clock and let providers fail."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.e2e.conftest import HASTY
from tests.infrastructure.demo import RunningDemo, start_demo
from tests.waiting import eventually

TOKYO = ZoneInfo("Asia/Tokyo")
ADMIN, TARO = "admin@example.jp", "taro@example.jp"


@dataclass
class System:
    """What people outside can do: call the API, read mail and calendars, and break providers."""

    demo: RunningDemo
    api: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    _hours: int = 0

    async def sign_in(self) -> None:
        for email, password in self.demo.logins:
            answer = await self.api.post("/api/v1/sessions", json={"email": email, "password": password})
            self.headers[email] = {"authorization": f"Bearer {answer.json()['token']}"}
            self.ids[email] = answer.json()["staff"]["id"]
        self.api.cookies.clear()

    async def now(self) -> datetime:
        """The demo's own time."""
        answer = await self.sandbox.post("/inspect/clock", json={"advance": 0})
        return datetime.fromisoformat(answer.json()["now"])

    async def free_times(self, count: int = 3, minutes: int = 60) -> list[tuple[datetime, datetime]]:
        """Times that no test used before, from ten days ahead, office hours in Tokyo."""
        today = (await self.now()).astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
        times = []
        for _ in range(count):
            day, hour = divmod(self._hours, 8)
            self._hours += 1
            start = today + timedelta(days=10 + day, hours=10 + hour)
            times.append((start, start + timedelta(minutes=minutes)))
        return times

    async def propose(self, who: str = TARO, **changes: Any) -> httpx.Response:
        times = changes.pop("times", None) or await self.free_times()
        body = {
            "attendee_ids": [self.ids[TARO], self.ids[ADMIN]],
            "slots": [{"start": start.isoformat(), "end": end.isoformat()} for start, end in times],
            "guest": {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.com"},
            **changes,
        }
        return await self.api.post("/api/v1/proposals", json=body, headers=self.headers[who])

    async def proposed(self, **changes: Any) -> dict[str, Any]:
        answer = await self.propose(**changes)
        assert answer.status_code == 201, answer.text
        proposal: dict[str, Any] = answer.json()
        return proposal

    async def confirm(self, proposal: dict[str, Any], slot: int = 0, **changes: Any) -> httpx.Response:
        body = {
            "slot_id": proposal["slots"][slot]["id"],
            "name": "田中花子",
            "company": "ABC株式会社",
            "time_zone": "Asia/Tokyo",
            "locale": "ja",
            **({} if proposal["guest"].get("email") else {"email": "somebody@example.com"}),
            **changes,
        }
        return await self.api.post(f"/api/v1/guest/proposals/{token_of(proposal)}/confirm", json=body)

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self.sandbox.get(path, params=query)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def entries(self, email: str, title: str) -> list[dict[str, Any]]:
        """Live entries of one person whose title ends so, holds included."""
        if email == ADMIN:
            rows = await self.items("/inspect/google/events", calendar=email)
            return [row for row in rows if row.get("summary", "").endswith(title)]
        rows = await self.items("/inspect/microsoft/events", user=email)
        return [row for row in rows if row.get("subject", "").endswith(title)]

    async def mails(self, to: str, subject: str) -> list[dict[str, Any]]:
        return [mail for mail in await self.items("/inspect/mails", to=to) if subject in mail["subject"]]

    async def meetings(self, topic: str) -> list[dict[str, Any]]:
        return [meeting for meeting in await self.items("/inspect/zoom/meetings") if meeting["topic"] == topic]

    async def appointment_of(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """Staff's view of what the guest confirmed."""
        answer = await self.api.get("/api/v1/appointments", headers=self.headers[TARO], params={"limit": 100})
        [appointment] = [a for a in answer.json()["items"] if a["proposal_id"] == proposal["id"]]
        result: dict[str, Any] = appointment
        return result

    async def issued(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """The appointment once its meeting and all entries stand."""

        async def complete() -> dict[str, Any] | None:
            appointment = await self.appointment_of(proposal)
            done = (appointment["meeting"]["status"], appointment["calendar"]["status"]) == ("issued", "written")
            return appointment if done else None

        appointment: dict[str, Any] = await eventually(complete, interval=0.1)
        return appointment

    async def faults(self, *rules: dict[str, Any]) -> None:
        (await self.sandbox.put("/inspect/faults", json={"rules": list(rules)})).raise_for_status()

    async def move_clock_to(self, moment: datetime) -> None:
        answer = await self.sandbox.post("/inspect/clock", json={"now": moment.isoformat()})
        answer.raise_for_status()


def token_of(proposal: dict[str, Any]) -> str:
    return str(proposal["guest_url"]).rsplit("/", 1)[-1]


@pytest.fixture(scope="package")
async def running_system() -> AsyncIterator[System]:
    async with AsyncExitStack() as stack:
        demo = await stack.enter_async_context(start_demo(environment={"CHOSEI_DEMO_SETTINGS": HASTY}))
        api = await stack.enter_async_context(demo.at_gateway())
        sandbox = await stack.enter_async_context(demo.at_sandbox())
        system = System(demo, api, sandbox)
        await system.sign_in()
        yield system


@pytest.fixture
async def system(running_system: System) -> AsyncIterator[System]:
    """Faults of one test do not reach the next."""
    yield running_system
    await running_system.faults()
