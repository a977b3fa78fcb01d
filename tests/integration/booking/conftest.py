"""Booking on a real mongod, without a broker: what it would publish stands in the outboxes."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.demo.mongodb import MongoDB
from shared import clock
from tests.infrastructure.database import own_database
from tests.integration.booking.paying import Till, a_shop
from tests.integration.booking.world import World, emptied, opened


@pytest.fixture(scope="session")
async def booking_url(mongod: MongoDB) -> AsyncIterator[str]:
    """One database for all these tests: its indexes are made once."""
    async with own_database(mongod) as url:
        yield url


@pytest.fixture
async def world(booking_url: str) -> AsyncIterator[World]:
    """An organization in Asia/Tokyo with 山田 and 佐藤, both with Zoom and a calendar that was read just now."""
    await emptied(booking_url)
    async with opened(booking_url) as world:
        yield world


@pytest.fixture
async def till(booking_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """The same organization, and Stripe as the sandbox plays it (H13)."""
    async with a_shop(booking_url, tmp_path, monkeypatch.setenv) as till:
        yield till


@pytest.fixture
async def second_world(world: World, booking_url: str) -> AsyncIterator[World]:
    """Another process on the same database."""
    async with opened(booking_url, seeded=False) as second:
        yield second


Forward = Callable[[timedelta], None]


@pytest.fixture
def forward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forward]:
    """Moves the system's clock."""
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(tmp_path / "clock.json"))
    clock.set_offset(timedelta(0))
    yield lambda by: clock.set_offset(clock.offset() + by)
    clock.set_offset(timedelta(0))
