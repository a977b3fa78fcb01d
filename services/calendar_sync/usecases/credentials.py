"""Access tokens that are renewed before they run out: one renewal per connection, however many ask (G19, E9).

In this process callers share one task; between replicas a lease in the row decides. The rotated refresh token is
committed before the new access token is used.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.store.busy import next_version
from services.calendar_sync.store.connections import Connections, Tokens
from shared import clock
from shared.contracts import actors
from shared.contracts.calendar_sync import CalendarDisconnected, Provider
from shared.contracts.envelope import Cause, envelope
from shared.contracts.zoom_issuer import EndOfConnection
from shared.ids import new_id
from shared.oauth import TokenEndpoint
from shared.providers import CredentialRevoked, ProviderError, ProviderUnavailable
from shared.single_flight import SingleFlight

log = structlog.get_logger(__name__)
_LEASE = timedelta(seconds=30)
_LOOK_AGAIN_SECONDS = 0.1
_REMEMBERED = 2_000


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
        self._connections = connections
        self._endpoints = endpoints
        self._room_endpoints = room_endpoints
        self._renew_before = renew_before
        self._renewals: SingleFlight[Tokens] = SingleFlight()
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
        tokens = await self._connections.tokens(name)
        if tokens is None:
            self._known.pop(name, None)
            raise CredentialRevoked("the connection has ended")
        if tokens.access == refused or self._ages(tokens):
            seen = tokens
            tokens = await self._renewals(name, lambda: self._renew(connection, seen))
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[name] = replace(tokens, refresh="")
        return tokens.access

    def _ages(self, tokens: Tokens) -> bool:
        return tokens.expires_at - self._renew_before <= clock.now()

    async def _renew(self, connection: Connection, seen: Tokens) -> Tokens:
        lease = new_id("rnw")
        deadline = clock.real_now() + _LEASE * 2
        while clock.real_now() < deadline:
            until = clock.real_now() + _LEASE
            if await self._connections.take_renewal(connection.connection_id, seen.generation, lease, until):
                return await self._renew_alone(connection, seen, lease)
            tokens = await self._connections.tokens(connection.connection_id)
            if tokens is None:
                raise CredentialRevoked("the connection has ended")
            if tokens.generation != seen.generation:
                return tokens
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise ProviderUnavailable("another worker's renewal does not end")

    async def _renew_alone(self, connection: Connection, seen: Tokens, lease: str) -> Tokens:
        name = connection.connection_id
        try:
            endpoints = self._room_endpoints if connection.rooms else self._endpoints
            grant = await endpoints[connection.provider].renew(seen.refresh)
        except CredentialRevoked as error:
            await self._break(connection, lease, error.reason)
            raise
        except ProviderError:
            await self._connections.give_back_renewal(name, lease)
            raise
        await self._connections.store_renewed(name, lease, grant)
        tokens = await self._connections.tokens(name)
        if tokens is None or tokens.generation == seen.generation:
            raise ProviderUnavailable("the renewal was overtaken")
        log.info("connection.renewed", connection_id=name)
        return tokens

    async def _break(self, connection: Connection, lease: str, reason: str) -> None:
        event = envelope(
            CalendarDisconnected(
                staff_id=connection.staff_id, provider=connection.provider, reason=EndOfConnection.BROKEN
            ),
            subject=connection.staff_id,
            organization_id=connection.organization_id,
            version=next_version(),
            cause=Cause.outside(actor=actors.provider(connection.provider)),
        )
        if await self._connections.mark_broken(connection.connection_id, lease, event):
            log.warning("connection.broken", connection_id=connection.connection_id, reason=reason)


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
