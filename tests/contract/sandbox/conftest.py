"""Google's client over plain HTTP, and people signed in at the sandbox's Microsoft, whose client is imported late: that
alone takes a second.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.infrastructure.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.contract.sandbox.graph_client import GraphUser, Rerouted


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Google's library wants to be told before it signs in without TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


@pytest.fixture
def msal_transport(sandbox: Sandbox) -> Iterator["Rerouted"]:
    from tests.contract.sandbox.graph_client import Rerouted

    transport = Rerouted(sandbox.base_url)
    yield transport
    transport.close()


@asynccontextmanager
async def _signed_in(sandbox: Sandbox, transport: "Rerouted", email: str) -> AsyncIterator["GraphUser"]:
    from tests.contract.sandbox.graph_client import GraphUser, msal_app, sign_in

    token = sign_in(sandbox.base_url, email, msal_app(sandbox.base_url, transport))["access_token"]
    user = GraphUser(sandbox.base_url, email, token)
    yield user
    await user.aclose()
    assert user.exchanges.violations() == []


@pytest.fixture
async def graph_user(sandbox: Sandbox, msal_transport: "Rerouted") -> AsyncIterator["GraphUser"]:
    async with _signed_in(sandbox, msal_transport, "staff002@example.jp") as user:
        yield user


@pytest.fixture
async def graph_colleague(sandbox: Sandbox, msal_transport: "Rerouted") -> AsyncIterator["GraphUser"]:
    async with _signed_in(sandbox, msal_transport, "staff004@example.jp") as user:
        yield user


@pytest.fixture
async def graph_hand(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """``/inspect`` of the sandbox; Microsoft's settings are put back afterwards."""
    async with httpx.AsyncClient(base_url=sandbox.base_url, trust_env=False) as client:
        yield client
        usual = {"duplicate_transaction": "400", "service_time_s": 0}
        await client.put("/inspect/microsoft/settings", json=usual)
