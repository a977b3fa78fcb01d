"""Access tokens of calendars, as this process uses them; how they are renewed is ``shared.renewal``'s (G19, E9)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.store.busy import next_version
from services.calendar_sync.store.connections import Connections, Tokens
from services.calendar_sync.usecases.announce import connection_ended
from shared import clock
from shared.contracts import actors
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import Cause
from shared.contracts.zoom_issuer import EndOfConnection
from shared.oauth import Grant, TokenEndpoint
from shared.providers import CredentialRevoked
from shared.renewal import RENEWAL_LEASE, Renewals

log = structlog.get_logger(__name__)
_REMEMBERED = 2_000


@dataclass(frozen=True)
class SeenTokens:
    """A connection's tokens as they were read."""

    connection: Connection
    tokens: Tokens

    @property
    def key(self) -> tuple[str, int]:
        return self.connection.connection_id, self.tokens.generation


class KeptTokens:
    """The connections' grants, renewed at the endpoint by which each was given."""

    def __init__(
        self,
        connections: Connections,
        endpoints: Mapping[Provider, TokenEndpoint],
        room_endpoints: Mapping[Provider, TokenEndpoint],
    ) -> None:
        self._connections = connections
        self._endpoints = endpoints
        self._room_endpoints = room_endpoints

    async def read(self, connection: Connection) -> SeenTokens:
        """Raises ``CredentialRevoked``."""
        tokens = await self._connections.tokens(connection.connection_id)
        if tokens is None:
            raise CredentialRevoked("the connection has ended")
        return SeenTokens(connection, tokens)

    async def claim(self, seen: SeenTokens, lease: str) -> bool:
        until = clock.real_now() + RENEWAL_LEASE
        return await self._connections.take_renewal(*seen.key, lease, until)

    async def ask(self, seen: SeenTokens) -> Grant:
        endpoints = self._room_endpoints if seen.connection.rooms else self._endpoints
        return await endpoints[seen.connection.provider].renew(seen.tokens.refresh)

    async def commit(self, seen: SeenTokens, lease: str, grant: Grant) -> SeenTokens | None:
        name = seen.connection.connection_id
        if await self._connections.store_renewed(name, lease, grant):
            log.info("connection.renewed", connection_id=name)
        now = await self.read(seen.connection)
        return now if now.key != seen.key else None

    async def give_back(self, seen: SeenTokens, lease: str) -> None:
        await self._connections.give_back_renewal(seen.connection.connection_id, lease)

    async def refused(self, seen: SeenTokens, lease: str, reason: str) -> None:
        connection = seen.connection
        cause = Cause.outside(actor=actors.provider(connection.provider))
        event = connection_ended(connection, EndOfConnection.BROKEN, next_version(), cause)
        if await self._connections.mark_broken(connection.connection_id, lease, event):
            log.warning("connection.broken", connection_id=connection.connection_id, reason=reason)
        elif (await self.read(connection)).key != seen.key:
            return
        raise CredentialRevoked(reason)


class Credentials:
    """All connections' tokens, as this process uses them."""

    def __init__(
        self,
        connections: Connections,
        endpoints: Mapping[Provider, TokenEndpoint],
        room_endpoints: Mapping[Provider, TokenEndpoint],
        *,
        renew_before: timedelta,
    ) -> None:
        self._kept = KeptTokens(connections, endpoints, room_endpoints)
        self._renewals = Renewals(self._kept)
        self._renew_before = renew_before
        self._known: dict[str, Tokens] = {}

    def of(self, connection: Connection) -> "ConnectionCredential":
        return ConnectionCredential(self, connection)

    async def token(self, connection: Connection, refused: str | None = None) -> str:
        """A token that is good for a while and is not ``refused``; raises ``CredentialRevoked``.

        What this process knows of the connection's link is used until it ages or is refused; then the store is asked.
        """
        name = connection.connection_id
        known = self._known.get(name)
        if refused is None and known is not None and known.link == connection.link and not self._ages(known):
            return known.access

        def is_usable(seen: SeenTokens) -> bool:
            return seen.tokens.access != refused and not self._ages(seen.tokens)

        try:
            found = await self._renewals.usable(partial(self._kept.read, connection), is_usable, lambda seen: seen.key)
        except CredentialRevoked:
            self._known.pop(name, None)
            raise
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[name] = replace(found.tokens, refresh="")
        return found.tokens.access

    def _ages(self, tokens: Tokens) -> bool:
        return tokens.expires_at - self._renew_before <= clock.now()


class ConnectionCredential:
    """What an adapter is given: the token of one connection."""

    def __init__(self, credentials: Credentials, connection: Connection) -> None:
        self._credentials = credentials
        self._connection = connection

    async def token(self) -> str:
        return await self._credentials.token(self._connection)

    async def renewed(self, refused: str) -> str:
        return await self._credentials.token(self._connection, refused)


class FreshCredential:
    """A token straight from the code exchange, before there is a connection."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    async def token(self) -> str:
        return self._access_token

    async def renewed(self, refused: str) -> str:
        raise CredentialRevoked("refused right after it was issued")
