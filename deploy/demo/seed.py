"""Fills an empty installation from outside, over HTTP, as its first users would: nothing here knows the inside."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from deploy.demo.accounts import ADMINISTRATOR, LOGINS, ORGANIZATION, Account
from deploy.demo.busy_entries import PRIVATE_CALENDAR, busy_entries, private_entry
from deploy.demo.consent import connect

_AT_ONCE = 6
_UNTIL_FRESH_SECONDS = 60
_POLL_SECONDS = 0.1


class SeedFailed(Exception):
    """An answer that the seed cannot go on from."""

    def __init__(self, answer: httpx.Response) -> None:
        request = answer.request
        super().__init__(f"{request.method} {request.url} answered {answer.status_code}: {answer.text[:500]}")
        self.status = answer.status_code


@dataclass(frozen=True)
class Seeder:
    """Where to seed; ``setup_code`` is the one-time code that the gateway was started with."""

    gateway_url: str
    sandbox_url: str
    setup_code: str

    async def fill(self, more: list[Account], now: datetime) -> None:
        """The organization, the two logins with their connections and busy entries, and ``more`` staff."""
        async with self._client() as client:
            await self._add_busy_entries(client, now)
            await self._set_up(client)
            first = await self._sign_in(client, ADMINISTRATOR)
            others = [account for account in (*LOGINS, *more) if account is not ADMINISTRATOR]
            turns = asyncio.Semaphore(_AT_ONCE)
            await asyncio.gather(
                self._link(client, ADMINISTRATOR, first), *(self._add_and_join(client, each, turns) for each in others)
            )

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.gateway_url, timeout=30, trust_env=False, verify=False)

    async def _add_busy_entries(self, client: httpx.AsyncClient, now: datetime) -> None:
        for account in LOGINS:
            for entry in busy_entries(account, now):
                await self._inspect(client, f"{account.calendar}/events", entry)
        wanted = {"account": ADMINISTRATOR.email, "summary": PRIVATE_CALENDAR}
        private = await self._inspect(client, "google/calendars", wanted)
        await self._inspect(client, "google/events", private_entry(private, now))

    async def _inspect(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> str:
        """The id of what was made; the sandbox answers 200 to whatever is asked."""
        made = _expect(await client.post(f"{self.sandbox_url}/inspect/{path}", json=body))
        if "id" not in made.json():
            raise SeedFailed(made)
        return str(made.json()["id"])

    async def _set_up(self, client: httpx.AsyncClient) -> None:
        first = ADMINISTRATOR
        admin = {"name": first.name, "kana": first.kana, "email": first.email, "password": first.password}
        body = {"code": self.setup_code, "organization": ORGANIZATION, "admin": admin}
        _expect(await client.post("/api/v1/setup", json=body))

    async def _add_and_join(self, client: httpx.AsyncClient, account: Account, turns: asyncio.Semaphore) -> None:
        async with turns:
            _expect(
                await client.post(
                    "/api/v1/staff",
                    json={
                        "name": account.name,
                        "kana": account.kana,
                        "email": account.email,
                        "password": account.password,
                        "role": account.role,
                        "zoom_user": account.email,
                    },
                )
            )
        await self._join(account, turns)

    async def _join(self, account: Account, turns: asyncio.Semaphore) -> None:
        async with turns, self._client() as client:
            await self._link(client, account, await self._sign_in(client, account))

    async def _link(self, client: httpx.AsyncClient, account: Account, staff_id: str) -> None:
        """Connect the calendar and Zoom of whoever is signed in, the way a browser does."""
        for provider in (account.calendar, "zoom"):
            _expect(await connect(client, provider, account.email))
        await self._until_connected(client, account)
        await self._until_fresh(client, staff_id)

    async def _sign_in(self, client: httpx.AsyncClient, account: Account) -> str:
        login = {"email": account.email, "password": account.password}
        session = _expect(await client.post("/api/v1/sessions", json=login)).json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        return str(session["staff"]["id"])

    async def _until_connected(self, client: httpx.AsyncClient, account: Account) -> None:
        wanted = {account.calendar, "zoom"}
        async with asyncio.timeout(_UNTIL_FRESH_SECONDS):
            while True:
                items = (await self._poll(client, "/api/v1/connections"))["items"]
                if wanted <= {item["provider"] for item in items if item["status"] == "connected"}:
                    return
                await asyncio.sleep(_POLL_SECONDS)

    async def _until_fresh(self, client: httpx.AsyncClient, staff_id: str) -> None:
        now = datetime.now().astimezone()
        asked = {
            "staff_ids": staff_id,
            "from": now.isoformat(timespec="seconds"),
            "to": (now + timedelta(days=7)).isoformat(timespec="seconds"),
        }
        async with asyncio.timeout(_UNTIL_FRESH_SECONDS):
            while True:
                (item,) = (await self._poll(client, "/api/v1/calendar", asked))["items"]
                if item["status"] == "fresh":
                    return
                await asyncio.sleep(_POLL_SECONDS)

    async def _poll(self, client: httpx.AsyncClient, path: str, asked: dict[str, str] | None = None) -> dict[str, Any]:
        """An answer; a service that is just too busy to give one is asked again."""
        while (answer := await client.get(path, params=asked)).status_code == httpx.codes.SERVICE_UNAVAILABLE:
            await asyncio.sleep(_POLL_SECONDS)
        found: dict[str, Any] = _expect(answer).json()
        return found


def _expect(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise SeedFailed(answer)
    return answer
