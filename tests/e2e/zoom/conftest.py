"""A demo of its own, since these tests use up Zoom users' days and move the clock past their end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import HASTY
from tests.e2e.main_job.conftest import ADMIN, System
from tests.e2e.pages.conftest import People
from tests.infrastructure.demo import start_demo
from tests.waiting import eventually

PASSWORD = "long-enough-1"
KNOWN, UNKNOWN = "jiro@zoom.example", "hanako@zoom.example"
"""Staff of the organization; Zoom knows the first only."""


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


@pytest.fixture(scope="package")
async def account(running_system: System) -> System:
    """The organization has an account of its own, and two members without a link of theirs."""
    system = running_system
    people = {"organization": "sample", "users": [{"email": "boss@zoom.example", "admin": True}, {"email": KNOWN}]}
    (await system.sandbox.post("/inspect/zoom/users", json=people)).raise_for_status()
    credentials = {"client_id": "sample", "client_secret": "secret"}
    made = await system.sandbox.post("/inspect/zoom/apps", json={**credentials, "account": "sample"})
    body = {**credentials, "account_id": made.json()["account"]}
    answer = await system.api.post("/api/v1/zoom-account", json=body, headers=system.headers[ADMIN])
    assert answer.status_code == 200, answer.text
    for email in (KNOWN, UNKNOWN):
        member = {"name": email.partition("@")[0], "email": email, "password": PASSWORD}
        added = await system.api.post("/api/v1/staff", json=member, headers=system.headers[ADMIN])
        assert added.status_code == 201, added.text
        signed_in = await system.api.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
        system.headers[email] = {"authorization": f"Bearer {signed_in.json()['token']}"}
        system.ids[email] = signed_in.json()["staff"]["id"]
    system.api.cookies.clear()

    async def listed() -> bool:
        found = await system.api.get("/api/v1/zoom-users", headers=system.headers[ADMIN])
        return any(one["staff_ids"] == [system.ids[KNOWN]] for one in found.json()["items"])

    await eventually(listed, interval=0.2)
    return system


@pytest.fixture
async def people(system: System, browser: Browser) -> AsyncIterator[People]:
    """Windows on this demo; no page may complain on the console."""
    made = People(system.demo, browser, system.api)
    yield made
    while made.contexts:
        await made.contexts.pop().close()
    assert made.complaints == []
