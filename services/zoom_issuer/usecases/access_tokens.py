"""Access tokens of Zoom, as this process uses them; how they are renewed is ``shared.renewal``'s (G19, E9)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from services.zoom_issuer.store.connections import Connection, Connections, ConnectionStatus, Kind
from shared import clock
from shared.contracts import actors
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import EndOfAccount, EndOfConnection, ZoomAccountEnded, ZoomDisconnected
from shared.messaging.relay import Relay
from shared.oauth import Grant, TokenEndpoint
from shared.providers import CredentialRevoked, ProviderError, ProviderThrottled, ProviderUnavailable
from shared.renewal import Renewals

log = structlog.get_logger(__name__)
_RENEW_BEFORE = timedelta(minutes=5)
"""Access tokens live an hour; one that ends this soon is renewed first."""


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
        self._renewals = Renewals(self)

    async def of(self, connection_id: str, *, refused: str | None = None) -> AccessToken:
        """A token that lives for some minutes; ``refused`` is one that the provider just answered 401 to.

        Raises ``ConnectionEnded`` and ``TokenUnavailable``.
        """

        def is_usable(seen: Connection) -> bool:
            lives = seen.access_expires_at - clock.now() > _RENEW_BEFORE
            return lives and self._connections.access_token(seen) not in ("", None, refused)

        try:
            found = await self._renewals.usable(
                partial(self._connected, connection_id), is_usable, lambda seen: (seen.connection_id, seen.generation)
            )
        except ProviderThrottled as error:
            raise TokenUnavailable(error.reason, error.retry_after) from error
        except ConnectionEnded:
            raise
        except ProviderError as error:
            raise TokenUnavailable(error.reason) from error
        return AccessToken(self._connections.access_token(found) or "", found)

    async def give_up(self, token: AccessToken, reason: str) -> None:
        """The grant behind this token is of no use: its connection is broken, unless it has another by now."""
        await self._break(token.connection, reason)

    async def _connected(self, connection_id: str) -> Connection:
        connection = await self._connections.get(connection_id)
        if connection is None or connection.status is not ConnectionStatus.CONNECTED:
            raise ConnectionEnded(connection.staff_id if connection else "")
        return connection

    async def claim(self, seen: Connection, lease: str) -> bool:
        return await self._connections.claim_renewal(seen, lease)

    async def ask(self, seen: Connection) -> Grant:
        endpoint = self._endpoint_of(seen)
        if seen.kind is Kind.SERVER:
            return await endpoint.renew_for_account(seen.account_id)
        refresh_token = self._connections.refresh_token(seen)
        if refresh_token is None:
            raise CredentialRevoked("no refresh token was granted")
        return await endpoint.renew(refresh_token)

    async def commit(self, seen: Connection, lease: str, grant: Grant) -> Connection | None:
        """A grant that came for a connection that was ended meanwhile is ended too."""
        now = await self._connections.renewed(seen, grant)
        if now is None:
            after = await self._connections.get(seen.connection_id)
            if after is not None and after.status is ConnectionStatus.DISCONNECTED:
                await self._endpoint_of(seen).drop(grant)
        return now

    async def give_back(self, seen: Connection, lease: str) -> None:
        await self._connections.give_back_renewal(seen, lease)

    async def refused(self, seen: Connection, lease: str, reason: str) -> None:
        await self._break(seen, reason, renewal=lease)

    def _endpoint_of(self, seen: Connection) -> TokenEndpoint:
        return self._endpoints.of(seen, self._connections.client_secret(seen))

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
