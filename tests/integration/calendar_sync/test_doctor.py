"""Each calendar connection is proved under its own token; one that the provider refuses is named (X7, G19)."""

from pathlib import Path

import pytest

from services.calendar_sync.doctor import examine_connections, examine_providers
from services.calendar_sync.settings import Settings
from shared.doctor.findings import State
from tests.infrastructure.broker import Broker
from tests.infrastructure.sandbox import Sandbox
from tests.integration.calendar_sync.conftest import World, patiently, rarely_polled, settings_for


@pytest.fixture
def settings(world: World, emptied_broker: Broker, database_url: str) -> Settings:
    """As the running service has them."""
    sandbox = Sandbox(str(world.outside.base_url).rstrip("/"), 0, Path())
    return settings_for(sandbox, emptied_broker, database_url, "http://127.0.0.1:9")


@rarely_polled
async def test_connections_that_answer_are_counted_by_provider(world: World, settings: Settings) -> None:
    (nobody,) = await examine_connections(settings)
    assert nobody.state is State.NOTE
    for staff_id in ("stf_taro", "stf_hana"):
        await world.connect(staff_id)
    found = {one.found for one in await examine_connections(settings)}
    assert found == {"1 of 1 with Google answer", "1 of 1 with Microsoft answer"}


@rarely_polled
async def test_g19_a_grant_that_was_revoked_is_found_and_its_owner_hears_of_it(
    world: World, settings: Settings
) -> None:
    await world.connect("stf_hana")
    await world.faults({"kind": "revoke_tokens", "provider": "google"})
    (finding,) = await examine_connections(settings)
    assert finding.state is State.WRONG
    assert finding.found.startswith("Google, h…@example.jp (stf_hana): ")
    assert "connects again" in finding.advice
    await patiently(lambda: world.bus.of("calendar_sync.calendar_disconnected.v1"))
    (again,) = await examine_connections(settings)
    assert again.found.endswith("broken: its tokens are refused")


@rarely_polled
async def test_g17_a_provider_that_is_down_breaks_no_connection(world: World, settings: Settings) -> None:
    await world.connect("stf_hana")
    await world.faults({"provider": "google", "kind": "status", "status": 503})
    (finding,) = await examine_connections(settings)
    assert (finding.state, "no answer" in finding.found) == (State.WRONG, True)
    assert (await world.connections("stf_hana"))["google"] == "connected"


@rarely_polled
async def test_both_providers_are_reached(world: World, settings: Settings) -> None:
    found = await examine_providers(settings)
    assert [one.state for one in found if one.what in ("google", "microsoft")] == [State.OK, State.OK]
    without = await examine_providers(settings.model_copy(update={"microsoft_client_id": ""}))
    assert [one.state for one in without if one.what == "microsoft"] == [State.NOTE]
