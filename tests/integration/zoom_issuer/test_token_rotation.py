"""Access tokens under fifty who ask at once, and a kill at every step of the rotation (E9, G19)."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.zoom_issuer.store.connections import Connections, ConnectionStatus
from services.zoom_issuer.usecases.access_tokens import AccessTokens, Endpoints
from shared import clock
from shared.crypto import KeyRing
from shared.oauth import Grant
from shared.providers import CredentialRevoked
from tests.builders import DATA_KEYS
from tests.infrastructure.database import opened_database
from tests.integration.zoom_issuer.workshop import Ear, Workshop, a_grant, wanted


@dataclass
class Rotating:
    """Zoom's token endpoint: each refresh token works once."""

    valid: str = "refresh-first"
    renewed: list[str] = field(default_factory=list)

    async def renew(self, refresh_token: str) -> Grant:
        await asyncio.sleep(0)
        if refresh_token != self.valid:
            raise CredentialRevoked("zoom: invalid_grant")
        self.renewed.append(refresh_token)
        grant = a_grant(f"renewed-{len(self.renewed)}")
        self.valid = grant.refresh_token or ""
        return grant


async def dead_worker_holds_the_lease(shop: Workshop, connection_id: str) -> None:
    """Killed after it claimed the renewal; its lease has run out."""
    seen = await shop.connections.get(connection_id)
    assert seen is not None
    assert await shop.connections.claim_renewal(seen, "rnw_dead")
    over = clock.real_now() - timedelta(seconds=1)
    await shop.connections.rows.update_one({"_id": connection_id}, {"$set": {"renewal.until": over}})


async def test_g19_fifty_askers_in_five_replicas_make_one_renewal(shop: Workshop, database_url: str) -> None:
    zoom = Rotating()
    made = await shop.connect(a_grant("first", timedelta(0)))
    async with AsyncExitStack() as stack:
        replicas = []
        for _ in range(5):
            database = await stack.enter_async_context(opened_database(database_url))
            endpoint: Any = zoom
            relay: Any = Ear()
            endpoints = Endpoints(endpoint, endpoint, lambda *_, one=endpoint: one)
            replicas.append(AccessTokens(Connections(database, KeyRing.parse(DATA_KEYS)), endpoints, relay))
        asked = [replica.of(made.connection_id) for replica in replicas for _ in range(10)]
        tokens = await asyncio.gather(*asked)
    assert {token.text for token in tokens} == {"access-renewed-1"}
    assert zoom.renewed == ["refresh-first"]
    kept = await shop.connections.get(made.connection_id)
    assert kept is not None
    assert shop.connections.refresh_token(kept) == zoom.valid


async def test_g19_a_worker_killed_before_it_asked_costs_nothing(shop: Workshop) -> None:
    zoom = Rotating()
    shop.endpoint.renewal = zoom.renew
    made = await shop.connect(a_grant("first", timedelta(0)))
    await dead_worker_holds_the_lease(shop, made.connection_id)
    assert (await shop.tokens.of(made.connection_id)).text == "access-renewed-1"


async def test_g19_a_worker_killed_after_the_commit_costs_nothing(shop: Workshop) -> None:
    zoom = Rotating()
    made = await shop.connect(a_grant("first", timedelta(0)))
    assert await shop.connections.renewed(made, await zoom.renew("refresh-first"))
    shop.endpoint.renewal = zoom.renew
    assert (await shop.tokens.of(made.connection_id)).text == "access-renewed-1"
    assert len(zoom.renewed) == 1


async def test_g19_an_answer_lost_between_zoom_and_the_commit_costs_a_reconnect_and_no_work(shop: Workshop) -> None:
    """Zoom has rotated and nobody has the new token: the person connects again, all that waited drains."""
    zoom = Rotating()
    made = await shop.connect(a_grant("first", timedelta(0)))
    await zoom.renew("refresh-first")  # answered to nobody
    await dead_worker_holds_the_lease(shop, made.connection_id)
    shop.endpoint.renewal = zoom.renew
    await shop.want(wanted())
    await shop.work()
    now = await shop.connections.get(made.connection_id)
    assert now is not None
    assert now.status is ConnectionStatus.BROKEN
    assert len(shop.ear.of("zoom_disconnected")) == 1
    await shop.connect(a_grant("second"))
    await shop.work()
    assert len(shop.ear.of("meeting_issued")) == 1
