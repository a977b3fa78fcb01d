"""The demo's people, in the browser and by the API, and proposals to look at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.infrastructure.demo import RunningDemo

TOKYO = ZoneInfo("Asia/Tokyo")
ADMIN, TARO = "admin@example.jp", "taro@example.jp"
Width = Literal["phone", "touch", "desktop"]
SIZES: dict[Width, dict[str, int]] = {
    "phone": {"width": 390, "height": 844},
    "touch": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 800},
}


@dataclass
class People:
    """Who uses the demo's pages: staff with a session, and guests with a link."""

    demo: RunningDemo
    browser: Browser
    api: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    """The cookies of everybody's one session: to sign in each time would cost more than most tests."""
    tokens: dict[str, str] = field(default_factory=dict)
    """The same sessions, as programs use them."""
    complaints: list[str] = field(default_factory=list)
    """What browsers wrote on their console: scripts that failed, and what the content security policy stopped."""
    contexts: list[BrowserContext] = field(default_factory=list)
    _days: int = 20

    async def page(
        self, width: Width = "desktop", *, language: str = "ja", zone: str = "Asia/Tokyo", scripts: bool = True
    ) -> Page:
        """A window of a new visitor."""
        context = await self.browser.new_context(
            viewport=SIZES[width],  # type: ignore[arg-type]
            locale="ja-JP" if language == "ja" else "en-US",
            timezone_id=zone,
            java_script_enabled=scripts,
            has_touch=width == "touch",
            is_mobile=width == "touch",
            base_url=self.demo.gateway_url,
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self._heard("error", str(error)))
        return page

    def _heard(self, kind: str, words: str) -> None:
        if kind in ("error", "warning") and "Failed to load resource" not in words:
            self.complaints.append(words)

    async def staff(
        self,
        width: Width = "desktop",
        *,
        language: str = "ja",
        email: str = TARO,
        password: str = "",
        scripts: bool = True,
    ) -> Page:
        """A window of a signed-in staff member, still empty; who is not seeded has a ``password``."""
        page = await self.page(width, language=language, scripts=scripts)
        if email not in self.sessions:
            await self._sign_in(email, password)
        url = self.demo.gateway_url
        cookies = self.sessions[email].items()
        await page.context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies])
        return page

    @asynccontextmanager
    async def acting(self, email: str = ADMIN) -> AsyncIterator[httpx.AsyncClient]:
        """A seeded staff member, or one who had a window, by the API."""
        if email not in self.tokens:
            await self._sign_in(email)
        async with self.demo.at_gateway(authorization=f"Bearer {self.tokens[email]}") as api:
            yield api

    async def _sign_in(self, email: str, password: str = "") -> None:
        body = {"email": email, "password": password or dict(self.demo.logins)[email]}
        async with self.demo.at_gateway() as api:
            answer = (await api.post("/api/v1/sessions", json=body)).raise_for_status()
        if not password:
            self.ids[email] = answer.json()["staff"]["id"]
        self.sessions[email] = dict(answer.cookies)
        self.tokens[email] = answer.json()["token"]

    async def sign_in_api(self) -> None:
        for email, _ in self.demo.logins:
            await self._sign_in(email)
        self.api.headers["authorization"] = f"Bearer {self.tokens[TARO]}"

    async def now(self) -> datetime:
        async with self.demo.at_sandbox() as sandbox:
            answer = await sandbox.post("/inspect/clock", json={"advance": 0})
        return datetime.fromisoformat(answer.json()["now"])

    async def proposal(self, *, slots: int = 3, **changes: Any) -> dict[str, Any]:
        """Made by taro with everybody, on the next days that no other test uses, from 13:00 in Tokyo."""
        today = (await self.now()).astimezone(TOKYO).replace(hour=13, minute=0, second=0, microsecond=0)
        starts = [today + timedelta(days=self._days + number) for number in range(slots)]
        self._days += slots
        body = {
            "attendee_ids": [self.ids[TARO], *(known for email, known in self.ids.items() if email != TARO)],
            "slots": [
                {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()} for start in starts
            ],
            "guest": {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.com"},
            "expires_at": (starts[-1] + timedelta(hours=-1)).isoformat(),
            **changes,
        }
        answer = await self.api.post("/api/v1/proposals", json=body)
        if answer.status_code == 409:  # a recurring schedule of another test reaches these days
            return await self.proposal(slots=slots, **changes)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def free_day(self, days: int = 1) -> str:
        """A date that no other test uses, nor reaches with a recurring schedule."""
        self._days += days
        while await self._is_busy(day := await self.last_day()):
            self._days += 1
        return day

    async def _is_busy(self, day: str) -> bool:
        start = datetime.fromisoformat(day).replace(tzinfo=TOKYO)
        span = {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
        answer = await self.api.get("/api/v1/calendar", params={"staff_ids": ",".join(self.ids.values()), **span})
        assert answer.status_code == 200, answer.text
        return any(item["busy"] for item in answer.json()["items"])

    async def last_day(self) -> str:
        """The latest date that some test used."""
        today = (await self.now()).astimezone(TOKYO).date()
        return (today + timedelta(days=self._days - 1)).isoformat()

    async def confirmed(self, **changes: Any) -> dict[str, Any]:
        """A proposal whose first slot the guest chose by the API."""
        made = await self.proposal(**changes)
        token = made["guest_url"].rpartition("/")[2]
        answer = await self.api.post(
            f"/api/v1/guest/proposals/{token}/confirm",
            json={"slot_id": made["slots"][0]["id"], "name": "田中花子", "company": "ABC株式会社"},
        )
        assert answer.status_code == 201, answer.text
        return made


@pytest.fixture(scope="session")
async def people(demo: RunningDemo, browser: Browser) -> AsyncIterator[People]:
    async with demo.at_gateway() as api:
        made = People(demo, browser, api)
        await made.sign_in_api()
        yield made


@pytest.fixture(autouse=True)
async def quiet_browsers(people: People) -> AsyncIterator[None]:
    """No page may complain on the console, and no window stays open."""
    people.complaints.clear()
    yield
    while people.contexts:
        await people.contexts.pop().close()
    assert people.complaints == []
