"""``make demo`` keeps what its documentation says: what it prints, what it seeds, what comes back, what it leaves."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from deploy.demo.layout import REPOSITORY, Layout
from tests.infrastructure.demo import RunningDemo, free_layout
from tests.waiting import eventually

EMAILS = {"admin@example.jp", "taro@example.jp"}


async def command(layout: Layout, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run the demo's command to its end: its output is read until nobody holds it any more."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CHOSEI_")},
        "CHOSEI_GATEWAY_PORT": str(layout.gateway_port),
        "CHOSEI_SANDBOX_PORT": str(layout.sandbox_port),
        **settings,
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.demo", *arguments),
        cwd=REPOSITORY,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(300):
        output, _ = await child.communicate()
    return child.returncode or 0, output.decode()


def processes_in(folder: Path) -> list[str]:
    """Command lines of all processes that name this folder or run in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text().replace("\0", " ")
            if str(folder) in line or str(folder) in (process / "environ").read_text(errors="replace"):
                found.append(line)
        except OSError:
            continue
    return found


@asynccontextmanager
async def signed_in(demo: RunningDemo, email: str) -> AsyncIterator[httpx.AsyncClient]:
    login = {"email": email, "password": dict(demo.logins)[email]}
    async with demo.at_gateway() as client:
        session = (await client.post("/api/v1/sessions", json=login)).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        yield client


@pytest.fixture(scope="module")
async def demo() -> AsyncIterator[RunningDemo]:
    """One that nobody has used yet, as ``make demo DETACH=1`` starts it."""
    layout = free_layout()
    try:
        code, output = await command(layout, DETACH="1")
        assert code == 0, output
        assert output.splitlines() == RunningDemo(layout).state.announcement
        yield RunningDemo(layout)
    finally:
        await command(layout, "stop")


@pytest.fixture
async def admin(demo: RunningDemo) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(demo, "admin@example.jp") as client:
        yield client


def test_it_prints_the_documented_lines(demo: RunningDemo) -> None:
    lines = demo.state.announcement
    assert f"gateway {demo.gateway_url}" in lines
    assert f"sandbox {demo.sandbox_url}" in lines
    assert f"mailbox {demo.sandbox_url}/mailbox" in lines
    assert [line for line in lines if line.startswith("login ")] == [
        "login admin@example.jp / demo-admin",
        "login taro@example.jp / demo-taro",
    ]
    assert lines[-1] == "ready"


async def test_it_seeds_the_organization_and_exactly_two_staff(admin: httpx.AsyncClient) -> None:
    organization = (await admin.get("/api/v1/organization")).json()
    staff = (await admin.get("/api/v1/staff")).json()["items"]
    assert (organization["name"], organization["time_zone"], organization["locale"]) == (
        "株式会社サンプル",
        "Asia/Tokyo",
        "ja",
    )
    assert {person["email"] for person in staff} == EMAILS


@pytest.mark.parametrize(("email", "calendar"), [("admin@example.jp", "google"), ("taro@example.jp", "microsoft")])
async def test_each_login_has_a_calendar_with_busy_time_and_zoom(demo: RunningDemo, email: str, calendar: str) -> None:
    now = datetime.now().astimezone()
    async with signed_in(demo, email) as client:
        connections = (await client.get("/api/v1/connections")).json()["items"]
        me = (await client.get("/api/v1/me")).json()
        asked = {"staff_ids": me["id"], "from": now.isoformat(), "to": (now + timedelta(days=7)).isoformat()}
        (item,) = (await client.get("/api/v1/calendar", params=asked)).json()["items"]
    assert {c["provider"] for c in connections if c["status"] == "connected"} == {calendar, "zoom"}
    assert item["status"] == "fresh"
    assert len(item["busy"]) == 4


async def test_g27_a_killed_service_comes_back(demo: RunningDemo) -> None:
    before = demo.pid("notifier")
    await demo.kill("notifier")
    await eventually(lambda: demo.pid("notifier") != before)
    await demo.ready("notifier")


async def test_g27_services_find_restarted_stores_again(demo: RunningDemo) -> None:
    await demo.restart("mongod")
    await demo.restart("rabbitmq")
    for service in ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler", "gateway"):
        await demo.ready(service)


async def test_stopped_it_leaves_nothing_and_kept_data_is_there_again(demo: RunningDemo) -> None:
    """The last: it takes the others' demo away."""
    layout = demo.layout
    again, complaint = await command(layout, DETACH="1")
    assert (again, "already" in complaint) == (1, True)
    async with signed_in(demo, "taro@example.jp") as taro:
        first = (await taro.get("/api/v1/me")).json()["id"]
    assert await command(layout, "stop") == (0, "stopped\n")
    assert layout.taken_ports() == []
    assert processes_in(layout.folder) == []
    code, output = await command(layout, DETACH="1", CHOSEI_KEEP="1")
    assert code == 0, output
    async with signed_in(demo, "taro@example.jp") as taro:
        second = (await taro.get("/api/v1/me")).json()["id"]
        mine = (await taro.get("/api/v1/connections")).json()["items"]
    assert first == second
    assert {item["status"] for item in mine if item["provider"] in {"microsoft", "zoom"}} == {"connected"}
