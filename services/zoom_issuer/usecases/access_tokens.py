"""Access tokens that are renewed before they run out: one renewal per connection, however many ask (G19, E9).

In this process callers share one task, which no caller's end cancels; between replicas a lease in the row decides. The
rotated refresh token is committed before the new access token is used.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from services.zoom_issuer.store.connections import RENEWAL_LEASE, Connection, Connections, ConnectionStatus, Kind
from shared import clock
from shared.contracts import actors
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import EndOfAccount, EndOfConnection, ZoomAccountEnded, ZoomDisconnected
from shared.ids import new_id
from shared.messaging.relay import Relay
from shared.mongo import ConnectionFailure
from shared.oauth import Grant, TokenEndpoint
from shared.providers import CredentialRevoked, ProviderError, ProviderThrottled, ProviderUnavailable
from shared.single_flight import SingleFlight

T = TypeVar("T")
log = structlog.get_logger(__name__)
_RENEW_BEFORE = timedelta(minutes=5)
"""Access tokens live an hour; one that ends this soon is renewed first."""
_LOOK_AGAIN_SECONDS = 0.05


class ConnectionEnded(CredentialRevoked):
    """``staff_id`` must connect again."""

    def __init__(self, staff_id: str) -> None:
        self.staff_id = staff_id
        super().__init__("the connection has ended")


class TokenUnavailable(ProviderUnavailable):
    """The token endpoint gives none for now (E8's ``zoom_oauth_failed``); try again, after ``wait`` where it says."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        self.wait = wait
        super().__init__(reason)


@dataclass(frozen=True)
class AccessToken:
    """``connection`` is the row, and with it the grant, that the token belongs to."""

    text: str = field(repr=False)
    connection: Connection = field(repr=False)


@dataclass(frozen=True)
class Endpoints:
    """By whose app a grant was given: the one that people allow, the one that administrators allow for their account,
    or an organization's own (``server`` makes it of its id and secret).
    """

    own: TokenEndpoint
    admin: TokenEndpoint
    server: Callable[[str, str], TokenEndpoint]

    def of(self, connection: Connection, client_secret: str) -> TokenEndpoint:
        if connection.kind is Kind.SERVER:
            return self.server(connection.client_id, client_secret)
        return self.admin if connection.kind is Kind.ADMIN else self.own


class AccessTokens:
    """Tokens of all connections, as this process uses them."""

    def __init__(self, connections: Connections, endpoints: Endpoints, relay: Relay) -> None:
        self._connections = connections
        self._endpoints = endpoints
        self._relay = relay
        self._renewals: SingleFlight[AccessToken | None] = SingleFlight()

    async def of(self, connection_id: str, *, refused: str | None = None) -> AccessToken:
        """A token that lives for some minutes; ``refused`` is one that the provider just answered 401 to.

        Raises ``ConnectionEnded`` and ``TokenUnavailable``.
        """
        deadline = clock.real_now() + RENEWAL_LEASE
        while clock.real_now() < deadline:
            seen = await self._connected(connection_id)
            token = self._usable(seen, refused)
            if token is None:
                token = await self._renewals((connection_id, seen.generation), partial(self._renew, seen))
            if token is not None:
                return token
        raise TokenUnavailable("another worker's renewal does not end")

    async def give_up(self, token: AccessToken, reason: str) -> None:
        """The grant behind this token is of no use: its connection is broken, unless it has another by now."""
        await self._break(token.connection, reason)

    async def _connected(self, connection_id: str) -> Connection:
        connection = await self._connections.get(connection_id)
        if connection is None or connection.status is not ConnectionStatus.CONNECTED:
            raise ConnectionEnded(connection.staff_id if connection else "")
        return connection

    def _usable(self, seen: Connection, refused: str | None) -> AccessToken | None:
        if seen.access_expires_at - clock.now() <= _RENEW_BEFORE:
            return None
        text = self._connections.access_token(seen)
        return AccessToken(text, seen) if text and text != refused else None

    async def _renew(self, seen: Connection) -> AccessToken | None:
        """None where the connection is to be read anew: it changed, or another worker renews it."""
        lease = new_id("rnw")
        if not await self._connections.claim_renewal(seen, lease):
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            return None
        try:
            grant = await self._granted(seen)
        except CredentialRevoked as error:
            await self._break(seen, error.reason, renewal=lease)
            return None
        except ProviderError as error:
            await self._connections.give_back_renewal(seen, lease)
            wait = error.retry_after if isinstance(error, ProviderThrottled) else None
            raise TokenUnavailable(error.reason, wait) from error
        return await self._commit(seen, grant)

    async def _granted(self, seen: Connection) -> Grant:
        endpoint = self._endpoint_of(seen)
        if seen.kind is Kind.SERVER:
            return await endpoint.renew_for_account(seen.account_id)
        refresh_token = self._connections.refresh_token(seen)
        if refresh_token is None:
            raise CredentialRevoked("no refresh token was granted")
        return await endpoint.renew(refresh_token)

    def _endpoint_of(self, seen: Connection) -> TokenEndpoint:
        return self._endpoints.of(seen, self._connections.client_secret(seen))

    async def _commit(self, seen: Connection, grant: Grant) -> AccessToken | None:
        """The old refresh token is dead by now, so that the new one is not given up while the lease lasts."""
        until = clock.real_now() + RENEWAL_LEASE / 2
        while True:
            try:
                now = await self._connections.renewed(seen, grant)
                break
            except ConnectionFailure:
                if clock.real_now() >= until:
                    raise
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        if now is not None:
            return AccessToken(grant.access_token, now)
        after = await self._connections.get(seen.connection_id)
        if after is not None and after.status is ConnectionStatus.DISCONNECTED:
            await self._endpoint_of(seen).drop(grant)
        return None

    async def _break(self, seen: Connection, reason: str, *, renewal: str | None = None) -> None:
        """Mark the connection broken and say so, once, and only for the grant that was seen (G19)."""

        def broke(version: int) -> CloudEvent[Any]:
            own = ZoomDisconnected(staff_id=seen.staff_id, reason=EndOfConnection.BROKEN)
            return envelope(
                own if seen.kind is Kind.OWN else ZoomAccountEnded(reason=EndOfAccount.BROKEN, current=seen.current),
                subject=seen.staff_id if seen.kind is Kind.OWN else seen.connection_id,
                organization_id=seen.organization_id,
                version=version,
                cause=Cause.outside(actor=actors.provider("zoom")),
            )

        waiting = await self._connections.end(seen, ConnectionStatus.BROKEN, reason, broke, renewal=renewal)
        if waiting:
            log.warning("connection.broke", connection_id=seen.connection_id, reason=reason)
            self._relay.publish_soon(self._connections.rows, seen.connection_id, waiting)
