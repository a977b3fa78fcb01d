"""A demo whose administrator has connected Google with rooms."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.e2e.conftest import HASTY
from tests.e2e.pages.conftest import ADMIN, People
from tests.infrastructure.demo import start_demo
from tests.waiting import eventually


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

        await eventually(ready)


@pytest.fixture(scope="module")
async def keeper(browser: Browser) -> AsyncIterator[Keeper]:
    asked = {"CHOSEI_DEMO_SETTINGS": HASTY}
    async with start_demo(environment=asked) as demo, demo.at_gateway() as api, demo.at_sandbox() as outside:
        login = {"email": ADMIN, "password": dict(demo.logins)[ADMIN]}
        api.headers["authorization"] = f"Bearer {(await api.post('/api/v1/sessions', json=login)).json()['token']}"
        made = Keeper(People(demo, browser, api), api, outside)
        await made.connect_with_rooms()
        yield made


@pytest.fixture(autouse=True)
async def quiet_browsers(keeper: Keeper) -> AsyncIterator[None]:
    keeper.people.complaints.clear()
    yield
    while keeper.people.contexts:
        await keeper.people.contexts.pop().close()
    assert keeper.people.complaints == []
