"""Each Zoom connection is proved under its own token; one that Zoom refuses is named (X7, G19)."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from services.zoom_issuer.doctor import examine_connections, examine_zoom
from services.zoom_issuer.settings import Settings
from shared.doctor.findings import State
from tests.builders import BUS_KEYS, DATA_KEYS
from tests.infrastructure.broker import Broker
from tests.integration.zoom_issuer.conftest import World
from tests.waiting import eventually


@pytest.fixture
def settings(world: World, emptied_broker: Broker, database_url: str) -> Settings:
    """As the running service has them."""
    sandbox = str(world.outside.base_url).rstrip("/")
    return Settings(
        amqp_url=SecretStr(emptied_broker.url("zoom_issuer")),
        mongo_url=SecretStr(database_url),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        zoom_client_id="demo-zoom-client",
        zoom_client_secret=SecretStr("demo-zoom-secret"),
        zoom_oauth_url=f"{sandbox}/zoom/oauth",
        zoom_api_url=f"{sandbox}/zoom/v2",
        zoom_timeout=timedelta(seconds=8),
    )


async def test_a_connection_that_answers_is_counted(world: World, settings: Settings) -> None:
    (nobody,) = await examine_connections(settings)
    assert nobody.state is State.NOTE
    await world.connect()
    (one,) = await examine_connections(settings)
    assert (one.state, one.found) == (State.OK, "1 of 1 with Zoom answer")


async def test_g19_a_grant_that_was_revoked_is_found_and_its_owner_hears_of_it(
    world: World, settings: Settings
) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "kind": "revoke_tokens"})
    (finding,) = await examine_connections(settings)
    assert finding.state is State.WRONG
    assert finding.found.startswith("Zoom, t…@example.jp (stf_taro): ")
    assert "connects again" in finding.advice
    await eventually(lambda: world.bus.of("zoom_issuer.zoom_disconnected.v1"))


async def test_g20_looking_counts_against_no_budget(world: World, settings: Settings) -> None:
    await world.connect()
    await examine_connections(settings)
    calls = (await world.outside.get("/inspect/calls")).json()["items"]
    assert not [call for call in calls if call["method"] in ("POST", "PATCH") and "/v2/" in call["path"]]


async def test_g17_zoom_being_down_breaks_no_connection(world: World, settings: Settings) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "path": "/v2/.*", "kind": "status", "status": 503})
    (finding,) = await examine_connections(settings)
    assert (finding.state, "no answer" in finding.found) == (State.WRONG, True)
    await world.faults()
    (again,) = await examine_connections(settings)
    assert again.state is State.OK


async def test_zoom_is_reached_and_missing_webhooks_are_noted(world: World, settings: Settings) -> None:
    found = await examine_zoom(settings)
    assert [one.state for one in found if one.what == "zoom"] == [State.OK, State.NOTE]
