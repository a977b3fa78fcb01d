"""A priced page and the sandbox's Stripe, over real HTTP, for booking's tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract.sandbox.listener import Listener, listening
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.world import World, in_tokyo
from tests.waiting import eventually

SECRET = "whsec_tests"
PRICE = {"amount": 5500, "currency": "jpy"}


@dataclass
class Till:
    """What a test acts on. ``hooks`` takes what Stripe posts; ``deliver`` hands it on as the gateway does."""

    world: World
    outside: httpx.AsyncClient
    hooks: Listener

    async def page(self, **changes: Any) -> dict[str, Any]:
        return await a_page(self.world, **{"price": PRICE, **changes})

    async def book(self, page: dict[str, Any], day: int = 2, **changes: Any) -> httpx.Response:
        return await book(self.world, page, in_tokyo(day, 10).isoformat(), **changes)

    async def booked(self, page: dict[str, Any] | None = None, day: int = 2) -> dict[str, Any]:
        answer = await self.book(page or await self.page(), day)
        assert answer.status_code == 202, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def items(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.outside.get(f"/inspect/stripe/{what}")).json()["items"]
        return found

    async def pay(self, booked: dict[str, Any], **act: Any) -> dict[str, Any]:
        session = booked["checkout_url"].rpartition("/")[2]
        answer = await self.outside.post(f"/inspect/stripe/sessions/{session}/pay", json=act)
        assert answer.status_code == 200, answer.text
        paid: dict[str, Any] = answer.json()
        return paid

    async def deliver(self, *posts: Any) -> list[int]:
        statuses = []
        for posted in posts or self.hooks.posts:
            told = {"headers": posted.headers, "body": posted.body.decode(), "query": {}}
            answer = await self.world.client.post("/internal/notifications/stripe", json=told)
            statuses.append(int(answer.json()["status"]))
        return statuses

    async def guest(self, method: str, booked: dict[str, Any], path: str = "", body: Any = None) -> dict[str, Any]:
        token = booked["manage_url"].rpartition("/")[2]
        answer = await self.world.client.request(
            method, f"/internal/guest/appointment{path}", json=body, headers={"x-guest-token": token}
        )
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def faults(self, *rules: dict[str, Any]) -> None:
        wanted = [{"provider": "stripe", **rule} for rule in rules]
        answer = await self.outside.put("/inspect/faults", json={"rules": wanted})
        assert answer.status_code == 200, answer.text

    async def state(self, booked: dict[str, Any]) -> tuple[str, str]:
        shown = await self.guest("GET", booked)
        return shown["status"], shown["payment"]["status"]

    async def reaches(self, booked: dict[str, Any], status: str, payment: str) -> None:
        """Of the appointment and of its payment, by what is due."""

        async def reached() -> bool:
            await self.world.due.run_due()
            return await self.state(booked) == (status, payment)

        await eventually(reached)


@asynccontextmanager
async def a_till(world: World, sandbox_url: str) -> AsyncIterator[Till]:
    async with (
        listening() as hooks,
        httpx.AsyncClient(base_url=sandbox_url, trust_env=False) as outside,
    ):
        wish = {"url": hooks.url, "secret": SECRET, "retry_after_s": [0.1]}
        await outside.put("/inspect/stripe/webhook", json=wish)
        yield Till(world, outside, hooks)
