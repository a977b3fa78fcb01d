"""Access tokens and grants when several things happen to a connection at once (G19, R1, R3)."""

import asyncio
from datetime import timedelta

import pytest

from services.zoom_issuer.store.connections import AccountClaimed, ConnectionStatus
from shared.contracts.zoom_issuer import EndOfConnection, ZoomDisconnected
from shared.oauth import Grant
from shared.providers import CredentialRevoked
from tests.builders import an_event
from tests.integration.zoom_issuer.workshop import HANA, TARO, Workshop, a_grant
from tests.waiting import eventually


async def test_g19_a_reconnect_during_a_renewal_is_not_broken_by_the_old_grants_end(shop: Workshop) -> None:
    async def reconnects_meanwhile(refresh_token: str) -> Grant:
        await shop.connect(a_grant("second"))
        raise CredentialRevoked("zoom: invalid_grant")

    made = await shop.connect(a_grant("first", timedelta(0)))
    shop.endpoint.renewal = reconnects_meanwhile
    token = await shop.tokens.of(made.connection_id)
    assert token.text == "access-second"
    now = await shop.connections.get(made.connection_id)
    assert now is not None
    assert now.status is ConnectionStatus.CONNECTED
    assert shop.ear.of("zoom_disconnected") == []


async def test_g19_a_dead_grant_is_told_once_however_many_ask(shop: Workshop) -> None:
    async def dead(refresh_token: str) -> Grant:
        raise CredentialRevoked("zoom: invalid_grant")

    made = await shop.connect(a_grant("first", timedelta(0)))
    shop.endpoint.renewal = dead
    answers = await asyncio.gather(*(shop.tokens.of(made.connection_id) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(answer, CredentialRevoked) for answer in answers)
    assert [ended["reason"] for ended in shop.ear.of("zoom_disconnected")] == ["broken"]


async def test_g19_a_caller_who_goes_away_does_not_lose_the_rotated_token(shop: Workshop) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(refresh_token: str) -> Grant:
        asked.set()
        await answer.wait()
        return a_grant("second")

    made = await shop.connect(a_grant("first", timedelta(0)))
    shop.endpoint.renewal = slow
    caller = asyncio.create_task(shop.tokens.of(made.connection_id))
    await asked.wait()
    caller.cancel()
    answer.set()

    async def kept() -> bool:
        now = await shop.connections.get(made.connection_id)
        return now is not None and shop.connections.refresh_token(now) == "refresh-second"

    await eventually(kept)


async def test_g19_a_failed_renewal_gives_back_its_own_lease_and_nobody_elses(shop: Workshop) -> None:
    made = await shop.connect(a_grant("first", timedelta(0)))
    assert await shop.connections.claim_renewal(made, "mine")
    await shop.connections.give_back_renewal(made, "another")
    assert not await shop.connections.claim_renewal(made, "another")
    await shop.connections.give_back_renewal(made, "mine")
    assert await shop.connections.claim_renewal(made, "another")


async def test_r1_a_grant_renewed_while_its_person_disconnects_is_ended_at_zoom(shop: Workshop) -> None:
    async def disconnects_meanwhile(refresh_token: str) -> Grant:
        await shop.connections.end(
            made, ConnectionStatus.DISCONNECTED, "", lambda version: an_event(ended, subject=TARO)
        )
        return a_grant("second")

    ended = ZoomDisconnected(staff_id=TARO, reason=EndOfConnection.DISCONNECTED)

    made = await shop.connect(a_grant("first", timedelta(0)))
    shop.endpoint.renewal = disconnects_meanwhile
    with pytest.raises(CredentialRevoked):
        await shop.tokens.of(made.connection_id)
    assert shop.endpoint.dropped == ["refresh-second"]


async def test_r3_two_attempts_of_one_person_at_once_do_not_take_the_account_from_each_other(shop: Workshop) -> None:
    made = await asyncio.gather(*(shop.connect(a_grant(str(number))) for number in range(6)))
    assert len({one.connection_id for one in made}) == 1
    with pytest.raises(AccountClaimed):
        await shop.connect(staff_id=HANA, account="zoom-user-of-stf_taro")
