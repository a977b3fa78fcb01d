"""A priced page and the sandbox's Stripe, over real HTTP, for booking's tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.contract.sandbox.listener import Listener, listening
from tests.infrastructure.sandbox import running_sandbox
from tests.integration.booking.page_requests import a_page, book
from tests.integration.booking.world import World, emptied, in_tokyo, opened
from tests.waiting import eventually

SECRET = "whsec_tests"
RECORDED = "booking.payment_recorded.v1"
CONFIRMED, CANCELED = "booking.appointment_confirmed.v1", "booking.appointment_canceled.v1"
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

    async def forward(self, by: timedelta) -> None:
        await self.outside.post("/inspect/clock", json={"advance": by.total_seconds()})

    async def events(self) -> list[str]:
        """Which others follow."""
        said = [event.type.removeprefix("chosei.") for event in await self.world.published()]
        return [one for one in said if one != RECORDED]

    async def steps(self, booked: dict[str, Any]) -> list[str]:
        """As the timeline tells them."""
        return [event.data.step for event in await self.world.published(RECORDED) if event.subject == booked["id"]]

    async def confirmed(self, **price: Any) -> dict[str, Any]:
        """Booked and paid."""
        booked = await self.booked(await self.page(price=PRICE | price))
        await self.pay(booked, notify=False)
        await self.forward(timedelta(minutes=1))
        await self.reaches(booked, "confirmed", "paid")
        return booked

    async def reaches(self, booked: dict[str, Any], status: str, payment: str) -> None:
        """Of the appointment and of its payment, by what is due."""

        async def reached() -> bool:
            await self.world.due.run_due()
            return await self.state(booked) == (status, payment)

        await eventually(reached)


def paying(sandbox_url: str) -> dict[str, Any]:
    """Settings of booking."""
    return {
        "stripe_api_url": f"{sandbox_url}/stripe",
        "stripe_secret_key": "sk_test_chosei",
        "stripe_webhook_secret": SECRET,
    }


@asynccontextmanager
async def a_shop(booking_url: str, folder: Path, say_clock: Callable[[str, str], None]) -> AsyncIterator[Till]:
    """With a sandbox of its own; it and booking share a clock, which ``say_clock`` puts into the environment."""
    await emptied(booking_url)
    async with running_sandbox(folder, []) as sandbox:
        say_clock("CHOSEI_CLOCK_FILE", str(sandbox.clock_file))
        async with opened(booking_url, **paying(sandbox.base_url)) as world, a_till(world, sandbox.base_url) as till:
            yield till


@asynccontextmanager
async def a_till(world: World, sandbox_url: str) -> AsyncIterator[Till]:
    async with (
        listening() as hooks,
        httpx.AsyncClient(base_url=sandbox_url, trust_env=False) as outside,
    ):
        wish = {"url": hooks.url, "secret": SECRET, "retry_after_s": [0.1]}
        await outside.put("/inspect/stripe/webhook", json=wish)
        yield Till(world, outside, hooks)
