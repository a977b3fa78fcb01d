"""A demo whose administrator has connected Google with rooms."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Page, async_playwright

from tests.e2e.pages.conftest import CHROMIUM, FLAGS, People
from tests.infrastructure.demo import start_demo
from tests.waiting import eventually

ADMIN = "admin@example.jp"


class Keeper:
    """The administrator, in a browser and by the API; ``outside`` acts at the provider."""

    def __init__(self, people: People, api: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
        self.people = people
        self.api = api
        self.outside = outside

    async def form(self, width: str = "desktop", *, language: str = "ja") -> Page:
        page = await self.people.staff(width, language=language, email=ADMIN)  # type: ignore[arg-type]
        await page.goto("/proposals/new")
        return page

    async def choose(self, *names: str) -> None:
        items = (await self.api.get("/api/v1/buildings")).json()["items"]
        ids = [item["id"] for item in items if item["name"] in names]
        (await self.api.put("/api/v1/me/buildings", json={"building_ids": ids})).raise_for_status()

    async def connect_with_rooms(self) -> None:
        begun = (await self.api.post("/api/v1/connections/google/authorize", json={"rooms": True})).json()
        consent = await self.outside.post(begun["authorize_url"], data={"account": ADMIN, "decision": "allow"})
        await self.api.get(consent.headers["location"], follow_redirects=True)

        async def ready() -> bool:
            return bool((await self.api.get("/api/v1/buildings")).json()["status"] == "ready")

        await eventually(ready, timeout=30)


@pytest.fixture(scope="module")
async def keeper() -> AsyncIterator[Keeper]:
    async with async_playwright() as playwright, start_demo() as demo:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        async with (
            httpx.AsyncClient(base_url=demo.gateway_url, timeout=20, trust_env=False) as api,
            httpx.AsyncClient(base_url=demo.sandbox_url, timeout=20, trust_env=False) as outside,
        ):
            login = {"email": ADMIN, "password": dict(demo.logins)[ADMIN]}
            api.headers["authorization"] = f"Bearer {(await api.post('/api/v1/sessions', json=login)).json()['token']}"
            made = Keeper(People(demo, browser, api), api, outside)
            await made.connect_with_rooms()
            yield made
        await browser.close()


@pytest.fixture(autouse=True)
async def quiet_browsers(keeper: Keeper) -> AsyncIterator[None]:
    keeper.people.complaints.clear()
    yield
    while keeper.people.contexts:
        await keeper.people.contexts.pop().close()
    assert keeper.people.complaints == []
