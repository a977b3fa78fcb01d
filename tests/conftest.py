"""Fixtures for everyone. Servers start when a test first asks for one: unit tests never do."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.demo.accounts import LOGINS, Account, more_staff
from deploy.demo.mongodb import MongoDB
from shared.messaging.topology import LADDER, Rung
from shared.mongo import Database
from tests.infrastructure.broker import QUICK_LADDER, Broker, kept_vhosts, own_vhost, running_rabbitmq
from tests.infrastructure.database import kept_databases, opened_database, own_database, running_mongod
from tests.infrastructure.demo import RunningDemo, start_demo
from tests.infrastructure.kept import Kept
from tests.infrastructure.routes import make_validators_when_asked
from tests.infrastructure.sandbox import Sandbox, running_sandbox

# How long one example takes depends on what else the machine does; how long a test may take is not its business.
# Where a change is judged the examples are the same for everybody; at the desk each run looks for new ones.
settings.register_profile(
    "chosei", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("chosei")

# Clients of the tests believe nobody: to read all usual certificates takes each of them 30 ms of a processor.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).parent / "infrastructure" / "nobody.pem")

make_validators_when_asked()

_SERVERS = {"mongod", "broker", "sandbox", "new_sandbox", "demo"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a server: ``make check`` leaves it out."""
    for item in items:
        if isinstance(item, pytest.Function) and _SERVERS & set(item.fixturenames):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
async def mongod(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoDB]:
    """A real mongod: replica set of one, authentication on."""
    async with running_mongod(tmp_path_factory.mktemp("mongod")) as running:
        yield running


@pytest.fixture(scope="session")
async def mongo_url(mongod: MongoDB) -> str:
    """The administrator's address of the session's mongod."""
    return mongod.administrator_url()


@pytest.fixture
async def database_url(mongod: MongoDB) -> AsyncIterator[str]:
    """The address of a database of this test's own, its name in the path."""
    async with own_database(mongod) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    async with opened_database(database_url) as database:
        yield database


@pytest.fixture(scope="session")
async def databases(mongod: MongoDB) -> AsyncIterator[Kept[str]]:
    """Those that the tests of a folder use one after the other."""
    async with kept_databases(mongod) as kept:
        yield kept


@pytest.fixture
async def emptied_database_url(
    request: pytest.FixtureRequest, mongod: MongoDB, databases: Kept[str]
) -> AsyncIterator[str]:
    """The address of a database without a document; the folder's service may have made its indexes there before."""
    async with databases.lent(str(request.path.parent)) as name:
        yield mongod.administrator_url(name)


@pytest.fixture(scope="session")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    """A real RabbitMQ with the operator's definitions; tests that declare queues take ``fresh_broker``."""
    async with running_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


@pytest.fixture(scope="session")
async def amqp_url(broker: Broker) -> str:
    """The operator's address of the session's default virtual host."""
    return broker.url()


@pytest.fixture(scope="session")
def virtual_hosts(broker: Broker) -> Kept[Broker]:
    """Those that the tests of a folder use one after the other."""
    return kept_vhosts(broker)


@pytest.fixture
async def emptied_broker(request: pytest.FixtureRequest, virtual_hosts: Kept[Broker]) -> AsyncIterator[Broker]:
    """A virtual host with the real ladder and no message; the folder's service may have declared its queues before."""
    async with virtual_hosts.lent(str(request.path.parent)) as broker:
        yield broker


NewBroker = Callable[[Sequence[Rung]], Awaitable[Broker]]


@pytest.fixture
async def new_broker(broker: Broker) -> AsyncIterator[NewBroker]:
    """Makes virtual hosts with a ladder of the test's choice."""
    async with AsyncExitStack() as stack:

        async def make(ladder: Sequence[Rung]) -> Broker:
            return await stack.enter_async_context(own_vhost(broker, ladder))

        yield make


@pytest.fixture
async def fresh_broker(new_broker: NewBroker) -> Broker:
    """A virtual host of this test's own with the real ladder."""
    return await new_broker(LADDER)


@pytest.fixture
async def quick_broker(new_broker: NewBroker) -> Broker:
    """The same with rungs of 0.2 to 1 s under their usual names."""
    return await new_broker(QUICK_LADDER)


@pytest.fixture(scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """The sandbox with the demo's two accounts and eight more; shared, so clear what you set in it."""
    async with running_sandbox(tmp_path_factory.mktemp("sandbox"), [*LOGINS, *more_staff(8)]) as running:
        yield running


NewSandbox = Callable[[list[Account], Mapping[str, str]], Awaitable[Sandbox]]


@pytest.fixture
async def new_sandbox(tmp_path: Path) -> AsyncIterator[NewSandbox]:
    """Makes sandboxes of the test's own: accounts, and settings such as ``CHOSEI_SANDBOX_LATENCY_S``."""
    async with AsyncExitStack() as stack:

        async def make(accounts: list[Account], environment: Mapping[str, str]) -> Sandbox:
            return await stack.enter_async_context(running_sandbox(tmp_path / "sandbox", accounts, environment))

        yield make


@pytest.fixture(scope="session")
async def demo() -> AsyncIterator[RunningDemo]:
    """The whole demo with its seed; shared by all who look at it from outside."""
    async with start_demo() as running:
        yield running
