"""Tokens that this process knows are used without asking the store, as long as they are the link's and good (G19)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.store.connections import Connections, Tokens
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.mongo import ConnectionFailure
from shared.oauth import Grant
from shared.providers import CredentialRevoked


class Store:
    """Counts how often it is asked."""

    def __init__(self, kept: Tokens | None) -> None:
        self.kept = kept
        self.asked = 0

    async def tokens(self, _connection_id: str) -> Tokens | None:
        self.asked += 1
        return self.kept


def tokens(access: str, *, link: int = 1, minutes: int = 60) -> Tokens:
    return Tokens(access, "refresh", clock.now() + timedelta(minutes=minutes), 1, link)


CONNECTION = Connection(
    "con_1", "org_1", "stf_1", Provider.GOOGLE, ConnectionStatus.CONNECTED, "a@example.jp", clock.now()
)


def credentials(store: Store) -> Credentials:
    return Credentials(cast(Connections, store), {}, {}, renew_before=timedelta(minutes=5))


async def test_the_store_is_asked_once() -> None:
    store = Store(tokens("first"))
    known, connection = credentials(store), CONNECTION
    assert [await known.token(connection) for _ in range(3)] == ["first"] * 3
    assert store.asked == 1


async def test_another_link_and_a_refused_token_ask_it_again() -> None:
    store = Store(tokens("first"))
    known, connection = credentials(store), CONNECTION
    await known.token(connection)
    store.kept = tokens("second", link=2)
    assert await known.token(replace(connection, link=2)) == "second"
    store.kept = tokens("third", link=2)
    assert await known.token(replace(connection, link=2), "second") == "third"
    assert await known.token(replace(connection, link=2)) == "third"


async def test_a_connection_that_ended_is_forgotten_once_the_store_says_so() -> None:
    store = Store(tokens("first"))
    known, connection = credentials(store), CONNECTION
    await known.token(connection)
    store.kept = None
    for refused in ("first", None):
        with pytest.raises(CredentialRevoked):
            await known.token(connection, refused)


class Renewing(Store):
    """Keeps what a renewal gave; a first commit may be lost, or another link be made meanwhile."""

    def __init__(self, kept: Tokens, *, lost: int = 0, linked_anew: bool = False) -> None:
        super().__init__(kept)
        self.lost = lost
        self.linked_anew = linked_anew
        self.ended = 0

    async def take_renewal(self, _connection_id: str, _generation: int, _lease: str, _until: Any) -> bool:
        return True

    async def store_renewed(self, _connection_id: str, _lease: str, grant: Grant) -> bool:
        self.lost -= 1
        if self.lost >= 0:
            raise ConnectionFailure("the primary is gone")
        self.kept = Tokens(grant.access_token, grant.refresh_token or "", grant.expires_at, 2, 1)
        return True

    async def mark_broken(self, _connection_id: str, _lease: str, _event: Any) -> bool:
        self.ended += 1
        if self.linked_anew:
            self.kept = replace(tokens("anew", link=2), generation=2)
        return not self.linked_anew

    async def renew(self, refresh: str) -> Grant:
        """The token endpoint."""
        if refresh == "dead":
            raise CredentialRevoked("invalid_grant")
        return Grant("second", "rotated", clock.now() + timedelta(hours=1), frozenset())


def renewing(store: Renewing) -> Credentials:
    endpoint = {Provider.GOOGLE: cast(Any, store)}
    return Credentials(cast(Connections, store), endpoint, endpoint, renew_before=timedelta(minutes=5))


async def test_g19_a_rotated_token_is_not_given_up_while_the_database_changes_its_primary() -> None:
    store = Renewing(tokens("first", minutes=1), lost=2)
    assert await renewing(store).token(CONNECTION) == "second"
    assert store.kept is not None
    assert store.kept.refresh == "rotated"


async def test_g19_a_new_link_during_a_renewal_is_used_in_place_of_the_dead_one() -> None:
    store = Renewing(replace(tokens("first", minutes=1), refresh="dead"), linked_anew=True)
    assert await renewing(store).token(CONNECTION) == "anew"


async def test_g19_a_dead_grant_is_asked_once() -> None:
    store = Renewing(replace(tokens("first", minutes=1), refresh="dead"))
    with pytest.raises(CredentialRevoked):
        await renewing(store).token(CONNECTION)
    assert store.ended == 1
