"""What is counted of links and calendars, and that each count goes by an index (G3, G17, G19)."""

from datetime import timedelta
from typing import Any, cast

import pytest

from services.calendar_sync.store.connections import INDEXES, Connections
from services.calendar_sync.store.mirrors import INDEXES as MIRROR_INDEXES
from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.usecases.measure_health import MeasureHealth
from shared import clock, mongo
from shared.crypto import KeyRing
from shared.migrations import make_indexes
from shared.observability.metrics import REGISTRY
from tests.builders import DATA_KEYS


@pytest.fixture
async def database(database: mongo.Database) -> mongo.Database:
    await make_indexes({database["connections"]: INDEXES, database["mirrors"]: MIRROR_INDEXES})
    return database


@pytest.fixture
def measure(database: mongo.Database) -> MeasureHealth:
    ring = KeyRing.parse(DATA_KEYS)
    mirrors = Mirrors(database.client, database["mirrors"], database["mirror_entries"], ring)
    connections = Connections(database["connections"], ring, cast(Any, None))
    return MeasureHealth(connections, mirrors, stale_after=timedelta(minutes=15))


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_g19_links_are_counted_by_provider_and_state(measure: MeasureHealth, database: mongo.Database) -> None:
    states = ["connected", "connected", "broken", "disconnected"]
    rows = [{"_id": f"stf_{n}.google", "provider": "google", "status": state} for n, state in enumerate(states)]
    frozen = {"_id": "stf_9.microsoft", "provider": "microsoft", "status": "broken", "frozen": {"at": clock.now()}}
    await database["connections"].insert_many([*rows, frozen])
    await measure()
    found = {
        (provider, state): shown("chosei_connections", provider=provider, state=state)
        for provider in ("google", "microsoft")
        for state in ("connected", "broken")
    }
    assert found == {
        ("google", "connected"): 2,
        ("google", "broken"): 1,
        ("microsoft", "connected"): 0,
        ("microsoft", "broken"): 1,
    }
    assert shown("chosei_frozen_connections") == 1
    await database["connections"].delete_many({})
    await measure()
    assert shown("chosei_connections", provider="google", state="broken") == 0


async def test_g3_calendars_that_nobody_reads_any_more_are_not_missed(
    measure: MeasureHealth, database: mongo.Database
) -> None:
    now = clock.now()
    long_ago, lately = now - timedelta(minutes=16), now - timedelta(minutes=14)
    await database["mirrors"].insert_many(
        [
            {"_id": "fresh", "due_at": now, "read_at": lately},
            {"_id": "stale", "due_at": now, "read_at": long_ago},
            {"_id": "never read", "due_at": now},
            {"_id": "of a broken link", "read_at": long_ago},
        ]
    )
    await measure()
    assert shown("chosei_stale_calendars") == 2
