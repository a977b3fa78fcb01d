"""Tokens that this process knows are used without asking the store, as long as they are the link's and good (G19)."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.store.connections import Connections, Tokens
from services.calendar_sync.usecases.credentials import Credentials
from shared import clock
from shared.contracts.calendar_sync import Provider
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
