"""How these tests are dealt out to workers, and what those of one worker share: a demo, since to start one takes
twenty seconds of a processor, and a browser.
"""

import json
from collections.abc import AsyncIterator
from pathlib import PurePosixPath

import pytest
from playwright.async_api import Browser, async_playwright, expect
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.infrastructure.demo import RunningDemo, start_demo

TOGETHER = ("main_job", "deployment", "zoom")
"""Folders with a demo of their own, which one worker starts once."""
OWN = (*TOGETHER, "rooms", "test_demo.py", "test_first_setup.py")
"""All that have one: first, the longest before the others, so that no worker is left alone with one, and each is gone
before its worker starts the one that the other tests share.
"""
SINGLY = ("test_every_page.py", "test_every_settings_page.py")
"""Long and without a memory: their tests come last and fill up whichever worker is free."""

SETTINGS = {"zoom_issuer": {"CHOSEI_GATHER_QUIET": "PT1S"}, "booking": {"CHOSEI_LOOK_BUDGET": "PT6S"}}
"""Changes are not gathered for long (G20), so that no test waits for them; a calendar that answers late, because the
machine is busy, is waited for all the same (G4).
"""
HASTY = json.dumps(SETTINGS)
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=60_000)
"""As patient as ``eventually``."""


class ByDemo(LoadFileScheduling):
    """What shares a demo of its folder's own stays on one worker; other files are kept whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        if file.parent.name in TOGETHER:
            return str(file.parent)
        return nodeid if file.name in SINGLY else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByDemo | None:
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return ByDemo(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    own = [number for number, name in enumerate(OWN) if name in (item.path.name, item.path.parent.name)]
    return own[0] if own else len(OWN) + (item.path.name in SINGLY)


@pytest.fixture(scope="session")
async def demo() -> AsyncIterator[RunningDemo]:
    """For all who do not move its clock or break it for long."""
    async with start_demo(environment={"CHOSEI_DEMO_SETTINGS": HASTY}) as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        await opened.close()
