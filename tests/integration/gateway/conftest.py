"""One gateway for all of these tests; what a test changes behind it is set back."""

from collections.abc import AsyncIterator

import pytest

from deploy.demo.mongodb import MongoDB
from deploy.rabbitmq.definitions import LADDER
from services.gateway.edge import windows
from tests.infrastructure.broker import Broker, own_vhost
from tests.infrastructure.database import own_database
from tests.integration.gateway.installation import Installation, installed


@pytest.fixture(scope="session")
async def gateway_broker(broker: Broker) -> AsyncIterator[Broker]:
    async with own_vhost(broker, LADDER) as made:
        yield made


@pytest.fixture(scope="session")
async def shared_gateway(mongod: MongoDB, gateway_broker: Broker) -> AsyncIterator[Installation]:
    async with own_database(mongod) as url, installed(url, gateway_broker.url("gateway")) as made:
        yield made


@pytest.fixture
async def gateway(shared_gateway: Installation) -> AsyncIterator[Installation]:
    shared_gateway.services.reset()
    found = await shared_gateway.relied_on()
    yield shared_gateway
    assert await shared_gateway.relied_on() == found, "other tests rely on this"


@pytest.fixture
def long_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of a minute count by the hour, so that hardly a test counts across the end of one."""
    monkeypatch.setattr(windows, "SECONDS", 3600)
