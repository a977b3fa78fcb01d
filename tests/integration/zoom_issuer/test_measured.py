"""What is counted of links to Zoom (G17, G19)."""

from services.zoom_issuer.store.connections import Connections
from services.zoom_issuer.store.freezes import Freezes
from services.zoom_issuer.usecases.measure_health import MeasureHealth
from shared.crypto import KeyRing
from shared.mongo import Database
from shared.observability.metrics import REGISTRY
from tests.builders import DATA_KEYS


async def test_g19_links_are_counted_by_state(database: Database) -> None:
    states = ["connected", "broken", "broken", "disconnected"]
    rows = [{"_id": n, "staff_id": f"stf_{n}", "status": state} for n, state in enumerate(states)]
    await database["connections"].insert_many(rows)
    await MeasureHealth(Connections(database, KeyRing.parse(DATA_KEYS)), Freezes(database))()
    found = {
        state: REGISTRY.get_sample_value("chosei_connections", {"provider": "zoom", "state": state})
        for state in ("connected", "broken")
    }
    assert found == {"connected": 1, "broken": 2}
